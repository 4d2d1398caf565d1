"""What a channel's references are numbered by, and how far they have counted."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, bindparam, delete, select, update

from bot.domain.numbering import Numbering
from storage.tables import numberings
from storage.transaction import Transaction

_NUMBERING: Final = select(numberings).where(
    numberings.c.workspace_id == bindparam("workspace_id"), numberings.c.channel == bindparam("channel")
)
_HELD: Final = _NUMBERING.with_for_update()


class Numberings(Transaction):
    """The part of the unit of work that keeps numberings."""

    async def numbering(self, workspace_id: str, channel: str) -> Numbering | None:
        """A channel's, to look at."""
        return _numbering(await self._first(_NUMBERING, {"workspace_id": workspace_id, "channel": channel}))

    async def hold_numbering(self, workspace_id: str, channel: str) -> Numbering | None:
        """A channel's, for this transaction alone: nobody else takes a number before it ends."""
        return _numbering(await self._first(_HELD, {"workspace_id": workspace_id, "channel": channel}))

    async def set_numbering(self, numbering: Numbering, *, set_by: str, at: datetime) -> None:
        """Keep it, in the place of the channel's former one."""
        place = {"workspace_id": numbering.workspace_id, "channel": numbering.channel}
        values = {"pattern": numbering.pattern, "period": numbering.period, "last": numbering.last}
        values |= {"set_by": set_by, "at": at}
        insert = self._unless_there(numberings).returning(numberings.c.channel)
        if await self._first(insert, {**place, **values}) is None:
            await self._run(update(numberings).where(*_of(**place)), values)

    async def count_on(self, numbering: Numbering) -> None:
        """Keep how far it has counted."""
        counted = {"period": numbering.period, "last": numbering.last}
        place = _of(numbering.workspace_id, numbering.channel)
        await self._run(update(numberings).where(*place), counted)

    async def drop_numbering(self, workspace_id: str, channel: str) -> None:
        """Forget it; nothing happens when there is none."""
        await self._run(delete(numberings).where(*_of(workspace_id, channel)))

    async def channel_numbered(self, workspace_id: str, pattern: str) -> str | None:
        """The channel that has this pattern already."""
        mine = (numberings.c.workspace_id == workspace_id, numberings.c.pattern == pattern)
        row = await self._first(select(numberings.c.channel).where(*mine))
        return row.channel if row else None


def _of(workspace_id: str, channel: str) -> tuple[ColumnElement[bool], ...]:
    return numberings.c.workspace_id == workspace_id, numberings.c.channel == channel


def _numbering(row: Row[Any] | None) -> Numbering | None:
    if row is None:
        return None
    return Numbering(
        workspace_id=row.workspace_id, channel=row.channel, pattern=row.pattern, period=row.period, last=row.last
    )
