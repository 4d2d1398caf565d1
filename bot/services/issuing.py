"""Issue a link: one transaction, before Dintero hears of anything."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from bot.domain.actions import Action
from bot.domain.choices import NO_CHOICES, Choices
from bot.domain.doubts import Doubt, Told
from bot.domain.drafts import Draft, Offer, made_up_reference, read_draft
from bot.domain.errors import DraftUsed, FieldErrors, Refused
from bot.domain.events import Happened, News, Source
from bot.domain.field_parsers import PHONE, parse_reference
from bot.domain.links import Facts, Link, PriceChange, Status
from bot.domain.offers import offers
from bot.domain.operations import Kind, Operation, State, operation_reference
from bot.domain.orders import Capture, Order, agreed, chain_reference
from bot.domain.permissions import ISSUE, Actor, Forbidden, Policy, decide
from bot.domain.reminders import unfit
from bot.domain.stories import Story
from bot.services.message_limit import count_message
from bot.services.numbering import numbered
from bot.services.ports.storage import Store
from bot.services.ports.work import Work
from bot.services.ports.world import Bell, Clock
from bot.services.press_refusals import naming, not_offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What every order is issued with: the workspace, the account, and the country's habits."""

    workspace_id: str
    team_id: str
    account_id: str
    currency: str
    country: str
    zone: tzinfo
    """Where its days begin and end."""
    choices: Choices = NO_CHOICES
    mails: bool = False
    """Whether there is a mail server."""

    def read(self, draft: Draft, now: datetime) -> Offer:
        """What a form agrees on here.

        Raises:
            FieldErrors: with all wrong fields at once.

        """
        offer = read_draft(
            draft, currency=self.currency, country=self.country, now=now, zone=self.zone, choices=self.choices
        )
        if wrong := unfit(offer, mails=self.mails):
            raise FieldErrors(wrong)
        return offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form as it was sent: what was typed, by whom, and the view that waits for the result."""

    draft: Draft
    actor: Actor
    view_id: str | None
    told: Told = field(default_factory=Told)
    """What stood on the form already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The order that a submission stands for; `new` unless the same form was sent before."""

    order: Order
    new: bool
    differs: bool = False
    """The form was sent before and says something else now: the order is not what the person reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuing:
    """Submit a form; make the next link of an order's chain."""

    store: Store
    clock: Clock
    bell: Bell
    shop: Shop
    policy: Policy
    alike_within: timedelta
    """For how long an open link over the same amount to the same number is pointed out; nothing turns that off."""

    async def submit(self, submission: Submission) -> Issued | Doubt:
        """Make the draft an order with its first link and the wish to create it.

        A draft that was submitted before returns what it made then and makes nothing new. What speaks against it and
        was not told on the form is returned instead, and nothing is made.

        Raises:
            FieldErrors: with all wrong fields at once.
            Refused: when the person may not issue here, or not yet again; when the form asks once more for an order
                that is paid or asked for by now.

        """
        draft, actor = submission.draft, submission.actor
        decision = decide(actor, ISSUE, team_id=self.shop.team_id, issuer=actor.user_id, policy=self.policy)
        if isinstance(decision, Forbidden):
            raise decision.as_refusal("forbidden")
        offer = self.shop.read(draft, self.clock.now())
        order, typed = self._order(draft, offer, actor), bool(draft.reference.strip())
        try:
            async with self.store() as work:
                if not typed:
                    order = await numbered(work, order, self.shop.zone)
                await work.add_order(order)
                await self._check_still_over(work, draft)
                reference = await free_reference(work, order, 1)
                link = next_link(order, 1, reference, expires_at=offer.expires_at, now=order.created_at)
                doubt = await self._doubt(work, order, link, submission.told, typed=typed)
                if not doubt.was_told(submission.told):
                    return doubt
                await count_message(work, actor, order.delivery, order.workspace_id, self.policy)
                await want_link(work, link, requested_by=actor.user_id, view_id=submission.view_id)
                await work.add_events(link.id, _news(order, doubt))
                await work.commit()
        except DraftUsed as before:
            return await self._sent_before(before.order_id, order, typed=typed)
        self.bell.ring()
        return Issued(order=order, new=True)

    async def reference_of(self, draft: Draft) -> str:
        """Which reference a draft would get if it were sent now; an empty string when its own cannot be read."""
        try:
            reference = parse_reference(draft.reference) or made_up_reference(draft.id)
        except ValueError:
            return ""
        async with self.store.read() as work:
            return await unused(work, self.shop.account_id, reference, 1)

    async def _doubt(self, work: Work, order: Order, link: Link, told: Told, *, typed: bool) -> Doubt:
        """What speaks against making this link just so; nobody is told of a reference that they did not choose."""
        since = order.created_at - self.alike_within if self.alike_within else None
        return Doubt(
            reference=order.reference,
            becomes=link.reference if typed and link.reference != order.reference else "",
            twins=tuple(await work.twins(order, typed=typed, since=since, told=told.link_ids)),
            asks=order.issuer,
            channel=order.channel,
        )

    async def _check_still_over(self, work: Work, draft: Draft) -> None:
        """Refuse a form of *Request again…* whose link does not offer that any more: it may be paid twice.

        Raises:
            Refused: with the sentence for the person.

        """
        story = await work.held_story(draft.again_for) if draft.again_for else None
        if story is None:
            return
        link = story.link(draft.again_for)
        with naming(link):
            if Action.REQUEST_AGAIN not in offers(story, link, self.clock.now()):
                raise Refused(not_offered(story, link, Action.REQUEST_AGAIN), "stale")

    async def _sent_before(self, order_id: str, wanted: Order, *, typed: bool) -> Issued:
        async with self.store.read() as work:
            made = known(await work.story(order_id)).order
        if not typed:  # its number was taken then, and another one comes next
            wanted = replace(wanted, reference=made.reference)
        return Issued(order=made, new=False, differs=agreed(made) != agreed(wanted))

    def _order(self, draft: Draft, offer: Offer, actor: Actor) -> Order:
        return Order(
            id=uuid.uuid4().hex,
            workspace_id=self.shop.workspace_id,
            team_id=self.shop.team_id,
            account_id=self.shop.account_id,
            **agreed(offer),
            issuer=actor.user_id,
            draft_id=draft.id,
            channel=draft.channel,
            thread=draft.thread or None,
            created_at=self.clock.now(),
        )


def next_link(
    order: Order,
    n: int,
    reference: str,
    *,
    expires_at: datetime,
    now: datetime,
    price_change: PriceChange | None = None,
) -> Link:
    """The order's n-th link, to be created: it asks for what the order says now."""
    return Link(
        id=uuid.uuid4().hex,
        order_id=order.id,
        n=n,
        reference=reference,
        status=Status.REQUESTED,
        version=1,
        amount=order.amount,
        currency=order.currency,
        auto_capture=order.capture is Capture.AUTOMATIC,
        delivery=order.delivery,
        on_phone=order.deadline == PHONE,
        expires_at=expires_at,
        created_at=now,
        facts=Facts(price_change=price_change),
    )


def known(story: Story | None) -> Story:
    """The story behind a button or a form.

    Raises:
        Refused: when it is older than what is kept.

    """
    if story is None:
        raise Refused("This link is not known here any more.", "unknown-link")
    return story


async def want_link(
    work: Work, link: Link, *, requested_by: str, view_id: str | None = None, wanted_at: datetime | None = None
) -> None:
    """Keep a new link and, in the same transaction, the wish to create it at Dintero.

    `wanted_at` is when a person asked for it, where that was before the link was made.
    """
    await work.add_link(link, due_at=None)
    operation = Operation(
        id=uuid.uuid4().hex,
        link_id=link.id,
        kind=Kind.CREATE,
        reference=operation_reference(link.reference, Kind.CREATE, 1),
        state=State.WANTED,
        requested_by=requested_by,
        created_at=wanted_at or link.created_at,
        amount=link.amount,
        view_id=view_id,
    )
    await work.add_operation(operation)


async def free_reference(work: Work, order: Order, n: int) -> str:
    """The merchant reference for the order's n-th link, skipping those that other orders have taken."""
    return await unused(work, order.account_id, order.reference, n)


async def unused(work: Work, account_id: str, reference: str, n: int) -> str:
    """The reference with the first suffix from `n` on that is free; the first of all has none."""
    if n == 1 and not await work.reference_taken(account_id, reference):
        return reference
    number = await work.free_number(account_id, f"{reference}-", at_least=max(n, 2))
    return chain_reference(reference, number)


def _news(order: Order, doubt: Doubt) -> list[News]:
    """What the thread tells of a new link: its note, and beside which open ones it was sent.

    Everybody in the channel reads the thread, so links that were issued elsewhere are only counted.
    """

    def happened(kind: Happened, **data: str | int) -> News:
        return News(kind=kind, source=Source.SLACK, at=order.created_at, actor=order.issuer, data=data)

    here = [twin.reference for twin in doubt.twins if twin.is_seen_in(order.channel)]
    beside: dict[str, str | int] = {"references": ", ".join(here), "elsewhere": len(doubt.twins) - len(here)}
    return [
        *([happened(Happened.NOTED)] if order.note else []),
        *([happened(Happened.SENT_ANYWAY, **beside)] if doubt.twins else []),
    ]
