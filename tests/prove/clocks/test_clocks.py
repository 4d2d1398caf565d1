"""The clock of the computer that `paylink serve` runs on is set forward and back while people sell and pay.

Slack and Dintero have the true time. The process is the product's own, and sees its wall clock through libfaketime;
elapsed time goes on as it is, as on any computer whose clock is set. On PostgreSQL the database has the true time.
"""

import contextlib
from datetime import timedelta

import pytest

from tests.databases import KINDS, ready_database
from tests.process import opened_world, until
from tests.prove.clocks.faketime import MEND, Machine, find

PATIENCE = 45
"""Seconds on a busy computer for what a jump makes due at once; the clocks here are off by at least four minutes."""
REFUSED = timedelta(minutes=5)
"""How far off the clock may be before every request of Slack's looks too old or too new (Slack reference §3)."""
STEPS = {
    "4 minutes ahead, then right": (timedelta(minutes=4), timedelta()),
    "20 minutes ahead, then right": (timedelta(minutes=20), timedelta()),
    "6 hours ahead, then right": (timedelta(hours=6), timedelta()),
    "a day ahead, then 20 minutes behind": (timedelta(days=1), timedelta(minutes=-20)),
    "20 minutes behind, then right": (timedelta(minutes=-20), timedelta()),
}
VARIED = "the clock of a running bot is set: {} ({})"


@pytest.fixture
def machine(tmp_path):
    library = find()
    if library is None:
        pytest.skip(f"libfaketime is not there: {MEND}")
    made = Machine(library, tmp_path / "clock")
    made.set_clock(timedelta())
    return made


@contextlib.asynccontextmanager
async def shop(tmp_path, kind, machine):
    async with ready_database(kind, tmp_path) as url, opened_world(tmp_path, url) as world:
        world.start = machine.start
        world.settings["PAYLINK_DUPLICATE_HOURS"] = "0"
        world.kari = world.slack.person("kari")
        world.sales = world.slack.add_channel("sales", members=[world.kari], bot=True)
        yield world


def pytest_generate_tests(metafunc):
    """Each pair of steps on each database; in `make test` one of them, on SQLite."""
    if "steps" in metafunc.fixturenames:
        every = [(name, kind) for name in STEPS for kind in KINDS]
        chosen = every if metafunc.config.getoption("--whole") else every[:1]
        metafunc.parametrize(("steps", "kind"), chosen, ids=[f"{name}-{kind}" for name, kind in chosen])


def card(channel, reference):
    return next((message for message in channel.messages if reference in message.read()), None)


async def shows(channel, reference, button):
    await until(lambda: button in (found.buttons if (found := card(channel, reference)) else ()), PATIENCE)


def form(world, reference):
    return next((view for view in world.slack.modals(world.kari) if reference in str(view.values)), None)


async def issued(world, reference):
    """Kari issues a link; returns her and her channel."""
    kari, channel = world.kari, world.sales
    await world.slack.command(kari, channel, "/paylink", f"249,50 91234567 Tow bar #{reference} 30d")
    await until(lambda: form(world, reference), PATIENCE)
    await world.slack.submit(kari, form(world, reference))
    await shows(channel, reference, "Show link")
    return kari, channel


async def captured(world, seller, channel, reference):
    await shows(channel, reference, "Capture")
    await world.slack.click(seller, card(channel, reference), "Capture")
    await shows(channel, reference, "Refund…")


async def paid_in_silence(world, reference):
    """Dintero's callbacks are lost; only the sweep finds it, which a jump makes due."""
    world.dintero.faults.callbacks.off = True
    world.dintero.pay(world.dintero.session_by_reference(reference)["id"])
    world.dintero.faults.callbacks.off = False


async def test_payments_are_followed_through_every_jump_and_clicks_where_slack_may(
    tmp_path, machine, proof, steps, kind
):
    wrong, right = STEPS[steps]
    with proof(promise=2, varied=VARIED.format(steps, kind)) as tally:
        async with shop(tmp_path, kind, machine) as world, world.serving() as process:
            for reference in ("heard", "silent"):
                seller, channel = await issued(world, reference)
            machine.set_clock(wrong)
            await until(lambda: jumps(process) == 1, PATIENCE)
            await world.pays("heard")
            await shows(channel, "heard", "Capture")
            if abs(wrong) < REFUSED:
                await captured(world, seller, channel, "heard")
                await issued(world, "meanwhile")
            tally.tried += 1

            await paid_in_silence(world, "silent")
            machine.set_clock(right)
            await until(lambda: jumps(process) == 2, PATIENCE)
            await shows(channel, "silent", "Capture")
            if abs(right) < REFUSED:
                await captured(world, seller, channel, "silent")
                await issued(world, "after")
            for reference in ("meanwhile", "after"):
                if card(channel, reference):
                    await world.pays(reference)
                    await captured(world, seller, channel, reference)
            tally.tried += 1
            tally.lost += await never_told(world)
            assert "Traceback" not in process.log.read_text()


def jumps(process):
    return process.log.read_text().count("clock_jumped")


async def never_told(world):
    async def told():
        return not await world.rows("SELECT id FROM orders WHERE untold_since IS NOT NULL")

    try:
        await until(told, PATIENCE)
    except AssertionError:
        return ["something was never told in Slack"]
    return []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_bot_that_is_started_again_believes_nothing_of_the_wrong_clock(tmp_path, machine, proof, kind, whole):
    """It was four minutes ahead and is stopped; the clock is put right before the next one starts."""
    if not whole and kind != KINDS[0]:
        pytest.skip("make prove tries it on both databases")
    with proof(promise=2, varied=VARIED.format("4 minutes ahead, right before the next start", kind)) as tally:
        async with shop(tmp_path, kind, machine) as world:
            machine.set_clock(timedelta(minutes=4))
            async with world.serving() as process:
                seller, channel = await issued(world, "heard")
                await issued(world, "silent")
                await process.stopped()
            await paid_in_silence(world, "silent")
            machine.set_clock(timedelta())
            async with world.serving():
                await captured(world, seller, channel, "silent")
                await world.pays("heard")
                await captured(world, seller, channel, "heard")
                tally.tried += 2
                tally.lost += await never_told(world)
