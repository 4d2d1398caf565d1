"""Operations: one open at a time per link, and every step of their lives a guarded write."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, case, func, select, update

from bot.domain.errors import OperationOpen
from bot.domain.events import Urgency
from bot.domain.operations import OPEN, Kind, Operation, State
from bot.domain.waiting import Waiting
from storage.rows import operation_from
from storage.tables import operations
from storage.timing import SENDING_LEASE
from storage.transaction import Transaction

_OPERATION: Final = select(operations).where(operations.c.id == bindparam("operation_id"))


class Operations(Transaction):
    """The part of the unit of work that keeps operations."""

    async def add_operation(self, operation: Operation) -> None:
        """Keep an intent and raise the order's version.

        Raises:
            OperationOpen: the link has an open one. The transaction is still usable.

        """
        order_id = await self._order_of(operation.link_id)
        intent = {
            "id": operation.id,
            "link_id": operation.link_id,
            "kind": operation.kind,
            "reference": operation.reference,
            "requested_by": operation.requested_by,
            "amount": operation.amount,
            "items": operation.items,
            "seen_open": operation.seen_open,
            "created_at": operation.created_at,
            "draft_id": operation.draft_id,
            "releases_rest": operation.releases_rest,
            "fence": operation.fence,
        }
        keep = self._ringing(self._unless_there(operations), Waiting.OPERATIONS)
        if not await self._changed(keep, intent | _state_of(operation)):
            raise await self._in_the_way(operation)
        if order_id is not None:
            self._stir(order_id, Urgency.MONEY)

    async def operation(self, operation_id: str) -> Operation | None:
        """One operation."""
        row = await self._first(_OPERATION, {"operation_id": operation_id})
        return operation_from(row) if row else None

    async def count_operations(self, link_id: str, kind: Kind) -> int:
        """How many of `kind` the link has had, for the next reference."""
        same = select(func.count()).where(operations.c.link_id == link_id, operations.c.kind == kind)
        return int((await self._run(same)).scalar_one())

    async def move_operation(self, operation: Operation, *, from_: Sequence[State], fence: int | None = None) -> bool:
        """Write the operation's new state and what came with it; raise the order's version.

        To *sending* it takes a lease of 90 s of machine time, to any other state it is let go. False, with nothing
        written, when it is no longer in one of `from_`, or `fence` is another's by now.
        """
        order_id = await self._order_of(operation.link_id)
        now = self._machine_now()
        guard = [operations.c.id == operation.id, operations.c.state.in_(from_)]
        if fence is not None:
            guard.append(operations.c.fence == fence)
        lease = now + SENDING_LEASE if operation.state is State.SENDING else None
        ended = None if operation.is_open else now
        moved = await self._changed(
            update(operations).where(*guard), {"lease_until": lease, "ended_at": ended, **_state_of(operation)}
        )
        if moved and order_id is not None:
            self._stir(order_id, Urgency.MONEY)
        return moved

    async def _in_the_way(self, operation: Operation) -> OperationOpen:
        # The open one, or (on PostgreSQL it may have ended since the insert met it) the newest.
        row = await self._first(
            select(operations.c.requested_by)
            .where(operations.c.link_id == operation.link_id)
            .order_by(case((operations.c.state.in_(OPEN), 0), else_=1), operations.c.created_at.desc())
            .limit(1)
        )
        if row is None:
            raise ValueError("the operation's id is taken")
        return OperationOpen(requested_by=row.requested_by)


def _state_of(operation: Operation) -> dict[str, Any]:
    """The columns that change while an operation lives."""
    return {
        "state": operation.state,
        "approved_by": operation.approved_by,
        "reason": operation.reason,
        "note": operation.note,
        "response_url": operation.response_url,
        "view_id": operation.view_id,
        "correlation_id": operation.correlation_id,
        "sent_at": operation.sent_at,
        "log_before": operation.log_before,
    }
