"""Free references, and open links like the one that is about to be made."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.links import Status
from bot.domain.orders import Line
from bot.domain.stories import CardState
from tests.storage.conftest import ACCOUNT, NOW

DAY = timedelta(days=1)


async def taken(house, *references):
    for reference in references:
        await house.issued(reference=reference)


async def free(house, before, after="", at_least=2, digits=0):
    async with house.store() as work:
        return await work.free_number(ACCOUNT, before, after, at_least=at_least, digits=digits)


async def test_the_next_suffix_is_the_smallest_that_is_free(house):
    await taken(house, "4711", "4711-2", "4711-3", "4711-5", "47110-4")

    assert await free(house, "4711-") == 4
    assert await free(house, "4711-", at_least=5) == 6
    assert await free(house, "4712-") == 2


async def test_a_number_may_stand_in_the_middle_and_be_filled_up_with_zeros(house):
    await taken(house, "S0009-26", "S0010-26", "S10-26")

    assert await free(house, "S", "-26", at_least=9, digits=4) == 11
    assert await free(house, "S", "-26", at_least=10) == 11


async def test_a_number_longer_than_its_zeros_stays_whole(house):
    await taken(house, "2026-100")

    assert await free(house, "2026-", at_least=100, digits=2) == 101


async def test_however_many_are_taken_it_is_one_query(house, statements):
    await taken(house, *(f"4711-{n}" for n in range(2, 140)))
    statements.clear()

    assert await free(house, "4711-") == 140
    assert sum("WITH RECURSIVE" in one for one in statements) == 1
    assert sum("SELECT" in one for one in statements) == 1


async def test_another_accounts_references_take_nothing(house):
    await taken(house, "4711-2")
    async with house.store() as work:
        assert await work.free_number("P99999999", "4711-", at_least=2) == 2


async def twins(house, *, typed=True, since=NOW - DAY, **changes):
    async with house.store.read() as work:
        return [one.reference for one in await work.twins(house.order(**changes), typed=typed, since=since)]


async def stands(house, reference, status=Status.OPEN, **order):
    made = house.order(reference=reference, **order)
    async with house.store() as work:
        await work.add_order(made)
        await work.add_link(house.link(made, reference=reference, status=status), due_at=None)
        await work.commit()
    return made


@pytest.mark.parametrize("status", Status)
async def test_only_what_may_be_paid_or_is_reserved_counts(house, status):
    await stands(house, "4711", status)

    over = {Status.REJECTED, Status.CAPTURED, Status.VOIDED, Status.CANCELLED, Status.EXPIRED, Status.FAILED}
    assert await twins(house, reference="4711", phone="+4799887766") == ([] if status in over else ["4711"])


async def test_a_reference_is_the_orders_or_one_of_its_links(house):
    made = await stands(house, "4711")
    async with house.store() as work:
        await work.add_link(house.link(made, 2, reference="4711-2", status=Status.OPEN), due_at=None)
        await work.commit()

    assert sorted(await twins(house, reference="4711", phone=None)) == ["4711", "4711-2"]
    assert await twins(house, reference="4711-2", phone=None) == ["4711-2"]
    assert await twins(house, reference="4711", phone=None, typed=False) == []


async def test_the_same_phone_counts_with_the_same_amount_in_the_same_currency_for_a_while(house):
    await stands(house, "4711")
    other = (Line(line_id="1", text="Shoes", quantity=house.order().lines[0].quantity, unit_price=1, vat=0),)

    assert await twins(house) == ["4711"]
    assert await twins(house, phone="+4799887766") == []
    assert await twins(house, currency="SEK") == []
    assert await twins(house, lines=other) == []
    assert await twins(house, since=NOW + timedelta(seconds=1)) == []
    assert await twins(house, since=None) == []
    assert await twins(house, phone=None) == []


async def test_another_workspaces_links_are_nobodys_business(house):
    await stands(house, "4711")

    assert await twins(house, reference="4711", workspace_id="W9") == []


async def test_the_three_newest_are_shown(house):
    for n in range(5):
        made = house.order(reference=f"R{n}")
        async with house.store() as work:
            await work.add_order(made)
            link = house.link(made, status=Status.OPEN, created_at=NOW + timedelta(minutes=n), reference=f"R{n}")
            await work.add_link(link, due_at=None)
            await work.commit()

    assert await twins(house) == ["R4", "R3", "R2"]


@pytest.mark.parametrize("diverted", [True, False])
async def test_a_card_is_pointed_to_where_everybody_may_look(house, diverted):
    made = await stands(house, "4711")
    async with house.store() as work:
        await work.begin_card_post(made.id, "D1" if diverted else "C1", diverted=diverted)
        await work.set_card(made.id, state=CardState.POSTED, channel="C1", ts="17.5", version=1)
        await work.commit()
    async with house.store.read() as work:
        [found] = await work.twins(replace(made, id="other"), typed=True, since=None)

    assert (found.channel, found.ts, found.same_reference) == ("C1", None if diverted else "17.5", True)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
async def test_the_look_for_a_phone_uses_its_index(house):
    async with house.engine.connect() as connection:
        plan = await connection.execute(
            text("EXPLAIN QUERY PLAN SELECT id FROM orders WHERE phone_hash = 'x' AND created_at >= '2026-01-01'")
        )
        assert "ix_orders_of_phone" in str(plan.all())
