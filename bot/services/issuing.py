"""Issue a link: one transaction, before Dintero hears of anything."""

import uuid
from dataclasses import dataclass

from bot.domain.drafts import Draft, Offer, read_draft
from bot.domain.errors import DraftUsed, FieldErrors, Refused
from bot.domain.events import Happened, News, Source
from bot.domain.links import Link, Status
from bot.domain.operations import Kind, Operation, State, operation_reference
from bot.domain.orders import Capture, Order, agreed, chain_reference
from bot.domain.permissions import ISSUE, Actor, Forbidden, Policy, decide
from bot.domain.stories import Story
from bot.domain.typed import PHONE
from bot.services.ports.storage import Store, Work
from bot.services.ports.world import Bell, Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What every order is issued with: the workspace, the account, and the country's habits."""

    workspace_id: str
    team_id: str
    account_id: str
    currency: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form as it was sent: what was typed, by whom, and the view that waits for the result."""

    draft: Draft
    actor: Actor
    view_id: str | None


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

    async def submit(self, submission: Submission) -> Issued:
        """Make the draft an order with its first link and the wish to create it.

        A draft that was submitted before returns what it made then and makes nothing new.

        Raises:
            FieldErrors: with all wrong fields at once.
            Refused: when the person may not issue here.

        """
        draft, actor = submission.draft, submission.actor
        decision = decide(actor, ISSUE, team_id=self.shop.team_id, issuer=actor.user_id, policy=self.policy)
        if isinstance(decision, Forbidden):
            raise Refused(decision.sentence, "forbidden")
        offer = read_draft(draft, currency=self.shop.currency, country=self.shop.country, now=self.clock.now())
        order = self._order(draft, offer, actor)
        link = self._link(order, offer)
        try:
            async with self.store() as work:
                await work.add_order(order)
                if await work.reference_taken(order.account_id, link.reference):
                    sentence = f"{link.reference} is already used by another link. Take another, or leave it empty."
                    raise FieldErrors({"reference": sentence})
                await want_link(work, link, requested_by=actor.user_id, view_id=submission.view_id)
                if order.note:
                    noted = News(kind=Happened.NOTED, source=Source.SLACK, at=order.created_at, actor=actor.user_id)
                    await work.add_events(link.id, (noted,))
                await work.commit()
        except DraftUsed as before:
            return await self._sent_before(before.order_id, order)
        self.bell.ring()
        return Issued(order=order, new=True)

    async def _sent_before(self, order_id: str, wanted: Order) -> Issued:
        async with self.store.read() as work:
            made = known(await work.story(order_id)).order
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

    def _link(self, order: Order, offer: Offer) -> Link:
        return Link(
            id=uuid.uuid4().hex,
            order_id=order.id,
            n=1,
            reference=order.reference,
            status=Status.REQUESTED,
            version=1,
            amount=order.amount,
            currency=order.currency,
            auto_capture=order.capture is Capture.AUTOMATIC,
            delivery=order.delivery,
            on_phone=order.deadline == PHONE,
            expires_at=offer.expires_at,
            created_at=order.created_at,
        )


def known(story: Story | None) -> Story:
    """The story behind a button or a form.

    Raises:
        Refused: when it is older than what is kept.

    """
    if story is None:
        raise Refused("This link is not known here any more.", "unknown-link")
    return story


async def want_link(work: Work, link: Link, *, requested_by: str, view_id: str | None = None) -> None:
    """Keep a new link and, in the same transaction, the wish to create it at Dintero."""
    await work.add_link(link, due_at=None)
    operation = Operation(
        id=uuid.uuid4().hex,
        link_id=link.id,
        kind=Kind.CREATE,
        reference=operation_reference(link.reference, Kind.CREATE, 1),
        state=State.WANTED,
        requested_by=requested_by,
        created_at=link.created_at,
        amount=link.amount,
        view_id=view_id,
    )
    await work.add_operation(operation)


async def free_reference(work: Work, order: Order, n: int) -> str:
    """The merchant reference for the order's n-th link, skipping those that other orders have taken."""
    for suffix in range(n, n + 100):
        reference = chain_reference(order.reference, suffix)
        if not await work.reference_taken(order.account_id, reference):
            return reference
    raise Refused("This reference has been used too often. Issue a new link with another reference.", "reference")
