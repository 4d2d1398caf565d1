"""When a link that is not paid is called to mind: at most three times, by day, and only while it can be paid."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from bot.domain.actions import needs_backoffice
from bot.domain.links import Delivered, Link, Status
from bot.domain.orders import Agreed, Delivery, Order, Remind

MOST: Final = 3
APART: Final = timedelta(hours=1)
"""How far a reminder is, at least, from the one before, from the start and from the deadline."""
_FROM, _UNTIL = time(9), time(20)
_BUSY: Final = timedelta(minutes=5)
"""When to look again while the customer is paying, or the link is being cancelled."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What becomes of a reminder that is due: the link with the time of the next one, and whether this one goes."""

    link: Link
    goes: bool


def reminder_times(start: datetime, deadline: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """After a quarter, a half and three quarters of a link's life, each moved into the customer's day."""
    times: list[datetime] = []
    for part in range(1, MOST + 1):
        at = by_day(start + (deadline - start) * part / (MOST + 1), zone)
        if at - (times[-1] if times else start) >= APART and deadline - at >= APART:
            times.append(at)
    return tuple(times)


def by_day(at: datetime, zone: tzinfo) -> datetime:
    """The same moment if it lies between 9 and 20 o'clock in `zone`, else the next morning's 9 o'clock."""
    there = at.astimezone(zone)
    if _FROM <= there.time() < _UNTIL:
        return at
    day = there.date() + timedelta(days=there.time() >= _UNTIL)
    return datetime.combine(day, _FROM, zone).astimezone(at.tzinfo)


def first_reminder(order: Order, link: Link, now: datetime, zone: tzinfo) -> datetime | None:
    """When the first reminder of a link goes that can be paid from `now` on; None when none does."""
    return _next(link, now, zone) if may_remind(order, link, now) else None


def unfit(agreed: Agreed, *, mails: bool) -> dict[str, str]:
    """What is wrong with the reminders that a form asks for, by field; `mails` says whether there is a mail server."""
    if agreed.remind is not Remind.EMAIL:
        return {}
    if not mails:
        return {"remind": "Paylink has no mail server here. Choose to be reminded in the thread."}
    return {} if agreed.email else {"email": "Enter the address that the reminders go to."}


def may_remind(order: Order, link: Link, now: datetime) -> bool:
    """Whether the link may be called to mind at all: it waits for the customer, and nothing says that it should not."""
    facts = link.facts
    if order.remind is Remind.NONE or link.status is not Status.OPEN or link.replaced or now >= link.expires_at:
        return False
    if needs_backoffice(link) or facts.unfollowed_at is not None:
        return False
    if facts.reported_at is not None or (facts.opened_at is not None and not order.remind_opened):
        return False
    return order.remind is Remind.NUDGE or _can_be_mailed(order, link)


def still_reminding(order: Order, link: Link, now: datetime) -> Link:
    """The link, without its next reminder once there will be none."""
    ends = link.remind_at is not None and not may_remind(order, link, now)
    return replace(link, remind_at=None) if ends else link


def turn(order: Order, link: Link, now: datetime, zone: tzinfo) -> Turn:
    """What a link's due reminder comes to at `now`, which may be long after it was due."""
    if not may_remind(order, link, now) or link.reminded >= MOST:
        return Turn(replace(link, remind_at=None), goes=False)
    if link.operation is not None or link.facts.paying_since is not None:
        return Turn(replace(link, remind_at=now + _BUSY), goes=False)
    if by_day(now, zone) != now:
        later = by_day(now, zone)
        return Turn(replace(link, remind_at=later if link.expires_at - later >= APART else None), goes=False)
    reminded = link.reminded + 1
    following = _next(link, now, zone) if reminded < MOST else None
    return Turn(replace(link, reminded=reminded, remind_at=following), goes=True)


def still_due(order: Order, link: Link, n: int, now: datetime, zone: tzinfo) -> bool:
    """Whether the n-th reminder may go at `now`, which may be long after it was written down.

    It must be the latest: whoever stops the reminders counts them as gone.
    """
    return n == link.reminded and may_remind(order, link, now) and by_day(now, zone) == now


def stopped(link: Link) -> Link:
    """The link, no more called to mind: not even by what was written down already."""
    return replace(link, remind_at=None, reminded=MOST)


def _next(link: Link, now: datetime, zone: tzinfo) -> datetime | None:
    times = reminder_times(link.created_at, link.expires_at, zone)
    return next((at for at in times if at >= now + APART), None)


def _can_be_mailed(order: Order, link: Link) -> bool:
    """A mail that was refused would be refused again."""
    refused = order.delivery is Delivery.EMAIL and link.facts.delivered is Delivered.FAILED
    return order.email is not None and link.url is not None and not refused
