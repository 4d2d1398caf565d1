"""Saved items: one per name and currency, found by any part of the name; and whose order was the last."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.items import Item
from tests.storage.conftest import NOW

ITEM = Item(id="i1", workspace_id="", name="Tow bar", unit_price=24950, currency="NOK", vat=2500, kept_by="U1", at=NOW)


async def kept(house, *wanted):
    async with house.store() as work:
        for n, item in enumerate(wanted, start=1):
            await work.keep_item(replace(item, id=f"i{n}", workspace_id=house.workspace_id))
        await work.commit()


async def found(house, words="", currency="NOK", limit=100):
    async with house.store.read() as work:
        return [one.name for one in await work.find_items(house.workspace_id, currency, words, limit=limit)]


async def test_an_item_comes_back_as_it_was_kept(house):
    await kept(house, ITEM)

    async with house.store.read() as work:
        item = await work.item("i1", house.workspace_id)
        elsewhere = await work.item("i1", "W9")

    assert item == replace(ITEM, workspace_id=house.workspace_id)
    assert elsewhere is None


async def test_the_same_name_is_kept_once_with_its_newest_price(house):
    await kept(house, ITEM, replace(ITEM, name="TOW  bar", unit_price=100, kept_by="U2"))

    async with house.store.read() as work:
        [item], count = await work.list_items(house.workspace_id, limit=20)

    assert (item.id, item.name, item.unit_price, item.kept_by, count) == ("i1", "TOW  bar", 100, "U2", 1)


async def test_items_are_found_by_any_part_of_their_name_and_by_currency(house):
    names = ["Tow bar", "Bar stool", "Ålesund 100%", "100 bolts"]
    await kept(house, *(replace(ITEM, name=name) for name in names), replace(ITEM, name="Barrel", currency="SEK"))

    assert await found(house) == ["100 bolts", "Bar stool", "Tow bar", "Ålesund 100%"]
    assert await found(house, "BAR") == ["Bar stool", "Tow bar"], "what begins so comes first"
    assert await found(house, "åle") == ["Ålesund 100%"]
    assert await found(house, "100%") == ["Ålesund 100%"]
    assert await found(house, "bar", "SEK") == ["Barrel"]
    assert await found(house, limit=2) == ["100 bolts", "Bar stool"]


async def test_an_item_is_removed_by_its_own_workspace_only(house):
    await kept(house, ITEM)
    for workspace, left in (("W9", ["Tow bar"]), (house.workspace_id, [])):
        async with house.store() as work:
            await work.remove_item("i1", workspace)
            await work.commit()

        assert await found(house) == left


async def test_the_last_order_is_the_persons_own_and_costs_one_query(house, statements):
    older, newer = house.order(), house.order(created_at=NOW + timedelta(hours=1), currency="SEK")
    others = house.order(created_at=NOW + timedelta(hours=2), issuer="U2")
    async with house.store() as work:
        for order in (newer, older, others):
            await work.add_order(replace(order, lines=order.lines[: 1 if order is older else 2]))
        await work.commit()

    statements.clear()
    async with house.store.read() as work:
        assert await work.last_lines(house.workspace_id, "U1") == ("SEK", newer.lines)
        assert await work.last_lines(house.workspace_id, "U9") is None
        assert await work.last_lines("W9", "U1") is None
    assert len([one for one in statements if one.startswith("SELECT")]) == 3
