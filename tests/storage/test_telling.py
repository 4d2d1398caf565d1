"""What Slack has not been told: found, held by one, most urgent first, and done with when it is told."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.events import Happened, Urgency
from bot.domain.links import Status
from bot.domain.operations import State
from bot.domain.stories import Backlog, CardState, Claimed
from tests.storage.conftest import LEASE, NOW, news


async def claim(house, store=None, limit=10):
    return list(await (store or house.store).claim_untold(NOW, house.machine, LEASE, limit))


async def ids(house, limit=10):
    return [claimed.id for claimed in await claim(house, limit=limit)]


async def card(house, order, state=CardState.POSTED, version=None):
    async with house.store() as work:
        drawn = (await work.story(order.id)).version if version is None else version
        await work.set_card(order.id, state=state, channel="C1", ts="1.1", version=drawn)
        await work.commit()


async def happens(house, link, *kinds):
    async with house.store() as work:
        await work.add_events(link.id, [news(kind) for kind in kinds])
        await work.commit()


async def changes(house, link, status=Status.OPEN):
    async with house.store() as work:
        changed = replace(await work.link(link.id), status=status)
        await work.save_link(changed, expected_version=changed.version, due_at=None, visible=True)
        await work.commit()


async def tell(house, order):
    for event in await house.store.untold_events(order.id):
        async with house.store() as work:
            await work.set_told(event.id, f"2.{event.seq}")
            await work.commit()


async def told(house):
    """An order of which Slack knows everything."""
    order, link = await house.issued()
    house.wait(4)
    [claimed] = await claim(house)
    await card(house, order)
    await house.store.release_order(claimed)
    assert await ids(house) == []
    return order, link


async def test_a_new_order_is_left_alone_for_three_seconds(house):
    order, _ = await house.issued()
    house.wait(2.9)
    assert await ids(house) == []

    house.wait(0.2)
    assert await ids(house) == [order.id]


async def test_a_new_order_is_told_as_soon_as_its_link_changes(house):
    order, link = await house.issued()
    operation = await house.wants(link)
    async with house.store() as work:
        await work.move_operation(replace(operation, state=State.SENDING), from_=[State.WANTED])
        await work.commit()
    assert await ids(house) == [], "the create under way is no news"

    await changes(house, link)

    assert await ids(house) == [order.id]


@pytest.mark.parametrize("change", ["redraw", "link", "event", "operation", "operation moved", "new link", "replaced"])
async def test_every_change_is_to_be_told(house, change):
    order, link = await house.issued()
    operation = await house.wants(link)
    house.wait(4)
    [claimed] = await claim(house)
    await card(house, order)
    await house.store.release_order(claimed)
    ended = replace(operation, state=State.REFUSED)
    async with house.store() as work:
        if change in {"operation", "operation moved"}:
            await work.move_operation(ended, from_=[State.WANTED])
        if change == "operation":
            await work.add_operation(house.operation(link))
        if change == "link":
            await work.save_link(link, expected_version=1, due_at=None, visible=True)
        if change == "event":
            await work.add_events(link.id, [news(Happened.OPENED)])
        if change == "new link":
            await work.add_link(house.link(order, 2), due_at=None)
        if change == "redraw":
            await work.redraw(order.id)
        if change == "replaced":
            await work.mark_replaced(link.id)
        await work.commit()

    assert await ids(house) == [order.id]


async def test_what_nobody_sees_is_not_to_be_told(house):
    _, link = await told(house)
    async with house.store() as work:
        await work.save_link(link, expected_version=1, due_at=None, visible=False)
        await work.add_events(link.id, [news(Happened.ISSUED)])
        await work.commit()

    assert await ids(house) == []


async def test_an_order_is_done_when_card_and_lines_are_there(house):
    order, link = await told(house)
    await changes(house, link, Status.AUTHORIZED)
    await happens(house, link, Happened.OPENED, Happened.AUTHORIZED)

    assert [event.kind for event in await house.store.untold_events(order.id)] == ["opened", "authorized"]
    [claimed] = await claim(house)
    await card(house, order)
    await house.store.release_order(claimed)
    [claimed] = await claim(house)
    await tell(house, order)
    await house.store.release_order(claimed)

    assert await ids(house) == []
    assert await house.query("SELECT untold_since, urgency FROM orders") == [(None, None)]


async def test_lines_without_the_card_are_not_enough(house):
    order, link = await told(house)
    await changes(house, link)
    await happens(house, link, Happened.OPENED)
    await tell(house, order)

    assert await ids(house) == [order.id]


async def test_a_card_drawn_from_an_older_state_is_not_enough(house):
    order, link = await told(house)
    async with house.store.read() as work:
        drawn = (await work.story(order.id)).version
    await changes(house, link)
    await card(house, order, version=drawn)

    assert await ids(house) == [order.id]


async def test_a_card_found_in_posting_is_posted_again(house):
    """The process died between the post and the note of it."""
    order, _ = await house.issued()
    async with house.store() as work:
        await work.begin_card_post(order.id, "C1", diverted=False)
        await work.commit()
    house.wait(4)
    assert await ids(house) == [order.id]

    async with house.store() as work:
        await work.begin_card_post(order.id, "C1", diverted=False)
        await work.commit()
    await card(house, order)

    async with house.store.read() as work:
        assert (await work.story(order.id)).card.posts == 2


async def test_a_card_that_is_posted_anew_after_it_was_there_is_not_forgotten(house):
    """Its message was deleted; the version shown is the newest, and still nothing stands."""
    order, _ = await told(house)
    async with house.store() as work:
        await work.begin_card_post(order.id, "C1", diverted=False)
        await work.commit()

    assert await ids(house) == [order.id]


async def test_a_post_that_was_refused_does_not_count(house):
    order, _ = await house.issued()
    async with house.store() as work:
        await work.begin_card_post(order.id, "C1", diverted=False)
        await work.begin_card_post(order.id, "D1", diverted=True)
        await work.set_card(order.id, state=CardState.NONE, channel="D1", ts=None, version=0)
        await work.begin_card_post(order.id, "D1", diverted=True)
        await work.set_card(order.id, state=CardState.POSTED, channel="D1", ts="1.1", version=2)
        await work.commit()

    async with house.store.read() as work:
        shown = (await work.story(order.id)).card
    assert (shown.posts, shown.channel, shown.ts, shown.diverted) == (1, "D1", "1.1", True)


async def test_a_card_that_stands_nowhere_is_left_alone_until_somebody_asks(house):
    order, link = await house.issued()
    await happens(house, link, Happened.OPENED)
    house.wait(4)
    [claimed] = await claim(house)
    await card(house, order, CardState.NOWHERE)
    await house.store.release_order(claimed)
    assert await ids(house) == []

    await card(house, order, CardState.NONE, version=0)

    assert await ids(house) == [order.id]


async def test_a_card_that_stands_nowhere_is_tried_again_where_it_belongs(house):
    order, _ = await house.issued()
    async with house.store() as work:
        await work.begin_card_post(order.id, "D1", diverted=True)
        await work.set_card(order.id, state=CardState.NOWHERE, channel="D1", ts=None, version=2)
        await work.commit()
    house.wait(4)
    assert await ids(house) == []

    async with house.store() as work:
        await work.redraw(order.id)
        await work.commit()

    assert await ids(house) == [order.id]
    async with house.store.read() as work:
        shown = (await work.story(order.id)).card
    assert (shown.state, shown.channel, shown.diverted, shown.posts) == (CardState.NONE, "C1", False, 0)


async def test_told_events_have_a_message(house):
    order, link = await told(house)
    await happens(house, link, Happened.OPENED, Happened.EXPIRED, Happened.AUTHORIZED)
    first, second, _ = await house.store.untold_events(order.id)
    async with house.store() as work:
        await work.set_told(first.id, "")
        await work.set_told(second.id, "2.2")
        await work.commit()

    async with house.store.read() as work:
        [event] = await work.told_events(order.id)
    assert (event.kind, event.told_ts) == (Happened.EXPIRED, "2.2")


async def test_the_backlog_says_what_waits_and_for_how_long(house):
    assert await house.store.backlog(NOW, house.machine) == Backlog(
        oldest_due=None, oldest_untold=None, oldest_wanted=None, unknown=0
    )
    _, link = await house.issued(due_at=NOW + timedelta(seconds=1))
    await house.wants(link)
    _, other = await house.issued(due_at=NOW + timedelta(days=1))
    await house.wants(other, state=State.UNKNOWN)

    waits = await house.store.backlog(NOW + timedelta(seconds=10), house.wait(5))

    assert waits == Backlog(oldest_due=9, oldest_untold=5, oldest_wanted=10, unknown=1)


async def test_the_most_urgent_comes_first_and_then_the_longest_waiting(house):
    kinds = [Happened.OPENED, Happened.EXPIRED, Happened.AUTHORIZED, Happened.ATTEMPT_FAILED, Happened.CAPTURED]
    orders = [await told(house) for _ in kinds]
    for (_, link), kind in zip(orders, kinds, strict=True):
        house.wait(1)
        await happens(house, link, kind)

    claims = await claim(house)

    names = {order.id: kind for (order, _), kind in zip(orders, kinds, strict=True)}
    assert [names[one.id] for one in claims] == ["authorized", "captured", "expired", "opened", "attempt_failed"]
    assert [one.urgency for one in claims] == [1, 1, 2, 3, 3]


async def test_a_claim_says_where_the_card_stands_and_whether_it_shows_what_is_true(house):
    order, link = await told(house)
    await happens(house, link, Happened.EXPIRED)
    [behind_with_a_line] = await claim(house)
    await house.store.release_order(behind_with_a_line)
    await changes(house, link)

    [outdated] = await claim(house)

    place = (order.workspace_id, "posted", "C1")
    assert (outdated.workspace_id, outdated.card, outdated.channel) == place
    assert (behind_with_a_line.outdated, outdated.outdated) == (False, True)


async def test_orders_that_are_put_off_wait_unless_something_happens_to_them(house):
    kinds = [Happened.EXPIRED] * 3
    (waiting, one), (stirred, two), (held, three) = [await told(house) for _ in kinds]
    for link in (one, two, three):
        await happens(house, link, Happened.EXPIRED)
    claims = {claimed.id: claimed for claimed in await claim(house)}
    await happens(house, two, Happened.OPENED)
    await house.store.release_order(claims[held.id])
    [rival] = await claim(house)
    assert rival.id == held.id

    await house.store.put_off_orders(dict.fromkeys(claims.values(), house.machine + timedelta(seconds=30)))

    assert await ids(house) == [stirred.id]
    house.wait(30)
    assert await ids(house) == [waiting.id], "and the rival's is still the rival's"


async def test_a_transaction_notes_all_that_it_changed_of_an_order_once(house):
    order, link = await told(house)
    [(version, stirred)] = await house.query("SELECT version, stirred FROM orders")

    async with house.store() as work:
        changed = replace(await work.link(link.id), status=Status.OPEN)
        await work.save_link(changed, expected_version=changed.version, due_at=None, visible=True)
        await work.add_events(link.id, [news(Happened.EXPIRED)])
        assert (await work.story(order.id)).version == version + 1, "it reads what it wrote"
        await work.redraw(order.id)
        await work.add_events(link.id, [news(Happened.OPENED)])
        await work.commit()

    assert await house.query("SELECT version, stirred, urgency FROM orders") == [(version + 2, stirred + 2, 1)]


async def test_a_card_that_is_noted_beside_a_change_is_behind_it(house):
    order, link = await told(house)

    async with house.store() as work:
        drawn = (await work.story(order.id)).version
        now = await work.link(link.id)
        await work.save_link(now, expected_version=now.version, due_at=None, visible=True)
        await work.set_card(order.id, state=CardState.POSTED, channel="C1", ts="1.1", version=drawn)
        await work.commit()

    assert await ids(house) == [order.id]


@pytest.mark.parametrize(
    ("kinds", "urgency"),
    [([], Urgency.PROBLEM), ([Happened.OPENED], Urgency.PROGRESS), ([Happened.AUTHORIZED], Urgency.MONEY)],
)
async def test_a_change_is_as_urgent_as_its_events_and_a_problem_without_any(house, kinds, urgency):
    """That a deadline has passed is said by the card alone, and no opened link of others goes before it."""
    _, link = await told(house)

    async with house.store() as work:
        now = await work.link(link.id)
        await work.save_link(now, expected_version=now.version, due_at=None, visible=True)
        await work.add_events(link.id, [news(kind) for kind in kinds])
        await work.commit()

    assert await house.query("SELECT urgency FROM orders") == [(urgency,)]


async def test_what_is_left_to_tell_decides_the_urgency(house):
    order, link = await told(house)
    await happens(house, link, Happened.OPENED, Happened.EXPIRED)
    assert await house.query("SELECT urgency FROM orders") == [(Urgency.PROBLEM,)]
    [_, expired] = await house.store.untold_events(order.id)

    async with house.store() as work:
        await work.set_told(expired.id, "2.2")
        await work.commit()

    assert await house.query("SELECT urgency FROM orders") == [(Urgency.PROGRESS,)]


async def test_rival_tellers_never_hold_the_same_order(house):
    for _ in range(9):
        await house.issued()
    house.wait(4)

    held = await asyncio.gather(*(claim(house, store, 2) for store in [house.store, house.replica()] * 3))

    all_ids = [claimed.id for claims in held for claimed in claims]
    assert len(all_ids) == len(set(all_ids))


async def test_a_lost_teller_loses_its_order_and_cannot_let_go_of_it(house):
    order, _ = await house.issued()
    house.wait(4)
    [first] = await claim(house)
    assert await ids(house) == []
    house.wait(31)
    [second] = await claim(house)

    await house.store.release_order(first)

    assert await ids(house) == [], "it is the second's"
    await house.store.release_order(second)
    assert await ids(house) == [order.id]


async def test_an_order_waits_until_its_time(house):
    order, _ = await house.issued()
    house.wait(4)
    [claimed] = await claim(house)
    await house.store.release_order(claimed, retry_at=house.machine + timedelta(seconds=20))
    house.wait(19)
    assert await ids(house) == []

    house.wait(2)
    assert await ids(house) == [order.id]


async def test_stumbles_are_counted_by_the_holder_until_a_post_is_answered(house):
    order, link = await house.issued()
    await happens(house, link, Happened.AUTHORIZED)
    house.wait(4)
    [claimed] = await claim(house)
    assert [await house.store.stumble(claimed) for _ in range(3)] == [1, 2, 3]
    assert await house.store.stumble(replace(claimed, fence=claimed.fence - 1)) == 1

    await card(house, order)
    assert await house.store.stumble(claimed) == 4, "a card drawn anew is no post"

    [event] = await house.store.untold_events(order.id)
    async with house.store() as work:
        await work.set_told(event.id, "2.1")
        await work.commit()
    assert await house.store.stumble(claimed) == 1


@pytest.mark.parametrize("when", ["before the release", "after the release"])
async def test_news_end_the_waiting(house, when):
    """Money that comes while an order waits for room must not wait with it."""
    order, link = await house.issued()
    house.wait(4)
    [claimed] = await claim(house)
    if when == "before the release":
        await happens(house, link, Happened.AUTHORIZED)
    await house.store.release_order(claimed, retry_at=house.machine + timedelta(seconds=20))
    if when == "after the release":
        await happens(house, link, Happened.AUTHORIZED)

    assert await ids(house) == [order.id]


async def test_a_line_that_comes_while_another_is_noted_is_told_too(house):
    order, link = await told(house)
    await happens(house, link, Happened.AUTHORIZED)
    [event] = await house.store.untold_events(order.id)
    other = house.replica()

    async def note():
        async with other() as work:
            await work.set_told(event.id, "2.1")
            await work.commit()

    async with house.store() as work:
        await work.add_events(link.id, [news(Happened.CAPTURED)])
        noting = asyncio.create_task(note())
        await asyncio.sleep(0.1)
        await work.commit()
    await noting

    assert await ids(house) == [order.id]


async def test_events_are_numbered_without_gaps_by_rivals(house):
    order, link = await house.issued()
    stores = [house.store, house.replica()]

    async def add(store):
        async with store() as work:
            await work.add_events(link.id, [news(Happened.OPENED), news(Happened.EXPIRED)])
            await work.commit()

    await asyncio.gather(*(add(stores[n % 2]) for n in range(6)))

    untold = await house.store.untold_events(order.id)
    assert [event.seq for event in untold] == list(range(2, 14))


async def test_nothing_that_is_not_there_is_told(house):
    async with house.store() as work:
        await work.set_told("none", "1.1")
        await work.add_events("none", [news(Happened.OPENED)])
        await work.begin_card_post("none", "C1", diverted=False)
        await work.set_card("none", state=CardState.POSTED, channel="C1", ts="1.1", version=1)
        await work.redraw("none")
        await work.mark_replaced("none")
        assert await work.story("none") is None
        assert await work.story_of_link("none") is None
        assert await work.operation("none") is None
        assert await work.link("none") is None
        await work.commit()
    await house.store.release_order(Claimed(id="none", fence=1))
