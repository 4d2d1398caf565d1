"""The moment before a write: *sending* is committed once, directly before the one call."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.domain.operations import Operation, State
from bot.domain.stories import Claimed
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock

log = structlog.get_logger()


@dataclass(slots=True)
class UnderWay:
    """What this process has claimed to send, each row carried out by a task of its own.

    A stop calls off those that have not asked for a permit yet, and gives their rows back. From the asking on a row
    may be *sending*, and is left to come to its answer.
    """

    resting: bool = False
    """Nothing more is begun here."""
    _tasks: dict[asyncio.Task[None], Claimed] = field(default_factory=dict)
    _asked: set[str] = field(default_factory=set)
    _recorded: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        """How many rows are not at their end yet."""
        return sum(row.id not in self._recorded for row in self._tasks.values())

    def begin(self, claimed: Claimed, work: Coroutine[Any, Any, None], *, ended: Callable[[], None]) -> None:
        """Carry out a claimed row; `ended` is called afterwards."""
        task = asyncio.create_task(work, name="sending")
        self._tasks[task] = claimed

        def forget(_: asyncio.Task[None]) -> None:
            self._asked.discard(claimed.id)
            self._recorded.discard(claimed.id)
            del self._tasks[task]
            if not task.cancelled() and (problem := task.exception()) is not None:
                log.error("sending_broke", row=claimed.id, exc_info=problem)
            ended()

        task.add_done_callback(forget)

    def asked(self, row_id: str) -> None:
        """The row asks for its permit now: from here on it is not called off."""
        self._asked.add(row_id)

    def recorded(self, row_id: str) -> None:
        """The row's end is kept. What is left is to tell its person, which may last and makes no other row wait."""
        self._recorded.add(row_id)

    def call_off(self, *, everything: bool = False) -> Sequence[Claimed]:
        """Begin no more, and end what has not asked for a permit yet, or all; returns the rows to be given back."""
        self.resting = True
        ending = {task: row for task, row in self._tasks.items() if everything or row.id not in self._asked}
        for task in ending:
            task.cancel()
        return tuple(ending.values())

    async def settled(self) -> None:
        """Wait for what is under way."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))


@dataclass(slots=True, kw_only=True)
class Permit:
    """Asked by the gateway directly before every request of a write; only a True lets it go out.

    The first asking commits *wanted → sending* under the fence; a repeat of a call that provably was not done
    renews the lease and the time of sending, from which the ten minutes count. A process that was paused meanwhile
    (swapped out, suspended) does not send, for another may already have judged the row unknown: `bot.dintero.wire`
    takes the time before it asks, and looks at it again when the first byte is about to leave.
    """

    store: Store
    clock: Clock
    operation: Operation
    fence: int
    asked: Callable[[str], None]
    """Told of the asking, before anything else."""

    async def __call__(self) -> bool:
        """Whether the request may leave now."""
        self.asked(self.operation.id)
        sending = replace(self.operation, state=State.SENDING, sent_at=self.clock.now())
        async with self.store() as work:
            mine = await work.move_operation(sending, from_=(self.operation.state,), fence=self.fence)
            await work.commit()
        if mine:
            self.operation = sending
        return mine


@dataclass(frozen=True, slots=True, kw_only=True)
class Permits:
    """Makes them."""

    store: Store
    clock: Clock
    under_way: UnderWay = field(default_factory=UnderWay)

    def permit(self, operation: Operation, fence: int) -> Permit:
        """For the claim of `operation` that got `fence`."""
        return Permit(
            store=self.store, clock=self.clock, operation=operation, fence=fence, asked=self.under_way.asked
        )  # fmt: skip
