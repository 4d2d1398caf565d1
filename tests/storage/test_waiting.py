"""One look says what there is to do: whatever could be claimed is in it, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.operations import State
from bot.domain.waiting import Waiting
from tests.storage.conftest import LEASE, NOW

WAITS = timedelta(hours=1)


async def waiting(house):
    return await house.store.waiting(NOW, house.machine)


async def an_order(house):
    await house.issued()
    house.wait(4)


async def a_due_link(house):
    await house.issued(due_at=NOW)


async def a_link_to_remind(house):
    await house.issued(remind_at=NOW)


async def a_wanted_operation(house):
    await house.wants((await house.issued())[1])


async def an_operation_whose_sender_is_gone(house):
    operation = await house.wants((await house.issued())[1])
    [claimed] = await house.store.claim_operations(house.machine, LEASE, 1)
    async with house.store() as work:
        await work.move_operation(replace(operation, state=State.SENDING), from_=(State.WANTED,), fence=claimed.fence)
        await work.commit()
    house.wait(91)


async def a_mail(house):
    _, link = await house.issued()
    async with house.store() as work:
        await work.want_mail(link.id, 0)
        await work.commit()


async def test_where_nothing_waits_there_is_nothing_to_do(house):
    assert await waiting(house) == frozenset()


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (an_order, Waiting.ORDERS),
        (a_due_link, Waiting.LINKS),
        (a_link_to_remind, Waiting.LINKS),
        (a_wanted_operation, Waiting.OPERATIONS),
        (an_operation_whose_sender_is_gone, Waiting.OPERATIONS),
        (a_mail, Waiting.MAILS),
    ],
)
async def test_what_waits_is_seen(house, given, kind):
    await given(house)

    assert kind in await waiting(house)


async def test_what_is_held_does_not_wait_until_its_lease_ends(house):
    await a_wanted_operation(house)
    await a_due_link(house)
    await a_mail(house)
    await house.store.claim_operations(house.machine, LEASE, 9)
    await house.store.claim_due_links(NOW, house.machine, LEASE, 9)
    await house.store.claim_mails(house.machine, LEASE, 9)
    assert not await waiting(house) - {Waiting.ORDERS}

    house.wait(LEASE.total_seconds() + 1)

    assert {Waiting.OPERATIONS, Waiting.LINKS, Waiting.MAILS} <= await waiting(house)


async def test_what_is_due_later_does_not_wait_yet(house):
    await house.issued(due_at=NOW + WAITS, remind_at=NOW + WAITS)

    assert Waiting.LINKS not in await waiting(house)
