"""Transactions on the two databases: who waits for whom."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from bot.domain.links import Status
from bot.domain.operations import State
from storage.engine import RELAXED
from tests.elsewhere import elsewhere
from tests.kept import SHOW_OUT, outside
from tests.storage.conftest import LEASE, NOW

on_sqlite = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("house", ["postgresql"], indirect=True)


async def test_a_look_does_not_wait_for_a_writer(house):
    _, link = await house.issued()
    async with house.store() as writer:
        await writer.save_link(replace(link, status=Status.OPEN), expected_version=1, due_at=None, visible=True)
        async with house.store.read() as reader:
            assert (await reader.link(link.id)).status is Status.REQUESTED


async def test_a_look_sees_one_moment(house):
    _, link = await house.issued()
    async with house.store.read() as reader:
        await reader.link(link.id)
        async with house.replica()() as writer:
            await writer.save_link(replace(link, status=Status.OPEN), expected_version=1, due_at=None, visible=True)
            await writer.commit()
        assert (await reader.link(link.id)).status is Status.REQUESTED


async def test_a_look_cannot_write(house):
    _, link = await house.issued()
    async with house.store.read() as reader:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await reader.mark_replaced(link.id)

    async with house.store() as writer:
        await writer.mark_replaced(link.id)


@on_sqlite
async def test_a_task_cannot_wait_for_itself(house):
    async with house.store():
        with pytest.raises(RuntimeError, match="open already"):
            await house.store.block_lane("post:C1", house.machine)


@on_sqlite
async def test_writers_of_one_process_go_in_turn(house):
    """Left to SQLite's own waiting, the unlucky one waits for all the others and longer."""
    _, link = await house.issued()
    done: list[int] = []

    async def write(n):
        async with house.store() as work:
            await work.postpone(link.id, None)
            await work.commit()
            done.append(n)

    await asyncio.gather(*(write(n) for n in range(30)))

    assert done == list(range(30))


async def test_whoever_holds_a_story_is_not_overtaken(house):
    """Two clicks at once: the second sees what the first has made of the link, and does not decide by what it was."""
    _, link = await house.issued()
    other = house.replica()
    async with other.read() as work:  # it is connected, and would be quick
        assert await work.link(link.id)

    async def overtakes():
        async with other() as work:
            await work.mark_replaced(link.id)
            await work.commit()

    async with house.store() as work:
        assert not (await work.held_story(link.id)).newest.replaced
        rival = asyncio.create_task(overtakes())
        await asyncio.sleep(0.1)
        assert not (await work.story_of_link(link.id)).newest.replaced
        assert not rival.done()

    await rival
    async with house.store() as work:
        assert (await work.held_story(link.id)).newest.replaced


@on_postgresql
async def test_a_transaction_that_goes_on_for_ever_lets_go_of_its_rows(house, monkeypatch):
    """However its holder stands still: the others must not wait for it."""
    monkeypatch.setattr("storage.engine._TRANSACTION", "500ms")
    _, link = await house.issued()
    replica = house.replica()

    async def never_ends():
        async with replica() as work:
            for _ in range(200):
                await work.held_story(link.id)
                await asyncio.sleep(0.05)

    with pytest.raises(DBAPIError) as ended:  # worded by what the connection was doing when the server ended it
        await never_ends()

    assert ended.value.connection_invalidated
    for store in (house.store, replica):
        async with store() as work:
            assert (await work.held_story(link.id)).newest.id == link.id


@on_postgresql
async def test_a_server_that_was_restarted_is_spoken_to_again(house):
    """Nobody's work fails for a connection that had stood in the pool."""
    _, link = await house.issued()

    async def restarts():
        await (await outside(house.url)).execute(SHOW_OUT)

    elsewhere(restarts())
    await asyncio.sleep(0.2)

    async with house.store.read() as work:
        assert (await work.link(link.id)).id == link.id


@on_sqlite
async def test_what_is_kept_waits_for_the_disk_and_what_is_only_held_does_not(house):
    """A power cut may free what somebody held. It may not take back that a capture was being sent, nor a callback."""
    _, link = await house.issued(due_at=NOW)
    operation = await house.wants(link)
    relaxed = []

    def note(connection, _cursor, statement, *_):
        if not statement.startswith("SELECT"):
            relaxed.append(connection.get_execution_options().get(RELAXED, False))

    async def sends():
        async with house.store() as work:
            await work.move_operation(replace(operation, state=State.SENDING), from_=[operation.state])
            await work.commit()

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await house.store.claim_due_links(NOW, house.machine, LEASE, 1)
        await house.store.begin_look(link.id, NOW)
        await house.store.take_turn("post:C1", house.machine, per_minute=1)
        held = set(relaxed)
        relaxed.clear()
        await sends()
        await house.store.prompt(link.id, NOW)
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert (held, set(relaxed)) == ({True}, {False})
