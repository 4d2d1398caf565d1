"""SIGTERM: what runs is finished, or left as a crash leaves it, and nobody waits for Dintero."""

import contextlib
import sqlite3

import pytest

from sandbox.dintero.faults import Fault
from tests.process import opened_world, until

LONG = 60
"""Seconds that Dintero would take: whoever waited for it would not have stopped."""


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        yield made


async def reserved(world):
    """A reserved payment of it; returns Kari and its channel."""
    kari, sales = await world.issued()
    await world.pays("4711")
    await until(lambda: any("Capture" in card.buttons for card in sales.messages))
    return kari, sales


def kept(world, query):
    with contextlib.closing(sqlite3.connect(world.database)) as file:
        return file.execute(query).fetchall()


async def captures(world, kari, sales):
    """Press Capture until it is kept: on a busy computer Slack's answer about who somebody is may come too late."""
    for _ in range(10):
        await world.slack.click(kari, sales.messages[-1], "Capture")
        if kept(world, "SELECT 1 FROM operation WHERE kind = 'capture'"):
            return
    raise AssertionError(world.slack.complaints)


def asked(world, kind):
    return [one for one in world.dintero.log if one.kind == kind]


async def test_a_write_that_dintero_does_not_answer_is_left_as_a_crash_leaves_it(world):
    """It may be done: it stays *sending*, so that its lease makes it unknown and it is only read."""
    async with world.serving() as process:
        kari, sales = await reserved(world)
        world.dintero.faults.add("capture", Fault.delay(LONG, after=True))
        await captures(world, kari, sales)
        await until(lambda: asked(world, "capture"))

        code, told = await process.stopped()

    [(state, leased)] = kept(world, "SELECT state, lease_until IS NOT NULL FROM operation WHERE kind = 'capture'")
    assert (state, leased) == ("sending", 1), told[-2000:]
    assert code == 0


async def test_a_link_that_was_only_being_read_is_given_back_and_stays_due(world):
    """Another process need not wait for the lease's end: nothing can have been done by a read."""
    async with world.serving() as process:
        await world.issued()
        looks = len(asked(world, "session"))
        world.dintero.faults.add("session", Fault.delay(LONG), times=2)
        world.dintero.pay(world.dintero.session_by_reference("4711")["id"])
        await world.dintero.deliver_due()
        await until(lambda: len(asked(world, "session")) > looks)
        [(leased,)] = kept(world, "SELECT lease_until IS NOT NULL FROM link")

        code, told = await process.stopped()

    [(left, due)] = kept(world, "SELECT lease_until, due_at <= datetime('now', '+1 minute') FROM link")
    assert (leased, left, due) == (1, None, 1), told[-2000:]
    assert code == 0
