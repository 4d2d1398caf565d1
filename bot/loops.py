"""Loops that work until nothing is left, then wait for the bell or the next tick."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()


@dataclass(slots=True)
class Loop:
    """Calls `work` again and again while it finds something to do; `ring` wakes it.

    A bell during a round begins another beside it, up to `side_by_side` of them: what comes now does not wait for the
    slowest answer of what came before. The rows that a round works on are claimed, as between two replicas.
    """

    name: str
    work: Callable[[], Awaitable[int]]
    side_by_side: int = 1
    _rung: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: bool = False

    def ring(self) -> None:
        """There may be work."""
        self._rung.set()

    def stop(self) -> None:
        """Let the rounds that run come to their end, and begin no other."""
        self._stopping = True
        self.ring()

    async def run(self) -> None:
        """Work until stopped. A failure is logged and ends its round, never the loop."""
        room = asyncio.Semaphore(self.side_by_side)
        async with asyncio.TaskGroup() as rounds:
            while not self._stopping:
                await self._rung.wait()
                await room.acquire()
                self._rung.clear()
                rounds.create_task(self._round(), name=self.name).add_done_callback(lambda _: room.release())

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
