"""Events: numbered per link, and untold until Slack has them."""

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update

from bot.domain.events import UNTOLD, Event, News, urgency
from storage.rows import event_from
from storage.tables import events, links
from storage.transaction import Transaction, naming

_LAST: Final = select(func.max(events.c.seq)).where(events.c.link_id == bindparam("link_id"))
HAPPENED: Final = func.max(events.c.at).over(partition_by=events.c.link_id, order_by=events.c.seq)
"""When an event happened, never before those that its link has kept earlier: the clock may have been put back."""
_ADD: Final = insert(events)
_ORDER_OF: Final = (
    select(links.c.order_id).join(events, events.c.link_id == links.c.id).where(events.c.id == bindparam("event_id"))
)
_CHANGE: Final = update(events).where(events.c.id == bindparam("event_id"))


class Events(Transaction):
    """The part of the unit of work that keeps events."""

    async def add_events(self, link_id: str, news: Sequence[News]) -> None:
        """Number them and keep them. What the card itself says counts as told."""
        order_id = await self._order_of(link_id)  # locks: two rivals would take the same number
        if not news or order_id is None:
            return
        last: int = (await self._run(_LAST, {"link_id": link_id})).scalar() or 0
        rows = [
            {
                "id": uuid4().hex,
                "link_id": link_id,
                "seq": seq,
                "kind": one.kind,
                "urgency": urgency(one.kind),
                "source": one.source,
                "actor": one.actor,
                "at": one.at,
                "data": one.data,
                "told_ts": "" if one.kind in UNTOLD else None,
            }
            for seq, one in enumerate(news, start=last + 1)
        ]
        await self._run(_ADD, rows)
        untold = [urgency(one.kind) for one in news if one.kind not in UNTOLD]
        if untold:
            self._stir(order_id, min(untold), visible=False)

    async def set_told(self, event_id: str, ts: str) -> None:
        """The thread message `ts` tells this event (empty: it was left untold on purpose)."""
        row = await self._first(_ORDER_OF, {"event_id": event_id})
        if row is not None:
            await self._lock(row.order_id)
            await self._run(_CHANGE, {"event_id": event_id, "told_ts": ts})
            told = await self._telling(row.order_id)
            if told is not None:
                await self._settle_telling(told, posted=bool(ts))

    async def untold_events(self, order_id: str) -> Sequence[Event]:
        """The order's untold events, oldest first.

        Raises:
            Unreadable: when one of them cannot be read.

        """
        with naming("events of order", order_id):
            return await self._events(order_id, events.c.told_ts.is_(None))

    async def told_events(self, order_id: str) -> Sequence[Event]:
        """The order's events that have a thread message, oldest first."""
        return await self._events(order_id, events.c.told_ts != "")

    async def _events(self, order_id: str, condition: ColumnElement[bool]) -> Sequence[Event]:
        rows = await self._run(
            select(events)
            .join(links, links.c.id == events.c.link_id)
            .where(links.c.order_id == order_id, condition)
            .order_by(HAPPENED, links.c.n, events.c.seq)
        )
        return [event_from(row) for row in rows]
