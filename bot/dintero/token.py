"""The access token: cached, renewed before it ends, fetched once for however many wait (Dintero reference §3)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bot.dintero.models import Granted

_EARLY: Final = 600.0
"""Seconds before its end from which a token is renewed, but at most a tenth of its life."""

_SKEW: Final = 30.0
"""Seconds before its end from which a token is not used any more, but at most a tenth of its life."""


class AccessToken:
    """Hands out the token. A failing fetch fails all who wait for it; the next to ask tries anew."""

    def __init__(self, fetch: Callable[[], Awaitable[Granted]], monotonic: Callable[[], float]) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._token: str | None = None
        self._renew_at = self._useless_at = 0.0
        self._fetching: asyncio.Task[None] | None = None

    async def get(self) -> str:
        """The token. Raises what the fetch raises."""
        now = self._monotonic()
        token = self._token
        if token is not None and now < self._renew_at:
            return token
        fetching = self._start()
        if token is not None and now < self._useless_at:
            return token  # still good: nobody waits for its successor
        await asyncio.shield(fetching)
        return await self.get() if self._token is None else self._token

    def forget(self, token: str) -> None:
        """Dintero refused `token`: never hand it out again. A newer one is kept."""
        if self._token == token:
            self._token = None

    async def aclose(self) -> None:
        """Stop a fetch that nobody waits for any more."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _start(self) -> "asyncio.Task[None]":
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._renew())
            self._fetching.add_done_callback(_retrieve)
        return self._fetching

    async def _renew(self) -> None:
        started = self._monotonic()
        granted = await self._fetch()
        life = granted.expires_in
        self._token = granted.access_token
        self._renew_at = started + life - min(_EARLY, life / 10)
        self._useless_at = started + life - min(_SKEW, life / 10)


def _retrieve(fetching: "asyncio.Task[None]") -> None:
    """Look at the failure of a fetch nobody waited for, so that it is not reported as never retrieved."""
    if not fetching.cancelled():
        fetching.exception()
