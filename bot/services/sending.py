"""The moment before a write: *sending* is committed once, directly before the one call."""

from dataclasses import dataclass, replace
from typing import Final

from bot.domain.operations import Operation, State
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock

PAUSE_LIMIT: Final = 5.0
"""Seconds between the commit and the call after which the sender no longer trusts that it is alone."""


@dataclass(slots=True, kw_only=True)
class Permit:
    """Asked by the gateway directly before every request of a write; only a True lets it go out.

    The first asking commits *wanted → sending* under the fence; a repeat of a call that provably was not done
    renews the lease and the time of sending, from which the ten minutes count. A process that was paused meanwhile
    (swapped out, suspended) does not send: another may already have judged the row unknown.
    """

    store: Store
    clock: Clock
    operation: Operation
    fence: int

    async def __call__(self) -> bool:
        """Whether the request may leave now."""
        started = self.clock.monotonic()
        sending = replace(self.operation, state=State.SENDING, sent_at=self.clock.now())
        async with self.store() as work:
            mine = await work.move_operation(sending, from_=(self.operation.state,), fence=self.fence)
            await work.commit()
        if mine:
            self.operation = sending
        return mine and self.clock.monotonic() - started < PAUSE_LIMIT
