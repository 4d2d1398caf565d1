"""The workspace and the account: one row each for now, and everything else hangs on them."""

from uuid import uuid4

from sqlalchemy import select

from storage.tables import accounts, workspaces
from storage.transaction import Transaction


class Workspaces(Transaction):
    """A transaction that makes them known."""

    async def introduce(self, team_id: str, account_id: str) -> str:
        """Make their rows unless they are there; returns the workspace's id."""
        await self._run(self._unless_there(workspaces), {"id": uuid4().hex, "team_id": team_id})
        await self._run(self._unless_there(accounts), {"id": account_id})
        row = await self._run(select(workspaces.c.id).where(workspaces.c.team_id == team_id))
        return str(row.scalar_one())
