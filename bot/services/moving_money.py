"""Capture, refund, void and cancel: fresh look, one call, one meaning for every answer."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.domain.accounts import NOT_FOLLOWED
from bot.domain.actions import needs_backoffice, open_for
from bot.domain.answers import Answered
from bot.domain.errors import Declined, GatewayError, NotFollowed, NotSent, NotUnderstood, OutcomeUnknown
from bot.domain.events import Happened, News, Source
from bot.domain.links import Link, Status
from bot.domain.money import format_money
from bot.domain.observations import Observation
from bot.domain.operations import Kind, Operation, State
from bot.domain.verdicts import claimed
from bot.services.permission_check import PermissionCheck
from bot.services.ports.gateway import Gateway
from bot.services.ports.storage import Store
from bot.services.ports.threads import Threads
from bot.services.ports.world import Bell, Clock, Counters
from bot.services.refreshing import Refreshing
from bot.services.sending import Permit, Permits

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingMoney:
    """Runs operations on a link that exists."""

    store: Store
    gateway: Gateway
    threads: Threads
    permission: PermissionCheck
    refreshing: Refreshing
    permits: Permits
    clock: Clock
    bell: Bell
    counters: Counters
    locale: str

    async def run(self, operation: Operation, fence: int) -> None:
        """Carry the operation out, if the world is still as the person saw it."""
        link = await self._as_it_was(operation, fence)
        if link is None:
            return
        permit = self.permits.permit(replace(operation, log_before=link.facts.log), fence)
        try:
            answered = await self._send(link, permit)
        except NotSent:
            await self._refuse(
                permit, "Dintero did not take the request, so nothing was done. Press again in a moment."
            )
        except Declined as refusal:
            if not await self._took_effect(permit.operation):
                await self._refuse(permit, "Dintero refused, so nothing was done", refusal.sentence)
        except OutcomeUnknown as doubt:
            log.warning("operation_unanswered", operation=operation.id, kind=operation.kind, reason=str(doubt))
            await self._doubt(permit)
        else:
            await self._settle(permit, answered)
        self.bell.ring()

    async def withdraw_stale(self, operation: Operation, fence: int) -> None:
        """End an operation that waited too long to be sent by itself."""
        self.counters.add("stale_operations")
        sentence = "More than ten minutes had passed since you pressed, so nothing was done. Press the button again."
        await self._withdraw(operation, fence, sentence, self._news(Happened.NOT_SENT, operation))

    async def _as_it_was(self, operation: Operation, fence: int) -> Link | None:
        """The link read afresh, if it still is as the person saw it; else the operation is withdrawn."""
        forbidden = await self._forbidden(operation)
        if forbidden is not None:
            await self._withdraw(operation, fence, forbidden)
            return None
        try:
            link = await self.refreshing.refresh(operation.link_id)
        except NotUnderstood:
            sentence = "What Dintero shows of this payment does not fit, so nothing was done. Look at it in Backoffice."
            await self._withdraw(operation, fence, sentence)
            return None
        except NotFollowed:
            await self._withdraw(operation, fence, NOT_FOLLOWED)
            return None
        except GatewayError:
            await self.refreshing.look_again(operation.link_id)
            sentence = "Dintero did not answer, so nothing was done. Press again in a moment."
            await self._withdraw(operation, fence, sentence)
            return None
        changed = self._what_changed(link, operation) if link is not None else None
        if changed is not None:
            await self._withdraw(operation, fence, changed)
            return None
        return link

    async def _forbidden(self, operation: Operation) -> str | None:
        """Why the one who asked may not any more, in words: trust may have ended since, with a restart."""
        async with self.store.read() as work:
            story = await work.story_of_link(operation.link_id)
        if story is None:
            return None
        refusal = await self.permission.refusal(story.order, story.link(operation.link_id), operation)
        return f"Nothing was done. {refusal}" if refusal is not None else None

    def _what_changed(self, link: Link, operation: Operation) -> str | None:
        """Why the operation must not be sent, in words; None when all is as the person saw it."""
        if operation.kind is Kind.CANCEL:
            if link.status is Status.OPEN and link.session_id is not None:
                return None
            return "The link had already ended or been paid, so it was not cancelled. The card shows where it stands."
        if link.facts.possible_entry:
            return "Nothing was done: Dintero now shows an entry that may be the first attempt. Look at the card."
        if needs_backoffice(link):
            return "Nothing was done: what Dintero shows of this payment has to be looked up in Backoffice first."
        open_now = open_for(link, operation.kind)
        if open_now == operation.seen_open and link.transaction_id is not None:
            return None
        saw = format_money(operation.seen_open, link.currency, self.locale)
        now = format_money(open_now, link.currency, self.locale)
        return f"Nothing was done: {saw} was open when you pressed, now it is {now}. Look at the card and decide again."

    async def _send(self, link: Link, permit: Permit) -> Answered:
        operation = permit.operation
        if operation.kind is Kind.CANCEL:
            return await self.gateway.cancel(link.session_id or "", may_send=permit)
        transaction_id = link.transaction_id or ""
        if operation.kind is Kind.VOID:
            return await self.gateway.void(transaction_id, may_send=permit)
        call = self.gateway.capture if operation.kind is Kind.CAPTURE else self.gateway.refund
        return await call(transaction_id, operation, may_send=permit)

    async def _settle(self, permit: Permit, answered: Answered) -> None:
        """Read the answer: the change and the end of the operation are recorded in one commit."""
        operation = permit.operation
        if answered.accepted:
            accepted = replace(operation, state=State.ACCEPTED, correlation_id=answered.correlation_id)
            await self._end(permit, accepted, self._news(Happened.ASKED, operation))
            return
        try:
            await self._take_in(operation, answered)
        except GatewayError:
            log.warning("answer_not_taken_in", operation=operation.id, kind=operation.kind)
        async with self.store.read() as work:
            current = await work.operation(operation.id)
        if current is not None and current.state is State.SENDING:
            # Answered 200 without a trace of it in the payment's log: done or not, only later looks can tell.
            await self._doubt(permit)

    async def _took_effect(self, operation: Operation) -> bool:
        """Whether a capture or refund that Dintero refused was done all the same, by an entry that names it.

        A proxy that repeats a request whose answer it lost hands on what Dintero said to the repetition.
        """
        if operation.kind not in {Kind.CAPTURE, Kind.REFUND}:
            return False
        try:
            await self.refreshing.refresh(operation.link_id)
        except GatewayError:
            log.warning("refusal_not_compared", operation=operation.id, kind=operation.kind)
        async with self.store.read() as work:
            current = await work.operation(operation.id)
        return current is not None and current.state in {State.DONE, State.ACCEPTED}

    async def _take_in(self, operation: Operation, answered: Answered) -> None:
        """Settle what the answer shows; look again where it shows nothing, or a rival was faster."""
        async with self.store.read() as work:
            story = await work.story_of_link(operation.link_id)
        applied = None
        if answered.payment is not None and story is not None:
            payment = claimed(answered.payment, operation)
            applied = await self.refreshing.apply(story, story.link(operation.link_id), Observation(payment=payment))
        if applied is None:
            await self.refreshing.refresh(operation.link_id)

    async def _doubt(self, permit: Permit) -> None:
        self.counters.add("unknown_operations")
        unknown = replace(permit.operation, state=State.UNKNOWN)
        await self._end(permit, unknown, self._news(Happened.UNKNOWN, permit.operation, still=False))

    async def _refuse(self, permit: Permit, sentence: str, reason: str | None = None) -> None:
        """End what was provably not done; without a `reason` of Dintero's it never got as far as a refusal."""
        refused = replace(permit.operation, state=State.REFUSED, note=reason or sentence)
        news = self._news(Happened.REFUSED, permit.operation, reason=reason, taken=reason is not None)
        if await self._end(permit, refused, news):
            await self._whisper(permit.operation, sentence, reason)

    async def _end(self, permit: Permit, operation: Operation, news: News) -> bool:
        now: datetime = self.clock.now()
        async with self.store() as work:
            if not await work.move_operation(operation, from_=(State.WANTED, State.SENDING), fence=permit.fence):
                return False
            await work.add_events(operation.link_id, (news,))
            await work.make_due(operation.link_id, now)
            await work.commit()
        return True

    async def _withdraw(self, operation: Operation, fence: int, sentence: str, news: News | None = None) -> None:
        """End an operation that was never sent, give the person the fresh card and the reason."""
        withdrawn = replace(operation, state=State.WITHDRAWN, note=sentence)
        async with self.store() as work:
            if not await work.move_operation(withdrawn, from_=(State.WANTED,), fence=fence):
                return
            await work.add_events(operation.link_id, (news,) if news else ())
            await work.commit()
        self.bell.ring()
        await self._whisper(operation, sentence)

    async def _whisper(self, operation: Operation, sentence: str, quote: str | None = None) -> None:
        self.permits.under_way.recorded(operation.id)
        async with self.store.read() as work:
            story = await work.story_of_link(operation.link_id)
        if story is None:
            return
        if operation.view_id is not None:  # it waits for the link that was to follow
            await self.threads.show_not_done(operation.view_id, sentence, quote)
        await self.threads.whisper(
            channel=story.card.channel,
            user_id=operation.requested_by,
            sentence=sentence,
            response_url=operation.reply_url(self.clock.now()),
            quote=quote,
            about=story.link(operation.link_id).reference,
        )

    def _news(self, kind: Happened, operation: Operation, **more: str | bool | None) -> News:
        data = {"operation": operation.kind.value, "amount": operation.amount, **more}
        return News(kind=kind, source=Source.SLACK, at=self.clock.now(), actor=operation.requested_by, data=data)
