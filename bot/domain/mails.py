"""A mail to a customer: one row per mail, sent at most once, and its life.

wanted → sending → sent | refused | unknown          wanted → refused | withdrawn

*Sending* is committed directly before the mail is handed over. A *sending* row is never sent again by itself: whoever
finds it makes it *unknown*. What provably was not taken goes back to *wanted*.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.links import Delivered, Link
from bot.domain.orders import Order
from bot.domain.page_state import PageState, page_state
from bot.domain.stories import Story

FIRST: Final = 0
"""The number of the mail that brings a link; the reminders after it count from one."""
GIVE_UP_AFTER: Final = timedelta(hours=1)
"""How long a mail that no server takes is tried."""
_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60, 120, 300, 600))
TOOK_TOO_LONG: Final = "No mail server took it for an hour."


class MailState(StrEnum):
    """Where a mail is in its life."""

    WANTED = "wanted"
    SENDING = "sending"
    SENT = "sent"
    """A mail server has taken it."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The connection broke while it was handed over."""
    WITHDRAWN = "withdrawn"
    """Never handed over: its link can no longer be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail about one link. To whom stands with the order, and nowhere else."""

    id: str
    link_id: str
    n: int
    state: MailState
    wanted_at: datetime
    """Machine time, like all that tells when to try."""
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What stands in a mail. `id` makes its Message-ID, the same at every try; `page` is the link's own address."""

    id: str
    order: Order
    link: Link
    page: str
    reminder: bool


class Fit(StrEnum):
    """Whether a mail may go out now."""

    SEND = "send"
    WAIT = "wait"
    """A minute may change it: the link is being cancelled, which may fail."""
    DROP = "drop"


def fit(story: Story, link: Link, now: datetime) -> Fit:
    """A mail goes out only while the page that it leads to can be paid."""
    state = page_state(story, link, now)
    if state is PageState.PAYABLE:
        return Fit.SEND
    return Fit.WAIT if state is PageState.NOT_READY else Fit.DROP


def next_try(mail: Mail, machine_now: datetime) -> datetime | None:
    """When to try a mail again that was not taken; None when it has been tried for long enough."""
    at = machine_now + _PAUSES[min(mail.tries, len(_PAUSES) - 1)]
    return at if at <= mail.wanted_at + GIVE_UP_AFTER else None


DELIVERED: Final[Mapping[MailState, Delivered]] = {
    MailState.SENT: Delivered.SENT,
    MailState.REFUSED: Delivered.FAILED,
    MailState.UNKNOWN: Delivered.MAYBE,
    MailState.WITHDRAWN: Delivered.NONE,
}
"""What becomes of the first mail is what became of the message to the customer."""
