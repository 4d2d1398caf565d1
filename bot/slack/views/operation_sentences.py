"""What the thread says about an operation that is not simply done: mrkdwn, one to three short sentences."""

from bot.domain.events import Event
from bot.domain.links import Link
from bot.domain.operations import Kind, noun
from bot.domain.stories import Story
from bot.slack.views.blocks import Look, person
from bot.slack.views.words import because, done


def asked(_: Story, link: Link, event: Event, look: Look) -> str:
    """What was asked of Dintero and has no end yet."""
    if event.data.get("still"):
        return (
            f"⏳ A day has passed and Dintero shows no end of {_what(link, event, look)}, asked for by "
            f"{person(event.actor)}. _Check again_ looks once more, _Stop waiting…_ ends the wait."
        )
    return (
        f"⏳ Dintero has accepted {_what(link, event, look)}, asked for by {person(event.actor)}, and is working on it."
    )


def not_sent(_: Story, link: Link, event: Event, look: Look) -> str:
    """What was too old to be sent."""
    what = _what(link, event, look)
    return (
        f"⏱️ {what[:1].upper()}{what[1:]} that {person(event.actor)} asked for was not sent: more than ten "
        "minutes had passed before Paylink could. Nothing was done; press the button again."
    )


def refused(_: Story, link: Link, event: Event, look: Look) -> str:
    """What Dintero refused, or did not take."""
    reason = because(event.data.get("reason"))
    if event.data.get("taken") is False:
        what = f"{_what(link, event, look)} that {person(event.actor)} asked for"
        return f"⛔ Nothing came of {what}: Dintero did not take the request. Nothing was done."
    return f"⛔ Dintero refused {_what(link, event, look)} that {person(event.actor)} asked for{reason}"


def unknown(_: Story, link: Link, event: Event, look: Look) -> str:
    """What may have been done."""
    what = f"{_what(link, event, look)} was {done(_kind(event) or Kind.CAPTURE)}"
    if event.data.get("still"):
        return (
            f"❓ *Still not sure whether {what}.* After ten minutes there is no trace of it. "
            "_Check again_ looks once more, _Try again_ repeats it."
        )
    return (
        f"❓ *Not sure whether {what}.* {person(event.actor)} asked for it and Dintero did not answer. "
        "Do not repeat it elsewhere; Paylink keeps looking."
    )


def absent(_: Story, link: Link, event: Event, look: Look) -> str:
    """What a person ended the waiting for."""
    what = _what(link, event, look)
    if event.data.get("accepted"):
        return (
            f"⏹️ {person(event.actor)} stopped waiting for {what}. *It may still be done*; look in Dintero's "
            "Backoffice before you ask for it again."
        )
    return f"🔎 {person(event.actor)} looked again and there is no trace of {what}. It can be asked for again."


def _what(link: Link, event: Event, look: Look) -> str:
    amount, kind = event.data.get("amount"), _kind(event)
    if kind is None:
        return "the operation"
    return noun(kind, amount if isinstance(amount, int) else 0, link.currency, look.locale)


def _kind(event: Event) -> Kind | None:
    operation = event.data.get("operation")
    return Kind(operation) if operation in set(Kind) else None
