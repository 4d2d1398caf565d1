"""Knocks at the door: callbacks, webhooks, customers coming back. None is proof; each at most makes a link due."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.domain.links import Link
from bot.services.ports.storage import Store
from bot.services.ports.work import Work
from bot.services.ports.world import Bell, Clock, Counters

_READ_PAUSE: Final = timedelta(seconds=5)
"""At most one read per link in this time, however often somebody knocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """Turns a knock into a due link. Never waits for Dintero or Slack."""

    store: Store
    clock: Clock
    bell: Bell
    counters: Counters

    async def knows(self, token: str) -> bool:
        """Whether the capability token is one of ours; changes nothing."""
        async with self.store.read() as work:
            return await work.link_by_token(token) is not None

    async def callback(self, token: str, *, session_id: str | None) -> bool:
        """A callback for the link of this token; False when there is none.

        `session_id` is only a hint for a link whose create was never answered.
        """
        if not await self.knows(token):  # a guess does not take the one writer's turn
            return False
        async with self.store() as work:
            link = await work.link_by_token(token)
            if link is None:
                return False
            await self._due(work, link, session_id)
            await work.commit()
        self.bell.ring()
        return True

    async def webhook(self, session_id: str) -> None:
        """The account's webhook names a session; another shop's is nobody here."""
        async with self.store() as work:
            ours = await work.links_by_session([session_id])
            if session_id not in ours:
                return
            await self._due(work, ours[session_id], None)
            await work.commit()
        self.bell.ring()

    async def returned(self, token: str) -> bool:
        """A customer came back from the checkout; False for a token that is not ours."""
        return await self.callback(token, session_id=None)

    async def _due(self, work: Work, link: Link, hint: str | None) -> None:
        now = self.clock.now()
        looked = await work.last_look(link.id)
        at = max(now, looked + _READ_PAUSE) if looked else now
        await work.make_due(link.id, at, session_hint=hint)
