"""An operation: one intent that Dintero hears of at most once, and its life.

awaiting → wanted → sending → done | refused | accepted | unknown
unknown → accepted          accepted, unknown → done | refused | absent          wanted → withdrawn

A *sending* row is never sent again. When its lease ends any replica makes it *unknown*, and only reads from then on.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.money import format_money


class Kind(StrEnum):
    """What Dintero is asked to do."""

    CREATE = "create"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"
    CANCEL = "cancel"


class State(StrEnum):
    """Where an operation is in its life."""

    AWAITING = "awaiting"
    """Waits for a second person."""
    WANTED = "wanted"
    SENDING = "sending"
    ACCEPTED = "accepted"
    """Dintero has begun it (202, or an INITIATE_* entry of ours): it ends with the entry that names it."""
    UNKNOWN = "unknown"
    """The call may or may not have been done."""
    DONE = "done"
    REFUSED = "refused"
    ABSENT = "absent"
    """No trace of it at Dintero for ten minutes (a day where it was accepted), and a person closed the question."""
    WITHDRAWN = "withdrawn"
    """Never sent: the amount, the permission or the link had changed."""


OPEN: Final = frozenset({State.AWAITING, State.WANTED, State.SENDING, State.ACCEPTED, State.UNKNOWN})
"""States that keep every other operation off the link."""

IN_DOUBT: Final = frozenset({State.SENDING, State.ACCEPTED, State.UNKNOWN})
"""States in which Dintero may have done it."""

LETTER: Final[Mapping[Kind, str]] = {
    Kind.CAPTURE: "C",
    Kind.REFUND: "R",
    Kind.VOID: "V",
    Kind.CANCEL: "X",
    Kind.CREATE: "S",
}

_NOUN: Final[Mapping[Kind, str]] = {
    Kind.CREATE: "the new link",
    Kind.CAPTURE: "the capture",
    Kind.REFUND: "the refund",
    Kind.VOID: "the release",
    Kind.CANCEL: "the cancellation",
}

ASK_AGAIN_AFTER: Final = timedelta(minutes=10)
"""How long after *sending* a person may ask for the same thing again; never earlier."""

GIVE_UP_AFTER: Final = timedelta(hours=24)
"""How long after *sending* a person may stop waiting for the end of what Dintero accepted.

A guess: how long it may take is not documented, and with some methods it is weeks (Dintero reference §8.1). Giving up
only frees the link's buttons; an event that comes later is seen like any other change of the payment.
"""

EXPIRES_AFTER: Final = timedelta(minutes=10)
"""How old an intent may be when it is sent: an older one is withdrawn."""

ASK_ARRIVED_AFTER: Final = timedelta(seconds=60)
"""How long after *sending* an unanswered create asks whether the message arrived."""


_REPLY_URL_LIFE: Final = timedelta(minutes=29)
"""Slack forgets a response_url after 30 minutes (Slack reference §7)."""
_NAME: Final = re.compile(r"-([A-Z][0-9]+)(?:-[0-9a-z]+)?$")


PAUSE_LIMIT: Final = 5.0
"""Seconds between the commit of *sending* and the call after which a sender no longer trusts that it is alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One intent. `amount` and `seen_open` are minor units; `items` maps line_id to its part of the amount."""

    id: str
    link_id: str
    kind: Kind
    reference: str
    """Our own reference for it at Dintero: `4711-C1-9f3a`. It never comes back, also after a restored backup."""
    state: State
    requested_by: str
    created_at: datetime
    amount: int = 0
    items: Mapping[str, int] = field(default_factory=dict)
    seen_open: int = 0
    """The amount still open when the person decided."""
    approved_by: str | None = None
    releases_rest: bool = False
    """Whether a capture is the last one and releases what it leaves."""
    reason: str | None = None
    note: str | None = None
    """Why it ended as it did, in plain words; no personal data."""
    response_url: str | None = None
    """Where to answer the person who clicked; Slack forgets it after 30 minutes."""
    view_id: str | None = None
    """The form that waits for the result of a create."""
    correlation_id: str | None = None
    draft_id: str | None = None
    """The form that a cancelled link gives way to, kept as a draft until then."""
    sent_at: datetime | None = None
    log_before: int | None = None
    """How many entries the payment's log had at the read before the send; one among them is not this operation's.

    Before it is sent: what the attempt that it repeats found there. None where nothing was read.
    """
    fence: int = 0

    @property
    def name(self) -> str:
        """Which of its link's operations it is: `C1`."""
        found = _NAME.search(self.reference)
        return found[1] if found else self.reference

    @property
    def is_open(self) -> bool:
        """Whether it keeps others off the link."""
        return self.state in OPEN

    def reply_url(self, now: datetime) -> str | None:
        """Where to answer the person who clicked, while Slack still takes an answer there."""
        return self.response_url if abs(now - self.created_at) < _REPLY_URL_LIFE else None

    def is_stale(self, now: datetime) -> bool:
        """Whether it was asked for too long before `now` to be sent; a time in the future is not believed either."""
        return abs(now - self.created_at) >= EXPIRES_AFTER

    def may_ask_again(self, now: datetime) -> bool:
        """Whether enough time has passed to treat no trace as not done."""
        return self.state is State.UNKNOWN and self.sent_at is not None and now >= self.sent_at + ASK_AGAIN_AFTER


def operation_reference(link_reference: str, kind: Kind, n: int, random_part: str = "") -> str:
    """`4711-C1-9f3a`: the link's reference, the kind's letter, a number that counts up on the link, a random part."""
    reference = f"{link_reference}-{LETTER[kind]}{n}"
    return f"{reference}-{random_part}" if random_part else reference


def noun(kind: Kind, amount: int, currency: str, locale: str) -> str:
    """What an operation is called: `the capture of 249,00 kr`; `amount` in minor units."""
    if not amount or kind is Kind.CREATE:
        return _NOUN[kind]
    return f"{_NOUN[kind]} of {format_money(amount, currency, locale)}"
