"""Who did the last thing, in four or five words: the small print of a card."""

from collections.abc import Mapping
from typing import Final

from bot.domain.events import Happened, News, Source
from bot.domain.operations import Kind
from bot.slack.views.blocks import person

_DEEDS: Final[Mapping[Happened, str]] = {
    Happened.ISSUED: "Issued",
    Happened.NOTED: "Noted",
    Happened.SENT_ANYWAY: "Sent beside another one",
    Happened.NOT_DELIVERED: "Not delivered",
    Happened.MAYBE_SENT: "E-mail not confirmed",
    Happened.QR_SHOWN: "QR code shown",
    Happened.NUDGED: "Seller reminded",
    Happened.EMAILED: "Customer reminded by e-mail",
    Happened.REMINDERS_STOPPED: "Reminders stopped",
    Happened.REJECTED: "Refused by Dintero",
    Happened.UNCERTAIN: "No answer from Dintero",
    Happened.VOUCHED: "Said to have arrived",
    Happened.FOUND: "Found at Dintero",
    Happened.SENT_AGAIN: "Sent again",
    Happened.REPLACED: "Replaced",
    Happened.NOT_REPLACED: "Not replaced",
    Happened.OPENED: "Opened",
    Happened.REPORTED: "Reported",
    Happened.ATTEMPT_FAILED: "Payment attempt failed",
    Happened.PENDING: "Held for approval",
    Happened.AUTHORIZED: "Reserved",
    Happened.CAPTURED: "Captured",
    Happened.REFUNDED: "Refunded",
    Happened.VOIDED: "Released",
    Happened.PAID_WHILE_CANCELLING: "Cancelled",
    Happened.CANCELLED: "Cancelled",
    Happened.EXPIRED: "Expired",
    Happened.FAILED: "Payment failed",
    Happened.CORRECTED: "Corrected by Dintero",
    Happened.PAYMENT_UNCLEAR: "Payment not readable",
    Happened.SECOND_PAYMENT: "Paid twice",
    Happened.AMOUNT_DIFFERS: "Amount changed",
    Happened.KEPT: "Kept",
    Happened.ASKED: "Accepted by Dintero, not finished",
    Happened.NOT_SENT: "not sent",
    Happened.REFUSED: "refused by Dintero",
    Happened.UNKNOWN: "No answer from Dintero",
    Happened.AUTO_CAPTURE_MISSING: "Automatic capture is missing",
    Happened.ABSENT: "Question closed",
    Happened.UNFOLLOWED: "No longer followed",
}
_SAYS_WHO: Final = {
    Happened.ISSUED,
    Happened.SENT_ANYWAY,
    Happened.REMINDERS_STOPPED,
    Happened.VOUCHED,
    Happened.SENT_AGAIN,
    Happened.REPLACED,
    Happened.OPENED,
    Happened.REPORTED,
    Happened.AUTHORIZED,
    Happened.CAPTURED,
    Happened.REFUNDED,
    Happened.VOIDED,
    Happened.PAID_WHILE_CANCELLING,
    Happened.CANCELLED,
    Happened.KEPT,
    Happened.ABSENT,
}
_CUSTOMERS: Final = {
    Happened.OPENED: "by the customer",
    Happened.REPORTED: "by the customer",
    Happened.CANCELLED: "by the customer",
    Happened.AUTHORIZED: "",
    Happened.CAPTURED: "",
}

_ASKED_FOR: Final[Mapping[object, str]] = {
    Kind.CREATE: "New link",
    Kind.CAPTURE: "Capture",
    Kind.REFUND: "Refund",
    Kind.VOID: "Release",
    Kind.CANCEL: "Cancellation",
}
"""What came to nothing stands below a headline of its own: `Paid` and `Refused by Dintero` do not go together."""
_AFTERWARDS: Final = {Happened.PAID_WHILE_CANCELLING: "just as the customer paid"}


def deed(event: News) -> str:
    """What happened and who did it: `Captured by <@U1>`."""
    told = [_words(event), _who(event) if event.kind in _SAYS_WHO else "", _AFTERWARDS.get(event.kind, "")]
    return " ".join(part for part in told if part)


def _words(event: News) -> str:
    if event.kind not in {Happened.REFUSED, Happened.NOT_SENT}:
        return _DEEDS[event.kind]
    what = _ASKED_FOR.get(event.data.get("operation"), "Request")
    return f"{what} not done" if event.data.get("taken") is False else f"{what} {_DEEDS[event.kind]}"


def _who(event: News) -> str:
    if event.source is Source.SLACK:
        return f"by {person(event.actor)}" if event.actor else ""
    if event.source is Source.CUSTOMER:
        return _CUSTOMERS.get(event.kind, "")
    return "automatically" if event.source is Source.AUTOMATIC else "outside Slack"
