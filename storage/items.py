"""Saved items: one per name, workspace and currency."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from bot.domain.items import Item, name_key
from storage.tables import items
from storage.transaction import Transaction


class Items(Transaction):
    """The part of the unit of work that keeps saved items."""

    async def keep_item(self, item: Item) -> None:
        """Keep it; an item of the same name in this workspace and currency takes its price, VAT and keeper."""
        key = name_key(item.name)
        values = {
            "name": item.name,
            "unit_price": item.unit_price,
            "vat": item.vat,
            "kept_by": item.kept_by,
            "at": item.at,
        }
        place = {"workspace_id": item.workspace_id, "currency": item.currency, "name_key": key}
        insert = self._unless_there(items).returning(items.c.id)
        added = await self._run(insert, {"id": item.id, **place, **values})
        if added.first() is None:
            same = [items.c[name] == value for name, value in place.items()]
            await self._run(update(items).where(*same), values)

    async def find_items(self, workspace_id: str, currency: str, words: str, *, limit: int) -> Sequence[Item]:
        """Those whose name holds `words`, whatever the case; those that begin with them first, then by name."""
        key = name_key(words)
        place = (items.c.workspace_id == workspace_id, items.c.currency == currency)
        begins = items.c.name_key.startswith(key, autoescape=True)
        found = await self._run(
            select(items)
            .where(*place, items.c.name_key.contains(key, autoescape=True))
            .order_by(begins.desc(), items.c.name_key)
            .limit(limit)
        )
        return [_item(row) for row in found]

    async def item(self, item_id: str, workspace_id: str) -> Item | None:
        """One of this workspace's."""
        row = await self._first(select(items).where(items.c.id == item_id, items.c.workspace_id == workspace_id))
        return None if row is None else _item(row)

    async def list_items(self, workspace_id: str, *, limit: int) -> tuple[Sequence[Item], int]:
        """The first of all items by name, and how many there are."""
        mine = items.c.workspace_id == workspace_id
        found = await self._run(select(items).where(mine).order_by(items.c.name_key, items.c.currency).limit(limit))
        shown = [_item(row) for row in found]
        count: int = (await self._run(select(func.count()).select_from(items).where(mine))).scalar_one()
        return shown, count

    async def remove_item(self, item_id: str, workspace_id: str) -> None:
        """Forget one of this workspace's; nothing happens when it is gone already."""
        await self._run(delete(items).where(items.c.id == item_id, items.c.workspace_id == workspace_id))


def _item(row: Row[Any]) -> Item:
    return Item(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        unit_price=row.unit_price,
        currency=row.currency,
        vat=row.vat,
        kept_by=row.kept_by,
        at=row.at,
    )
