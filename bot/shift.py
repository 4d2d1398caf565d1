"""A process's shift: its loops, its ticks and its ears, begun together and ended within ten seconds."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import watch
from bot.jobs import Job, catching_up, scheduler
from bot.loops import Loop
from bot.services.clock_changes import ClockChanges
from bot.services.mailing import Mailing
from bot.services.running import Running
from bot.slack.owned import Owned

log = structlog.get_logger()

ANSWERS_WITHIN: Final = 8.0
"""Seconds after the stop began for what runs to come to its end. A write to Dintero may take longer: it is broken off
then, stays *sending* until its lease ends, and is read.
"""
_LETTING_GO: Final = 1.0
"""Seconds to give back what is held; what is not, others take over when its lease ends."""

Beside = Callable[[], Coroutine[Any, Any, Any]]


@dataclass(slots=True, kw_only=True)
class Shift:
    """`begin`, `rest` when told to stop, `end`."""

    loops: Sequence[Loop]
    jobs: tuple[Job, ...]
    clock_changes: ClockChanges
    running: Running
    mailing: Mailing
    owned: Owned
    ticking: AsyncIOScheduler = field(init=False)
    replan: Callable[[], None] = field(init=False)
    """Runs all jobs now: a clock has jumped."""
    _rounds: list[asyncio.Task[None]] = field(default_factory=list)
    _ticks: set[asyncio.Task[Any]] = field(default_factory=set)
    _beside: list[asyncio.Task[Any]] = field(default_factory=list)
    _resting: asyncio.Task[None] | None = None
    _until: float = 0.0

    def __post_init__(self) -> None:
        correct = Job("correct stored times when the clock was put back", self._correct_times, 60)
        self.ticking = scheduler((*self.jobs, correct), self._ticks)
        self.replan = catching_up(self.ticking)

    def begin(self, *beside: Coroutine[Any, Any, Any]) -> None:
        """Start the loops and the scheduler's ticks; what runs `beside` them is merely cancelled at the end."""
        self.ticking.start()
        self._rounds = [asyncio.create_task(loop.run(), name=loop.name) for loop in self.loops]
        watching = watch(self.clock_changes.clock.machine_now, self._jumped)
        self._beside = [asyncio.create_task(each) for each in (*beside, watching)]
        for loop in self.loops:
            loop.ring()

    def rest(self) -> None:
        """Begin nothing more, and give back what is claimed and not being sent; what runs goes on."""
        if self._resting is not None:
            return
        self._until = asyncio.get_running_loop().time() + ANSWERS_WITHIN
        self.ticking.pause()
        for loop in self.loops:
            loop.stop()
        self._resting = asyncio.create_task(self._give_back())

    def is_resting(self) -> bool:
        """Whether the stop has begun."""
        return self._resting is not None

    async def end(self) -> None:
        """Let what runs come to its end while there is time, then break it off and give back what it held."""
        self.rest()
        for task in self._beside:
            task.cancel()
        left = max(0.0, self._until - asyncio.get_running_loop().time())
        sending = asyncio.create_task(self.running.under_way.settled())
        ending = {*self._rounds, *self._ticks, sending}
        await asyncio.gather(self.owned.finish(left), asyncio.wait(ending, timeout=left))
        for task in ending:
            task.cancel()
        last = [*ending, *self._beside, *filter(None, [self._resting]), asyncio.create_task(self._let_go())]
        _, late = await asyncio.wait(last, timeout=_LETTING_GO)
        for task in late:
            log.warning("stopped_late", task=task.get_name())
            task.cancel()
        self.ticking.shutdown(wait=False)

    def _jumped(self, seconds: float) -> None:
        self.clock_changes.note_jump(seconds)
        self.replan()

    async def _correct_times(self) -> None:
        if await self.clock_changes.note_time():
            self.replan()

    async def _give_back(self) -> None:
        await self.running.rest()
        await self.mailing.rest()

    async def _let_go(self) -> None:
        await self.running.let_go()
        await self.mailing.let_go()
