"""What a card says beneath its fields: one short sentence per thing that the headline cannot say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.domain.actions import Action, actions, awaits_auto_capture, may_be_closed, may_stop_waiting
from bot.domain.links import Delivered, Facts, Link, Status
from bot.domain.methods import RestRelease, sole_wallet, wallet_life
from bot.domain.moves import ENDED
from bot.domain.nudges import AUTO_CAPTURE_PATIENCE
from bot.domain.operations import ASK_ARRIVED_AFTER, Kind, State, noun
from bot.domain.orders import TO_PHONE, Delivery, Order, Remind
from bot.domain.stories import Story
from bot.slack.views.blocks import Look, escape, person
from bot.slack.views.words import (
    RETURN_IN_BACKOFFICE,
    UNREAD_PAYMENT,
    amounts,
    because,
    differing,
    held,
    message,
    operating,
    paid_apart,
)

_SANDBOX: Final = "Sandbox: no {message} is sent. Use *Show link*."
_OTHER_WAYS: Final = "Press *Show link* and share the link yourself, or *Send again…* to another number or another way."
_SHARE: Final[Mapping[Delivered, str]] = {
    Delivered.SKIPPED: f"No {{message}} was sent to this number. {_OTHER_WAYS}",
    Delivered.FAILED: f"The {{message}} was not delivered. {_OTHER_WAYS}",
    Delivered.SIMULATED: _SANDBOX,
    Delivered.NONE: "Nothing is sent to the customer. Press *Show link* and share the link yourself.",
    Delivered.BY_PROFILE: "The payment profile sends it, the way it is set up at Dintero.",
}
_NEVER_SAID: Final = (
    "Dintero never said whether the message went out. Ask the customer, or press *Show link* and share the link "
    "yourself."
)
"""For a link that was found after its create had not been answered."""
_OVERDUE: Final = (
    "The deadline has passed. Paylink makes sure that no payment is under way before it calls the link expired."
)
_UNDER_WAY: Final = "A payment was begun before the deadline and has not ended."
_MAY_BE_FINISHED: Final = (
    "*A payment was begun before the link ended, and may still be finished.* Paylink keeps looking; wait before you "
    "ask for the money again."
)
_REPORTED: Final = "🚩 *The customer reported this link.* Paylink no longer offers it; cancel it if something is wrong."
_PAID_ALTHOUGH_REPORTED: Final = (
    "🚩 *The customer reported this link* before it was paid. Ask the customer before you capture; _Release_ gives the "
    "money back."
)


_NO_RELEASE: Final[Mapping[RestRelease | None, str]] = {
    RestRelease.LAST_CAPTURE: "This method releases the rest only with a last capture: tick that in _Capture part…_.",
    RestRelease.NEVER: "With this payment method the rest can be captured, but not released.",
}


_UNFOLLOWED: Final = (
    "This link was made with a Dintero account that Paylink does not use any more. Look it up in that account's "
    "Backoffice before you ask for the money again."
)


def notes(story: Story, now: datetime, look: Look) -> list[str]:
    """Everything worth saying, the most urgent first, as mrkdwn."""
    link = story.newest
    if link.facts.unfollowed_at is not None:
        return [_UNFOLLOWED, *filter(None, [amounts(link, look)])]
    told = [
        *_older_links(story, look),
        *_late(story, link, now),
        *_backoffice(link, look),
        *_operation(link, now, look),
        *_in_progress(link, look),
        *_status(story, link, now, look),
        amounts(link, look),
        _rest(link),
        _price_change(link, look),
        *_diverted(story),
    ]
    return [sentence for sentence in told if sentence]


_BY_MAIL: Final[Mapping[Delivered, str]] = {
    Delivered.ON_ITS_WAY: "A mail server has not taken the e-mail yet. Paylink tries for an hour.",
    Delivered.MAYBE: (
        "The mail server did not confirm the e-mail, so it may have been sent. Ask the customer; if it did not "
        "arrive, *Send again…* sends another."
    ),
    Delivered.FAILED: f"The e-mail was not delivered. {_OTHER_WAYS}",
    Delivered.NONE: "Nothing is sent by itself. Press *Show link* and open the mail in your own mail app.",
}
_TO_SCAN: Final = "Nothing is sent to the customer. The code to scan stands in the thread."


def delivery_note(order: Order, facts: Facts, look: Look) -> str:
    """How the link reaches the customer, when somebody has to know; else an empty string."""
    if look.sandbox and order.delivery in TO_PHONE:
        return _SANDBOX.format(message=message(order.methods))
    if order.delivery is Delivery.EMAIL:
        return _BY_MAIL.get(facts.delivered, "")
    if order.delivery is Delivery.QR and facts.delivered is Delivered.NONE:
        return _TO_SCAN
    if order.delivery in TO_PHONE and facts.delivered is Delivered.NONE:
        return "" if facts.vouched_by else _NEVER_SAID
    told = (_SHARE.get(facts.delivered, "").format(message=message(order.methods)), opening(order, facts))
    return " ".join(sentence for sentence in told if sentence)


def lifetime(order: Order, facts: Facts) -> str:
    """How long a push or an app link may live, which is less than its deadline; else an empty string."""
    wallet = sole_wallet(order.methods)
    sent = order.delivery is Delivery.SMS and facts.delivered not in {Delivered.SKIPPED, Delivered.FAILED}
    if wallet is None or not (sent or order.delivery is Delivery.APP):
        return ""
    what = "push" if sent else "app link"
    return (
        f"{wallet} may end the {what} after {wallet_life(wallet)}, before the deadline. If the customer can no longer "
        "open it, press *Send again…*."
    )


def opening(order: Order, facts: Facts) -> str:
    """In which app the customer finds the link, where only one can open it; else an empty string."""
    wallet = sole_wallet(order.methods)
    if wallet and order.delivery is Delivery.SMS and facts.delivered is Delivered.SENT:
        return f"It went out as a push in the {wallet} app."
    return f"The link opens {wallet} on the customer's phone." if order.delivery is Delivery.APP and wallet else ""


def _backoffice(link: Link, look: Look) -> list[str]:
    """What only a person can settle, in Dintero's Backoffice."""
    told = []
    if link.facts.unclear_since is not None:
        told.append(f"{UNREAD_PAYMENT} Paylink keeps checking.")
    if link.facts.other_payments:
        amount = look.money(link.facts.other_payments, link.currency)
        twice = f"*Paid twice.* A second payment on this link holds {amount}. {RETURN_IN_BACKOFFICE}"
        told.append(paid_apart(amount) if link.paid_apart else twice)
    if link.amount_differs:
        told.append(differing(link, look))
    return told


def _status(story: Story, link: Link, now: datetime, look: Look) -> list[str]:
    facts = link.facts
    if facts.unclear_since is not None:
        return []  # what is not certain is all there is to say
    if link.status is Status.UNCERTAIN:
        return [_uncertain(link, now)]
    if link.status is Status.REJECTED:
        return [f"Dintero did not make this link{because(facts.rejection)} Nothing was sent to the customer."]
    if link.status is Status.PENDING:
        return ["The provider is checking the payment. There is nothing to do until it has decided."]
    if link.status in ENDED and facts.paying_since is not None:
        return [_MAY_BE_FINISHED]
    if link.status is Status.FAILED and facts.last_failure:
        return [f"Reason{because(facts.last_failure)}"]
    if link.status is Status.AUTHORIZED:
        reported = [_PAID_ALTHOUGH_REPORTED] if facts.reported_at is not None and not facts.late else []
        return [*reported, *([_auto_capture(link, now)] if link.auto_capture and not link.amount_differs else [])]
    return _open(story, link, now, look) if link.status is Status.OPEN else []


def _open(story: Story, link: Link, now: datetime, look: Look) -> list[str]:
    if story.paid_by_older is not None:
        return [f"*This newer link can still be paid.* {'Cancel it' if link.session_id else 'Paylink watches it'}."]
    facts = link.facts
    told = [_REPORTED] if facts.reported_at is not None else []
    if now >= link.expires_at:
        told.append(_UNDER_WAY if facts.paying_since else _OVERDUE)
    elif link.session_id is None and facts.vouched_by is not None:
        told.append(_vouched(facts.vouched_by))
    elif facts.opened_at is None and facts.paying_since is None and not facts.attempts_failed:
        told += [delivery_note(story.order, facts, look), lifetime(story.order, facts)]
    if facts.last_failure:
        told.append(f"The last attempt failed{because(facts.last_failure)}")
    if link.remind_at is not None and now < link.expires_at:
        where = "by e-mail to the customer" if story.order.remind is Remind.EMAIL else "in the thread"
        told.append(f"Next reminder, {where}: {look.date(link.remind_at)}.")
    return told


def _vouched(user_id: str) -> str:
    return (
        f"{person(user_id)} says that the message arrived. Dintero never confirmed this link, so it cannot be shown "
        "or cancelled here; a payment will still be noticed."
    )


def _uncertain(link: Link, now: datetime) -> str:
    asked = link.operation.sent_at if link.operation else None
    if link.facts.vouched_by is not None:
        return _vouched(link.facts.vouched_by)
    if asked is not None and now < asked + ASK_ARRIVED_AFTER:
        return "Dintero did not answer. Paylink is looking for the link and says more within a minute."
    if link.delivery not in TO_PHONE:
        return (
            "Dintero did not answer, so there may or may not be a link. Nothing went out to the customer. Send it "
            "again; Paylink watches both."
        )
    return (
        "Dintero did not answer, so the customer may or may not have got a message. Ask whether it arrived. "
        "If not, send it again; Paylink watches both."
    )


def _auto_capture(link: Link, now: datetime) -> str:
    since = link.facts.authorized_at
    if not awaits_auto_capture(link, now):
        return "The automatic capture did not happen. Capture the money here."
    if since is not None and now >= since + AUTO_CAPTURE_PATIENCE:
        return "The automatic capture has not come yet. Is automatic capture enabled on your Dintero account?"
    return "Dintero captures it by itself; there is nothing to do."


def _late(story: Story, link: Link, now: datetime) -> list[str]:
    if not link.facts.late:
        return []
    others = [other for other in story.links if other.id != link.id and held(other)]
    if others:
        why = f"*Paid twice.* The older link {escape(others[-1].reference)} holds money as well."
    else:
        why = "*This money came after the link had ended.*"
    if Action.KEEP not in actions(link, now):
        return [why]
    if link.status is Status.CAPTURED:
        return [f"{why} _Keep_ leaves it as it is, _Give back_ refunds it."]
    return [f"{why} _Keep_ captures it, _Give back_ releases it."]


def _operation(link: Link, now: datetime, look: Look) -> list[str]:
    operation = link.operation
    if operation is None or operation.kind is Kind.CREATE:
        return []
    told = [operating(operation, link.currency, look)]
    if operation.state is State.UNKNOWN and link.facts.possible_entry:
        told.append("Dintero's log has an entry that may be it and does not say so, so it is not repeated.")
    if may_stop_waiting(link, now):
        told.append("_Check again_ looks once more, _Stop waiting…_ ends the wait.")
    elif may_be_closed(link, now):
        told.append("After ten minutes there is no trace of it. _Check again_ looks once more, _Try again_ repeats it.")
    return told


def _in_progress(link: Link, look: Look) -> list[str]:
    """What Dintero has begun beside the open operation: asked for elsewhere, or waited for no longer."""
    operation = link.operation
    told = []
    for kind in (Kind.CAPTURE, Kind.VOID, Kind.REFUND):
        amount = link.facts.in_progress.get(kind, 0)
        if operation is not None and operation.state is State.ACCEPTED and operation.kind is kind:
            amount -= operation.amount
        if amount > 0:
            what = noun(kind, amount, link.currency, look.locale)
            told.append(f"⏳ Dintero is working on {what}. Until that has ended, this amount is not open any more.")
    return told


def _rest(link: Link) -> str:
    """Why the rest of a part capture has no *Release*, where its method knows none."""
    facts = link.facts
    if link.status is not Status.CAPTURED or not facts.open_to_capture or facts.late or link.operation is not None:
        return ""
    return _NO_RELEASE.get(facts.rest_release, "")


def _older_links(story: Story, look: Look) -> list[str]:
    """Older links of the chain that still matter: they hold money, or can be paid, or nobody knows."""
    told = []
    for link in story.links[:-1]:
        reference = escape(link.reference)
        twice = "*Paid twice.* " if held(story.newest) else ""
        if held(link) and not story.newest.facts.late:
            amount = look.money(held(link), link.currency)
            told.append(f"{twice}*The older link {reference} holds {amount}.* Its buttons are in the thread.")
        elif link.may_hold_money:
            told.append(
                f"*A payment for the older link {reference} is being checked.* Nothing else is asked for until then."
            )
        elif link.status is Status.UNCERTAIN:
            told.append(f"Nobody knows whether the older link {reference} was sent. Paylink watches it.")
        elif link.status is Status.OPEN:
            told.append(f"*The older link {reference} can still be paid.* Cancel it in the thread.")
        if link.operation is not None and link.operation.kind is not Kind.CREATE:
            told.append(f"Older link {reference}: {operating(link.operation, link.currency, look)}")
    return told


def _price_change(link: Link, look: Look) -> str:
    change = link.facts.price_change
    if change is None:
        return ""
    was, now = look.money(change.before, change.currency), look.money(link.amount, link.currency)
    return f"*The price was changed* from {was} to {now} by {person(change.by)}."


def _diverted(story: Story) -> list[str]:
    if not story.card.diverted:
        return []
    if story.order.channel.startswith("D"):  # nobody can be invited into a conversation of two
        return ["This card is here because Paylink may not write in conversations between others."]
    where = f"<#{story.order.channel}>"
    return [
        f"This card is here because Paylink may not write in {where}. For the next one type /invite @paylink there."
    ]
