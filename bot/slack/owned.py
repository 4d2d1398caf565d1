"""Work that goes on after the answer to Slack has left: owned, bounded, and awaited at the stop."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

log = structlog.get_logger()


@dataclass(slots=True)
class Owned:
    """A bounded set of tasks. Nothing that matters rests on them alone: what matters is in the database."""

    most: int = 200
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in the background; its failure is logged. Too many at once: it is dropped, and logged."""
        if len(self._tasks) >= self.most:
            work.close()
            log.error("too_much_at_once", task=name)
            return
        task = asyncio.create_task(self._watch(name, work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self, seconds: float = 5.0) -> None:
        """Await what is running, then cancel what is left."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until nothing is running."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _watch(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            log.exception("task_failed", task=name)
