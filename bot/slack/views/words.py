"""The words that the card, the lines and the dialogs share."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.domain.contacts import mask_email
from bot.domain.links import Link, Status
from bot.domain.methods import sole_wallet
from bot.domain.operations import Kind, Operation, State, noun
from bot.domain.orders import Delivery
from bot.domain.phones import mask_number
from bot.domain.stories import Story
from bot.slack.views.blocks import Look, escape, person

UNREAD_PAYMENT: Final = (
    "*Dintero shows a payment for this link that Paylink cannot read.* Look it up in Dintero's Backoffice before "
    "anyone asks for the money again."
)
RETURN_IN_BACKOFFICE: Final = "Release or refund one of them in Dintero's Backoffice."
OUTSIDE: Final = "outside Slack, for example in Dintero's Backoffice"

_DOING: Final[Mapping[Kind, str]] = {
    Kind.CREATE: "Creating the link for",
    Kind.CAPTURE: "Capturing",
    Kind.REFUND: "Refunding",
    Kind.VOID: "Releasing",
    Kind.CANCEL: "Cancelling the link",
}


def paid_apart(amount: str) -> str:
    """That all the customer has paid, so much, is in a payment that is not the link's own, and what to do."""
    return (
        f"*Paid, but not by this link's own payment.* Dintero holds {amount} for it in another payment, which Paylink "
        "cannot capture or refund. Look after it in Dintero's Backoffice, and do not ask for the money again."
    )


def customer(story: Story) -> str:
    """The customer as a channel may see them."""
    order = story.order
    if order.delivery is Delivery.EMAIL and order.email:
        return mask_email(order.email)
    return mask_number(order.phone) if order.phone else "No number given"


def message(methods: Sequence[str]) -> str:
    """What Dintero sends for a link that can be paid with these: an SMS, or a push where it is a single wallet."""
    return "push" if sole_wallet(methods) else "SMS"


def time_left(at: datetime, deadline: datetime) -> str:
    """How long something can still be paid, as people say it: `2 days`, `1 hour`, `20 minutes`."""
    minutes = max(int((deadline - at).total_seconds()) // 60, 1)
    for unit, length in (("day", 1440), ("hour", 60), ("minute", 1)):
        if count := minutes // length:
            return f"{count} {unit}{'s' * (count != 1)}"
    return "1 minute"


def done(kind: Kind) -> str:
    """What becomes of it: a link is made, all else is done."""
    return "made" if kind is Kind.CREATE else "done"


def operating(operation: Operation, currency: str, look: Look) -> str:
    """An operation in flight, in one or two sentences of mrkdwn."""
    who = person(operation.requested_by)
    then = " Nothing new is sent until that is certain." if operation.draft_id else ""
    what = noun(operation.kind, operation.amount, currency, look.locale)
    if operation.state is State.AWAITING:
        return f"Waiting for a second person to approve {what}, asked for by {who}."
    if operation.state is State.ACCEPTED:
        return f"Dintero has accepted {what}, asked for by {who}, and is working on it.{then}"
    if operation.state is State.UNKNOWN:
        doubt = f"*Not sure whether {what} was {done(operation.kind)}.*"
        return f"{doubt} {who} asked for it and Dintero did not answer; Paylink keeps looking.{then}"
    if operation.draft_id:
        return f"Cancelling the link, then another goes out … asked by {who}"
    amount = (
        f" {look.money(operation.amount, currency)}" if operation.amount and operation.kind is not Kind.CANCEL else ""
    )
    return f"{_DOING[operation.kind]}{amount} … asked by {who}"


def amounts(link: Link, look: Look) -> str:
    """Captured, refunded and left, once these say more than the headline; else an empty string."""
    facts = link.facts
    if not facts.captured or (facts.captured >= link.amount and not facts.refunded):
        return ""
    told = [f"Captured {look.money(facts.captured, link.currency)}"]
    if facts.refunded:
        told.append(f"refunded {look.money(facts.refunded, link.currency)}")
    if facts.uncaptured:
        told.append(f"{look.money(facts.uncaptured, link.currency)} still reserved")
    if facts.released:
        told.append(f"{look.money(facts.released, link.currency)} released")
    if facts.refunded and facts.open_to_refund:
        told.append(f"{look.money(facts.open_to_refund, link.currency)} left to refund")
    return " · ".join(told) if len(told) > 1 else ""


def differing(link: Link, look: Look) -> str:
    """That another amount was paid than was asked for, and where its money is moved."""
    paid, asked = (look.money(minor, link.currency) for minor in (link.facts.authorized, link.amount))
    less = link.facts.authorized < link.amount
    return f"*{paid} was paid {'of' if less else 'instead of'} the {asked} asked for.* {what_differs(link)}"


def what_differs(link: Link) -> str:
    """What may be behind a payment of another amount, and where its money is moved."""
    why = "A gift card or a discount may cover the rest. " if link.facts.authorized < link.amount else ""
    taken = link.status is Status.CAPTURED and not link.facts.open_to_capture
    moves = "A refund is made there" if taken else "Capture, release or refund it there"
    return f"{why}Check it in Dintero's Backoffice. {moves}."


def headline_amount(link: Link, look: Look) -> str:
    """The amount that belongs behind the headline's words."""
    facts, whole = link.facts, look.money(link.amount, link.currency)
    if link.amount_differs and not facts.refunded:
        paid = facts.captured or facts.authorized
        return f"{look.money(paid, link.currency)} {'of' if paid < link.amount else 'instead of'} {whole}"
    if link.status is not Status.CAPTURED:
        return whole
    part = facts.refunded or facts.captured
    return whole if part >= link.amount else f"{look.money(part, link.currency)} of {whole}"


def held(link: Link) -> int:
    """The customer's money on this link, reserved or kept, in minor units."""
    return link.facts.uncaptured + max(link.facts.captured - link.facts.refunded, 0)


def named(reference: str | None, sentence: str) -> str:
    """The sentence with the link that it is about in front: `*4711* · Nothing new`. Typed text is made harmless."""
    return f"*{escape(reference)}* · {sentence}" if reference else sentence


def because(reason: object) -> str:
    """`: the reason`, made harmless, closed with a full stop; a full stop alone when there is none."""
    text = escape(str(reason)) if reason else ""
    if not text:
        return "."
    return f": {text}" if text.endswith((".", "!", "?", "…")) else f": {text}."


def percent(vat: int) -> str:
    """Hundredths of a percent as people write them: 1250 → `12,5 %`."""
    return f"{vat / 100:g} %".replace(".", ",")
