"""Slack's limits, in virtual time: two thousand notices at once, and Slack says no to some."""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from benchmarks.figures import Bar
from benchmarks.houses import TEAM, House, house
from benchmarks.load import SPAWN
from benchmarks.virtual import BEGIN, VirtualClock
from bot.domain.events import Event, Happened, News, Source
from bot.domain.stories import Story
from bot.journal import keep_quiet
from bot.services.ports.threads import Throttled
from bot.services.ports.world import Counters
from bot.services.telling import Telling
from storage.tables import orders

_UPDATES_PER_MINUTE = 45
_SLACKS_UPDATES = 50
"""What Slack itself takes in a minute and workspace, and one post a second and channel (Slack reference §11)."""
_CHANNELS = 100
_NOTICES = 20
"""In each channel."""
_THROWN_IN = 0.002
"""Of all calls: Slack asks to wait although there was room."""
_PAUSE = 5.0


async def lanes(*, quick: bool) -> Sequence[Bar]:
    """Until the last of them has been told; each is an order of its own with one change."""
    # In a process of its own: nothing is timed, and other measures go on meanwhile.
    with ProcessPoolExecutor(1, mp_context=SPAWN) as apart:
        return await asyncio.get_running_loop().run_in_executor(apart, _apart, quick)


def _apart(quick: bool) -> Sequence[Bar]:  # noqa: FBT001  what an executor hands over
    keep_quiet()
    return asyncio.run(_lanes(quick=quick))


async def _lanes(*, quick: bool) -> Sequence[Bar]:
    channels = 20 if quick else _CHANNELS
    many = channels * _NOTICES
    bar = Bar(
        what=f"{many:,} notices, {channels} channels in a workspace, 429s thrown in",
        against=f"{_UPDATES_PER_MINUTE} updates a minute",
        unit="s",
        at_most=1.1,
    )
    clock = VirtualClock()
    async with house("sqlite", clock) as ours:
        await _untold(ours, channels, many)
        slack = VirtualSlack(clock)
        telling = Telling(store=ours.store, threads=slack, clock=clock, counters=Counters(), team_id=TEAM)
        while await _left(ours):
            while await telling.tell_once():
                pass
            clock.pass_(1)
        bar.add(clock.monotonic(), (many - 1) * 60 / _UPDATES_PER_MINUTE)
        bar.wrong += slack.wrong
        if slack.told != {**dict.fromkeys(slack.told, 1)} or len(slack.told) != many:
            bar.wrong.append(
                f"{len(slack.told):,} of {many:,} told, {sum(slack.told.values()) - len(slack.told)} twice"
            )
    bar.limit = f"{slack.refused} calls were answered 429"
    return [bar]


class VirtualSlack:
    """Where stories are told, with Slack's own limits in virtual time. Notes what was told and in which order."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock, self._chance = clock, random.Random("slack")
        self._updates: dict[str, deque[float]] = defaultdict(deque)
        self._posts: dict[str, float] = {}
        self.told: dict[str, int] = {}
        """How often each event was posted."""
        self.shown: dict[str, int] = {}
        """The version of each card."""
        self.refused = 0
        self.wrong: list[str] = []

    def takes_buttons(self, _event: Event) -> bool:
        """No older line is redrawn here."""
        return False

    async def update_card(self, story: Story, _now: datetime) -> None:
        """Redraw a card."""
        self._mood()
        recent, now = self._updates[story.order.workspace_id], self._clock.monotonic()
        while recent and recent[0] <= now - 60:
            recent.popleft()
        if len(recent) >= _SLACKS_UPDATES:
            self._refuse(recent[0] + 60 - now)
        recent.append(now)
        if story.version < self.shown.get(story.order.id, 0):
            self.wrong.append("a card went back to an older state")
        self.shown[story.order.id] = story.version

    async def post_line(self, story: Story, event: Event, _now: datetime) -> str:
        """Tell an event below its card."""
        self._mood()
        channel, now = story.card.channel, self._clock.monotonic()
        if now - self._posts.get(channel, -1.0) < 1.0:
            self._refuse(1.0)
        self._posts[channel] = now
        if self.shown.get(story.order.id) != story.version:
            self.wrong.append("a line was told before its card showed it")
        self.told[event.id] = self.told.get(event.id, 0) + 1
        return f"2.{len(self.told):06}"

    def _mood(self) -> None:
        if self._chance.random() < _THROWN_IN:
            self._refuse(_PAUSE)

    def _refuse(self, seconds: float) -> None:
        self.refused += 1
        raise Throttled(seconds)


async def _untold(house: House, channels: int, many: int) -> None:
    """Every order has a card that stands, and one change that Slack has not heard of."""
    ids = await house.copies(many)
    async with house.engine.begin() as connection:
        rows = [
            {
                "this": each,
                "card_channel": f"C{number % channels}",
                "untold_since": BEGIN,
                "urgency": 1,
                "changed": 1,
            }
            for number, each in enumerate(ids)
        ]
        await connection.execute(_BEHIND, rows)
    async with house.store() as work:
        for each in ids:
            paid = News(kind=Happened.AUTHORIZED, source=Source.CUSTOMER, actor=None, at=BEGIN, data={})
            await work.add_events(each, [paid])
        await work.commit()


_BEHIND = update(orders).where(orders.c.id == bindparam("this")).values(version=orders.c.version + bindparam("changed"))


async def _left(house: House) -> bool:
    async with house.engine.connect() as connection:
        return (await connection.execute(select(func.min(orders.c.untold_since)))).scalar() is not None
