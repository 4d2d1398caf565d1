"""Limits hold across replicas."""

import asyncio
from datetime import timedelta

import pytest

from storage.limits import wait_for_turn
from tests.storage.conftest import ACCOUNT, LEASE, NOW


async def test_posts_to_a_channel_keep_their_distance(house):
    other = house.replica()

    assert await house.store.take_turn("post:C1", house.machine, per_minute=60, apart=1.1) == 0
    assert await other.take_turn("post:C1", house.machine, per_minute=60, apart=1.1) == pytest.approx(1.1)
    assert await other.take_turn("post:C2", house.machine, per_minute=60, apart=1.1) == 0
    assert await other.take_turn("post:C1", house.wait(1.11), per_minute=60, apart=1.1) == 0


async def test_rivals_share_a_minute(house):
    stores = [house.store, house.replica()]

    waits = await asyncio.gather(*(stores[n % 2].take_turn("update:W1", house.machine, per_minute=5) for n in range(8)))

    assert sorted(waits) == [0, 0, 0, 0, 0, 60, 60, 60]


async def test_the_less_urgent_leave_room(house):
    for _ in range(3):
        assert await house.store.take_turn("update:W1", house.machine, per_minute=5, reserve=2) == 0

    assert await house.store.take_turn("update:W1", house.machine, per_minute=5, reserve=2) > 0
    assert await house.store.take_turn("update:W1", house.machine, per_minute=5) == 0


async def test_a_blocked_lane_waits_and_a_shorter_block_changes_nothing(house):
    await house.store.block_lane("post:C1", house.machine + timedelta(seconds=30))
    await house.replica().block_lane("post:C1", house.machine + timedelta(seconds=10))

    assert await house.replica().take_turn("post:C1", house.machine, per_minute=60) == 30
    assert await house.store.take_turn("post:C1", house.wait(30), per_minute=60) == 0


@pytest.mark.parametrize(
    ("turns", "limit", "apart", "wait"),
    [
        ([], 2, 0, 0),
        ([100], 2, 0, 0),
        ([90, 100], 2, 0, 50),
        ([41, 100], 2, 0, 1),
        ([40, 100], 2, 0, 0),  # the first turn is a minute old
        ([90, 95, 100], 2, 0, 55),  # a caller with less reserve took the third
        ([99.5], 2, 1, 0.5),
        ([100], 0, 0, 60),
        ([160], 1, 0, 0),  # the machine's clock was put back
        ([100.5], 2, 1, 1.5),  # a rival that asked a moment later was let in first
        ([100.5, 100], 3, 1, 1.5),
    ],
)
def test_the_wait_for_a_turn(turns, limit, apart, wait):
    assert wait_for_turn(turns, 100, limit=limit, apart=apart) == wait


async def test_the_budget_of_a_second_is_shared(house):
    stores = [house.store, house.replica()]

    taken = await asyncio.gather(*(stores[n % 2].spend(ACCOUNT, NOW, rate=4, share=1.0) for n in range(8)))

    assert sum(taken) == 4
    assert await house.store.spend(ACCOUNT, NOW + timedelta(seconds=1), rate=4, share=1.0)


async def test_lesser_classes_stop_earlier(house):
    taken = [await house.store.spend(ACCOUNT, NOW, rate=4, share=0.5) for _ in range(3)]

    assert taken == [1, 1, 0]
    assert await house.store.spend(ACCOUNT, NOW, rate=4, share=1.0)
    assert not await house.store.spend(ACCOUNT, NOW, rate=4, share=0)


async def test_who_asks_for_many_calls_gets_those_that_are_left(house):
    assert await house.store.spend(ACCOUNT, NOW, rate=10, share=0.3, calls=2) == 2
    assert await house.store.spend(ACCOUNT, NOW, rate=10, share=0.3, calls=5) == 1
    assert await house.store.spend(ACCOUNT, NOW, rate=10, share=1.0, calls=50) == 7
    assert await house.store.spend(ACCOUNT, NOW, rate=10, share=1.0, calls=50) == 0
    assert await house.store.spend(ACCOUNT, NOW + timedelta(seconds=1), rate=10, share=1.0, calls=50) == 10


async def test_rivals_who_ask_for_many_calls_share_what_there_is(house):
    stores = [house.store, house.replica()]

    taken = await asyncio.gather(*(stores[n % 2].spend(ACCOUNT, NOW, rate=10, share=1.0, calls=3) for n in range(8)))

    assert sorted(taken) == [0, 0, 0, 0, 1, 3, 3, 3]


async def test_spent_seconds_are_forgotten(house):
    for second in range(0, 300, 30):
        await house.store.spend(ACCOUNT, NOW + timedelta(seconds=second), rate=4, share=1.0)

    [(kept,)] = await house.query("SELECT count(*) FROM budget")
    assert kept <= 3


async def test_a_sweep_has_one_holder_and_keeps_its_place(house):
    stores = [house.store, house.replica(), house.store, house.replica()]
    tasks = await asyncio.gather(*(store.claim_task("paid", NOW, house.machine, LEASE) for store in stores))
    [task] = [task for task in tasks if task]
    assert task.cursor is None

    async with house.store() as work:
        assert await work.keep_task(task, cursor="page 2", lease_until=house.machine + LEASE)
        await work.release_task(task, due_at=NOW + timedelta(minutes=1))
        await work.commit()

    assert await house.store.claim_task("paid", NOW + timedelta(seconds=59), house.machine, LEASE) is None
    again = await house.store.claim_task("paid", NOW + timedelta(minutes=1), house.machine, LEASE)
    assert again.cursor == "page 2"


async def test_of_all_who_wait_for_a_sweep_to_be_given_back_one_gets_it(house):
    task = await house.store.claim_task("paid", NOW, house.machine, LEASE)
    others = [house.replica() for _ in range(4)]
    for other in others:
        assert await other.claim_task("paid", NOW, house.machine, LEASE) is None

    async with house.store() as work:
        await work.release_task(task)
        waiting = [asyncio.create_task(other.claim_task("paid", NOW, house.machine, LEASE)) for other in others]
        await asyncio.sleep(0.3)
        await work.commit()

    assert len([task for task in await asyncio.gather(*waiting) if task]) == 1


async def test_a_sweep_that_was_taken_over_is_not_the_firsts_any_more(house):
    first = await house.store.claim_task("paid", NOW, house.machine, LEASE)
    second = await house.replica().claim_task("paid", NOW, house.wait(31), LEASE)

    async with house.store() as work:
        assert not await work.keep_task(first, cursor="old", lease_until=NOW)
        await work.release_task(first)
        await work.commit()
    assert await house.store.claim_task("paid", NOW, house.machine, LEASE) is None

    async with house.store() as work:
        assert await work.keep_task(second, cursor="new", lease_until=house.machine + LEASE)
        await work.release_task(second)
        await work.commit()
    assert (await house.store.claim_task("paid", NOW, house.machine, LEASE)).cursor == "new"


async def test_a_sweep_is_held_for_as_long_as_it_goes_on(house):
    task = await house.store.claim_task("paid", NOW, house.machine, LEASE)
    for n in range(3):
        house.wait(25)
        async with house.store() as work:
            await work.keep_task(task, cursor=f"page {n}", lease_until=house.machine + LEASE)
            await work.commit()

    assert await house.replica().claim_task("paid", NOW, house.machine, LEASE) is None
    async with house.store.read() as work:
        assert await work.cursor("paid") == "page 2"
        assert await work.cursor("none") is None
