"""Whether the bot does its work: what waits, for how long, and what was counted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.services.ports.storage import Store
from bot.services.ports.world import Clock, Counters
from bot.services.sweeping import PAID_TASK

_PATIENCE: Final = timedelta(minutes=10)
"""Work that waits longer than this means that something is stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Answers `ready`."""

    store: Store
    clock: Clock
    counters: Counters

    async def report(self) -> tuple[bool, dict[str, Any]]:
        """Whether all is well, and the numbers behind it: seconds of waiting and counts since the start."""
        now = self.clock.now()
        backlog = await self.store.backlog(now, self.clock.machine_now())
        async with self.store.read() as work:
            swept = await work.cursor(PAID_TASK)
        waits = {
            "oldest_due_link": backlog.oldest_due,
            "oldest_untold_order": backlog.oldest_untold,
            "oldest_wanted_operation": backlog.oldest_wanted,
            "since_paid_sweep": None if swept is None else (now - datetime.fromisoformat(swept)).total_seconds(),
        }
        well = all(wait is None or wait < _PATIENCE.total_seconds() for wait in waits.values())
        seconds = {name: None if wait is None else round(wait) for name, wait in waits.items()}
        return well, {"seconds": seconds, "unknown_operations": backlog.unknown, "counts": self.counters.shown()}
