"""Create a link at Dintero: its four ways out are open, rejected, uncertain, and not ours any more."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from bot.domain.answers import Created
from bot.domain.errors import Busy, Declined, NotSent, OutcomeUnknown
from bot.domain.events import Happened, News, Source
from bot.domain.links import Delivered, Link, Status
from bot.domain.operations import Operation, State
from bot.domain.schedule import next_look
from bot.domain.stories import Story
from bot.services.arranging import Arranging
from bot.services.permission_check import PermissionCheck
from bot.services.ports.gateway import Gateway
from bot.services.ports.storage import Store
from bot.services.ports.threads import Threads
from bot.services.ports.world import Bell, Clock, Counters
from bot.services.sending import Permit, Permits

log = structlog.get_logger()

PATIENCE: Final = 10.0
"""Seconds after which the form says that it may be closed."""

_NOT_ASKED: Final = "Paylink did not ask for it."

PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds between tries to record an answer: about as long as the lease lasts. Afterwards the fence refuses us."""


_TOO_LATE: Final = (
    "More than ten minutes had passed since it was asked for, so nothing was sent. Press Send again, or Request again… "
    "to look at the form first."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    status: Status
    state: State
    rejection: str | None = None
    created: Created | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Creating:
    """Runs create operations."""

    store: Store
    gateway: Gateway
    threads: Threads
    clock: Clock
    bell: Bell
    counters: Counters
    arranging: Arranging
    permits: Permits
    permission: PermissionCheck
    patience: float = PATIENCE
    pauses: Sequence[float] = PAUSES

    async def run(self, operation: Operation, fence: int) -> None:
        """Create the operation's link and tell the form that waits for it."""
        async with self.store.read() as work:
            story = await work.story_of_link(operation.link_id)
        if story is None:
            return
        permit = self.permits.permit(operation, fence)
        waiting = asyncio.create_task(self._say_waiting(operation))
        try:
            outcome = await self._create(story, permit)
        finally:
            waiting.cancel()
        if await self._keep(permit.operation, fence, outcome):
            self.permits.under_way.recorded(operation.id)
            self.bell.ring()
            await self.tell(operation)

    async def withdraw_stale(self, operation: Operation, fence: int) -> None:
        """End a create that waited too long to be sent by itself. What was typed stands in *Request again…*."""
        outcome = _Outcome(status=Status.REJECTED, state=State.WITHDRAWN, rejection=_TOO_LATE)
        if await self._keep(operation, fence, outcome):
            self.permits.under_way.recorded(operation.id)
            self.counters.add("stale_operations")
            self.bell.ring()
            await self.tell(operation)

    async def _create(self, story: Story, permit: Permit) -> _Outcome:
        link = story.link(permit.operation.link_id)
        forbidden = await self.permission.refusal(story.order, link, permit.operation)
        if forbidden is not None:
            why = f"{_NOT_ASKED} {forbidden}"
            return _Outcome(status=Status.REJECTED, state=State.WITHDRAWN, rejection=why)
        order, token = story.order_of(link), self.store.token(link.id)
        try:
            created = await self.gateway.create(order, link, token=token, may_send=permit)
        except NotSent as error:
            return _Outcome(status=Status.REJECTED, state=State.REFUSED, rejection=_why_not_sent(error))
        except Declined as refusal:
            return _Outcome(status=Status.REJECTED, state=State.REFUSED, rejection=refusal.sentence)
        except OutcomeUnknown as doubt:
            self.counters.add("uncertain_creates")
            log.warning("create_unanswered", operation=permit.operation.id, reason=str(doubt))
            return _Outcome(status=Status.UNCERTAIN, state=State.UNKNOWN)
        return _Outcome(status=Status.OPEN, state=State.DONE, created=created)

    async def _keep(self, operation: Operation, fence: int, outcome: _Outcome) -> bool:
        """Record the outcome, again and again while the database is away: no look can ever tell all of it.

        False when it is no longer ours to record; then what it said is kept as a hint.
        """
        for pause in self.pauses:
            try:
                return await self._record_or_hint(operation, fence, outcome)
            except Exception:
                log.exception("answer_not_recorded", operation=operation.id)
                await asyncio.sleep(pause)
        return await self._record_or_hint(operation, fence, outcome)

    async def _record_or_hint(self, operation: Operation, fence: int, outcome: _Outcome) -> bool:
        recorded = await self._record(operation, fence, outcome)
        if not recorded:
            await self._leave_a_hint(operation, outcome)
        return recorded

    async def _record(self, operation: Operation, fence: int, outcome: _Outcome) -> bool:
        now = self.clock.now()
        ended = replace(operation, state=outcome.state, note=outcome.rejection)
        async with self.store() as work:
            if not await work.move_operation(ended, from_=(State.WANTED, State.SENDING), fence=fence):
                return False
            story = await work.story_of_link(operation.link_id)
            link = story.link(operation.link_id) if story else None
            if story is None or link is None or link.status is not Status.REQUESTED:
                return False
            after, arranged = await self.arranging.arrange(work, story.order, link, _after(link, outcome))
            doubtful = replace(after, operation=ended if ended.is_open else None)
            called_back = await work.session_hint(link.id) is not None  # faster than the answer: it may be paid already
            due_at = now if called_back else next_look(doubtful, now)
            if not await work.save_link(after, expected_version=link.version, due_at=due_at, visible=True):
                raise Busy("the link changed while its answer was recorded")
            await work.add_events(link.id, (*_news(operation, after, outcome, self.clock), *arranged))
            await work.commit()
        return True

    async def _leave_a_hint(self, operation: Operation, outcome: _Outcome) -> None:
        """Our lease had ended before the answer came: what it said is a hint for the next look.

        Only this answer ever tells the link's own address and what became of the message, so both are kept.
        """
        now, created = self.clock.now(), outcome.created
        async with self.store() as work:
            link = await work.link(operation.link_id)
            if created and link and link.status is Status.UNCERTAIN and link.url is None:
                told = replace(link, url=created.url, facts=replace(link.facts, delivered=created.delivered))
                if not await work.save_link(told, expected_version=link.version, due_at=now, visible=False):
                    raise Busy("the link changed while a late answer was kept")
            hint = created.session_id if created else None
            await work.make_due(operation.link_id, now, session_hint=hint)
            await work.commit()

    async def show_again(self, order_id: str, view_id: str) -> None:
        """Put the result into the form once more: a second *Send* has drawn "Creating…" over it."""
        async with self.store.read() as work:
            story = await work.story(order_id)
        if story is not None and story.newest.status is not Status.REQUESTED:
            await self.threads.show_result(story, story.newest, view_id)

    async def _say_waiting(self, operation: Operation) -> None:
        await asyncio.sleep(self.patience)
        if operation.view_id is not None:
            await self.threads.show_waiting(operation.view_id)

    async def tell(self, operation: Operation) -> None:
        """Put what became of a create into the form that waits for it, or tell its person otherwise."""
        async with self.store.read() as work:
            story = await work.story_of_link(operation.link_id)
        if story is None or operation.view_id is None:
            return
        link = story.link(operation.link_id)
        if not await self.threads.show_result(story, link, operation.view_id):
            await self.threads.whisper(
                channel=story.order.channel,
                user_id=operation.requested_by,
                sentence=_outcome_words(link),
                response_url=operation.reply_url(self.clock.now()),
            )


def _why_not_sent(error: NotSent) -> str:
    """The cause in words, because the next step differs: wait, or call whoever can mend it."""
    why = str(error)
    if why == "401" or "is refused" in why:
        return "Dintero refuses Paylink's own credentials. Tell whoever runs Paylink."
    if "429" in why:
        return "Dintero is too busy right now. Try again in a minute."
    return "Dintero could not be reached. Try again in a minute."


def _after(link: Link, outcome: _Outcome) -> Link:
    created = outcome.created
    if created is None:
        facts = replace(link.facts, rejection=outcome.rejection)
        return replace(link, status=outcome.status, facts=facts)
    return replace(
        link,
        status=outcome.status,
        session_id=created.session_id,
        url=created.url,
        expires_at=created.expires_at or link.expires_at,
        facts=replace(link.facts, delivered=created.delivered),
    )


def _news(operation: Operation, link: Link, outcome: _Outcome, clock: Clock) -> tuple[News, ...]:
    def news(kind: Happened) -> News:
        return News(kind=kind, source=Source.SLACK, at=clock.now(), actor=operation.requested_by)

    if outcome.status is Status.REJECTED:
        return (news(Happened.REJECTED),)
    if outcome.status is Status.UNCERTAIN:
        return ()  # the question follows after a minute, if nothing was found by then
    undelivered = link.facts.delivered in {Delivered.SKIPPED, Delivered.FAILED}
    return (news(Happened.ISSUED), news(Happened.NOT_DELIVERED)) if undelivered else (news(Happened.ISSUED),)


def _outcome_words(link: Link) -> str:
    if link.status is Status.REJECTED:
        return f"The link {link.reference} could not be created. {link.facts.rejection or ''}".strip()
    if link.status is Status.UNCERTAIN:
        return f"Dintero did not answer, so it is not certain that {link.reference} was sent. Its card follows it up."
    return f"The link {link.reference} is ready. Its card shows what happens to it."
