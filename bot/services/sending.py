"""The moment before a write: *sending* is committed once, directly before the one call."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.domain.operations import Operation, State
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock

LEASE: Final = timedelta(seconds=90)
"""How long a *sending* row is its sender's; longer than the write timeout, so nobody reads before it can be over."""

PAUSE_LIMIT: Final = 5.0
"""Seconds between the commit and the call after which the sender no longer trusts that it is alone."""


@dataclass(slots=True, kw_only=True)
class Permit:
    """Asked by the gateway directly before every request of a write; only a True lets it go out.

    The first asking commits *wanted → sending* under the fence; a repeat of a call that provably was not done
    renews the lease. A process that was paused meanwhile (swapped out, suspended) does not send: another may already
    have judged the row unknown.
    """

    store: Store
    clock: Clock
    operation: Operation
    fence: int

    async def __call__(self) -> bool:
        """Whether the request may leave now."""
        started = self.clock.monotonic()
        held = await (self._renew() if self.sent else self._commit())
        return held and self.clock.monotonic() - started < PAUSE_LIMIT

    @property
    def sent(self) -> bool:
        """Whether *sending* stands in the database."""
        return self.operation.state is State.SENDING

    async def _commit(self) -> bool:
        sending = replace(self.operation, state=State.SENDING, sent_at=self.clock.now())
        async with self.store() as work:
            moved = await work.move_operation(sending, from_=(State.WANTED,), fence=self.fence)
            await work.commit()
        if moved:
            self.operation = sending
        return moved

    async def _renew(self) -> bool:
        until = self.clock.machine_now() + LEASE
        async with self.store() as work:
            held = await work.hold_operation(self.operation.id, fence=self.fence, until=until)
            await work.commit()
        return held
