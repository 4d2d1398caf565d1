"""Sweeps: one holder at a time, and a place to go on from."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.stories import Task
from storage.tables import tasks
from storage.transaction import Transaction, free


class Tasks(Transaction):
    """The part of the unit of work that keeps sweeps."""

    async def cursor(self, task_name: str) -> str | None:
        """Where a sweep goes on from; None when it never ran."""
        row = await self._first(select(tasks.c.cursor).where(tasks.c.name == task_name))
        return row.cursor if row else None

    async def keep_task(self, task: Task, *, cursor: str, lease_until: datetime) -> bool:
        """Keep where one's sweep came to, and hold it longer; False when it was taken over meanwhile."""
        return await self._changed(_of(task, cursor=cursor, lease_until=lease_until))

    async def release_task(self, task: Task, *, due_at: datetime | None = None) -> None:
        """End one's turn of a sweep; nothing happens when it was taken over meanwhile."""
        await self._run(_of(task, due_at=due_at, lease_until=None))

    async def claim_task(self, name: str, now: datetime, machine_now: datetime, lease: timedelta) -> Task | None:
        """Hold a sweep's row if it is due and free; its first claim makes the row."""
        await self._run(self._unless_there(tasks), {"name": name, "fence": 0})
        row = await self._first(
            select(tasks).where(tasks.c.name == name, free(tasks.c.lease_until, machine_now)).with_for_update()
        )
        if row is None or (row.due_at is not None and row.due_at > now):
            return None
        held = {"fence": row.fence + 1, "lease_until": machine_now + lease}
        await self._run(update(tasks).where(tasks.c.name == name), held)
        return Task(name=name, cursor=row.cursor, fence=row.fence + 1)


async def kept_cursor(engine: AsyncEngine, task_name: str) -> str | None:
    """Where a sweep goes on from, for a program that only looks; None when it never ran."""
    async with engine.connect() as connection:
        found = await connection.execute(select(tasks.c.cursor).where(tasks.c.name == task_name))
        return found.scalar_one_or_none()


def _of(task: Task, **values: Any) -> Update:
    return update(tasks).where(tasks.c.name == task.name, tasks.c.fence == task.fence).values(**values)
