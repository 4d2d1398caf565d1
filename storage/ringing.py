"""Ringing at the other replicas: on PostgreSQL whoever makes work tells them, and they need not wait for their poll.

`NOTIFY` is part of the transaction that makes the work: it is heard when that is committed, never before, and not at
all when it is rolled back. It rides on the statement that writes the row (`RETURNING pg_notify(…)`), so it costs no
round trip, and PostgreSQL folds equal ones of a transaction into one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from sqlalchemy import ColumnElement, func
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.waiting import Waiting
from storage.engine import apart_from_pool, is_trouble

log = structlog.get_logger()

_CHANNEL: Final = "paylink"
_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_STILL_THERE: Final = 30.0
"""Seconds after which a silent connection is asked whether it lives: a host that vanishes says no goodbye."""
_PATIENCE: Final = 5.0


Heard = Callable[[Waiting], None]


def ring(waiting: Waiting, sender: str) -> ColumnElement[Any]:
    """For a statement's `RETURNING`: tell the other replicas when this is committed. `sender` does not hear it."""
    return func.pg_notify(_CHANNEL, f"{waiting} {sender}")


async def listen(engine: AsyncEngine, sender: str, heard: Heard) -> None:
    """Call `heard` for every ring of another process, until cancelled; returns at once where there is none to hear.

    One connection of its own, made anew when it is lost, after ever longer pauses. Rings that were missed meanwhile
    are made up for by calling `heard` for everything; the loops' poll goes on all the time.
    """
    if engine.dialect.name != "postgresql":
        return
    own, pause = apart_from_pool(engine), _PAUSE
    try:
        while True:
            try:
                async with _ears(own, sender, heard) as driver:
                    pause = _PAUSE
                    await _until_lost(driver)
                reason = "connection lost"
            except Exception as problem:
                if not is_trouble(problem):
                    raise
                reason = type(problem).__name__
            log.warning("not_listening", reason=reason, seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
    finally:
        await own.dispose()


@asynccontextmanager
async def _ears(own: AsyncEngine, sender: str, heard: Heard) -> AsyncIterator[Any]:
    """A connection that hears."""

    def hear(_connection: Any, _pid: int, _channel: str, told: str) -> None:
        name, _, who = told.partition(" ")
        if who != sender and name in set(Waiting):
            heard(Waiting(name))

    async with own.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.add_listener(_CHANNEL, hear)
        log.info("listening")
        for waiting in Waiting:
            heard(waiting)
        yield driver


async def _until_lost(driver: Any) -> None:
    lost = asyncio.Event()
    driver.add_termination_listener(lambda _: lost.set())
    while not driver.is_closed():
        try:
            await asyncio.wait_for(lost.wait(), _STILL_THERE)
        except TimeoutError:
            await driver.execute("SELECT 1", timeout=_PATIENCE)
