"""Reminders: what is due is written down, once per number, and told or mailed like everything else."""

from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Final

import structlog

from bot.domain.errors import Unreadable
from bot.domain.events import Happened, News, Source
from bot.domain.orders import Remind
from bot.domain.reminders import turn
from bot.domain.schedule import next_look
from bot.services.ports.storage import Store
from bot.services.ports.world import Bell, Clock, Counters

log = structlog.get_logger()

_BATCH: Final = 50
_UNREADABLE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """Brings links to mind. The link's version lets one of several replicas through, and nothing is held meanwhile."""

    store: Store
    clock: Clock
    zone: tzinfo
    """The customer's."""
    bell: Bell
    counters: Counters

    async def remind_due(self) -> int:
        """Write down the reminders that are due; returns how many links were looked at."""
        async with self.store.read() as work:
            due = await work.links_to_remind(self.clock.now(), _BATCH)
        for link_id in due:
            try:
                await self._remind(link_id)
            except Unreadable as error:
                self.counters.add("unreadable_rows")
                log.warning("row_unreadable", row=str(error))
                await self._leave(link_id)
        if due:
            self.bell.ring()
        return len(due)

    async def _remind(self, link_id: str) -> None:
        now = self.clock.now()
        async with self.store() as work:
            story = await work.story_of_link(link_id)
            link = story.link(link_id) if story else None
            if story is None or link is None or link.remind_at is None or link.remind_at > now:
                return  # another replica was faster
            ours = turn(story.order, link, now, self.zone)
            due_at = next_look(link, now)
            if not await work.save_link(ours.link, expected_version=link.version, due_at=due_at, visible=True):
                return
            if ours.goes and story.order.remind is Remind.EMAIL:
                await work.want_mail(link_id, ours.link.reminded)
            elif ours.goes:
                news = News(kind=Happened.NUDGED, source=Source.AUTOMATIC, at=now, data={"n": ours.link.reminded})
                await work.add_events(link_id, (news,))
            await work.commit()

    async def _leave(self, link_id: str) -> None:
        async with self.store() as work:
            await work.put_off_reminder(link_id, self.clock.now() + _UNREADABLE)
            await work.commit()
