"""Tell Slack from state: a card is unsent while its version lags, a thread line while its event is untold.

There is no copy of messages waiting to be sent; a restart, a lost answer or an hour without Slack only delay.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NoReturn

import structlog

from bot.domain.errors import Unreadable
from bot.domain.events import Event, Urgency, urgency
from bot.domain.operations import State
from bot.domain.stories import POSTED_STATES, CardState, Claimed, Story, Untold, is_overtaken
from bot.services.lanes import first_lane, posts, updates
from bot.services.ports.threads import (
    Gone,
    NotEditable,
    NoThread,
    NotWelcome,
    Rejected,
    SlackDown,
    ThreadError,
    Threads,
    Throttled,
)
from bot.services.ports.world import Counters
from bot.services.slack_pauses import (
    AFTER_FAILURES,
    BACKOFF,
    HOPELESS,
    SOON,
    WHILE_REFUSED,
    MaybePosted,
    NotYet,
    Wait,
    posted,
)
from bot.services.slack_turns import TRUSTED, Turns, ours_until
from bot.services.together import side_by_side

log = structlog.get_logger()

LEASE: Final = timedelta(seconds=60)
"""How long a process has an order's card and thread for itself."""
_AT_ONCE: Final = 10
_ON_ITS_WAY: Final = frozenset({State.WANTED, State.SENDING})
_MOST_CARDS: Final = 3
"""A card that was posted so often is not moved for an update any more: it would go to and fro."""
_PASSING: Final = 1.5
"""Seconds that an operation on its way must last before its card says so: 45 updates a minute are for all orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling(Turns):
    """Brings cards and threads up to date, the most urgent first."""

    threads: Threads
    counters: Counters
    team_id: str
    """The workspace that the bot's token is of."""

    async def tell_once(self) -> int:
        """Tell what is untold and may be told now; returns how many orders were worked on."""
        claims = await self.store.claim_untold(self.clock.now(), self.clock.machine_now(), LEASE, _AT_ONCE)
        later = self._in_vain(claims)
        try:
            await side_by_side(
                self.store.put_off_orders(later), *(self._tell(claimed) for claimed in claims if claimed not in later)
            )
        except asyncio.CancelledError:  # the process stops: another may go on at once
            for claimed in claims:
                await self.store.release_order(claimed)
            raise
        return len(claims)

    async def _tell(self, claimed: Untold) -> None:
        ours_until.set(self.clock.monotonic() + TRUSTED)
        try:
            wait = await self._attempt(claimed)
        except NotYet as turn:
            wait = self._place(claimed, turn.lane, turn.seconds)
        except Unreadable as error:
            self.counters.add("unreadable_rows")
            log.warning("row_unreadable", row=str(error))
            wait = HOPELESS.total_seconds()
        except Exception:
            self.counters.add("telling_errors")
            log.exception("telling_broke", order=claimed.id)
            wait = await self._stumble(claimed)
        else:
            self.queues.leave(claimed.id)
        await self.store.release_order(claimed, retry_at=None if wait is None else self._in(wait))

    def _in_vain(self, claims: Sequence[Untold]) -> Mapping[Claimed, datetime]:
        """Those whose lane is known to have no turn, and when to try again: in a burst, that is most of them."""
        later: dict[Claimed, datetime] = {}
        for claimed in claims:
            if (lane := first_lane(claimed)) is not None and (free_in := self._closed_for(lane)):
                later[claimed] = self._in(self._place(claimed, lane, free_in))
        return later

    def _in(self, seconds: float) -> datetime:
        return self.clock.machine_now() + timedelta(seconds=seconds)

    async def _attempt(self, claimed: Untold) -> float | None:
        """Tell what there is to tell. Seconds until it should be tried again; None when all is told.

        Raises:
            NotYet: Slack's limits have no room for it now.
            Unreadable: a row of the order cannot be read.

        """
        try:
            await self._bring_up_to_date(claimed)
        except Wait as pause:
            return pause.seconds
        except Throttled as throttled:
            self.counters.add("slack_throttled")
            return throttled.seconds
        except ThreadError as error:
            self.counters.add("slack_failures")
            refused = error.why if isinstance(error, SlackDown) else ""
            log.warning("telling_failed", order=claimed.id, reason=refused or type(error).__name__)
            if not refused:
                return BACKOFF.total_seconds()
            self.counters.add("slack_calls_refused")
            return min(await self._stumble(claimed), WHILE_REFUSED)
        except MaybePosted:
            self.counters.add("slack_failures")
            log.warning("telling_in_doubt", order=claimed.id)
            return await self._stumble(claimed)
        return None

    async def _stumble(self, claimed: Claimed) -> float:
        """Seconds to wait, ever longer until a post is answered again."""
        times = await self.store.stumble(claimed)
        return AFTER_FAILURES[min(times, len(AFTER_FAILURES)) - 1].total_seconds()

    async def _bring_up_to_date(self, claimed: Untold) -> None:
        story = await self._read(claimed.id)
        if story is None:
            return
        if story.order.team_id != self.team_id:  # this token finds none of its channels, which would end its card
            self.counters.add("orders_of_another_workspace")
            raise Wait(HOPELESS.total_seconds())
        events = await self.store.untold_events(claimed.id)
        if not events and (rest := self._passing_for(story)):
            raise Wait(rest)
        story = await self._card(story, claimed.urgency)
        for index, event in enumerate(events):
            if story.card.state in POSTED_STATES:
                story = await self._line_somewhere(story, event, newer=events[index + 1 :])
        if story.card.state not in POSTED_STATES:
            await self._leave_untold([event for event in events if urgency(event.kind) is not Urgency.MONEY])
            if claimed.urgency == Urgency.MONEY:
                raise Wait(HOPELESS.total_seconds())

    def _passing_for(self, story: Story) -> float:
        """Seconds for which what is new on a posted card is no more than an operation on its way: its end is near."""
        operation = story.newest.operation
        if story.card.state is not CardState.POSTED or operation is None or operation.state not in _ON_ITS_WAY:
            return 0.0
        age = abs((self.clock.now() - operation.created_at).total_seconds())
        return max(_PASSING - age, 0.0)

    async def _card(self, story: Story, hurry: int) -> Story:
        """Post or redraw the card; returns the story as it stands afterwards."""
        state = story.card.state
        if state in {CardState.NONE, CardState.POSTING}:
            return await self._post(story)
        up_to_date = story.card.version >= story.version
        if state is CardState.NOWHERE and (not up_to_date or hurry == Urgency.MONEY):  # the bot may be welcome by now
            home = replace(story.card, channel=story.order.channel, diverted=False)
            return await self._post(replace(story, card=home))
        if up_to_date:
            return story
        if state is CardState.FROZEN:
            return await self._freeze(story)
        return await self._post_back(story) or await self._update(story, hurry)

    async def _update(self, story: Story, hurry: int) -> Story:
        try:
            lane = updates(story.order.workspace_id, hurry)
            await self._in_turn(lane, lambda: self.threads.update_card(story, self.clock.now()))
        except Gone:  # deleted: a fresh card, once; where that is said to be gone too, its thread may still be there
            if story.card.posts > 1:
                return await self._say_frozen(story)
            self.counters.add("cards_reposted")
            return await self._post(story)
        except NotEditable:
            return await self._say_frozen(story)
        except NotWelcome:
            return await (self._divert(story) if story.card.posts < _MOST_CARDS else self._say_frozen(story))
        except Rejected as refusal:
            self._note_rejected(story, refusal)
        return await self._set_card(story, CardState.POSTED, story.card.channel, story.card.ts)

    async def _post_back(self, story: Story) -> Story | None:
        """Post the card where it belongs, if the bot may post there again by now; None while it may not."""
        between_others = story.order.channel.startswith("D")
        if not story.card.diverted or not story.order.channel or between_others or story.card.posts >= _MOST_CARDS:
            return None
        try:
            back = await self._post_in(story, story.order.channel, diverted=False)
        except ThreadError as error:
            async with self.store() as work:
                await work.restore_card(story.card)
                await work.commit()
            if isinstance(error, Gone | NoThread) and story.order.thread is not None:
                await self._leave_thread(story)
            if isinstance(error, NotWelcome | Gone | Rejected):
                return None
            raise
        with contextlib.suppress(ThreadError, NotYet):  # else a click turns it into a pointer
            lane = updates(story.order.workspace_id, Urgency.PROGRESS)
            await self._in_turn(lane, lambda: self.threads.mark_moved(back, story.card.channel, story.card.ts or ""))
        return back

    async def _divert(self, story: Story) -> Story:
        """The bot may not write where the card stands: post it in the issuer's DM, or where it belongs."""
        if story.card.diverted or not story.order.channel:
            home = replace(story.card, channel=story.order.channel, diverted=not story.order.channel)
            return await self._post(replace(story, card=home))
        return await self._post_direct(story)

    async def _freeze(self, story: Story) -> Story:
        """Leave the card as it stands."""
        return await self._set_card(story, CardState.FROZEN, story.card.channel, story.card.ts)

    async def _say_frozen(self, story: Story) -> Story:
        """Say in the thread, once, that the card stays as it is: another live card at each change is worse."""
        self.counters.add("cards_frozen")
        log.warning("card_frozen", order=story.order.id)
        try:
            await self._in_turn(posts(story.card.channel), lambda: posted(self.threads.post_frozen_notice(story)))
        except (Gone, NotWelcome, Rejected, MaybePosted):  # it is said once, or not at all: the lines say the rest
            log.warning("notice_not_posted", order=story.order.id)
        return await self._freeze(story)

    def _note_rejected(self, story: Story, refusal: Rejected) -> None:
        self.counters.add("cards_rejected")
        log.error("card_rejected", order=story.order.id, code=str(refusal))

    async def _post(self, story: Story) -> Story:
        """Post the card where it belongs, else in the issuer's DM, else nowhere."""
        if story.card.state is CardState.POSTING:
            self.counters.add("cards_posted_twice")
            log.warning("card_posted_again", order=story.order.id, posts=story.card.posts)
        try:
            # Begun outside any channel, it belongs into the issuer's own messages.
            channel = story.card.channel or await self.threads.direct_channel(story.order.issuer)
            return await self._post_in(story, channel, diverted=story.card.diverted)
        except NotWelcome as refusal:
            if isinstance(refusal, NoThread) and story.order.thread is not None:
                await self._leave_thread(story)
            if story.card.diverted or not story.order.channel:
                return await self._nowhere(story)
        except Gone:
            if story.order.thread is None:  # a card in no thread cannot miss one
                raise
            await self._leave_thread(story)
        except Rejected as refusal:  # it would be refused anywhere
            self._note_rejected(story, refusal)
            return await self._nowhere(story)
        return await self._post_direct(story)

    async def _post_direct(self, story: Story) -> Story:
        try:
            direct = await self.threads.direct_channel(story.order.issuer)
            return await self._post_in(story, direct, diverted=True)
        except (NotWelcome, Rejected):
            return await self._nowhere(story)

    async def _post_in(self, story: Story, channel: str, *, diverted: bool) -> Story:
        there = replace(story, card=replace(story.card, channel=channel, diverted=diverted))

        async def post() -> str:
            async with self.store() as work:
                await work.begin_card_post(story.order.id, channel, diverted=diverted)
                await work.commit()
            return await posted(self.threads.post_card(there, channel, self.clock.now()))

        try:
            ts = await self._in_turn(posts(channel), post)
        except ThreadError:  # an answer: nothing was posted
            await self._set_card(there, CardState.NONE, channel, None)
            raise
        return await self._set_card(there, CardState.POSTED, channel, ts)

    async def _leave_thread(self, story: Story) -> NoReturn:
        """The thread that the card was to stand in is gone, or takes no replies: it stands in the channel instead."""
        log.info("thread_left", order=story.order.id)
        async with self.store() as work:
            await work.leave_thread(story.order.id)
            await work.commit()
        raise Wait(SOON)

    async def _nowhere(self, story: Story) -> Story:
        self.counters.add("cards_nowhere")
        log.warning("card_nowhere", order=story.order.id)
        return await self._set_card(story, CardState.NOWHERE, story.card.channel, None)

    async def _set_card(self, story: Story, state: CardState, channel: str, ts: str | None) -> Story:
        shown = story.card.version if state is CardState.NONE else story.version
        async with self.store() as work:
            await work.set_card(story.order.id, state=state, channel=channel, ts=ts, version=shown)
            await work.commit()
        card = replace(story.card, state=state, channel=channel, ts=ts, version=shown)
        return replace(story, card=card)

    async def _line_somewhere(self, story: Story, event: Event, newer: Sequence[Event]) -> Story:
        """Post a line below the card; where the thread is gone or closed to the bot, below a new card."""
        try:
            await self._line(story, event, newer)
        except Gone as refusal:
            if story.card.posts > 1 and story.card.state is not CardState.FROZEN:
                await self._leave_to_the_card(story, event, refusal)
                return story
            self.counters.add("cards_reposted")
            await self._set_card(story, CardState.NONE, story.card.channel, None)
            raise Wait(SOON) from None
        except NotWelcome:
            story = await self._divert(story)
        else:
            return story
        if story.card.state in POSTED_STATES:
            try:
                await self._line(story, event, newer)
            except (Gone, NotWelcome) as refusal:
                await self._leave_to_the_card(story, event, refusal)
        return story

    async def _leave_to_the_card(self, story: Story, event: Event, refusal: ThreadError) -> None:
        self.counters.add("lines_refused")
        log.warning("line_refused", order=story.order.id, kind=event.kind, reason=type(refusal).__name__)
        await self._set_told(event, "")

    async def _line(self, story: Story, event: Event, newer: Sequence[Event]) -> None:
        if is_overtaken(story, event, newer):
            await self._set_told(event, "")
            return

        async def strip() -> None:
            if self.threads.takes_buttons(event):
                await self._strip_older(story, event)

        async def post() -> str:
            return await posted(self.threads.post_line(story, event, self.clock.now()))

        try:
            ts = await self._in_turn(posts(story.card.channel), post, before=strip)
        except (NoThread, Rejected) as refusal:
            if isinstance(refusal, NoThread) and story.card.state is CardState.FROZEN:  # no place is left that tells it
                raise Gone from refusal
            await self._leave_to_the_card(story, event, refusal)
        else:
            await self._set_told(event, ts)

    async def _strip_older(self, story: Story, event: Event) -> None:
        """A decision has one place in the thread: the line that had the buttons before loses them."""
        async with self.store.read() as work:
            told = await work.told_events(story.order.id)
        before = [each for each in told if self.threads.takes_buttons(each) and each.link_id == event.link_id]
        if not before:
            return
        older = before[-1]
        try:
            lane = updates(story.order.workspace_id, Urgency.MONEY)
            await self._in_turn(lane, lambda: self.threads.strip_line(story, older, self.clock.now()))
        except (
            Gone,
            NotEditable,
            NotWelcome,
            Rejected,
        ) as refusal:  # the service refuses stale clicks
            log.warning("line_not_stripped", order=story.order.id, reason=type(refusal).__name__)

    async def _leave_untold(self, events: Sequence[Event]) -> None:
        for event in events:
            await self._set_told(event, "")

    async def _set_told(self, event: Event, ts: str) -> None:
        async with self.store() as work:
            await work.set_told(event.id, ts)
            await work.commit()

    async def _read(self, order_id: str) -> Story | None:
        async with self.store.read() as work:
            return await work.story(order_id)
