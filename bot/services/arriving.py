"""Knocks at the door: callbacks, webhooks, customers coming back. None is proof; each at most makes a link due."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.domain.stories import Knocked
from bot.services.ports.storage import Store
from bot.services.ports.world import Bell, Clock

_READ_PAUSE: Final = timedelta(seconds=1)
"""From one read that was asked for from outside to the next of the same link, however often callbacks are repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """Turns a knock into a due link: a look at the row, and one write. Never waits for Dintero or Slack."""

    store: Store
    clock: Clock
    bell: Bell

    account_id: str

    async def knows(self, token: str) -> bool | None:
        """Whether the capability token is one of ours, None for a link of another account; changes nothing."""
        knocked = await self.store.knocked(token)
        if knocked is not None and knocked.account_id != self.account_id:
            return None
        return knocked is not None

    async def callback(self, token: str, *, session_id: str | None) -> bool:
        """A callback for the link of this token; False when there is none.

        `session_id` is only a hint: for a link whose create was never answered, or at a session beside the link's own.
        """
        knocked = await self.store.knocked(token)
        if knocked is None:
            return False
        await self._hear(knocked, session_id)
        return True

    async def webhook(self, session_id: str) -> None:
        """The account's webhook names a session; another shop's is nobody here."""
        knocked = await self.store.knocked_session(session_id)
        if knocked is not None:
            await self._hear(knocked, None)

    async def returned(self, token: str) -> bool:
        """A customer came back from the checkout; False for a token that is not ours."""
        return await self.callback(token, session_id=None)

    async def _hear(self, knocked: Knocked, session_id: str | None) -> None:
        if knocked.account_id != self.account_id:
            return  # it is not read here
        now, prompted = self.clock.now(), knocked.prompted_at
        # Only repeated callbacks wait, and for each other: what the bot has read by itself may be older than this one.
        # A prompt for later than the next read was made under a clock that was ahead: it is no reason to wait.
        at = max(now, prompted + _READ_PAUSE) if prompted and prompted <= now + _READ_PAUSE else now
        other = session_id if session_id != knocked.session_id else None
        # A hint that stands is answered by a look that has not begun: that one sees what this knock is about.
        stands = knocked.hinted and knocked.due_at is not None and knocked.due_at <= at
        if not stands or other not in {None, knocked.session_hint}:
            await self.store.prompt(knocked.id, at, session_hint=other)
        asyncio.get_running_loop().call_later((at - now).total_seconds(), self.bell.ring)
