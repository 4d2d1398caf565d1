"""When a link should be looked at again, if nothing tells us sooner. Every look costs a call, so they grow rare."""

from datetime import datetime, timedelta
from typing import Final

from bot.domain.actions import awaits_auto_capture
from bot.domain.links import Link, Status
from bot.domain.moves import ENDED
from bot.domain.operations import IN_DOUBT, Kind
from bot.domain.settling import EXPIRY_GRACE

_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)

_UNDER_WAY: Final = ((5 * _MINUTE, _MINUTE), (15 * _MINUTE, 2 * _MINUTE), (60 * _MINUTE, 5 * _MINUTE))
"""(age, interval): 1, 2, 5 minutes and then hourly, for a payment that has begun."""
_IN_DOUBT: Final = (
    (30 * _SECOND, 5 * _SECOND),
    (2 * _MINUTE, 15 * _SECOND),
    (15 * _MINUTE, _MINUTE),
    (60 * _MINUTE, 5 * _MINUTE),
)
_UNOPENED: Final = (
    (3 * _MINUTE, 10 * _SECOND),
    (10 * _MINUTE, 30 * _SECOND),
    (60 * _MINUTE, 5 * _MINUTE),
    (_DAY, 60 * _MINUTE),
)
"""By age: at first the seller may be on the phone, waiting to see it opened."""
_ON_THE_PHONE: Final = ((10 * _MINUTE, 10 * _SECOND), (60 * _MINUTE, 5 * _MINUTE))
"""The same, where the seller said so."""
_OPENED: Final = ((10 * _MINUTE, 30 * _SECOND), (60 * _MINUTE, 5 * _MINUTE))
"""By the time since it was opened: nothing announces an attempt that failed (Dintero reference §5, §9)."""
_REFUNDABLE: Final = ((7 * _DAY, _DAY), (90 * _DAY, 7 * _DAY))


def next_look(link: Link, now: datetime) -> datetime | None:
    """When to look at `link` again after a look at `now`; None when nothing more can happen."""
    if link.facts.unfollowed_at is not None:
        return None
    if link.operation is not None and link.operation.state in IN_DOUBT and link.operation.kind is not Kind.CREATE:
        return now + _interval(_IN_DOUBT, now - (link.operation.sent_at or now), otherwise=timedelta(hours=1))
    return now + 15 * _MINUTE if link.facts.unclear_since is not None else _by_status(link, now)


def _by_status(link: Link, now: datetime) -> datetime | None:
    if link.status is Status.UNCERTAIN:
        # Not since the link was made: its create may have waited for hours, and people are asked a minute after it.
        sent_at = link.operation.sent_at if link.operation is not None else None
        age = now - (sent_at or link.created_at)
        return min(now + _interval(_IN_DOUBT, age, otherwise=timedelta(hours=1)), _expiry(link, now))
    if link.status is Status.OPEN:
        return _while_open(link, now)
    if link.status is Status.PENDING:
        return now + timedelta(minutes=15)
    if link.status in {Status.AUTHORIZED, Status.CAPTURED}:
        return _while_paid(link, now)
    if link.status in ENDED and link.facts.paying_since is not None:
        return now + _interval(_UNDER_WAY, now - link.facts.paying_since, otherwise=_DAY)
    return None


def _while_paid(link: Link, now: datetime) -> datetime | None:
    if link.facts.in_progress:
        return now + timedelta(hours=1)  # Dintero does not say when it ends
    if link.status is Status.AUTHORIZED:
        return now + timedelta(minutes=15) if awaits_auto_capture(link, now) else _together(now + _DAY)
    at = _rarer(now, _age(link, now), _REFUNDABLE) if link.holds_money else None
    return None if at is None else _together(at)


def _while_open(link: Link, now: datetime) -> datetime:
    if link.facts.paying_since is not None:
        return now + _interval(_UNDER_WAY, now - link.facts.paying_since, otherwise=timedelta(hours=1))
    if link.transaction_id is not None:  # paid in a word that we do not know: it may be known by then
        return now + 15 * _MINUTE
    if now >= link.expires_at:
        return _expiry(link, now)
    return min(_curious(link, now) or link.expires_at, link.expires_at)


def _curious(link: Link, now: datetime) -> datetime | None:
    """When to see whether the customer has opened it, or tried to pay; None when nobody is that curious any more."""
    if link.session_id is None:
        return None
    if link.facts.opened_at is None:
        return _rarer(now, now - link.created_at, _ON_THE_PHONE if link.on_phone else _UNOPENED)
    return _rarer(now, now - link.facts.opened_at, _OPENED)


def _expiry(link: Link, now: datetime) -> datetime:
    """When its expiry can be confirmed; hourly once that is overdue."""
    confirm = _together(link.expires_at + EXPIRY_GRACE)
    return confirm if confirm > now else now + timedelta(hours=1)


def _together(at: datetime) -> datetime:
    """The next whole minute: one list answers for fifty links whose time comes then (Dintero reference §12)."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE


def _age(link: Link, now: datetime) -> timedelta:
    return now - (link.facts.authorized_at or link.created_at)


def _interval(steps: tuple[tuple[timedelta, timedelta], ...], age: timedelta, otherwise: timedelta) -> timedelta:
    return next((interval for until, interval in steps if age < until), otherwise)


def _rarer(now: datetime, age: timedelta, steps: tuple[tuple[timedelta, timedelta], ...]) -> datetime | None:
    interval = next((interval for until, interval in steps if age < until), None)
    return None if interval is None else now + interval
