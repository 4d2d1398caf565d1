"""What a press of a button does. The same table that drew the button decides whether it still may be pressed."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Final

from bot.domain.abandoned import abandon
from bot.domain.actions import ENDS_OPERATION, GIVES_WAY, PRESSED_FOR, Action, open_amount
from bot.domain.drafts import Draft, Offer
from bot.domain.errors import FieldErrors, Refused
from bot.domain.events import Happened, News, Source
from bot.domain.field_parsers import parse_deadline
from bot.domain.links import Link, Status, open_by_line
from bot.domain.money import format_money
from bot.domain.moves import move
from bot.domain.observations import Report
from bot.domain.offers import offers
from bot.domain.operations import Kind, Operation, State, operation_reference
from bot.domain.permissions import Actor, Forbidden, NeedsSecond, Policy, belongs, decide, may_send_more
from bot.domain.redrafting import wished
from bot.domain.reminders import first_reminder, stopped
from bot.domain.schedule import next_look
from bot.domain.stories import Story
from bot.services.clock_changes import check_waited
from bot.services.issuing import Shop, free_reference, known, next_link, want_link
from bot.services.message_limit import count_message
from bot.services.ports.storage import Store
from bot.services.ports.work import Work
from bot.services.ports.world import Bell, Clock
from bot.services.press_refusals import naming, not_offered
from bot.services.replacing import Wish, beyond, check_messages, keep_wish

_FORBIDDEN: Final = "forbidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of the money a form chose. `items` (line_id → minor units) sum to `amount`, or are empty."""

    amount: int
    items: Mapping[str, int] = field(default_factory=dict)
    reason: str | None = None
    releases_rest: bool = False
    """Whether it is the last capture, and what it leaves is released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A click: who pressed what on which link, the open amount (minor units) and the operation that were shown."""

    action: Action
    link_id: str
    actor: Actor
    seen_open: int
    operation: str | None = None
    response_url: str | None = None
    part: Part | None = None
    draft: Draft | None = None
    """The form of what is to follow this link."""
    view_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """Buttons that write. Looking (Refresh, Show link) is done elsewhere."""

    store: Store
    clock: Clock
    bell: Bell
    policy: Policy
    shop: Shop
    locale: str

    async def press(self, press: Press) -> None:
        """Record what the person wants, in one transaction; the runner does it afterwards.

        Raises:
            Refused: with the sentence for the person; the card is drawn again in that case.

        """
        try:
            async with self.store() as work:
                story = known(await work.held_story(press.link_id))
                self._check_permission(press, story)
                with naming(story.link(press.link_id)):
                    self._check_offer(press, story)
                    await self._record(work, story, press)
                    await work.commit()
        except Refused as refusal:
            await self._redraw_after(refusal, press)
            raise
        self.bell.ring()

    async def story(self, press: Press) -> Story:
        """The story behind a press that only looks, or opens a form.

        Raises:
            Refused: with the sentence for the person; the card is drawn again in that case.

        """
        async with self.store.read() as work:
            story = known(await work.story_of_link(press.link_id))
        try:
            self._check_permission(press, story)
            with naming(story.link(press.link_id)):
                self._check_offer(press, story)
        except Refused as refusal:
            await self._redraw_after(refusal, press)
            raise
        return story

    def _check_permission(self, press: Press, story: Story) -> None:
        """Refuse what the person may not do.

        Raises:
            Refused: with the sentence for the person.

        """
        link = story.link(press.link_id)
        about = link.reference if belongs(press.actor, story.order.team_id) else None
        judged = _judged(press.action, link)
        decision = decide(
            press.actor, judged, team_id=story.order.team_id, issuer=story.order.issuer, policy=self.policy
        )
        if isinstance(decision, Forbidden):
            raise decision.as_refusal(_FORBIDDEN, about=about)
        if isinstance(decision, NeedsSecond):
            raise Refused("This needs a second person, and no one can be asked yet.", "second", about=about)

    def _check_offer(self, press: Press, story: Story) -> None:
        """Refuse what the link does not offer now, or no longer for the amount that was seen.

        Raises:
            Refused: with the sentence for the person.

        """
        link = story.link(press.link_id)
        check_waited(self.clock, link, lambda now: press.action in offers(story, link, now))
        if press.action not in offers(story, link, self.clock.now()):
            raise Refused(not_offered(story, link, press.action), "stale")
        if press.action in ENDS_OPERATION and not is_about(press, link.operation):
            raise Refused("That question has been answered, and another is open now. Look at the card.", "stale")
        open_now = open_amount(link, press.action)
        if open_now != press.seen_open:
            saw, now = (format_money(minor, link.currency, self.locale) for minor in (press.seen_open, open_now))
            raise Refused(f"Nothing was done: the button was for {saw}, and now {now} is open. Decide again.", "amount")

    async def redraw(self, link_id: str) -> None:
        """Give the person the fresh card."""
        async with self.store() as work:
            link = await work.link(link_id)
            if link is None:
                return
            await work.redraw(link.order_id)
            await work.commit()
        self.bell.ring()

    async def _redraw_after(self, refusal: Refused, press: Press) -> None:
        """Whoever may not press gets no card drawn: a stranger could wear out the workspace's updates with it."""
        if refusal.code != _FORBIDDEN:
            await self.redraw(press.link_id)

    async def _record(self, work: Work, story: Story, press: Press) -> None:
        link = story.link(press.link_id)
        if press.action is Action.IT_ARRIVED:
            await self._vouch(work, story, link, press)
        elif press.action is Action.SEND_AGAIN:
            await self._send_again(work, story, link, press)
        elif press.action is Action.STOP_REMINDERS:
            await self._save(work, stopped(link), link, self._news(Happened.REMINDERS_STOPPED, press))
        elif press.action is Action.KEEP:
            await self._keep(work, story, link, press)
        elif press.action in GIVES_WAY:
            await self._give_way(work, story, link, press)
        elif press.action is Action.STOP_WAITING:
            await self._stop_waiting(work, story, link, press)
        elif press.action is Action.TRY_AGAIN:
            await self._try_again(work, story, link, press)
        else:
            await self._want(work, story, link, press, _KIND.get(press.action) or _give_back(link))

    async def _want(self, work: Work, story: Story, link: Link, press: Press, kind: Kind) -> None:
        part = press.part or _whole(story, link, kind, press.seen_open)
        operation = Operation(
            id=uuid.uuid4().hex,
            link_id=link.id,
            kind=kind,
            reference=await _next_reference(work, link, kind),
            state=State.WANTED,
            requested_by=press.actor.user_id,
            created_at=self.clock.now(),
            amount=part.amount,
            items=part.items,
            seen_open=press.seen_open,
            reason=part.reason,
            releases_rest=part.releases_rest,
            response_url=press.response_url,
            draft_id=press.draft.id if press.draft else None,
            view_id=press.view_id,
        )
        await work.add_operation(operation)

    async def _vouch(self, work: Work, story: Story, link: Link, press: Press) -> None:
        """A person says that the message arrived: the link is followed like any other, only unseen."""
        if link.operation is not None:
            done = replace(link.operation, state=State.DONE, note="A person said that the message arrived.")
            await work.move_operation(done, from_=(State.UNKNOWN,))
        facts = replace(link.facts, vouched_by=press.actor.user_id)
        vouched = replace(link, status=move(link.status, Report.UNPAID), facts=facts, operation=None)
        remind_at = first_reminder(story.order, vouched, self.clock.now(), self.shop.zone)
        await self._save(work, replace(vouched, remind_at=remind_at), link, self._news(Happened.VOUCHED, press))

    async def _send_again(self, work: Work, story: Story, link: Link, press: Press) -> None:
        """The next attempt has its own reference and its own token; the old one is watched to its deadline."""
        n = story.newest.n + 1
        reference = await free_reference(work, story.order, n)
        now = self.clock.now()
        until = _deadline(story, link, now, self.shop.zone)
        fresh = next_link(story.order, n, reference, expires_at=until, now=now, price_change=link.facts.price_change)
        check_messages(story, story.order, now, trusted=may_send_more(press.actor, self.policy))
        await count_message(work, press.actor, story.order.delivery, story.order.workspace_id, self.policy)
        news = self._news(Happened.SENT_AGAIN, press, reference=reference, **beyond(story, story.order))
        await work.mark_replaced(link.id)
        await work.add_events(link.id, (news,))
        await want_link(work, fresh, requested_by=press.actor.user_id)

    async def _give_way(self, work: Work, story: Story, link: Link, press: Press) -> None:
        """Want the link cancelled, and keep the form that is to follow it once that is certain."""
        draft = press.draft or wished(story.order, press.action, "")
        if draft is None:
            raise Refused(not_offered(story, link, press.action), "stale")
        draft = replace(draft, id=uuid.uuid4().hex)  # the form's own goes on changing in another window
        try:
            now = self.clock.now()
            offer = self.shop.read(draft, now)
            self._check_amount(press, story, offer)
            wish = Wish(draft=draft, offer=offer, wished_by=press.actor.user_id)
            await keep_wish(work, story, wish, now, trusted=may_send_more(press.actor, self.policy))
            await count_message(work, press.actor, offer.delivery, story.order.workspace_id, self.policy)
        except FieldErrors as wrong:
            if press.draft is not None:
                raise
            raise Refused(f"{' '.join(wrong.fields.values())} Use Change order… instead.", "fields") from None
        if press.action is Action.EXTEND and offer.expires_at <= link.expires_at:
            raise FieldErrors({"deadline": "The link is valid that long already. Choose a later end."})
        await self._want(work, story, link, replace(press, draft=draft), Kind.CANCEL)

    def _check_amount(self, press: Press, story: Story, offer: Offer) -> None:
        """Refuse an amount that nobody has read: what an address costs may have changed with the settings.

        Raises:
            Refused: where no form says the amount.

        """
        before = story.order
        if press.action is Action.CHANGE or offer.amount == before.amount:
            return
        was, is_ = (format_money(one.amount, one.currency, self.locale) for one in (before, offer))
        raise Refused(f"{was} was agreed on, and by now it would be {is_}. Use Change order… instead.", "amount")

    async def _keep(self, work: Work, story: Story, link: Link, press: Press) -> None:
        """Late money stays: no longer late, and captured when it is only reserved."""
        kept = replace(link, facts=replace(link.facts, late=False))
        await self._save(work, kept, link, self._news(Happened.KEPT, press))
        if link.facts.open_to_capture:
            await self._want(work, story, link, press, Kind.CAPTURE)

    async def _stop_waiting(self, work: Work, story: Story, link: Link, press: Press) -> None:
        """Give the link's buttons back. What Dintero has in progress goes on, and its amount stays deducted."""
        operation = link.operation
        if operation is None:
            raise Refused(not_offered(story, link, press.action), "stale")
        await close_as_absent(work, operation, "A person stopped waiting for its end.")
        data = {"operation": operation.kind.value, "amount": operation.amount, "accepted": True}
        left = replace(link, facts=abandon(link.facts, operation), operation=None)
        await self._save(work, left, link, self._news(Happened.ABSENT, press, **data))

    async def _try_again(self, work: Work, story: Story, link: Link, press: Press) -> None:
        """Close the question of an unknown operation and want the same once more, under a new reference."""
        before = link.operation
        if before is None:
            raise Refused(not_offered(story, link, press.action), "stale")
        await close_as_absent(work, before)
        draft_id = await self._take_over(work, story, before, press.actor.user_id)
        again = replace(
            before,
            id=uuid.uuid4().hex,
            reference=await _next_reference(work, link, before.kind),
            state=State.WANTED,
            requested_by=press.actor.user_id,
            created_at=self.clock.now(),
            seen_open=press.seen_open,
            response_url=press.response_url,
            correlation_id=None,
            draft_id=draft_id,
            sent_at=None,
            log_before=before.log_before or 0,  # None: sent before the column was added; not None marks a repetition
            note=None,
        )
        await work.add_operation(again)

    async def _take_over(self, work: Work, story: Story, before: Operation, user_id: str) -> str | None:
        """The form that was to follow, now in the name of who tries again: a draft is its own person's only."""
        if before.draft_id is None or before.requested_by == user_id:
            return before.draft_id
        workspace_id = story.order.workspace_id
        draft = await work.draft(before.draft_id, workspace_id=workspace_id, user_id=before.requested_by)
        taken = replace(draft, id=uuid.uuid4().hex) if draft else None
        if taken is None:
            return before.draft_id  # gone: what follows the cancel will say so
        await work.save_draft(taken, workspace_id=workspace_id, user_id=user_id, at=self.clock.now())
        return taken.id

    async def _save(self, work: Work, link: Link, before: Link, news: News) -> None:
        due_at = next_look(link, self.clock.now())
        if not await work.save_link(link, expected_version=before.version, due_at=due_at, visible=True):
            raise Refused("Something changed just now. Look at the card and press again.", "stale")
        await work.add_events(link.id, (news,))

    def _news(self, kind: Happened, press: Press, **data: str | int | bool) -> News:
        actor = press.actor.user_id
        return News(kind=kind, source=Source.SLACK, at=self.clock.now(), actor=actor, data=data)


_KIND: Final[Mapping[Action, Kind]] = {
    Action.CAPTURE: Kind.CAPTURE,
    Action.CAPTURE_PART: Kind.CAPTURE,
    Action.RELEASE: Kind.VOID,
    Action.REFUND: Kind.REFUND,
    Action.CANCEL: Kind.CANCEL,
}


def is_about(press: Press, operation: Operation | None) -> bool:
    """Whether the person was shown the question of this very operation."""
    return operation is not None and operation.name == press.operation


async def close_as_absent(work: Work, operation: Operation, note: str = "No trace of it at Dintero.") -> None:
    """End an operation of which looking for long enough showed no end, or no trace."""
    absent = replace(operation, state=State.ABSENT, note=note)
    if not await work.move_operation(absent, from_=(operation.state,)):
        raise Refused("It has just been answered. Look at the card.", "stale")


async def _next_reference(work: Work, link: Link, kind: Kind) -> str:
    """A reference for the link's next operation of `kind` that was never given out, whatever backup was restored."""
    n = await work.count_operations(link.id, kind) + 1
    return operation_reference(link.reference, kind, n, secrets.token_hex(2))


def _judged(action: Action, link: Link) -> Action:
    """What ends or repeats a cancel is a cancel, which needs no trust with money."""
    return PRESSED_FOR[link.operation.kind] if action in ENDS_OPERATION and link.operation else action


def _give_back(link: Link) -> Kind:
    return Kind.REFUND if link.status is Status.CAPTURED else Kind.VOID


def _whole(story: Story, link: Link, kind: Kind, amount: int) -> Part:
    """All that is open, with each line's rest when they agree with it."""
    if kind not in {Kind.CAPTURE, Kind.REFUND}:
        return Part(amount=amount)
    items = {line_id: minor for line_id, minor in open_by_line(story.lines(link), link.facts, kind).items() if minor}
    return Part(amount=amount, items=items if sum(items.values()) == amount else {})


def _deadline(story: Story, link: Link, now: datetime, zone: tzinfo) -> datetime:
    """When a further link of the order ends: computed afresh, unless the order's own date is too near by now."""
    try:
        return parse_deadline(story.order.deadline, now, zone)
    except ValueError:
        return now + (link.expires_at - link.created_at)
