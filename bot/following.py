"""The sandbox's clock, followed: a week that it skips is a week here too."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import httpx
import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.clock import SystemClock, elapsed
from bot.services.ports.world import Clock

log = structlog.get_logger()

_EVERY: Final = 0.25
"""Seconds between two readings."""
_PATIENCE: Final = 1.0
"""Seconds for an answer, however it drips in."""
START_WITHIN: Final = 30.0
"""Seconds in which a bot that starts must have read the time once: a busy machine takes long for the first answers."""
_RETRY_EVERY: Final = 0.5
_DRIFT: Final = timedelta(seconds=1)
"""Two readings that are less apart differ by the way they came, not because the time jumped."""
_FAR: Final = timedelta(days=3653)
"""Ten years: no demo skips so much, and at the ends of the calendar there is nothing to add."""


class NoTime(ValueError):
    """The time cannot be read at that address; the message names the setting, the reason and the fix."""


class _Told(BaseModel):
    model_config = ConfigDict(strict=True)

    now: AwareDatetime


class FollowedClock(SystemClock):
    """The machine's clock, whose business time is ahead of it or behind it by as much as the sandbox's is."""

    def __init__(self, url: str, http: httpx.AsyncClient, machine: Clock | None = None) -> None:
        """`url` answers a GET with `{"now": "<ISO 8601 with its zone>"}`; `machine` is what tells machine time."""
        super().__init__()
        self._url = url
        self._http = http
        self._machine = machine or SystemClock()
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Business time, aware UTC: what the sandbox said last, and the time since then."""
        return self.machine_now() + self._ahead

    def machine_now(self) -> datetime:
        """The machine's own time, or the database's, aware UTC."""
        return self._machine.machine_now()

    async def read(self) -> bool:
        """Ask for the sandbox's time once; returns whether it jumped.

        Raises:
            NoTime: when there is no answer or none that is a time; business time goes on as before.

        """
        try:
            ahead = await self._ahead_now()
        except (httpx.HTTPError, TimeoutError, ValueError, AttributeError) as error:  # the last: see bot.dintero.wire
            reason = "what answers is no time" if isinstance(error, ValueError) else type(error).__name__
            raise NoTime(
                f"PAYLINK_CLOCK_URL: the time cannot be read at {self._url} ({reason}). "
                "Start the sandbox first, or remove the setting."
            ) from error
        if abs(ahead - self._ahead) < _DRIFT:
            return False
        self._ahead = ahead
        return True

    async def _ahead_now(self) -> timedelta:
        """How far the sandbox is ahead, measured against the middle of the question's way there and back.

        Raises:
            httpx.HTTPError, TimeoutError: when there is no answer.
            ValueError: when the answer is no time.

        """
        asked = self.machine_now()
        async with asyncio.timeout(_PATIENCE):
            answer = (await self._http.get(self._url)).raise_for_status()
        way = self.machine_now() - asked
        ahead = _Told.model_validate_json(answer.content).now - (asked + way / 2)
        if abs(ahead) > _FAR:
            raise ValueError("more than ten years away")
        return ahead

    async def follow(self, on_jump: Callable[[], None], *, every: float = _EVERY) -> None:
        """Read it all `every` seconds until cancelled, and call `on_jump` after each jump."""
        told = True
        while True:
            await asyncio.sleep(every)
            try:
                jumped = await self.read()
            except NoTime as problem:
                if told:
                    log.warning("clock_not_read", reason=type(problem.__cause__).__name__)
                told = False
                continue
            told = True
            if jumped:
                log.info("time_jumped", now=self.now().isoformat())
                on_jump()


@asynccontextmanager
async def followed(url: str, machine: Clock | None = None, *, within: float = 0.0) -> AsyncIterator[FollowedClock]:
    """The clock at `url`, on top of `machine`, with its first reading taken, tried again for `within` seconds.

    Raises:
        NoTime: when it could not be read in that time.

    """
    # Through a proxy of the environment this computer would be another one.
    async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as http:
        clock = FollowedClock(url, http, machine)
        await _first_reading(clock, within)
        yield clock


async def _first_reading(clock: FollowedClock, within: float) -> None:
    started = elapsed()
    while True:
        try:
            await clock.read()
        except NoTime as problem:
            if elapsed() - started >= within:
                tried = f" Tried for {within:.0f} seconds." if within else ""
                raise NoTime(f"{problem}{tried}") from problem
            log.info("clock_awaited", reason=type(problem.__cause__).__name__)
            await asyncio.sleep(_RETRY_EVERY)
        else:
            return
