"""Stored times that a clock which was ahead has left in the future: found when it is put right, and not believed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, case, or_, select, text, update

from bot.domain.mails import MailState
from bot.domain.operations import State
from storage.columns import Utc
from storage.tables import IS_OPEN, IS_UNSENT, lanes, links, mails, operations, orders, tasks
from storage.timing import LONGEST_LEASE
from storage.transaction import MACHINE_NOW, NOW, Transaction

_TASK: Final = "clock"
"""The row of `task` whose cursor holds the latest times seen: machine time, then business time."""
_TOLERANCE: Final = timedelta(seconds=2)

_SEEN: Final = bindparam("seen", type_=Utc)
"""The latest business time seen. What is due by then was due while the clock was ahead."""
_LEASES_END: Final = bindparam("leases_end", type_=Utc)
_CURSOR: Final = select(tasks.c.cursor).where(tasks.c.name == _TASK).with_for_update()


@dataclass(frozen=True, slots=True)
class Times:
    """One moment, as business time and as machine time."""

    business: datetime
    machine: datetime


def _to(value: Any, column: Any, *, when: ColumnElement[bool]) -> ColumnElement[Any]:
    return case((when, value), else_=column)


def _skipping_locked(table: Any, wrong: ColumnElement[bool], **values: Any) -> Update:
    """Correct the rows that are wrong, but for those that another transaction writes: no lock is waited for."""
    key = next(iter(table.primary_key))
    found: Select[Any] = select(key).where(wrong).with_for_update(skip_locked=True)
    return update(table).where(key.in_(found)).values(**values)


def _held_for_too_long(lease: Any) -> ColumnElement[bool]:
    wrong: ColumnElement[bool] = lease > _LEASES_END
    return wrong


_LINK_IS_DUE: Final = and_(
    links.c.due_at > NOW, or_(links.c.due_at <= _SEEN, links.c.looked_at > NOW, links.c.created_at > NOW)
)
_LINKS: Final = _skipping_locked(
    links,
    and_(
        links.c.due_at.is_not(None),
        or_(
            _LINK_IS_DUE,
            links.c.looked_at > NOW,
            links.c.hint_at > NOW,
            links.c.asked_at > NOW,
            _held_for_too_long(links.c.lease_until),
        ),
    ),
    due_at=_to(NOW, links.c.due_at, when=_LINK_IS_DUE),
    looked_at=_to(None, links.c.looked_at, when=links.c.looked_at > NOW),
    hint_at=_to(NOW, links.c.hint_at, when=links.c.hint_at > NOW),
    asked_at=_to(NOW, links.c.asked_at, when=links.c.asked_at > NOW),
    lease_until=_to(None, links.c.lease_until, when=_held_for_too_long(links.c.lease_until)),
)
_SENDING_ENDED: Final = case((operations.c.state == State.SENDING, MACHINE_NOW), else_=None)
"""What is being sent has a lease for as long as it is: it must end, not vanish."""
_OPERATIONS: Final = _skipping_locked(
    operations,
    and_(
        text(f"operation.{IS_OPEN}"),
        or_(_held_for_too_long(operations.c.lease_until), operations.c.sent_at > NOW),
    ),
    # The ten minutes after *sending* begin anew: shorter they must not be.
    sent_at=_to(NOW, operations.c.sent_at, when=operations.c.sent_at > NOW),
    lease_until=_to(_SENDING_ENDED, operations.c.lease_until, when=_held_for_too_long(operations.c.lease_until)),
)
_MAIL_ENDED: Final = case((mails.c.state == MailState.SENDING, MACHINE_NOW), else_=None)
_MAILS: Final = _skipping_locked(
    mails,
    and_(
        text(f"mail.{IS_UNSENT}"),
        or_(mails.c.due_at > MACHINE_NOW, _held_for_too_long(mails.c.lease_until)),
    ),
    due_at=_to(MACHINE_NOW, mails.c.due_at, when=mails.c.due_at > MACHINE_NOW),
    wanted_at=_to(MACHINE_NOW, mails.c.wanted_at, when=mails.c.wanted_at > MACHINE_NOW),
    lease_until=_to(_MAIL_ENDED, mails.c.lease_until, when=_held_for_too_long(mails.c.lease_until)),
)
_ORDERS: Final = _skipping_locked(
    orders,
    and_(
        orders.c.untold_since.is_not(None),
        or_(
            orders.c.untold_since > MACHINE_NOW,
            orders.c.tell_after > MACHINE_NOW,
            _held_for_too_long(orders.c.tell_lease),
        ),
    ),
    untold_since=_to(MACHINE_NOW, orders.c.untold_since, when=orders.c.untold_since > MACHINE_NOW),
    tell_after=None,
    tell_lease=_to(None, orders.c.tell_lease, when=_held_for_too_long(orders.c.tell_lease)),
)
_LANES: Final = _skipping_locked(lanes, lanes.c.blocked_until > MACHINE_NOW, blocked_until=None)
_TASKS: Final = _skipping_locked(
    tasks,
    and_(tasks.c.name != _TASK, or_(tasks.c.due_at > NOW, _held_for_too_long(tasks.c.lease_until))),
    due_at=_to(None, tasks.c.due_at, when=tasks.c.due_at > NOW),
    lease_until=_to(None, tasks.c.lease_until, when=_held_for_too_long(tasks.c.lease_until)),
)
_CORRECTIONS: Final = (_LINKS, _OPERATIONS, _MAILS, _ORDERS, _LANES, _TASKS)


class ClockChanges(Transaction):
    """A transaction that notices that a clock was put back."""

    async def note_time(self, now: Times) -> timedelta | None:
        """Keep the time; when the one kept before is later, correct what was stored under it.

        Returns by how much the clock was put back, None when it was not.
        """
        row = await self._first(_CURSOR)
        if row is None:
            await self._run(self._unless_there(tasks), {"name": _TASK, "fence": 0})
        seen = _read(row.cursor) if row is not None and row.cursor else now
        cursor = f"{now.machine.isoformat()} {now.business.isoformat()}"
        await self._run(update(tasks).where(tasks.c.name == _TASK).values(cursor=cursor))
        back = max(seen.machine - now.machine, seen.business - now.business)
        if back <= _TOLERANCE:
            return None
        values = {
            "now": now.business,
            "machine_now": now.machine,
            "seen": seen.business,
            "leases_end": now.machine + LONGEST_LEASE,
        }
        for correction in _CORRECTIONS:
            await self._run(correction, values)
        return back


def _read(cursor: str) -> Times:
    machine, business = map(datetime.fromisoformat, cursor.split())
    return Times(business=business, machine=machine)
