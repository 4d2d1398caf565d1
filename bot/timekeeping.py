"""Which clock a process has, and what its clock is compared with."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import SystemClock, database_clock
from bot.domain.clock_skew import ClockSkew
from bot.following import START_WITHIN, followed
from bot.services.ports.world import Clock
from storage.server_time import has_clock, server_time


async def open_clock(sandbox_url: str | None, engine: AsyncEngine, skew: ClockSkew, stack: AsyncExitStack) -> Clock:
    """Machine time from PostgreSQL where that is the database, business time from the sandbox where there is one.

    Raises:
        NoTime: when the sandbox's clock cannot be read.

    """
    machine: Clock = SystemClock()
    if has_clock(engine):
        machine = await stack.enter_async_context(database_clock(partial(server_time, engine), skew))
    if sandbox_url is None:
        return machine
    return await stack.enter_async_context(followed(sandbox_url, machine, within=START_WITHIN))


def comparing(skew: ClockSkew, whom: str, clock: Clock) -> Callable[[str | None, float], None]:
    """What to call with the `Date` of each of their answers, and the seconds that the answer took."""
    return lambda header, seconds: skew.note_date(whom, header, clock.now(), seconds)
