"""A link that gives way to another: cancelled first, and only once that is certain is the next one made."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.drafts import Draft, Offer
from bot.domain.errors import FieldErrors, NotYet
from bot.domain.events import Happened, News, Source
from bot.domain.links import Delivered, Link, PriceChange, Status
from bot.domain.operations import Operation
from bot.domain.orders import TO_PHONE, Order, agreed
from bot.domain.redrafting import changes, price_change
from bot.domain.stories import Story
from bot.services.issuing import Shop, free_reference, next_link, want_link
from bot.services.ports.work import Work
from bot.services.ports.world import Clock
from bot.services.press_refusals import paid_beside

MOST_MESSAGES: Final = 3
"""How many messages one order may send by itself; a fourth wants somebody who is trusted."""
APART: Final = timedelta(seconds=60)
_ANEW: Final = "a fresh deadline"
"""What differs when nothing else does."""
_NEVER_WENT_OUT: Final = {Delivered.NONE, Delivered.SKIPPED}
_NOBODY_CAN_PAY: Final = {Status.CANCELLED, Status.EXPIRED, Status.FAILED}
_CAN_BE_PAID: Final[Mapping[Status, str]] = {
    Status.OPEN: "It can still be paid.",
    Status.PENDING: "Its payment is held for approval by the provider.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacing:
    """What follows when the cancel of a link has come to its end."""

    clock: Clock
    shop: Shop

    async def follow(self, work: Work, link: Link, operation: Operation) -> None:
        """Make the next link of the chain, in the transaction that ends the cancel.

        Only a link that nobody can pay any more gives way: where the customer was faster, nothing new is sent.
        """
        story = await work.story_of_link(link.id) if operation.draft_id is not None else None
        if operation.draft_id is None or story is None:
            return
        draft = await work.draft(
            operation.draft_id, workspace_id=story.order.workspace_id, user_id=operation.requested_by
        )
        offer = self._read(draft) if draft else None
        lapsed = "Its deadline has passed." if draft else "The form is no longer kept."
        reason = _may_be_paid(story, link) or (None if offer else lapsed)
        if reason is None and offer is not None:
            await self._replace(work, story, link, operation, offer)
        if reason is not None:
            await work.add_events(link.id, (self._news(Happened.NOT_REPLACED, operation, reason=reason),))

    def _read(self, draft: Draft) -> Offer | None:
        try:
            return self.shop.read(draft, self.clock.now())
        except FieldErrors:
            return None

    async def _replace(self, work: Work, story: Story, link: Link, operation: Operation, offer: Offer) -> None:
        before, now = story.order, self.clock.now()
        order = replace(before, **{**agreed(offer), "reference": before.reference})
        n = story.newest.n + 1
        reference = await free_reference(work, order, n)
        change = price_change(before, order, by=operation.requested_by)
        fresh = next_link(
            order, n, reference, expires_at=offer.expires_at, now=now, price_change=change or link.facts.price_change
        )
        more = beyond(story, order) | _told(change, order)
        changed = changes(before, order) or ("" if change else _ANEW)
        told = self._news(Happened.REPLACED, operation, reference=fresh.reference, changed=changed, **more)
        await work.change_order(order, since=n)
        await work.mark_replaced(link.id)
        await work.add_events(link.id, (told,))
        await want_link(
            work,
            fresh,
            requested_by=operation.requested_by,
            view_id=operation.view_id,
            wanted_at=operation.created_at,
        )
        if order.note and order.note != before.note:
            await work.add_events(fresh.id, (self._news(Happened.NOTED, operation),))

    def _news(self, kind: Happened, operation: Operation, **data: str | int) -> News:
        return News(kind=kind, source=Source.SLACK, at=self.clock.now(), actor=operation.requested_by, data=data)


def _told(change: PriceChange | None, after: Order) -> dict[str, str | int]:
    """A changed price as an event keeps it: both amounts in minor units, and their currencies."""
    if change is None:
        return {}
    return {"was": change.before, "was_in": change.currency, "is": after.amount, "is_in": after.currency}


def _may_be_paid(story: Story, link: Link) -> str | None:
    """Why a further request might be paid beside this one, in words; None when it cannot."""
    if link.status not in _NOBODY_CAN_PAY:
        return _CAN_BE_PAID.get(link.status, "The customer had just paid.")
    if link.facts.paying_since is not None:
        return "The customer had begun to pay it, and that payment has not ended."
    if link.facts.unclear_since is not None:
        return "Dintero shows a payment for it that Paylink cannot read."
    return paid_beside(story, link)


def messages(story: Story) -> list[Link]:
    """The links of an order that Dintero sent, or may have sent, to the customer."""
    return [
        link
        for link in story.links
        if link.delivery in TO_PHONE
        and (link.facts.delivered not in _NEVER_WENT_OUT or link.status is Status.UNCERTAIN)
    ]


def beyond(story: Story, order_after: Order) -> dict[str, str | int]:
    """What is recorded of a message that needed somebody who is trusted: how many had gone out before."""
    sent = len(messages(story))
    return {"sent": sent} if order_after.delivery in TO_PHONE and sent >= MOST_MESSAGES else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The form of the link that is to follow another, and what it says."""

    draft: Draft
    offer: Offer
    wished_by: str


async def keep_wish(work: Work, story: Story, wish: Wish, now: datetime, *, trusted: bool) -> None:
    """Keep the form of the link that is to follow, once its message may go out.

    Raises:
        NotYet: when the message would be one too many, or too soon.

    """
    order = replace(story.order, phone=wish.offer.phone, delivery=wish.offer.delivery)
    check_messages(story, order, now, trusted=trusted)
    await work.save_draft(wish.draft, workspace_id=story.order.workspace_id, user_id=wish.wished_by, at=now)


def check_messages(story: Story, order_after: Order, now: datetime, *, trusted: bool) -> None:
    """Hold back a message that would be one too many, or too soon after the last.

    Raises:
        NotYet: with the sentence that says how long to wait, or who may.

    """
    if order_after.delivery not in TO_PHONE:
        return
    sent = messages(story)
    if sent and now < sent[-1].created_at + APART:
        left = round((sent[-1].created_at + APART - now).total_seconds())
        raise NotYet(f"The last message is less than a minute old. Wait {left} seconds, then try again.", "too-soon")
    if len(sent) >= MOST_MESSAGES and not trusted:
        raise NotYet(
            f"{len(sent)} messages have gone out for this order. Share the link yourself, or ask somebody who is "
            "trusted with money to send another.",
            "too-many",
        )
