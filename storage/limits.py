"""Rate limits that the replicas share as rows: calls to Slack, calls to Dintero, a person's messages to customers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy import Integer, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from storage.tables import budgets, lanes
from storage.transaction import Transaction

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_AHEAD: Final = 5.0
"""Seconds by which a rival may have been ahead when it took its turn."""
_KEEP_BUDGETS: Final = timedelta(minutes=1)

_LANE: Final = select(lanes).where(lanes.c.name == bindparam("lane")).with_for_update()
_CHANGE_LANE: Final = update(lanes).where(lanes.c.name == bindparam("lane"))
_SPENT: Final = select(budgets.c.spent).where(
    budgets.c.account_id == bindparam("account_id"), budgets.c.second == bindparam("second")
)
_FORGET: Final = delete(budgets).where(
    budgets.c.account_id == bindparam("account"), budgets.c.second < bindparam("old")
)


class Limits(Transaction):
    """A transaction that counts."""

    async def take_turn(
        self, lane: str, machine_now: datetime, *, per_minute: int, reserve: int, apart: float
    ) -> float:
        """Take one slot of a lane; the seconds to wait instead when none is free."""
        return await self._turn(lane, machine_now, limit=per_minute - reserve, apart=apart, window=_MINUTE)

    async def count_message(self, workspace_id: str, user_id: str, *, limit: int) -> float:
        """Count one message of a person to a customer, at most `limit` in any hour of machine time.

        Returns 0.0 when it was counted, else the seconds until the next one is possible.
        """
        lane = f"messages:{workspace_id}:{user_id}"
        return await self._turn(lane, self._machine_now(), limit=limit, apart=0.0, window=_HOUR)

    async def _turn(self, lane: str, machine_now: datetime, *, limit: int, apart: float, window: float) -> float:
        row = await self._first(_LANE, {"lane": lane})
        if row is None:
            await self._run(self._unless_there(lanes), {"name": lane, "turns": []})
            row = (await self._run(_LANE, {"lane": lane})).one()
        if row.blocked_until is not None and row.blocked_until > machine_now:
            return float((row.blocked_until - machine_now).total_seconds())
        now = machine_now.timestamp()
        wait = wait_for_turn(row.turns, now, limit=limit, apart=apart, window=window)
        if wait > 0:
            return wait
        await self._run(
            _CHANGE_LANE, {"lane": lane, "turns": [*_recent(row.turns, now, window), now], "blocked_until": None}
        )
        return 0.0

    async def block_lane(self, lane: str, until: datetime) -> None:
        """Nobody uses the lane before `until`; a longer block stays."""
        await self._run(self._unless_there(lanes), {"name": lane, "turns": []})
        sooner = lanes.c.blocked_until.is_(None) | (lanes.c.blocked_until < until)
        await self._run(_CHANGE_LANE.where(sooner), {"lane": lane, "blocked_until": until})

    async def spend(self, account_id: str, machine_now: datetime, *, room: int, calls: int) -> int:
        """Take calls of this second until `room` are spent; returns how many."""
        second = {"account_id": account_id, "second": int(machine_now.timestamp())}
        spending, taking = _spending(self._connection.dialect.name), min(calls, room)
        while taking > 0:
            # One statement takes the calls and looks whether there was room, so that rivals cannot both take the last.
            taken = await self._first(spending, second | {"spent": taking, "room": room - taking})
            if taken is not None:
                if taken.spent == taking:  # the first of this second
                    old = int((machine_now - _KEEP_BUDGETS).timestamp())
                    await self._run(_FORGET, {"account": account_id, "old": old})
                return taking
            row = await self._first(_SPENT, second)
            taking = min(taking - 1, room - row.spent) if row is not None else taking
        return 0


@cache
def _spending(dialect: str) -> ReturningInsert[tuple[int]]:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(budgets)
        .on_conflict_do_update(
            index_elements=[budgets.c.account_id, budgets.c.second],
            set_={"spent": budgets.c.spent + insert(budgets).excluded.spent},
            where=budgets.c.spent <= bindparam("room", type_=Integer),
        )
        .returning(budgets.c.spent)
    )


def wait_for_turn(turns: Sequence[float], now: float, *, limit: int, apart: float, window: float = _MINUTE) -> float:
    """Seconds until a turn is free: at most `limit` in any `window`, `apart` seconds from the last one; 0 is now."""
    if limit <= 0:
        return window
    recent = sorted(_recent(turns, now, window))
    after_last = recent[-1] + apart - now if recent else 0.0
    oldest_leaves = recent[-limit] + window - now if len(recent) >= limit else 0.0
    return max(after_last, oldest_leaves, 0.0)


def _recent(turns: Sequence[float], now: float, window: float) -> list[float]:
    """The turns of the last `window` seconds; those of a clock that has since been put back do not count.

    A rival that waited less for the lane's row, or whose clock is a little ahead, has had its turn all the same.
    """
    return [turn for turn in turns if now - window < turn <= now + _AHEAD]
