"""An order as Slack shows it: its chain of links, its card, and what of it is held or claimed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.events import Event, Urgency, urgency
from bot.domain.links import Link, Status
from bot.domain.orders import Line, Order


class CardState(StrEnum):
    """Whether the order's card stands in Slack."""

    NONE = "none"
    POSTING = "posting"
    """Committed before the call: found after a restart or a timeout, it is posted once more and counted."""
    POSTED = "posted"
    FROZEN = "frozen"
    """Posted, and Slack lets nobody change it any more: the thread tells what happens from then on."""
    NOWHERE = "nowhere"
    """Slack will not take it anywhere we may write. It is tried again when something changes or somebody refreshes,
    and every hour while something about money waits to be told."""


POSTED_STATES: Final = frozenset({CardState.POSTED, CardState.FROZEN})
"""The card stands in Slack, and so does its thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What storage knows of an order's card. `channel` may differ from the order's when it went to a DM."""

    order_id: str
    state: CardState
    channel: str
    ts: str | None
    posts: int
    """How often it was posted; more than one means a doubt was resolved by posting again."""
    version: int
    """The version of the order that the card shows."""
    diverted: bool = False
    """It stands in the issuer's DM because the channel refused it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An order with its chain of links, newest last, and its card: what a card or a thread line is drawn from."""

    order: Order
    links: tuple[Link, ...]
    card: Card
    version: int
    """The order's version; raised by every change of any of its links."""
    last_event: Event | None = None
    sold: Mapping[int, tuple[Line, ...]] = field(default_factory=dict)
    """The lines that links were made with, by the number of the first of them; empty when they never changed."""

    @property
    def newest(self) -> Link:
        """The link the card shows."""
        return self.links[-1]

    def lines(self, link: Link) -> tuple[Line, ...]:
        """What `link` asks money for: the order may have been changed since."""
        since = max((n for n in self.sold if n <= link.n), default=None)
        return self.order.lines if since is None else self.sold[since]

    def order_of(self, link: Link) -> Order:
        """The order as `link` was made from it: its money, and how it was to travel."""
        return replace(self.order, lines=self.lines(link), currency=link.currency, delivery=link.delivery)

    def paid_beside(self, link: Link) -> Link | None:
        """Another link of the order that holds the customer's money: nobody is asked for it once more."""
        return next((other for other in self.links if other.id != link.id and other.holds_money), None)

    @property
    def paid_by_older(self) -> Link | None:
        """The older link that holds the customer's money, where the newest holds none."""
        return None if self.newest.holds_money else self.paid_beside(self.newest)

    @property
    def paid_twice(self) -> bool:
        """Whether two links hold the customer's money, and what came second is not decided yet."""
        holding = [link for link in self.links if link.holds_money]
        return len(holding) > 1 and any(link.facts.late for link in holding)

    def maybe_paid_beside(self, link: Link) -> Link | None:
        """Another link of the order with a payment that is not decided or not understood: it may be paid twice."""
        return next((other for other in self.links if other.id != link.id and other.may_hold_money), None)

    def link(self, link_id: str) -> Link:
        """The link of that id.

        Raises:
            KeyError: when it is not of this order.

        """
        for link in self.links:
            if link.id == link_id:
                return link
        raise KeyError(link_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A row held under a lease: writes by its holder say `WHERE fence = fence`."""

    id: str
    fence: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold(Claimed):
    """An order that Slack lags behind, held, and what tells which of Slack's limits comes first.

    As its row says it, which may turn out to be unreadable only when the order is read.
    """

    urgency: int
    """Of the most urgent that is to be told."""
    workspace_id: str
    card: str
    """The card's state."""
    channel: str
    """Where the card stands or is to stand; empty for the issuer's own messages that nobody has opened yet."""
    outdated: bool
    """The card shows an older version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A sweep's row: one holder at a time, its cursor survives restarts."""

    name: str
    cursor: str | None
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A link whose time for a look has come. `hinted` says that something told us to look, not only the schedule."""

    link: Link
    hinted: bool
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocked:
    """What is known of a link that somebody says has changed."""

    id: str
    account_id: str
    prompted_at: datetime | None
    """For when the latest callback asked for a read."""
    due_at: datetime | None
    """When the next one is planned."""
    hinted: bool
    """Whether a hint came that no look has answered yet."""
    session_hint: str | None
    """The session that a hint named, other than the link's own."""
    session_id: str | None = None
    """The link's own, once it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits: seconds since it should have been done, None when nothing does."""

    oldest_due: float | None
    oldest_untold: float | None
    oldest_wanted: float | None
    unknown: int
    """How many operations nobody knows the end of."""


def is_overtaken(story: Story, event: Event, newer: Sequence[Event]) -> bool:
    """Whether a line of the last class is old news already, beside the `newer` events that wait to be told."""
    if urgency(event.kind) is not Urgency.PROGRESS:
        return False
    overtaken = any(urgency(each.kind) is not Urgency.PROGRESS for each in newer if each.link_id == event.link_id)
    return overtaken or story.link(event.link_id).status is not Status.OPEN
