"""The product's clocks: the machine's, or the database's where replicas share one; and the watch over both."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from bot.domain.clock_skew import DATABASE, ClockSkew

log = structlog.get_logger()

READ_EVERY: Final = 10.0
"""Seconds between two readings of the database's clock."""
_PROMPT: Final = 1.0
"""Seconds. An answer that took longer says too little about the time."""
WATCH_EVERY: Final = 1.0
_STEPS: Final = 100
"""The latest changes of the clock that are remembered."""
JUMP: Final = 2.0
"""Seconds by which wall clock and elapsed time differ, since they were compared last, when the clock was set."""

_ELAPSED: Final = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""The system's clock of elapsed time. Linux's CLOCK_MONOTONIC, which `time.monotonic` reads, stands still while the
machine is suspended; CLOCK_BOOTTIME does not, nor does CLOCK_MONOTONIC on macOS.
"""


def elapsed() -> float:
    """Seconds since some moment: they never jump, and they go on while the machine is suspended."""
    return time.monotonic() if _ELAPSED is None else time.clock_gettime(_ELAPSED)


class SystemClock:
    """Three times from the machine; see `bot.services.ports.world.Clock`."""

    def __init__(self) -> None:
        self._forward: deque[tuple[float, float]] = deque(maxlen=_STEPS)
        """When, in elapsed time, the clock was set forward, and by how many seconds."""

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return datetime.now(UTC)

    def machine_now(self) -> datetime:
        """The machine's own time, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never jump, and go on while the machine is suspended."""
        return elapsed()

    def note_step(self, seconds: float) -> None:
        """The machine's clock was set forward by so many seconds, or back where they are negative."""
        if seconds > 0:
            self._forward.append((self.monotonic(), seconds))

    def certain_now(self, since: datetime) -> datetime:
        """Business time, less what the clock was set forward since `since`: that time did not pass."""
        now, elapsed_now = self.now(), self.monotonic()
        age = (now - since).total_seconds()
        return now - timedelta(seconds=sum(step for at, step in self._forward if elapsed_now - at <= age))


class DatabaseClock(SystemClock):
    """The database's clock, carried on by elapsed time from one reading to the next: one for all replicas.

    What this computer's wall clock says, or that it is set, changes nothing; it is only compared.
    """

    def __init__(self, ask: Callable[[], Awaitable[datetime]], skew: ClockSkew) -> None:
        """`ask` gives the database's time, aware UTC; `skew` keeps how far this computer's clock is off."""
        super().__init__()
        self._ask = ask
        self._skew = skew
        self._read: tuple[datetime, float] | None = None
        """A time of the database's, and the elapsed time at which it was so."""

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return self.machine_now()

    def machine_now(self) -> datetime:
        """The database's time, aware UTC; the machine's own before the first reading."""
        if self._read is None:
            return super().machine_now()
        at, since = self._read
        return at + timedelta(seconds=self.monotonic() - since)

    async def read(self) -> None:
        """Ask for the database's time once. Raises what the database raises; time goes on as before then."""
        asked = self.monotonic()
        theirs = await self._ask()
        answered = self.monotonic()
        way = answered - asked
        if way > _PROMPT and self._read is not None:
            return
        self._read = theirs + timedelta(seconds=way / 2), answered
        ahead = (super().machine_now() - theirs).total_seconds()
        self._skew.note(DATABASE, ahead - way, ahead)

    async def follow(self, *, every: float = READ_EVERY) -> None:
        """Read it all `every` seconds until cancelled."""
        while True:
            await asyncio.sleep(every)
            try:
                await self.read()
            except Exception as problem:  # noqa: BLE001  whatever the driver raises: the next reading may go well
                log.warning("database_clock_not_read", reason=type(problem).__name__)


@asynccontextmanager
async def database_clock(ask: Callable[[], Awaitable[datetime]], skew: ClockSkew) -> AsyncIterator[DatabaseClock]:
    """The database's clock, read once and followed from then on."""
    clock = DatabaseClock(ask, skew)
    await clock.read()
    following = asyncio.create_task(clock.follow(), name="database clock")
    try:
        yield clock
    finally:
        following.cancel()
        await asyncio.wait([following])


async def watch(
    machine_now: Callable[[], datetime], on_jump: Callable[[float], None], *, every: float = WATCH_EVERY
) -> None:
    """Compare wall clocks with elapsed time all `every` seconds until cancelled; call `on_jump` when one was set.

    It is called with the seconds by which `machine_now` was set forward; negative when back. Watched are this
    computer's own clock, by which jobs are planned, and `machine_now`. Elapsed time is also the event loop's, which
    stands still while the machine is suspended: that is a jump too, for whatever was to happen meanwhile.
    """

    def offsets() -> tuple[float, float, float]:
        machine, loop = machine_now().timestamp(), time.monotonic()
        return datetime.now(UTC).timestamp() - loop, machine - loop, machine - elapsed()

    before = offsets()
    while True:
        await asyncio.sleep(every)
        now = offsets()
        steps = [after - earlier for after, earlier in zip(now, before, strict=True)]
        before = now
        if any(abs(step) > JUMP for step in steps):
            log.warning("clock_jumped", seconds=max(map(round, steps), key=abs))
            on_jump(steps[2] if abs(steps[2]) > JUMP else 0.0)
