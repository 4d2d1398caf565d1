"""SIGTERM: no new work, what runs is finished or left, what is held and not sent is given back, within ten seconds."""

import asyncio
import contextlib
import signal
import sqlite3

import pytest

from sandbox.dintero.faults import Fault
from sandbox.slack.faults import Fault as SlackFault
from tests.process import opened_world, until

LONG = 60
"""Seconds that Dintero would take: whoever waited for it would not have stopped."""


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        yield made


async def reserved(world):
    """A reserved payment of 249,50 kr; returns Kari and its channel."""
    kari = world.slack.person("kari")
    sales = world.slack.add_channel("sales", members=[kari], bot=True)
    await world.slack.command(kari, sales, "/paylink", "249,50 91234567 Tow bar #4711 7d")
    await until(lambda: world.slack.modals(kari))
    await world.slack.submit(kari, world.slack.modals(kari)[-1])
    await until(lambda: any("Ready to share" in card.read() for card in sales.messages))
    world.dintero.pay(world.dintero.session_by_reference("4711")["id"])
    await world.dintero.deliver_due()
    await until(lambda: any("Capture" in card.buttons for card in sales.messages))
    return kari, sales


def kept(world, query):
    with contextlib.closing(sqlite3.connect(world.database)) as file:
        return file.execute(query).fetchall()


async def stopped(process):
    process.send_signal(signal.SIGTERM)
    told, _ = await asyncio.wait_for(process.communicate(), 30)
    return told.decode()


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

        told = await stopped(process)

    [(state, leased)] = kept(world, "SELECT state, lease_until IS NOT NULL FROM operation WHERE kind = 'capture'")
    assert (state, leased) == ("sending", 1), told[-2000:]
    assert process.returncode == 0


async def test_what_was_claimed_and_not_sent_is_given_back_and_done_by_the_next(world):
    async with world.serving() as process:
        kari, sales = await reserved(world)
        world.dintero.faults.add("transaction", Fault.delay(LONG), times=5)
        await captures(world, kari, sales)
        await until(lambda: kept(world, "SELECT 1 FROM operation WHERE kind = 'capture' AND lease_until IS NOT NULL"))

        told = await stopped(process)

    operation = "SELECT state, lease_until FROM operation WHERE kind = 'capture'"
    assert kept(world, operation) == [("wanted", None)], told[-2000:]
    assert kept(world, "SELECT count(*) FROM link WHERE lease_until IS NOT NULL") == [(0,)]
    assert kept(world, "SELECT count(*) FROM orders WHERE tell_lease IS NOT NULL") == [(0,)]
    assert kept(world, "SELECT count(*) FROM task WHERE lease_until IS NOT NULL") == [(0,)]
    assert asked(world, "capture") == []

    world.dintero.faults.queue.clear()
    async with world.serving():
        await until(lambda: any("Paid" in card.read() for card in sales.messages))
    assert len(asked(world, "capture")) == 1


async def test_a_link_that_is_being_read_and_a_card_that_is_being_drawn_are_given_back(world):
    async with world.serving() as process:
        _, sales = await reserved(world)
        payment = world.dintero.session_by_reference("4711")["transaction_id"]
        world.slack.faults.add("chat.update", SlackFault.delay(LONG))
        world.dintero.backoffice_capture(payment)
        await world.dintero.deliver_due()
        await until(lambda: kept(world, "SELECT 1 FROM orders WHERE tell_lease IS NOT NULL"))
        world.dintero.faults.add("transaction", Fault.delay(LONG), times=5)
        world.dintero.backoffice_refund(payment, 5000)
        await world.dintero.deliver_due()
        await until(lambda: kept(world, "SELECT 1 FROM link WHERE lease_until IS NOT NULL"))

        told = await stopped(process)

    assert kept(world, "SELECT count(*) FROM link WHERE lease_until IS NOT NULL") == [(0,)], told[-2000:]
    assert kept(world, "SELECT count(*) FROM orders WHERE tell_lease IS NOT NULL") == [(0,)]
    world.dintero.faults.queue.clear()
    async with world.serving():
        await until(lambda: any("Partly refunded" in card.read() for card in sales.messages))
