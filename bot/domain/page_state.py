"""What the customer's page says about a link: a pure function of the order's chain and the time."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.links import Link, Status
from bot.domain.operations import Kind
from bot.domain.stories import Story


class PageState(StrEnum):
    """One per page that reads differently."""

    PAYABLE = "payable"
    REPORTED = "reported"
    """The customer said that something is wrong; the page offers it no more."""
    NOT_READY = "not_ready"
    """Being made, or being cancelled, or nobody knows its address: a minute may change that."""
    PENDING = "pending"
    """Being checked, by the provider or, where it cannot be understood, by the shop: it must not be paid again."""
    RESERVED = "reserved"
    PAID = "paid"
    PAID_OTHERWISE = "paid_otherwise"
    """Another link of the same order holds the money: paying here would be paying twice."""
    REFUNDED = "refunded"
    RELEASED = "released"
    REPLACED = "replaced"
    UNFOLLOWED = "unfollowed"
    """Nobody reads it any more, and so nobody knows whether it was paid."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


_MONEY: Final = {
    Status.PENDING: PageState.PENDING,
    Status.AUTHORIZED: PageState.RESERVED,
    Status.CAPTURED: PageState.PAID,
    Status.VOIDED: PageState.RELEASED,
}
"""What became of the customer's money is said even when the link was replaced since."""
_OVER: Final = {
    Status.EXPIRED: PageState.EXPIRED,
    Status.CANCELLED: PageState.CANCELLED,
    Status.FAILED: PageState.FAILED,
    Status.REJECTED: PageState.FAILED,
}


def page_state(story: Story, link: Link, now: datetime) -> PageState:
    """What the page of `link`, one of the story's, says at `now`."""
    if link.facts.unclear_since is not None or link.paid_apart:
        return PageState.PENDING
    if link.status in _MONEY:
        refunded = link.facts.captured and link.facts.refunded >= link.facts.captured
        return PageState.REFUNDED if refunded else _MONEY[link.status]
    if story.paid_beside(link):
        return PageState.PAID_OTHERWISE
    if story.maybe_paid_beside(link):
        return PageState.PENDING
    if link.facts.unfollowed_at is not None:
        return PageState.UNFOLLOWED
    if link.replaced:
        return PageState.REPLACED
    if link.status in _OVER:
        return _OVER[link.status]
    return _unpaid(link, now)


def _unpaid(link: Link, now: datetime) -> PageState:
    if now >= link.expires_at:
        return PageState.EXPIRED
    if link.facts.reported_at is not None:
        return PageState.REPORTED
    ending = link.operation is not None and link.operation.kind is Kind.CANCEL
    ready = link.status is Status.OPEN and link.url is not None and not ending
    return PageState.PAYABLE if ready else PageState.NOT_READY
