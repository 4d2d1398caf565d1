"""Sweeps: one holder at a time, and a place to go on from."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.domain.stories import Task
from storage.tables import tasks
from storage.transaction import Transaction, free


class Tasks(Transaction):
    """The part of the unit of work that keeps sweeps."""

    async def release_task(self, task: Task, *, cursor: str | None, due_at: datetime | None = None) -> None:
        """End one's turn of a sweep and keep where it came to; nothing happens when it was taken over meanwhile."""
        mine = (tasks.c.name == task.name, tasks.c.fence == task.fence)
        await self._run(update(tasks).where(*mine).values(cursor=cursor, due_at=due_at, lease_until=None))

    async def claim_task(self, name: str, now: datetime, machine_now: datetime, lease: timedelta) -> Task | None:
        """Hold a sweep's row if it is due and free; its first claim makes the row."""
        await self._run(self._insert_unless_there(tasks, name=name, fence=0))
        row = await self._first(
            select(tasks).where(tasks.c.name == name, free(tasks.c.lease_until, machine_now)).with_for_update()
        )
        if row is None or (row.due_at is not None and row.due_at > now):
            return None
        held = {"fence": row.fence + 1, "lease_until": machine_now + lease}
        await self._run(update(tasks).where(tasks.c.name == name).values(**held))
        return Task(name=name, cursor=row.cursor, fence=row.fence + 1)
