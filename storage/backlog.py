"""What waits, as `ready` shows it."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.domain.operations import State
from bot.domain.stories import Backlog
from storage.columns import Utc
from storage.tables import links, operations, orders
from storage.transaction import Transaction


class Waiting(Transaction):
    """A transaction that looks at the oldest of everything."""

    async def backlog(self, now: datetime, machine_now: datetime) -> Backlog:
        """Seconds since the oldest due link, untold order and wanted operation should have had their turn."""
        due = select(func.min(links.c.due_at, type_=Utc)).where(links.c.due_at <= now)
        untold = select(func.min(orders.c.untold_since, type_=Utc))
        wanted = select(func.min(operations.c.created_at, type_=Utc)).where(operations.c.state == State.WANTED)
        unknown = select(func.count()).where(operations.c.state == State.UNKNOWN)
        return Backlog(
            oldest_due=await self._age(due, now),
            oldest_untold=await self._age(untold, machine_now),
            oldest_wanted=await self._age(wanted, now),
            unknown=int((await self._run(unknown)).scalar_one()),
        )

    async def _age(self, query: Any, now: datetime) -> float | None:
        since: datetime | None = (await self._run(query)).scalar()
        return None if since is None else max((now - since).total_seconds(), 0.0)
