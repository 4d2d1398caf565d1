"""How far a channel's references have counted; two replicas never give the same number."""

import asyncio
from dataclasses import replace
from datetime import UTC

from bot.domain.numbering import Numbering
from bot.services.numbering import numbered
from tests.storage.conftest import NOW


def numbering(house, **changes):
    values = {"workspace_id": house.workspace_id, "channel": "C1", "pattern": "{yyyy}-{seq}"}
    return Numbering(**(values | changes))


async def kept(house, one):
    async with house.store() as work:
        await work.set_numbering(one, set_by="U1", at=NOW)
        await work.commit()


async def found(house, channel="C1"):
    async with house.store.read() as work:
        return await work.numbering(house.workspace_id, channel)


async def test_a_numbering_comes_back_as_it_was_kept(house):
    await kept(house, numbering(house))

    assert await found(house) == numbering(house)
    assert await found(house, "C2") is None


async def test_a_new_pattern_takes_the_place_of_the_old_one(house):
    await kept(house, numbering(house, last=7, period="2026"))
    await kept(house, numbering(house, pattern="S-{seq}"))

    assert await found(house) == numbering(house, pattern="S-{seq}")


async def test_it_can_be_dropped(house):
    await kept(house, numbering(house))
    for _ in range(2):
        async with house.store() as work:
            await work.drop_numbering(house.workspace_id, "C1")
            await work.commit()

    assert await found(house) is None


async def test_the_channel_with_a_pattern_is_found(house):
    await kept(house, numbering(house))
    async with house.store.read() as work:
        assert await work.channel_numbered(house.workspace_id, "{yyyy}-{seq}") == "C1"
        assert await work.channel_numbered(house.workspace_id, "S-{seq}") is None
        assert await work.channel_numbered("W9", "{yyyy}-{seq}") is None


async def test_two_replicas_never_give_the_same_number(house):
    await kept(house, numbering(house))
    stores = [house.store, house.replica()]

    async def takes(n):
        async with stores[n % 2]() as work:
            order = await numbered(work, house.order(reference=""), UTC)
            await work.add_order(order)
            await work.add_link(replace(house.link(order), reference=order.reference), due_at=None)
            await work.commit()
            return order.reference

    assert sorted(await asyncio.gather(*map(takes, range(6)))) == [f"2026-{n}" for n in range(1, 7)]
    assert (await found(house)).last == 6


async def test_a_transaction_that_is_not_kept_takes_no_number(house):
    await kept(house, numbering(house))
    async with house.store() as work:
        assert (await numbered(work, house.order(), UTC)).reference == "2026-1"

    assert (await found(house)).last == 0
