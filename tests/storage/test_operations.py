"""One open operation per link, moved by one rival at a time, and held by one."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import OperationOpen
from bot.domain.operations import OPEN, Kind, State
from storage.claims import Claims
from tests.storage.conftest import LEASE, NOW


async def test_two_rivals_want_something_of_one_link(house):
    """Two replicas, two people, one link: one operation, and the other hears whose it is."""
    _, link = await house.issued()
    stores = [house.store, house.replica(), house.replica(), house.replica()]

    async def want(n, store):
        async with store() as work:
            await work.add_operation(house.operation(link, requested_by=f"U{n}"))
            await asyncio.sleep(0.01)
            await work.commit()
        return f"U{n}"

    ends = await asyncio.gather(*(want(n, store) for n, store in enumerate(stores)), return_exceptions=True)

    [winner] = [end for end in ends if isinstance(end, str)]
    losers = [end for end in ends if isinstance(end, OperationOpen)]
    assert [winner] * 3 == [loser.requested_by for loser in losers]


@pytest.mark.parametrize("state", list(State))
async def test_every_open_state_keeps_others_off_and_no_ended_one_does(house, state):
    _, link = await house.issued()
    await house.wants(link, state=state)
    if state in OPEN:
        with pytest.raises(OperationOpen):
            await house.wants(link)
    else:
        await house.wants(link)


async def test_the_transaction_survives_an_open_operation(house):
    _, link = await house.issued()
    first = await house.wants(link)
    async with house.store() as work:
        with pytest.raises(OperationOpen):
            await work.add_operation(house.operation(link))
        await work.move_operation(replace(first, state=State.WITHDRAWN), from_=[State.WANTED])
        await work.add_operation(house.operation(link, id="second"))
        await work.commit()

    async with house.store.read() as work:
        assert (await work.link(link.id)).operation.id == "second"


async def test_one_of_many_rivals_moves_an_operation(house):
    _, link = await house.issued()
    operation = await house.wants(link)
    stores = [house.store, house.replica(), house.store, house.replica()]

    async def send(store):
        async with store() as work:
            moved = await work.move_operation(replace(operation, state=State.SENDING), from_=[State.WANTED])
            await asyncio.sleep(0.01)
            await work.commit()
        return moved

    moved = await asyncio.gather(*(send(store) for store in stores))

    assert sorted(moved) == [False, False, False, True]


async def test_what_came_with_a_move_is_kept(house):
    order, link = await house.issued()
    operation = await house.wants(link)
    sent_at = NOW + timedelta(seconds=1)
    accepted = replace(operation, state=State.ACCEPTED, sent_at=sent_at, correlation_id="c1", note="Slow.")
    async with house.store() as work:
        before = (await work.story(order.id)).version
        assert await work.move_operation(accepted, from_=[State.WANTED])
        await work.commit()

    async with house.store.read() as work:
        assert await work.operation(operation.id) == accepted
        assert (await work.story(order.id)).version == before + 1
    assert await house.query("SELECT ended_at FROM operation") == [(None,)]


async def test_an_ended_operation_says_when_and_leaves_the_link(house):
    _, link = await house.issued()
    operation = await house.wants(link)
    async with house.store() as work:
        await work.move_operation(replace(operation, state=State.DONE), from_=[State.WANTED])
        await work.commit()

    async with house.store.read() as work:
        assert (await work.link(link.id)).operation is None
        assert (await work.operation(operation.id)).state is State.DONE
    assert await house.query("SELECT ended_at FROM operation") != [(None,)]


async def test_rival_runners_never_hold_the_same_operation(house):
    wanted = [await house.wants((await house.issued())[1]) for _ in range(12)]
    stores = [house.store, house.replica(), house.replica()]

    held = await asyncio.gather(*(store.claim_operations(house.machine, LEASE, 5) for store in stores * 2))

    ids = [claimed.id for claims in held for claimed in claims]
    assert len(ids) == len(set(ids))
    rest = await house.store.claim_operations(house.machine, LEASE, 50)
    assert {one.id for one in wanted} == {*ids, *(claimed.id for claimed in rest)}


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
async def test_whoever_stands_still_in_a_claim_keeps_nobody_from_the_rest(house):
    """Its rows are locked until the server ends its transaction; on SQLite it holds the whole file."""
    wanted = {(await house.wants((await house.issued())[1])).id for _ in range(2)}
    async with house.store._write(Claims) as standing:
        [held] = await standing.wanted_operations(house.machine, LEASE, 1)

        [claimed] = await asyncio.wait_for(house.replica().claim_operations(house.machine, LEASE, 5), 5)

    assert {held.id, claimed.id} == wanted


async def test_a_lost_runner_loses_its_operation_to_the_next(house):
    _, link = await house.issued()
    operation = await house.wants(link)
    [first] = await house.store.claim_operations(house.machine, LEASE, 5)
    assert await house.store.claim_operations(house.wait(29), LEASE, 5) == []

    [second] = await house.store.claim_operations(house.wait(2), LEASE, 5)

    sending = replace(operation, state=State.SENDING)
    async with house.store() as work:
        assert not await work.move_operation(sending, from_=[State.WANTED], fence=first.fence)
        assert await work.move_operation(sending, from_=[State.WANTED], fence=second.fence)
        await work.commit()


async def sending(house):
    """An operation in the middle of its call."""
    _, link = await house.issued()
    await house.wants(link)
    [claimed] = await house.store.claim_operations(house.machine, LEASE, 5)
    async with house.store() as work:
        operation = replace(await work.operation(claimed.id), state=State.SENDING, sent_at=NOW)
        assert await work.move_operation(operation, from_=[State.WANTED], fence=claimed.fence)
        await work.commit()
    return operation


async def test_a_sending_operation_is_never_claimed_to_be_sent(house):
    await sending(house)

    assert await house.store.claim_operations(house.wait(3600), LEASE, 5) == []


async def test_a_sender_that_is_gone_is_found_after_ninety_seconds_and_its_word_no_longer_counts(house):
    operation = await sending(house)
    assert await house.store.lapsed_operations(house.wait(89)) == []

    [lapsed] = await house.replica().lapsed_operations(house.wait(2))

    assert (lapsed.id, lapsed.note) == (operation.id, Kind.CAPTURE)
    assert await house.store.lapsed_operations(house.machine) == []
    done, unknown = replace(operation, state=State.DONE), replace(operation, state=State.UNKNOWN)
    async with house.store() as work:
        assert not await work.move_operation(done, from_=[State.SENDING], fence=operation.fence)
        assert not await work.move_operation(operation, from_=[State.SENDING], fence=operation.fence)
        assert await work.move_operation(unknown, from_=[State.SENDING], fence=lapsed.fence)
        await work.commit()


async def test_whoever_found_a_lapsed_operation_and_died_is_followed_by_another(house):
    await sending(house)
    [first] = await house.store.lapsed_operations(house.wait(91))

    [second] = await house.replica().lapsed_operations(house.wait(31))

    assert second.fence > first.fence


async def test_a_sender_that_sends_again_has_ninety_seconds_more(house):
    operation = await sending(house)
    house.wait(60)
    async with house.store() as work:
        again = replace(operation, sent_at=NOW + timedelta(seconds=60))
        assert await work.move_operation(again, from_=[State.SENDING], fence=operation.fence)
        await work.commit()

    assert await house.store.lapsed_operations(house.wait(89)) == []
    assert len(await house.store.lapsed_operations(house.wait(2))) == 1
