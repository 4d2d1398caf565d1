"""Storage, as the services see it: where transactions come from, and the claims, each a transaction of its own."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.events import Event
from bot.domain.stories import Backlog, Claimed, Due, Knocked, Story, Task, Untold
from bot.domain.waiting import Waiting
from bot.services.ports.work import Work


class Store(Protocol):
    """Where transactions come from, and the claims, which are transactions of their own."""

    async def introduce(self, *, team_id: str, account_id: str) -> str:
        """Make sure that the workspace and the account have their rows; returns the workspace's id."""
        ...

    def __call__(self) -> AbstractAsyncContextManager[Work]:
        """Open a transaction that may write."""
        ...

    def read(self) -> AbstractAsyncContextManager[Work]:
        """Open a transaction that only looks."""
        ...

    def token(self, link_id: str) -> str:
        """The link's capability token, for its callback and thanks URLs."""
        ...

    async def knocked(self, token: str) -> Knocked | None:
        """The link of this capability token, as a knock at it finds it."""
        ...

    async def knocked_session(self, session_id: str) -> Knocked | None:
        """The same for Dintero's id of its session."""
        ...

    async def begin_look(self, link_id: str, at: datetime) -> Story | None:
        """The story of a link, and `set_looked` with it; None for a link that is not ours. Raises Unreadable."""
        ...

    async def prompt(self, link_id: str, at: datetime, *, session_hint: str | None = None) -> None:
        """Make the link due by `at` because somebody outside asked for it: kept when it returns."""
        ...

    async def claim_operations(self, machine_now: datetime, lease: timedelta, limit: int) -> Sequence[Claimed]:
        """Hold *wanted* operations; no two replicas hold the same one."""
        ...

    async def release_operations(self, claims: Sequence[Claimed]) -> None:
        """Give back claims that were not used: what is still *wanted* under their fences may be claimed at once."""
        ...

    async def lapsed_operations(self, machine_now: datetime) -> Sequence[Claimed]:
        """Hold *sending* operations whose lease has ended: their sender is gone."""
        ...

    async def claim_mails(self, machine_now: datetime, lease: timedelta, limit: int) -> Sequence[Claimed]:
        """Hold *wanted* mails whose time has come; no two replicas hold the same one."""
        ...

    async def release_mails(self, claims: Sequence[Claimed]) -> None:
        """Give back claims that were not used: what is still *wanted* under their fences may be claimed at once."""
        ...

    async def lapsed_mails(self, machine_now: datetime) -> Sequence[Claimed]:
        """Hold *sending* mails whose lease has ended: their sender is gone."""
        ...

    async def claim_due_links(
        self, now: datetime, machine_now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Due | Claimed]:
        """Hold links that are due, the longest waiting first; one whose row cannot be read is merely *claimed*.

        `hinted` is true while a hint is unseen.
        """
        ...

    async def release_links(self, claims: Sequence[Claimed], *, wake: bool = True) -> None:
        """Give back due links that were not looked at; they stay due as they are. `wake`: other replicas may go on."""
        ...

    async def claim_untold(
        self, now: datetime, machine_now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Untold]:
        """Hold orders whose card or thread lags behind, most urgent first; ids are order ids.

        A new order is left alone for three seconds of machine time or until its link changes, whichever comes
        first, so that a create that answers quickly costs one post.
        """
        ...

    async def untold_events(self, order_id: str) -> Sequence[Event]:
        """The order's untold events, oldest first. Raises Unreadable."""
        ...

    async def stumble(self, claimed: Claimed) -> int:
        """Count that telling an order broke or ended in doubt; returns how often since a post was last answered."""
        ...

    async def put_off_orders(self, until: Mapping[Claimed, datetime]) -> None:
        """Let go of orders that were not told, each until then (machine time) or until something new happens to it."""
        ...

    async def release_order(self, claimed: Claimed, *, retry_at: datetime | None = None) -> None:
        """Let go of an order; it stays claimable while its card or an event lags.

        `retry_at` (machine time) keeps it off the list until then or until something new happens to it.
        """
        ...

    async def claim_task(self, name: str, now: datetime, machine_now: datetime, lease: timedelta) -> Task | None:
        """Hold a sweep's row if it is due and free."""
        ...

    async def take_turn(
        self, lane: str, machine_now: datetime, *, per_minute: int, reserve: int = 0, apart: float = 0.0
    ) -> float:
        """Take one slot of a rate lane shared by the replicas; the seconds to wait instead when none is free.

        At most `per_minute` turns in any sixty seconds. `reserve` of them are left for others: less urgent callers
        ask for more reserve. Two turns are at least `apart` seconds from each other (posts to one channel: 1.1).
        """
        ...

    async def block_lane(self, lane: str, until: datetime) -> None:
        """Nobody uses the lane before `until` (machine time): Slack said Retry-After."""
        ...

    async def spend(self, account_id: str, machine_now: datetime, *, rate: int, share: float, calls: int = 1) -> int:
        """Take calls from the account's budget of `rate` a second, up to `share` of it; how many there were left."""
        ...

    async def note_time(self, now: datetime, machine_now: datetime) -> timedelta | None:
        """Keep the time, and correct what a clock that was ahead has stored; by how much it was put back, else None."""
        ...

    async def schema(self) -> str:
        """Where the database stands: current, old, newer or empty."""
        ...

    async def waiting(self, now: datetime, machine_now: datetime) -> frozenset[Waiting]:
        """What could be claimed now, in one look."""
        ...

    async def backlog(self, now: datetime, machine_now: datetime) -> Backlog:
        """What waits, and for how long."""
        ...
