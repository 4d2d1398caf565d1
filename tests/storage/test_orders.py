"""Orders, stories and rollbacks."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import StatementError

from bot.domain.errors import DraftUsed
from bot.domain.events import Happened
from bot.domain.links import Delivered, Facts, Status
from bot.domain.operations import Kind
from bot.domain.orders import Delivery
from bot.domain.stories import CardState
from tests.storage.conftest import ACCOUNT, NOW, news


async def test_leaving_without_commit_rolls_back(house):
    order = house.order()
    async with house.store() as work:
        await work.add_order(order)
        await work.add_link(house.link(order), due_at=None)

    async with house.store.read() as work:
        assert await work.story(order.id) is None


async def test_an_error_in_the_block_rolls_back(house):
    _, link = await house.issued()

    async def fall_over():
        async with house.store() as work:
            await work.save_link(replace(link, status=Status.OPEN), expected_version=1, due_at=None, visible=True)
            raise RuntimeError("fell over")

    with pytest.raises(RuntimeError, match="fell over"):
        await fall_over()

    async with house.store.read() as work:
        assert (await work.link(link.id)).status is Status.REQUESTED


async def test_nothing_is_done_after_commit(house):
    """It would look done and be rolled back."""
    async with house.store() as work:
        await work.commit()
        with pytest.raises(RuntimeError, match="committed"):
            await work.add_order(house.order())


async def test_a_story_comes_back_as_it_was_kept(house):
    order, first = await house.issued()
    facts = Facts(
        delivered=Delivered.SENT,
        opened_at=NOW + timedelta(minutes=1, microseconds=5),
        authorized=35000,
        method="Vipps",
        taken={"1": 30000},
        seen="abc",
    )
    second = house.link(order, 2, status=Status.OPEN, session_id="S2", url="https://pay.example/2", facts=facts)
    capture = house.operation(second, reason="sent", response_url="https://hooks.example/1", sent_at=NOW)
    async with house.store() as work:
        await work.mark_replaced(first.id)
        await work.add_link(second, due_at=NOW)
        await work.add_operation(capture)
        await work.add_events(second.id, [news(Happened.SENT_AGAIN), news(Happened.OPENED, amount=1, late=True)])
        await work.commit()

    async with house.store.read() as work:
        story = await work.story_of_link(second.id)

    assert story.order == order
    assert story.links == (replace(first, replaced=True, version=2), replace(second, operation=capture))
    assert (story.card.state, story.card.channel, story.card.version) == (CardState.NONE, "C1", 0)
    assert (story.last_event.kind, story.last_event.seq) == (Happened.OPENED, 2)
    assert story.last_event.data == {"amount": 1, "late": True}


async def test_a_chain_costs_no_more_queries_than_one_link(house, statements):
    order, _ = await house.issued()
    async with house.store() as work:
        for n in range(2, 9):
            link = house.link(order, n)
            await work.add_link(link, due_at=None)
            await work.add_operation(house.operation(link))
        await work.commit()

    statements.clear()
    async with house.store.read() as work:
        story = await work.story(order.id)

    assert len(story.links) == 8
    assert len([one for one in statements if one.startswith("SELECT")]) == 4


async def test_a_draft_makes_one_order(house):
    order, link = await house.issued()
    again = replace(house.order(), draft_id=order.draft_id)
    async with house.store() as work:
        with pytest.raises(DraftUsed) as used:
            await work.add_order(again)
        usable = await work.story(order.id)

    assert (used.value.order_id, used.value.link_id) == (order.id, link.id)
    assert usable.order == order


async def test_a_draft_sent_twice_at_once_makes_one_order(house):
    """Two replicas get the two submits of an impatient person."""
    replicas = [house.store, house.replica(), house.replica()]

    async def submit(store):
        order = replace(house.order(), draft_id="same")
        async with store() as work:
            try:
                await work.add_order(order)
            except DraftUsed as used:
                return used.order_id
            await work.add_link(house.link(order), due_at=None)
            await work.commit()
            return order.id

    made = await asyncio.gather(*(submit(store) for store in replicas))

    assert len(set(made)) == 1
    assert [(made[0],)] == await house.query("SELECT id FROM orders")


async def test_each_link_keeps_the_lines_it_was_made_with(house):
    order, first = await house.issued()
    hitch = replace(order.lines[0], text="Hitch", unit_price=9900)
    steps = [order.lines, (hitch,), (hitch,), order.lines]
    links = [first]
    async with house.store() as work:
        for n, sold in enumerate(steps[1:], start=2):
            order = replace(order, lines=sold, phone=f"+479123450{n}", deadline=f"{n}d", note=f"{n}")
            links.append(house.link(order, n))
            await work.change_order(order, since=n)
            await work.add_link(links[-1], due_at=None)
        await work.commit()

    async with house.store.read() as work:
        story = await work.story(order.id)
        last = await work.last_lines(house.workspace_id, order.issuer)
    assert story.order == order
    assert [story.lines(link) for link in story.links] == steps
    assert [story.order_of(link).amount for link in story.links] == [link.amount for link in links]
    assert last == ("NOK", order.lines)
    since = await house.query("SELECT DISTINCT since FROM order_line WHERE order_id = :id ORDER BY since", id=order.id)
    assert [n for [n] in since] == [1, 2, 4], "the same lines are not kept twice"


async def test_what_is_changed_of_an_order_stays_hidden(house):
    order, _ = await house.issued()
    changed = replace(order, phone="+4799876543", email="ola@example.com", name="Ola", note="Blue")
    async with house.store() as work:
        await work.change_order(changed, since=2)
        await work.commit()

    [row] = await house.query("SELECT phone, email, name, note, phone_last3 FROM orders")
    assert row.phone_last3 == "543"
    assert not {"+4799876543", "ola@example.com", "Ola", "Blue"} & set(row)


async def test_how_a_link_travels_is_its_own(house):
    order, _ = await house.issued()
    second = house.link(order, 2, delivery=Delivery.LINK, on_phone=True)
    async with house.store() as work:
        await work.change_order(replace(order, delivery=Delivery.LINK), since=2)
        await work.add_link(second, due_at=None)
        await work.commit()

    async with house.store.read() as work:
        story = await work.story(order.id)
    assert [(link.delivery, link.on_phone) for link in story.links] == [(Delivery.SMS, False), (Delivery.LINK, True)]
    assert story.order_of(story.links[0]).delivery is Delivery.SMS


async def test_a_reference_is_taken_once_per_account(house):
    _, link = await house.issued()
    async with house.store.read() as work:
        assert await work.reference_taken(ACCOUNT, link.reference)
        assert not await work.reference_taken(ACCOUNT, "other")
        assert not await work.reference_taken("T9", link.reference)


async def test_operations_are_counted_by_kind(house):
    _, link = await house.issued()
    await house.wants(link)
    async with house.store.read() as work:
        assert await work.count_operations(link.id, Kind.CAPTURE) == 1
        assert await work.count_operations(link.id, Kind.REFUND) == 0


async def test_a_time_without_a_zone_is_refused(house):
    with pytest.raises(StatementError, match="without a zone"):
        async with house.store() as work:
            await work.add_order(house.order(created_at=datetime(2026, 3, 1)))  # noqa: DTZ001


async def test_facts_without_a_zone_are_refused(house):
    _, link = await house.issued()
    naive = replace(link, facts=Facts(opened_at=datetime(2026, 3, 1)))  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"):
        async with house.store() as work:
            await work.save_link(naive, expected_version=1, due_at=None, visible=True)


async def test_introducing_twice_changes_nothing(house):
    again = await house.replica().introduce(team_id="T1", account_id=ACCOUNT)

    assert again == house.workspace_id
    assert await house.query("SELECT count(*) FROM workspace") == [(1,)]


async def test_an_order_can_leave_the_thread_that_it_began_in(house):
    order = house.order(thread="1763640000.000100")
    async with house.store() as work:
        await work.add_order(order)
        await work.add_link(house.link(order), due_at=None)
        await work.commit()
    async with house.store() as work:
        assert (await work.story(order.id)).order.thread == "1763640000.000100"
        await work.leave_thread(order.id)
        await work.commit()

    async with house.store.read() as work:
        assert (await work.story(order.id)).order.thread is None
