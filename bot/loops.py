"""Loops that work until nothing is left, then wait for the bell or the next tick."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()


@dataclass(slots=True)
class Loop:
    """Calls `work` again and again while it finds something to do; `ring` wakes it."""

    name: str
    work: Callable[[], Awaitable[int]]
    _rung: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False

    def ring(self) -> None:
        """There may be work."""
        self._rung.set()

    def stop(self) -> None:
        """Let the round that runs come to its end, and begin no other."""
        self._stopping = True
        self.ring()

    async def run(self) -> None:
        """Work until stopped. A failure is logged and ends the round, never the loop."""
        while not self._stopping:
            await self._rung.wait()
            self._rung.clear()
            await self._round()

    async def _round(self) -> None:
        try:
            while not self._stopping and await self.work():
                log.debug("worked", loop=self.name)
        except Exception:
            log.exception("loop_broke", loop=self.name)


@dataclass(slots=True)
class Bells:
    """Rings several loops at once. A service is handed those whose work it makes: an idle claim is a transaction."""

    loops: list[Loop] = field(default_factory=list)

    def ring(self) -> None:
        """Wake them all."""
        for loop in self.loops:
            loop.ring()
