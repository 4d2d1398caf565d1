"""One event per change: what the thread tells and the history keeps. No personal data, so it survives *forget*."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final


class Source(StrEnum):
    """Where a change was made."""

    SLACK = "slack"
    """By a person through Paylink."""
    CUSTOMER = "customer"
    AUTOMATIC = "automatic"
    """By time, or by a setting such as automatic capture."""
    OUTSIDE = "outside"
    """Elsewhere, such as in Dintero's Backoffice."""


class Happened(StrEnum):
    """What changed."""

    ISSUED = "issued"
    NOTED = "noted"
    """The seller left a note for the thread; its words stand with the order."""
    SENT_ANYWAY = "sent_anyway"
    """The person was shown open links like it first; `references` in its data names those of the same channel, and
    `elsewhere` counts the others."""
    NOT_DELIVERED = "not_delivered"
    """`reason` in its data when it was our own mail; `reminder` when that was a reminder."""
    MAYBE_SENT = "maybe_sent"
    """Our mail may have gone out; `reminder` in its data when it was a reminder."""
    QR_SHOWN = "qr_shown"
    """The link's QR code stands in the thread."""
    NUDGED = "nudged"
    """The seller is reminded that it is not paid."""
    EMAILED = "emailed"
    """The customer was sent the mail again, as a reminder."""
    REMINDERS_STOPPED = "reminders_stopped"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    VOUCHED = "vouched"
    """A person said that the message of an uncertain link arrived."""
    FOUND = "found"
    """The session of an uncertain link was found."""
    SENT_AGAIN = "sent_again"
    REPLACED = "replaced"
    """It was cancelled for another one; `reference` in its data names that, `changed` says what differs."""
    NOT_REPLACED = "not_replaced"
    """It was cancelled for another one, which then was not made; `reason` in its data."""
    OPENED = "opened"
    REPORTED = "reported"
    """The customer said on our page that something is wrong with the link."""
    ATTEMPT_FAILED = "attempt_failed"
    PENDING = "pending"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    VOIDED = "voided"
    PAID_WHILE_CANCELLING = "paid_while_cancelling"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"
    CORRECTED = "corrected"
    """Dintero corrected amounts it had reported before."""
    PAYMENT_UNCLEAR = "payment_unclear"
    """Dintero shows a payment that cannot be understood."""
    SECOND_PAYMENT = "second_payment"
    """The session has another payment beside the one that is known; `amount` is what it holds."""
    AMOUNT_DIFFERS = "amount_differs"
    """The amount of a payment that was known has changed to another than was asked for."""
    KEPT = "kept"
    ASKED = "asked"
    """Dintero accepted an operation and has not finished it (202)."""
    NOT_SENT = "not_sent"
    """An operation was asked for too long before it could be sent, and was withdrawn."""
    REFUSED = "refused"
    """Dintero refused an operation."""
    UNKNOWN = "unknown"
    """An operation ended without an answer; `still` in its data when ten minutes have shown no trace of it."""
    AUTO_CAPTURE_MISSING = "auto_capture_missing"
    """Reserved for 15 minutes and the automatic capture has not followed; `over` once it no longer can."""
    UNFOLLOWED = "unfollowed"
    """It is of an account that is not configured any more; `account` in its data names that."""
    ABSENT = "absent"
    """An unknown operation left no trace, and a person closed the question."""


class Urgency(IntEnum):
    """In which order Slack hears of events when it is slow."""

    MONEY = 1
    """Money, and questions that wait for a person."""
    PROBLEM = 2
    """Undelivered and expired."""
    PROGRESS = 3
    """Opened and attempts: only while there is room, dropped when something newer waits."""


PROGRESS: Final = frozenset({Happened.OPENED, Happened.ATTEMPT_FAILED})
PROBLEM: Final = frozenset(
    {
        Happened.NOT_DELIVERED,
        Happened.MAYBE_SENT,
        Happened.NUDGED,
        Happened.EMAILED,
        Happened.EXPIRED,
        Happened.CANCELLED,
        Happened.FAILED,
    }
)
UNTOLD: Final = frozenset({Happened.ISSUED, Happened.REMINDERS_STOPPED})
"""The card itself says these; they get no line."""


def urgency(kind: Happened) -> Urgency:
    """The class in which an event is told."""
    if kind in PROGRESS:
        return Urgency.PROGRESS
    return Urgency.PROBLEM if kind in PROBLEM else Urgency.MONEY


Data = Mapping[str, str | int | bool | None]
"""Plain JSON: amounts in minor units, words, never personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A change that `settle` or a service found; storage adds id, link and sequence number."""

    kind: Happened
    source: Source
    at: datetime
    actor: str | None = None
    """The Slack user id of who did it, when it was done here."""
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(News):
    """News as it is kept."""

    id: str
    link_id: str
    seq: int
    told_ts: str | None = None
    """The thread message that tells it; None while untold."""
