"""Whether the bot does its work: what waits, for how long, what the last calls said, and what was counted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import structlog

from bot.domain.clock_skew import DINTERO
from bot.domain.problem import Problem
from bot.domain.readiness import PATIENCE, UNWRITTEN, Vitals, health_problems
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock, Counters, LastWords
from bot.services.signature_checks import SignatureChecks
from bot.services.sweeping import PAID_TASK

log = structlog.get_logger()

_ANSWER_WITHIN: Final = 2.0
"""Seconds for the database: whoever asks has a limit too."""
_WAITS: Final = ("oldest_due_link", "oldest_untold_order", "oldest_wanted_operation", "since_paid_sweep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Answers `ready` and `status`. Asks the database only."""

    store: Store
    clock: Clock
    counters: Counters
    last_words: LastWords
    signatures: SignatureChecks
    stopping: Callable[[], bool]

    async def report(self) -> tuple[tuple[Problem, ...], dict[str, Any]]:
        """What is wrong, and the numbers behind it: seconds of waiting and counts since the start."""
        unknown: int | None = None
        seen = Vitals(
            stopping=self.stopping(),
            slack_refusal=self.last_words.refusals.get("slack"),
            dintero_refusal=self.last_words.refusals.get("dintero"),
            links_unsigned=self.signatures.links_refused(),
            clock_skew=self.last_words.skew.known(),
            links_unread=self.last_words.unread.lasting(self.clock.monotonic(), at_least=PATIENCE),
            unwritten=self.last_words.unwritten.lasting(self.clock.monotonic(), at_least=UNWRITTEN),
        )
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                seen = replace(seen, schema=await self.store.schema())
                if seen.schema == "current":
                    seen, unknown = await self._waiting(seen)
        except Exception:
            log.exception("health_unknown")
            seen = replace(seen, schema=None)
        waits: dict[str, float | None] = {name: getattr(seen, name) for name in _WAITS}
        seconds = {name: None if wait is None else round(wait) for name, wait in waits.items()}
        numbers = {"seconds": seconds, "unknown_operations": unknown, "counts": self.counters.shown()}
        return health_problems(seen), numbers

    async def _waiting(self, seen: Vitals) -> tuple[Vitals, int]:
        """What waits, and how many operations nobody knows the end of."""
        now = self.clock.now()
        backlog = await self.store.backlog(now, self.clock.machine_now())
        async with self.store.read() as work:
            swept = await work.cursor(PAID_TASK)
            signatures = await self.signatures.history(work)
        dinteros = now - self.last_words.skew.ahead(DINTERO)
        waiting = replace(
            seen,
            oldest_due_link=backlog.oldest_due,
            oldest_untold_order=backlog.oldest_untold,
            oldest_wanted_operation=backlog.oldest_wanted,
            signatures=signatures,
            since_paid_sweep=None if swept is None else (dinteros - datetime.fromisoformat(swept)).total_seconds(),
        )
        return waiting, backlog.unknown
