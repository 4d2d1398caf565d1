"""On PostgreSQL whoever makes work rings at the other replicas, in the transaction that makes it."""

import asyncio
import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.errors import OperationOpen
from bot.domain.events import Happened
from bot.domain.operations import State
from bot.domain.stories import Claimed
from bot.domain.waiting import Waiting
from tests.storage.conftest import news

LEASE = timedelta(seconds=60)


class Ears:
    """What a replica hears."""

    def __init__(self):
        self.heard, self.rung = [], asyncio.Event()

    def __call__(self, waiting):
        self.heard.append(waiting)
        self.rung.set()

    async def hears(self, *wanted, seconds=20):
        for _ in range(seconds * 50):
            if set(wanted) <= set(self.heard):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(self.heard)


@contextlib.asynccontextmanager
async def listening(store):
    """Ears of `store`'s replica, from when they hear; what they were told at the beginning is forgotten."""
    ears = Ears()
    task = asyncio.create_task(store.listen(ears))
    try:
        await ears.hears(*Waiting)
        ears.heard.clear()
        yield ears
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


on_postgresql = pytest.mark.parametrize("house", ["postgresql"], indirect=True)


@on_postgresql
async def test_every_kind_of_work_rings_once_however_much_of_it_a_transaction_makes(house):
    order, link = await house.issued()
    async with listening(house.replica()) as ears:
        async with house.store() as work:
            await work.add_operation(house.operation(link))
            await work.make_due(link.id, house.machine)
            await work.make_due(link.id, house.machine)
            await work.want_mail(link.id, 1)
            await work.want_mail(link.id, 2)
            await work.add_events(link.id, [news(Happened.OPENED)])
            await work.redraw(order.id)
            assert ears.heard == []
            await work.commit()

        await ears.hears(*Waiting)

    assert sorted(ears.heard) == sorted(Waiting)


@on_postgresql
async def test_what_is_rolled_back_is_not_heard_and_nobody_hears_themselves(house):
    order, link = await house.issued()
    async with listening(house.store) as own, listening(house.replica()) as others:
        async with house.store() as work:
            await work.add_operation(house.operation(link))
        async with house.store() as work:
            await work.redraw(order.id)
            await work.commit()

        await others.hears(Waiting.ORDERS)

    assert others.heard == [Waiting.ORDERS]
    assert own.heard == []


@on_postgresql
async def test_an_operation_that_was_in_the_way_rings_at_nobody(house):
    order, link = await house.issued()
    await house.wants(link)
    async with listening(house.replica()) as ears:
        with pytest.raises(OperationOpen):
            await house.wants(link)
        async with house.store() as work:
            await work.redraw(order.id)
            await work.commit()

        await ears.hears(Waiting.ORDERS)

    assert ears.heard == [Waiting.ORDERS]


@on_postgresql
async def test_ringing_costs_no_statement_of_its_own(house, statements):
    order, _ = await house.issued()
    statements.clear()

    async with house.store() as work:
        await work.redraw(order.id)
        await work.commit()

    [ringing] = [statement for statement in statements if "pg_notify" in statement]
    assert ringing.startswith("UPDATE orders")


@on_postgresql
async def test_ears_that_lost_their_connection_come_back_and_look_for_everything(house):
    """What was rung meanwhile is made up for."""
    order, _ = await house.issued()
    ours = "datname = current_database() AND query LIKE 'LISTEN%'"  # others' tests listen on the same server
    cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}"  # noqa: S608
    async with listening(house.replica()) as ears:
        async with house.engine.connect() as connection:
            await connection.execute(text(cut))

        await ears.hears(*Waiting)
        ears.heard.clear()
        async with house.store() as work:
            await work.redraw(order.id)
            await work.commit()
        await ears.hears(Waiting.ORDERS)


@on_postgresql
async def test_claims_that_are_given_back_ring_too(house):
    _, link = await house.issued()
    await house.wants(link)
    claims = await house.store.claim_operations(house.machine, LEASE, 8)
    async with listening(house.replica()) as ears:
        await house.store.release_operations(claims)

        await ears.hears(Waiting.OPERATIONS)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
async def test_on_sqlite_there_is_nobody_to_hear(house):
    ears = Ears()

    await asyncio.wait_for(house.store.listen(ears), 5)

    assert ears.heard == []


async def test_what_is_given_back_may_be_claimed_at_once_and_only_by_the_fence_that_held_it(house):
    _, link = await house.issued(due_at=house.machine)
    await house.wants(link)
    first = await house.store.claim_operations(house.machine, LEASE, 8)
    looked = await house.store.claim_due_links(house.machine, house.machine, LEASE, 8)
    assert await house.replica().claim_operations(house.machine, LEASE, 8) == []

    await house.store.release_operations(first)
    second = await house.store.claim_operations(house.machine, LEASE, 8)
    await house.store.release_operations(first)
    assert [one.id for one in second] == [one.id for one in first]
    assert await house.replica().claim_operations(house.machine, LEASE, 8) == []

    await house.store.release_links([Claimed(id=one.link.id, fence=one.fence) for one in looked])
    [again] = await house.replica().claim_due_links(house.machine, house.machine, LEASE, 8)
    assert again.link.id == link.id


async def test_what_is_being_sent_is_not_given_back(house):
    """It may be on its way: only its lease ends it."""
    _, link = await house.issued()
    operation = await house.wants(link)
    claims = await house.store.claim_operations(house.machine, LEASE, 8)
    async with house.store() as work:
        await work.move_operation(replace(operation, state=State.SENDING), from_=(State.WANTED,), fence=claims[0].fence)
        await work.commit()

    await house.store.release_operations(claims)

    assert await house.store.lapsed_operations(house.machine) == []
    assert len(await house.store.lapsed_operations(house.wait(91))) == 1
