"""Calls to Slack when their limit has a turn, and only while the order is held by the caller."""

import math
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeVar

from bot.domain.stories import Untold
from bot.services.lanes import Lane
from bot.services.ports.storage import Store
from bot.services.ports.threads import Throttled
from bot.services.ports.world import Clock
from bot.services.queues import Queues
from bot.services.slack_pauses import NotYet, Wait

T = TypeVar("T")

ours_until: ContextVar[float] = ContextVar("ours_until", default=math.inf)
"""Until when (monotonic) a task may take the order that it brings to Slack to be its own; each order has its task."""

TRUSTED: Final = 30.0
"""Seconds of that lease in which a call to Slack may begin. A process that stood still makes none when it wakes:
another process has brought the order to Slack meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Slack's limits, shared with the other replicas through the store."""

    store: Store
    clock: Clock
    queues: Queues = field(default_factory=Queues)

    def _closed_for(self, lane: Lane) -> float:
        return self.queues.free_in(lane.key, self.clock.monotonic())

    def _place(self, claimed: Untold, lane: Lane, free_in: float) -> float:
        """Seconds until it may be the order's turn. More urgent orders do not wait for less urgent ones."""
        queue, now = f"{lane.name} {claimed.urgency}", self.clock.monotonic()
        return self.queues.wait(claimed.id, queue, now=now, free_in=free_in, every=lane.every)

    async def _in_turn(
        self, lane: Lane, call: Callable[[], Awaitable[T]], *, before: Callable[[], Awaitable[None]] | None = None
    ) -> T:
        """Make one call to Slack when its lane has a turn; a 429 stops the lane for all replicas.

        `before` is done once the turn is taken, and so not over and over while it is awaited.
        """
        asked = self.clock.monotonic()
        wait = self._closed_for(lane) or await self.store.take_turn(
            lane.name, self.clock.machine_now(), per_minute=lane.per_minute, apart=lane.apart, reserve=lane.reserve
        )
        if wait > 0:
            self.queues.close(lane.key, asked + wait)
            raise NotYet(lane, wait)
        if self.clock.monotonic() > ours_until.get():
            raise Wait(0.0)
        if before is not None:
            await before()
        try:
            return await call()
        except Throttled as throttled:
            until = self.clock.machine_now() + timedelta(seconds=throttled.seconds)
            await self.store.block_lane(lane.name, until)
            raise
