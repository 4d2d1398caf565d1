"""The sandbox's time jumps, and the bot, another process, follows it: what came due is done within seconds."""

import asyncio
from datetime import datetime, timedelta

import httpx
import pytest

from bot.jobs import catching_up, scheduler, table
from bot.loops import Bells
from tests.process import opened_world, until

AT_ONCE = 10
"""Seconds on a busy computer; without a jump the sweep for payments takes up to sixty."""


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        made.settings["PAYLINK_CLOCK_URL"] = made.clock_url
        yield made


def shows(channel, words):
    return any(words in card.read() for card in channel.messages)


async def ready(world):
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(f"{world.bot_url}/health/ready")).json()


async def test_a_link_whose_deadline_the_sandbox_skips_is_expired_at_once_and_the_bot_stays_well(world):
    async with world.serving():
        _, sales = await world.issued()

        world.clock.jump(timedelta(days=7, minutes=31))

        await until(lambda: shows(sales, "Expired"), AT_ONCE)

        async def well():
            return (await ready(world))["problems"] == []

        await until(well, AT_ONCE)


async def test_a_payment_that_nobody_told_of_is_found_as_soon_as_the_sandbox_skips_two_minutes(world):
    """The link is a day old and was never opened, so that no look but the sweep's would find it."""
    async with world.serving():
        _, sales = await world.issued()
        looks = len(reads(world))
        world.clock.jump(timedelta(days=2))
        await until(lambda: len(reads(world)) > looks, AT_ONCE)
        await until(lambda: swept(world), AT_ONCE)
        world.dintero.faults.callbacks.off = True
        world.dintero.pay(world.dintero.session_by_reference("4711")["id"])

        world.clock.jump(timedelta(minutes=2))

        await until(lambda: any("Capture" in card.buttons for card in sales.messages), AT_ONCE)


def reads(world):
    return [one for one in world.dintero.log if one.method == "GET" and "/sessions/" in one.path]


async def swept(world):
    seconds = (await ready(world))["seconds"]["since_paid_sweep"]
    return seconds is not None and seconds < 60


async def test_a_bot_that_starts_after_a_jump_has_the_sandboxs_time_from_the_first_moment(world):
    world.clock.jump(timedelta(days=30))
    async with world.serving():
        await world.issued()

    session = world.dintero.session_by_reference("4711")
    lives = datetime.fromisoformat(session["expires_at"]) - world.clock.now()
    assert timedelta(days=7) - lives < timedelta(minutes=1)


class Sweeps:
    """Counts them; each lasts until the gate is open."""

    def __init__(self):
        self.begun, self.gate = 0, asyncio.Event()

    async def find_paid(self):
        self.begun += 1
        await self.gate.wait()

    async def find_orphans(self):
        return None

    async def purge_drafts(self):
        return 0

    async def save(self):
        return None

    async def remind_due(self):
        return 0


async def test_a_sweep_that_runs_while_the_time_jumps_is_made_again_when_it_has_ended():
    """It asked for what was there in the old time, and the next one would be a minute away."""
    sweeps = Sweeps()
    ticking = scheduler(table(Bells(), *[sweeps] * 5))
    ticking.start()
    try:
        await until(lambda: sweeps.begun == 1)

        catching_up(ticking)()
        await asyncio.sleep(0.1)
        sweeps.gate.set()

        await until(lambda: sweeps.begun == 2, AT_ONCE)
    finally:
        ticking.shutdown(wait=False)
