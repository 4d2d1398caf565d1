"""A clock that was ahead is put right: no row waits for a time that was never near, and none is freed too soon."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.operations import State
from bot.domain.waiting import Waiting
from tests.storage.conftest import LEASE, NOW

AHEAD = timedelta(hours=6)
TASK_LEASE = timedelta(minutes=2)


async def noted(house, now=NOW, machine=None):
    return await house.store.note_time(now, machine or house.machine)


@pytest.fixture
async def ahead(house):
    """Its clock is six hours ahead, and was noted."""
    house.machine = NOW + AHEAD
    await noted(house, NOW + AHEAD)
    return house


async def put_right(house):
    house.machine = NOW
    return await noted(house)


async def waiting(house):
    house.wait(1)
    return await house.store.waiting(house.machine, house.machine)


async def test_by_how_much_it_was_put_back_is_told_once(ahead):
    assert [await put_right(ahead), await put_right(ahead)] == [AHEAD, None]


@pytest.mark.parametrize("seconds", [-1, 0, 1, 60, 86400])
async def test_time_that_goes_on_is_no_change_and_a_second_back_neither(house, seconds):
    await noted(house)

    assert await noted(house, NOW + timedelta(seconds=seconds), house.wait(seconds)) is None


async def test_business_time_that_goes_back_alone_is_a_change_too(house):
    """The sandbox's clock was put back."""
    await noted(house, NOW + AHEAD)

    assert await noted(house) == AHEAD


async def a_link_planned_for_soon(house):
    await house.issued(due_at=NOW + AHEAD)


async def a_link_looked_at_and_planned_for_tomorrow(house):
    _, link = await house.issued(due_at=NOW)
    await house.store.begin_look(link.id, NOW + AHEAD)
    async with house.store() as work:
        await work.postpone(link.id, NOW + AHEAD + timedelta(days=1))
        await work.commit()


async def a_link_issued_and_planned_for_tomorrow(house):
    await house.issued(due_at=NOW + AHEAD + timedelta(days=1), created_at=NOW + AHEAD)


async def a_link_that_somebody_held(house):
    await house.issued(due_at=NOW)
    await house.store.claim_due_links(NOW + AHEAD, house.machine, LEASE, 9)


async def an_operation_that_somebody_held(house):
    await house.wants((await house.issued())[1])
    await house.store.claim_operations(house.machine, LEASE, 9)


async def an_operation_that_somebody_was_sending(house):
    operation = await house.wants((await house.issued())[1])
    [claimed] = await house.store.claim_operations(house.machine, LEASE, 1)
    async with house.store() as work:
        await work.move_operation(replace(operation, state=State.SENDING), from_=(State.WANTED,), fence=claimed.fence)
        await work.commit()


async def a_mail(house):
    _, link = await house.issued()
    async with house.store() as work:
        await work.want_mail(link.id, 0)
        await work.commit()


async def a_mail_that_somebody_held(house):
    await a_mail(house)
    await house.store.claim_mails(house.machine, LEASE, 9)


async def an_order_that_slack_lags_behind(house):
    await house.issued()


async def an_order_that_somebody_held(house):
    await house.issued()
    await house.store.claim_untold(NOW, house.wait(4), LEASE, 9)


async def an_order_that_was_put_off(house):
    await house.issued()
    [claimed] = await house.store.claim_untold(NOW, house.wait(4), LEASE, 9)
    await house.store.release_order(claimed, retry_at=house.machine + timedelta(minutes=15))


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (a_link_planned_for_soon, Waiting.LINKS),
        (a_link_looked_at_and_planned_for_tomorrow, Waiting.LINKS),
        (a_link_issued_and_planned_for_tomorrow, Waiting.LINKS),
        (a_link_that_somebody_held, Waiting.LINKS),
        (an_operation_that_somebody_held, Waiting.OPERATIONS),
        (an_operation_that_somebody_was_sending, Waiting.OPERATIONS),
        (a_mail, Waiting.MAILS),
        (a_mail_that_somebody_held, Waiting.MAILS),
        (an_order_that_slack_lags_behind, Waiting.ORDERS),
        (an_order_that_somebody_held, Waiting.ORDERS),
        (an_order_that_was_put_off, Waiting.ORDERS),
    ],
)
async def test_what_was_planned_or_held_under_the_wrong_clock_is_free_once_it_is_right(ahead, given, kind):
    await given(ahead)

    await put_right(ahead)

    assert kind in await waiting(ahead)


async def test_a_lane_that_slack_closed_under_the_wrong_clock_is_open(ahead):
    await ahead.store.block_lane("post:C1", ahead.machine + timedelta(seconds=30))

    await put_right(ahead)

    assert await ahead.store.take_turn("post:C1", ahead.machine, per_minute=60) == 0


async def test_a_sweep_that_somebody_held_under_the_wrong_clock_is_free(ahead):
    task = await ahead.store.claim_task("paid", NOW + AHEAD, ahead.machine, TASK_LEASE)
    async with ahead.store() as work:
        await work.keep_task(task, cursor="here", lease_until=ahead.machine + TASK_LEASE)
        await work.commit()

    await put_right(ahead)

    assert (await ahead.store.claim_task("paid", NOW, ahead.machine, TASK_LEASE)).cursor == "here"


async def test_a_sweep_that_is_planned_for_hours_hence_is_due(ahead):
    task = await ahead.store.claim_task("paid", NOW + AHEAD, ahead.machine, TASK_LEASE)
    async with ahead.store() as work:
        await work.release_task(task, due_at=NOW + AHEAD + timedelta(minutes=1))
        await work.commit()

    await put_right(ahead)

    assert await ahead.store.claim_task("paid", NOW, ahead.machine, TASK_LEASE) is not None


async def test_the_ten_minutes_after_sending_begin_anew_and_never_earlier(ahead):
    operation = await ahead.wants((await ahead.issued())[1])
    [claimed] = await ahead.store.claim_operations(ahead.machine, LEASE, 1)
    sent = replace(operation, state=State.UNKNOWN, sent_at=NOW + AHEAD)
    async with ahead.store() as work:
        await work.move_operation(sent, from_=(State.WANTED,), fence=claimed.fence)
        await work.commit()

    await put_right(ahead)

    async with ahead.store.read() as work:
        found = await work.operation(operation.id)
    assert not found.may_ask_again(NOW + timedelta(minutes=9, seconds=59))
    assert found.may_ask_again(NOW + timedelta(minutes=10))


async def test_what_was_planned_and_is_held_under_the_right_clock_stays_so(house):
    """The link of next week is not looked at today, and who holds an operation by now keeps it."""
    await house.issued(due_at=NOW + timedelta(days=7))
    await house.wants((await house.issued())[1])
    await noted(house, NOW + AHEAD, NOW + AHEAD)
    await house.store.claim_operations(house.machine, LEASE, 9)

    await put_right(house)

    assert not await waiting(house) & {Waiting.LINKS, Waiting.OPERATIONS}


async def test_two_replicas_that_notice_it_at_once_do_not_wait_for_each_other(ahead):
    await a_link_that_somebody_held(ahead)
    async with ahead.store() as work:
        await work.held_story((await ahead.query("SELECT id FROM link"))[0].id)
        ahead.machine = NOW
        if ahead.engine.dialect.name == "postgresql":
            assert await ahead.replica().note_time(NOW, NOW) == AHEAD
