"""Guarded writes, and when a link is looked at: no hint is lost, none makes it loop."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.domain.links import Status
from bot.domain.stories import Claimed, Knocked
from storage.tables import links
from tests.storage.conftest import ACCOUNT, LEASE, NOW

LATER = NOW + timedelta(hours=1)


async def claim(house, store=None, now=NOW, limit=10):
    return [due.link.id for due in await (store or house.store).claim_due_links(now, house.machine, LEASE, limit)]


async def look(house, link, at=NOW):
    async with house.store() as work:
        await work.set_looked(link.id, at)
        await work.commit()


async def hint(house, link, at=NOW, **named):
    async with house.store() as work:
        await work.make_due(link.id, at, **named)
        await work.commit()


async def looked_at(house, link):
    async with house.engine.connect() as connection:
        return (await connection.execute(select(links.c.looked_at).where(links.c.id == link.id))).scalar()


async def knocked(house, link):
    return await house.store.knocked(house.store.token(link.id))


async def save(house, link, due_at=LATER, *, visible=True):
    async with house.store() as work:
        saved = await work.save_link(link, expected_version=link.version, due_at=due_at, visible=visible)
        await work.commit()
    return saved


async def test_one_of_many_rivals_saves_a_link(house):
    order, link = await house.issued()
    stores = [house.store, house.replica(), house.store, house.replica()]

    async def settle(store, status):
        async with store() as work:
            changed = replace(link, status=status)
            saved = await work.save_link(changed, expected_version=1, due_at=None, visible=True)
            await asyncio.sleep(0.01)
            await work.commit()
        return saved

    statuses = [Status.OPEN, Status.REJECTED, Status.UNCERTAIN, Status.CANCELLED]
    saved = await asyncio.gather(*(settle(store, status) for store, status in zip(stores, statuses, strict=True)))

    [winner] = [status for status, won in zip(statuses, saved, strict=True) if won]
    async with house.store.read() as work:
        story = await work.story(order.id)
    assert (story.newest.status, story.newest.version) == (winner, 2)


async def test_no_update_is_lost_between_reading_and_writing(house):
    """Eight tasks on two replicas read, add one and write; whoever is too late reads again."""
    _, link = await house.issued()
    stores = [house.store, house.replica()]

    async def add_one(store):
        saved = False
        while not saved:
            async with store.read() as work:
                held = await work.link(link.id)
            more = replace(held, facts=replace(held.facts, captured=held.facts.captured + 1))
            async with store() as work:
                saved = await work.save_link(more, expected_version=held.version, due_at=None, visible=True)
                await work.commit()

    await asyncio.gather(*(add_one(stores[n % 2]) for n in range(8)))

    async with house.store.read() as work:
        assert (await work.link(link.id)).facts.captured == 8


async def test_no_update_is_lost_within_a_transaction_that_reads_first(house):
    """What a deferred BEGIN would lose on SQLite, or end with "database is locked"."""
    order, link = await house.issued()
    stores = [house.store, house.replica()]

    async def turn(store):
        async with store() as work:
            held = await work.link(link.id)
            saved = await work.save_link(held, expected_version=held.version, due_at=None, visible=True)
            await work.commit()
        return saved

    saved = await asyncio.gather(*(turn(stores[n % 2]) for n in range(12)))

    async with house.store.read() as work:
        story = await work.story(order.id)
    assert story.newest.version == 1 + sum(saved)


async def test_a_change_nobody_sees_raises_the_links_version_and_not_the_orders(house):
    """Its card is not drawn again, and what was read before it cannot be written over it."""
    order, link = await house.issued()
    async with house.store.read() as work:
        before = await work.story(order.id)
    await save(house, replace(link, facts=replace(link.facts, seen="x")), visible=False)

    async with house.store.read() as work:
        after = await work.story(order.id)
    assert (after.newest.version, after.version) == (before.newest.version + 1, before.version)
    assert after.newest.facts.seen == "x"
    assert not await save(house, replace(link, facts=replace(link.facts, seen="y")))


async def test_being_replaced_disturbs_a_look_under_way(house):
    """It read the link before; what it found must be judged again, as late."""
    _, link = await house.issued()
    async with house.store() as work:
        await work.mark_replaced(link.id)
        await work.commit()

    assert not await save(house, link)


async def test_due_links_come_longest_waiting_first_and_to_one_holder(house):
    links = [(await house.issued(due_at=NOW - timedelta(seconds=n)))[1] for n in range(9)]
    await house.issued(due_at=LATER)
    await house.issued(due_at=None)

    first = await claim(house, limit=4)
    rivals = await asyncio.gather(claim(house, limit=3), claim(house, house.replica(), limit=3))

    assert [link.id for link in links[:-5:-1]] == first
    assert sorted(link.id for link in links[:5]) == sorted(id_ for held in rivals for id_ in held)


async def test_a_lost_looker_loses_its_link_to_the_next(house):
    _, link = await house.issued(due_at=NOW)
    assert [link.id] == await claim(house)
    assert await claim(house) == []

    house.wait(31)

    assert [link.id] == await claim(house)


async def test_a_look_ends_the_lease_and_plans_the_next(house):
    _, link = await house.issued(due_at=NOW)
    await claim(house)
    await look(house, link)
    await save(house, link)

    assert await claim(house) == []
    assert [link.id] == await claim(house, now=LATER)


@pytest.mark.parametrize("ended_by", ["save", "invisible save", "postpone"])
@pytest.mark.parametrize("planned", [LATER, None])
async def test_a_hint_during_a_look_keeps_the_link_due(house, ended_by, planned):
    """The clock stands still: the hint comes at the very moment of the look."""
    _, link = await house.issued(due_at=NOW)
    await claim(house)
    await look(house, link)
    await hint(house, link)
    if ended_by == "postpone":
        async with house.store() as work:
            await work.postpone(link.id, planned)
            await work.commit()
    else:
        await save(house, link, planned, visible=ended_by == "save")

    assert [link.id] == await claim(house)


async def test_a_link_is_settled_without_being_read_only_where_nothing_asks_for_a_look(house):
    """What came after the claim may be the payment of somebody whose link is about to be called expired."""
    _, link = await house.issued(due_at=NOW)

    async def settled():
        async with house.store() as work:
            found = await work.look_unhinted(link.id, LATER)
            await work.commit()
        return found

    assert await settled()
    assert await looked_at(house, link) == LATER
    await hint(house, link)
    assert not await settled()
    assert (await knocked(house, link)).hinted


@pytest.mark.parametrize("ended_by", ["a save", "another holder"])
@pytest.mark.parametrize("how", ["leave", "put_off"])
async def test_a_look_that_lost_its_link_does_not_put_it_off(house, ended_by, how):
    """Somebody looked meanwhile, and planned the next look from what is true now."""
    _, link = await house.issued(due_at=NOW)
    [lost] = await house.store.claim_due_links(NOW, house.machine, LEASE, 10)
    if ended_by == "a save":
        await save(house, link, NOW + timedelta(minutes=1))
    else:
        house.wait(31)
        await claim(house)

    async with house.store() as work:
        await getattr(work, how)({Claimed(id=link.id, fence=lost.fence): LATER})
        await work.commit()

    house.wait(31)
    assert [link.id] == await claim(house, now=NOW + timedelta(minutes=1))


@pytest.mark.parametrize("how", ["leave", "put_off"])
async def test_a_look_that_holds_its_link_puts_it_off(house, how):
    _, link = await house.issued(due_at=NOW)
    [held] = await house.store.claim_due_links(NOW, house.machine, LEASE, 10)

    async with house.store() as work:
        await getattr(work, how)({Claimed(id=link.id, fence=held.fence): LATER})
        await work.commit()

    assert await claim(house) == []
    assert [link.id] == await claim(house, now=LATER)


async def test_a_hint_before_the_look_is_answered_by_it(house):
    """The clock stands still: the link must not be due for ever."""
    _, link = await house.issued(due_at=None)
    await hint(house, link)
    await hint(house, link)
    assert [link.id] == await claim(house)
    await look(house, link)
    await save(house, link)

    assert await claim(house) == []


async def test_a_look_that_never_ended_is_made_again(house):
    """A click on Refresh looked without a claim, and the process died."""
    _, link = await house.issued(due_at=LATER)
    await hint(house, link)
    await look(house, link)

    assert [link.id] == await claim(house)


async def test_a_hint_may_ask_for_a_moment_later(house):
    """Repeated callbacks share a read: the one after it waits for a second, and not longer."""
    _, link = await house.issued(due_at=NOW)
    soon = NOW + timedelta(seconds=1)
    await claim(house)
    await look(house, link)
    await hint(house, link, at=soon)
    await save(house, link)

    assert await claim(house) == []
    assert [link.id] == await claim(house, now=soon)


async def test_a_hint_never_delays_a_look(house):
    _, link = await house.issued(due_at=NOW)
    await hint(house, link, at=LATER)

    assert [link.id] == await claim(house)


async def test_a_hint_may_name_the_session(house):
    _, link = await house.issued()
    await hint(house, link, session_hint="S1")
    await hint(house, link)
    await look(house, link, at=LATER)

    async with house.store.read() as work:
        assert await work.session_hint(link.id) == "S1"
        assert await work.asked_up_to(link.id) is None
        assert await work.session_hint("none") is None
        assert await work.asked_up_to("none") is None


async def test_a_knock_finds_what_is_known_of_its_link_and_none_of_a_strangers(house):
    _, link = await house.issued(session_id="S1")
    untouched = Knocked(
        id=link.id, account_id=ACCOUNT, prompted_at=None, due_at=None, hinted=False, session_hint=None, session_id="S1"
    )
    assert await knocked(house, link) == untouched

    await look(house, link)
    await house.store.prompt(link.id, LATER, session_hint="S2")

    hinted = Knocked(
        id=link.id, account_id=ACCOUNT, prompted_at=LATER, due_at=LATER, hinted=True, session_hint="S2", session_id="S1"
    )
    assert await knocked(house, link) == hinted
    assert await house.store.knocked_session("S1") == hinted
    assert await house.store.knocked_session("S2") is None


async def test_a_hint_by_itself_is_kept_at_once_and_leaves_nothing_open(house):
    """It is one statement without a transaction around it; the next one on its connection has its own again."""
    _, link = await house.issued()
    await house.store.prompt(link.id, NOW)
    assert await claim(house, store=house.replica()) == [link.id]

    async with house.store() as work:
        await work.set_looked(link.id, LATER)  # and not committed
    assert await knocked(house, link) == Knocked(
        id=link.id, account_id=ACCOUNT, prompted_at=NOW, due_at=NOW, hinted=True, session_hint=None
    )


async def test_a_look_alone_asks_no_question(house):
    """A look that fails must not use up the moment at which a question becomes askable."""
    _, link = await house.issued()
    async with house.store() as work:
        await work.set_asked(link.id, NOW)
        await work.commit()
    await look(house, link, at=LATER)

    async with house.store.read() as work:
        assert await work.asked_up_to(link.id) == NOW
    assert await looked_at(house, link) == LATER


async def test_a_due_link_says_whether_somebody_asked(house):
    _, scheduled = await house.issued(due_at=NOW)
    _, hinted = await house.issued(due_at=NOW)
    _, looked = await house.issued(due_at=NOW)
    await hint(house, hinted)
    await hint(house, looked)
    await look(house, looked)

    due = await house.store.claim_due_links(NOW, house.machine, LEASE, 10)

    assert {each.link.id: each.hinted for each in due} == {scheduled.id: False, hinted.id: True, looked.id: False}


async def test_a_link_is_found_by_its_token_and_no_token_is_stored(house):
    _, link = await house.issued()
    token = house.store.token(link.id)

    async with house.store.read() as work:
        assert await work.link_by_token(token) == link
        assert await work.link_by_token(token[:-1]) is None
    assert (await house.store.knocked(token)).id == link.id
    assert await house.store.knocked(token[:-1]) is None
    [(stored,)] = await house.query("SELECT token_hash FROM link")
    assert token not in stored
    assert len(token) >= 160 / 6


async def test_ours_are_found_among_strangers(house, statements):
    _, link = await house.issued(session_id="S1")
    statements.clear()
    async with house.store.read() as work:
        assert await work.links_by_session(["S0", "S1", "S2"]) == {"S1": link}
        assert await work.links_by_reference(ACCOUNT, ["x", link.reference]) == {link.reference: link}
        assert await work.links_by_session([]) == {}

    assert len([one for one in statements if "FROM link" in one]) == 2


async def test_two_links_cannot_have_one_reference(house):
    order, link = await house.issued()
    async with house.store() as work:
        with pytest.raises(IntegrityError):
            await work.add_link(house.link(order, 2, reference=link.reference), due_at=None)


async def test_rivals_that_touch_an_order_in_opposite_ways_both_end(house):
    """On PostgreSQL each would hold the row that the other wants."""
    _, link = await house.issued()
    operation = await house.wants(link)
    stores = [house.store, house.replica()]

    async def end(store, n):
        async with store() as work:
            if n:
                await work.move_operation(operation, from_=[operation.state])
                await asyncio.sleep(0.05)
            await work.save_link(link, expected_version=1, due_at=None, visible=False)
            await asyncio.sleep(0.05)
            await work.move_operation(operation, from_=[operation.state])
            await work.commit()

    both = asyncio.gather(end(stores[0], 0), end(stores[1], 1), return_exceptions=True)  # neither is left on its way
    assert await asyncio.wait_for(both, 5) == [None, None]
