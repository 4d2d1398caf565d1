"""Customers on our own page: what it shows them, and the two things that they can tell us there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.domain.errors import Busy
from bot.domain.events import Happened, News, Source
from bot.domain.links import Facts, Link, Status
from bot.domain.orders import Order
from bot.domain.page_state import PageState, page_state
from bot.domain.reminders import still_reminding
from bot.domain.schedule import next_look
from bot.domain.stories import Story
from bot.services.ports.storage import Store
from bot.services.ports.work import Work
from bot.services.ports.world import Bell, Clock

_RIVALS: Final = 4
"""How often a note is taken again when somebody else changed the link meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The link behind a token, its order, and which page it makes now."""

    story: Story
    link: Link
    state: PageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Visiting:
    """Reads for the customer's page and keeps what is told there. Never waits for Dintero or Slack."""

    store: Store
    clock: Clock
    bell: Bell

    async def look(self, token: str) -> Visit | None:
        """What the page of this capability token shows; None when it is not ours."""
        async with self.store.read() as work:
            return await self._visit(work, token)

    async def seen(self, token: str) -> bool:
        """The page stands before a person's eyes: the link is opened, if it was not; False when it is not ours."""
        return await self._note(token, Happened.OPENED, _opened)

    async def report(self, token: str) -> bool:
        """The customer says that something is wrong: the page offers the link no more; False when it is not ours.

        The first time counts, and only while the link could be paid.

        Raises:
            Busy: when the link kept changing, so that nothing was kept.

        """
        return await self._note(token, Happened.REPORTED, _reported)

    async def _visit(self, work: Work, token: str) -> Visit | None:
        link = await work.link_by_token(token)
        story = await work.story_of_link(link.id) if link else None
        if link is None or story is None:
            return None
        now = story.link(link.id)
        return Visit(story=story, link=now, state=page_state(story, now, self.clock.now()))

    async def _note(self, token: str, kind: Happened, noted: Callable[[Visit, datetime], Facts | None]) -> bool:
        """Keep the facts that `noted` makes of the visit, with one event; None changes nothing."""
        for _ in range(_RIVALS):
            visit = await self.look(token)  # a guess or a repetition does not take the one writer's turn
            if visit is None:
                return False
            facts = noted(visit, self.clock.now())
            if facts is None or await self._keep(visit.story.order, replace(visit.link, facts=facts), kind):
                return True
        raise Busy("the link kept changing")

    async def _keep(self, order: Order, noted: Link, kind: Happened) -> bool:
        """False when the link has changed since it was read."""
        now = self.clock.now()
        link = still_reminding(order, noted, now)
        async with self.store() as work:
            if not await work.save_link(link, expected_version=link.version, due_at=next_look(link, now), visible=True):
                return False
            await work.add_events(link.id, (News(kind=kind, source=Source.CUSTOMER, at=now),))
            await work.commit()
        self.bell.ring()
        return True


def _opened(visit: Visit, now: datetime) -> Facts | None:
    """Only a page that can be paid is worth the word."""
    facts = visit.link.facts
    unseen = visit.state is PageState.PAYABLE and facts.opened_at is None
    return replace(facts, opened_at=now) if unseen else None


def _reported(visit: Visit, now: datetime) -> Facts | None:
    facts = visit.link.facts
    news = visit.link.status is Status.OPEN and facts.reported_at is None
    return replace(facts, reported_at=now) if news else None
