"""Keeps the time, and corrects what was stored while the clock was ahead."""

from dataclasses import dataclass

import structlog

from bot.domain.clock_skew import ClockSkew
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock, Counters

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChanges:
    """Every minute, at the start and after a jump: a time that was stored in the future is not believed."""

    store: Store
    clock: Clock
    counters: Counters
    skew: ClockSkew

    async def note_time(self) -> bool:
        """Keep the time, and correct stored times when it was put back; returns whether it was."""
        back = await self.store.note_time(self.clock.now(), self.clock.machine_now())
        if back is None:
            return False
        self.skew.forget()
        self.counters.add("clock_put_back")
        log.warning("clock_put_back", seconds=round(back.total_seconds()))
        return True

    def count_jump(self) -> None:
        """A clock was set, or the machine was suspended."""
        self.skew.forget()
        self.counters.add("clock_jumps")
