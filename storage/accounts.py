"""Whose links are followed: due for a look, or with an operation that is to be carried out."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.operations import State
from storage.tables import links, operations
from storage.transaction import Transaction

_LINK: Final = select(links.c.id, links.c.account_id)
_FOLLOWED: Final = union(
    _LINK.where(links.c.due_at.is_not(None)),
    _LINK.join(operations, operations.c.link_id == links.c.id).where(
        operations.c.state.in_([State.WANTED, State.SENDING])
    ),
).subquery("followed")


async def followed_accounts(engine: AsyncEngine) -> Mapping[str, int]:
    """How many links are followed, by account."""
    account = _FOLLOWED.c.account_id
    counted = select(account, func.count().label("followed")).group_by(account).order_by(account)
    async with engine.connect() as connection:
        return {row.account_id: row.followed for row in await connection.execute(counted)}


class Accounts(Transaction):
    """The part of the unit of work that knows whose links are followed."""

    async def followed_links(self, account_id: str) -> Sequence[str]:
        """The ids of the account's links that are followed."""
        found = select(_FOLLOWED.c.id).where(_FOLLOWED.c.account_id == account_id).order_by(_FOLLOWED.c.id)
        return list((await self._run(found)).scalars())
