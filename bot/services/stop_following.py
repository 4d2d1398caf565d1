"""Ends following the links of an account that is not configured any more.

They are read no more, and their cards say so. Nothing is asked of Dintero: what is paid or reserved there stays.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.domain.errors import Busy
from bot.domain.events import Happened, News, Source
from bot.domain.operations import Operation, State
from bot.services.ports.storage import Store
from bot.services.ports.work import Work
from bot.services.ports.world import Clock

_RIVALS = 4
"""How often a link is read again when another process changed it meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedLinks:
    """The links of an account that are followed."""

    ids: tuple[str, ...]
    reserved: Mapping[str, int]
    """What is reserved on them and not captured, in minor units by currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopFollowing:
    """Looks at an account's links, and ends following them."""

    store: Store
    clock: Clock

    async def links_of(self, account_id: str) -> FollowedLinks:
        """What would be left."""
        reserved: Counter[str] = Counter()
        async with self.store.read() as work:
            ids = await work.followed_links(account_id)
            for link_id in ids:
                link = await work.link(link_id)
                if link is not None and link.facts.uncaptured:
                    reserved[link.currency] += link.facts.uncaptured
        return FollowedLinks(ids=tuple(ids), reserved=dict(reserved))

    async def stop(self, link_id: str, account_id: str) -> None:
        """End following one link.

        An operation that was not sent is withdrawn; one that may have been sent stays unknown.

        Raises:
            Busy: when the link kept changing, so that nothing was kept.

        """
        for _ in range(_RIVALS):
            if await self._stopped(link_id, account_id):
                return
        raise Busy("the link kept changing")

    async def _stopped(self, link_id: str, account_id: str) -> bool:
        now = self.clock.now()
        async with self.store() as work:
            story = await work.held_story(link_id)  # held: no replica begins to send an operation of it meanwhile
            if story is None:
                return True
            await work.set_looked(link_id, now)
            link = story.link(link_id)
            if not await _end_operation(work, link.operation):
                return False
            after = replace(link, facts=replace(link.facts, unfollowed_at=now), remind_at=None)
            if not await work.save_link(after, expected_version=link.version, due_at=None, visible=True):
                return False
            news = News(kind=Happened.UNFOLLOWED, source=Source.AUTOMATIC, at=now, data={"account": account_id})
            await work.add_events(link.id, (news,))
            await work.commit()
        return True


async def _end_operation(work: Work, operation: Operation | None) -> bool:
    """Withdraw what was not sent, and call unknown what may have been; False when it has moved on meanwhile."""
    if operation is None or operation.state not in {State.WANTED, State.SENDING}:
        return True
    ended = replace(operation, state=State.WITHDRAWN if operation.state is State.WANTED else State.UNKNOWN)
    return await work.move_operation(ended, from_=(operation.state,))
