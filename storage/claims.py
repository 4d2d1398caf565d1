"""Claims: rows held under a lease, by one holder each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Integer, bindparam, case, func, or_, select, text, update

from bot.domain.links import Link
from bot.domain.operations import State
from bot.domain.stories import Backlog, Claimed, Due, Untold
from bot.domain.waiting import Waiting
from storage.columns import Utc
from storage.links import WITH_OPERATIONS, Links
from storage.mails import LAPSED_MAILS, WANTED_MAILS
from storage.tables import IS_OPEN, IS_UNSENT, links, operations, orders
from storage.timing import LAPSED_LEASE
from storage.transaction import CHANGE_ORDER, MACHINE_NOW, NOW, Hold, free

# Built once: these run at every step, and building one takes longer than running it.
_OPERATION: Final = select(operations.c.id, operations.c.fence, operations.c.kind).where(text(f"operation.{IS_UNSENT}"))
_WANTED: Final = _OPERATION.where(operations.c.state == State.WANTED, free(operations.c.lease_until, MACHINE_NOW))
_LAPSED: Final = _OPERATION.where(operations.c.state == State.SENDING, operations.c.lease_until < MACHINE_NOW)
_DUE: Final = select(links.c.id, links.c.hint_at, links.c.fence).where(
    links.c.due_at <= NOW, free(links.c.lease_until, MACHINE_NOW)
)
_UNTOLD: Final = select(
    orders.c.id,
    orders.c.tell_fence,
    orders.c.urgency,
    orders.c.workspace_id,
    orders.c.card_state,
    orders.c.card_channel,
    (orders.c.card_version < orders.c.version).label("outdated"),
).where(
    orders.c.untold_since.is_not(None),
    or_(orders.c.tell_after.is_(None), orders.c.tell_after <= MACHINE_NOW),
    free(orders.c.tell_lease, MACHINE_NOW),
)


def _comes_due(at: Any, *conditions: Any) -> Any:
    """Whether one of these times has come.

    Not EXISTS: in a plan for any time, PostgreSQL expects a third of all rows to be due, and reads the whole table.
    """
    return select(at).where(at <= NOW, *conditions).order_by(at).limit(1).scalar_subquery().is_not(None)


_WORK: Final = {
    Waiting.OPERATIONS: or_(_WANTED.exists(), _LAPSED.exists()),
    Waiting.LINKS: or_(
        _comes_due(links.c.due_at, free(links.c.lease_until, MACHINE_NOW)), _comes_due(links.c.remind_at)
    ),
    Waiting.MAILS: or_(WANTED_MAILS.exists(), LAPSED_MAILS.exists()),
    Waiting.ORDERS: _UNTOLD.exists(),
}
_LOOK: Final = select(*(_WORK[kind].label(kind) for kind in Waiting))
"""Whether there is work, kind by kind."""

_OLDEST_DUE: Final = select(func.min(links.c.due_at)).where(links.c.due_at <= NOW)
_OLDEST_UNTOLD: Final = select(func.min(orders.c.untold_since)).where(orders.c.untold_since.is_not(None))
_OLDEST_WANTED: Final = select(func.min(operations.c.created_at)).where(
    text(f"operation.{IS_UNSENT}"), operations.c.state == State.WANTED
)
_UNKNOWN: Final = select(func.count()).where(text(f"operation.{IS_OPEN}"), operations.c.state == State.UNKNOWN)

_LIMIT: Final = bindparam("limit", type_=Integer)
_OLDEST_FIRST: Final = operations.c.created_at, operations.c.id
_HELD_OPERATION: Final = {"lease": operations.c.lease_until, "fence": operations.c.fence}
_HOLD_WANTED: Final = Hold.of(_WANTED.order_by(*_OLDEST_FIRST).limit(_LIMIT), **_HELD_OPERATION)
_HOLD_LAPSED: Final = Hold.of(_LAPSED.order_by(*_OLDEST_FIRST), **_HELD_OPERATION)
_HOLD_DUE: Final = Hold.of(
    _DUE.order_by(links.c.due_at, links.c.id).limit(_LIMIT), lease=links.c.lease_until, fence=links.c.fence
)
_FOUND: Final = WITH_OPERATIONS.where(links.c.id.in_(bindparam("found", expanding=True)))
_HOLD_UNTOLD: Final = Hold.of(
    _UNTOLD.order_by(orders.c.urgency, orders.c.untold_since, orders.c.id).limit(_LIMIT),
    lease=orders.c.tell_lease,
    fence=orders.c.tell_fence,
    tell_after=None,
    tell_seen=orders.c.stirred,
)
_RETRY_AT: Final = func.coalesce(bindparam("retry_at", type_=Utc), orders.c.tell_after)
_RELEASE_ORDER: Final = CHANGE_ORDER.where(orders.c.tell_fence == bindparam("held")).values(
    tell_lease=None,
    # What happened after the claim may not have been told with it: that must not wait.
    tell_after=case((orders.c.stirred == orders.c.tell_seen, _RETRY_AT), else_=orders.c.tell_after),
)


class Claims(Links):
    """A transaction that holds rows."""

    async def waiting(self, now: datetime, machine_now: datetime) -> frozenset[Waiting]:
        """What could be claimed now, in one look: an idle process asks this every second, and claims nothing.

        Of operations and mails also those whose sender is gone, of links also those to bring to mind.
        """
        row = (await self._run(_LOOK, {"now": now, "machine_now": machine_now})).one()
        return frozenset(kind for kind, there in zip(Waiting, row, strict=True) if there)

    async def wanted_operations(self, machine_now: datetime, lease: timedelta, limit: int) -> Sequence[Claimed]:
        """Hold *wanted* operations, the oldest first; the note is the kind."""
        rows = await self._hold(_HOLD_WANTED, machine_now + lease, {"machine_now": machine_now, "limit": limit})
        return [Claimed(id=row.id, fence=row.fence + 1, note=row.kind) for row in rows]

    async def release_operations(self, claims: Sequence[Claimed]) -> None:
        """End the leases of those that are still *wanted*: one that is *sending* may be on its way."""
        await self._give_back(operations, claims, Waiting.OPERATIONS, operations.c.state == State.WANTED)

    async def lapsed_operations(self, machine_now: datetime) -> Sequence[Claimed]:
        """Hold *sending* operations whose lease has ended."""
        rows = await self._hold(_HOLD_LAPSED, machine_now + LAPSED_LEASE, {"machine_now": machine_now})
        return [Claimed(id=row.id, fence=row.fence + 1, note=row.kind) for row in rows]

    async def due_links(
        self, now: datetime, machine_now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Due | Claimed]:
        """Hold links that are due, the longest waiting first; one whose row cannot be read is merely *claimed*."""
        these = {"now": now, "machine_now": machine_now, "limit": limit}
        rows = await self._hold(_HOLD_DUE, machine_now + lease, these)
        found = await self._readable(_FOUND, {"found": [row.id for row in rows]}) if rows else []
        readable = {link.id: link for link in found}
        return [_due(row, readable.get(row.id)) for row in rows]

    async def release_links(self, claims: Sequence[Claimed], *, wake: bool) -> None:
        """End the leases of due links; when they are due stays as it is. `wake` the other replicas, or do not."""
        await self._give_back(links, claims, Waiting.LINKS if wake else None)

    async def backlog(self, now: datetime, machine_now: datetime) -> Backlog:
        """What waits, and for how long: four queries over partial indexes."""
        due: datetime | None = (await self._run(_OLDEST_DUE, {"now": now})).scalar()
        untold: datetime | None = (await self._run(_OLDEST_UNTOLD)).scalar()
        wanted: datetime | None = (await self._run(_OLDEST_WANTED)).scalar()
        return Backlog(
            oldest_due=None if due is None or due > now else _since(due, now),
            oldest_untold=_since(untold, machine_now),
            oldest_wanted=_since(wanted, now),
            unknown=(await self._run(_UNKNOWN)).scalar() or 0,
        )

    async def untold_orders(self, machine_now: datetime, lease: timedelta, limit: int) -> Sequence[Untold]:
        """Hold orders that Slack lags behind, the most urgent first."""
        rows = await self._hold(_HOLD_UNTOLD, machine_now + lease, {"machine_now": machine_now, "limit": limit})
        return [
            Untold(
                id=row.id,
                fence=row.tell_fence + 1,
                urgency=row.urgency,
                workspace_id=row.workspace_id,
                card=row.card_state,
                channel=row.card_channel,
                outdated=row.outdated,
            )
            for row in rows
        ]

    async def stumble(self, claimed: Claimed) -> int:
        """Count that telling an order broke or ended in doubt; returns how often in a row."""
        mine = (orders.c.id == claimed.id, orders.c.tell_fence == claimed.fence)
        once_more = update(orders).where(*mine).values(stumbles=orders.c.stumbles + 1).returning(orders.c.stumbles)
        row = await self._first(once_more)
        return row.stumbles if row else 1

    async def put_off_orders(self, until: Mapping[Claimed, datetime]) -> None:
        """Let go of orders that were not told; one that another holds by now is left alone."""
        ordered = sorted(until.items(), key=lambda each: each[0].id)  # rivals must not lock them crosswise
        await self._run(_RELEASE_ORDER, [_held(claimed, retry_at) for claimed, retry_at in ordered])

    async def release_order(self, claimed: Claimed, retry_at: datetime | None) -> None:
        """Let go of an order; does nothing when another holds it by now."""
        await self._lock(claimed.id)
        if not await self._changed(_RELEASE_ORDER, _held(claimed, retry_at)):
            return
        told = await self._telling(claimed.id)
        if told is not None:
            await self._settle_telling(told)


def _held(claimed: Claimed, retry_at: datetime | None) -> dict[str, Any]:
    return {"order_id": claimed.id, "held": claimed.fence, "retry_at": retry_at}


def _due(row: Any, link: Link | None) -> Due | Claimed:
    fence = row.fence + 1
    return (
        Claimed(id=row.id, fence=fence) if link is None else Due(link=link, hinted=row.hint_at is not None, fence=fence)
    )


def _since(moment: datetime | None, now: datetime) -> float | None:
    """Seconds since then; negative when it is in the future, where nothing can have happened yet."""
    return None if moment is None else (now - moment).total_seconds()
