"""Processes die between any two steps, and two may run side by side: what was due or untold is picked up, once."""

import asyncio
import contextlib

import pytest

from bot.app import assembled
from bot.domain.stories import CardState
from bot.settings import Settings
from sandbox.dintero.faults import Fault
from sandbox.slack.faults import Fault as SlackFault
from tests.stories.counting import asked, calls, counted, ready_counts
from tests.stories.knocking import knock, paid_in_silence
from tests.stories.shop import ACCOUNT


async def restarting(shop, rounds=8):
    """Do one kind of work at a time, and die after each."""
    for _ in range(rounds):
        for part in ("running.run_once", "sweeping.look_at_due", "telling.tell_once"):
            service, method = part.split(".")
            await getattr(getattr(shop.bot, service), method)()
            await shop.restart()
            shop.clock.pass_(seconds=1)


async def killed(task):
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def gone(*_):
    """Whoever was killed gives nothing back."""


async def test_the_whole_path_with_a_restart_between_each_pair_of_steps(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.submit(shop.kari, form)
    await shop.bot.owned.settled()
    await restarting(shop)
    assert "Ready to share" in shop.card.read()

    shop.dintero.open(shop.session()["id"])
    await restarting(shop)
    assert "Opened" in shop.card.read()

    shop.dintero.pay(shop.session()["id"])
    await shop.dintero.deliver_due()
    await restarting(shop)
    assert "Reserved" in shop.card.read()

    await shop.presses_only("Capture")
    await restarting(shop)
    assert "Paid" in shop.card.read()

    assert len(shop.cards) == 1
    assert len(shop.lines) == 3
    assert len(shop.writes("create")) == len(shop.writes("capture")) == 1


async def test_a_callback_that_was_answered_survives(shop):
    """Dintero will not repeat it."""
    await paid_in_silence(shop)
    await knock(shop)

    await shop.restart()
    await shop.bot.work()
    await shop.work()

    assert "Reserved" in shop.card.read()


async def a_look_under_way(shop):
    await paid_in_silence(shop)
    await knock(shop)
    shop.dintero.faults.add("session", Fault.delay(3))
    looking = asyncio.create_task(shop.bot.sweeping.look_at_due())
    await asked(shop, "session")
    return looking


async def test_a_look_that_was_cut_off_is_taken_up_by_another(shop, monkeypatch):
    looking = await a_look_under_way(shop)
    monkeypatch.setattr(type(shop.bot.store), "release_links", gone)
    await killed(looking)
    monkeypatch.undo()
    await shop.restart()
    with counted(shop) as spent:
        await shop.bot.sweeping.look_at_due()
        assert spent() == 0  # for all anybody knows the other one is still at it

    await shop.later(seconds=61)

    assert "Reserved" in shop.card.read()


async def test_a_look_that_a_stop_broke_off_is_given_back_at_once(shop):
    looking = await a_look_under_way(shop)
    await killed(looking)
    await shop.restart()

    await shop.work()

    assert "Reserved" in shop.card.read()


async def test_a_sweep_that_was_cut_off_begins_again(shop):
    await paid_in_silence(shop)
    shop.dintero.faults.add("list", Fault.delay(3))
    sweeping = asyncio.create_task(shop.bot.sweeping.find_paid())
    await asked(shop, "list")
    await killed(sweeping)
    await shop.restart()

    await shop.sweep()
    shop.clock.pass_(seconds=1)
    await shop.sweep()

    assert "Reserved" in shop.card.read()


async def test_a_card_that_was_being_posted_is_posted_once_more(shop):
    """Whether Slack had taken it nobody knows."""
    shop.slack.faults.add("chat.postMessage", SlackFault.delay(0.3))
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.submit(shop.kari, form)
    await shop.bot.owned.settled()
    await shop.bot.running.run_once()
    telling = asyncio.create_task(shop.bot.telling.tell_once())
    for _ in range(100):
        if (await _story(shop)).card.state is CardState.POSTING:
            break
    await killed(telling)
    await asyncio.sleep(0.4)
    await shop.restart()

    await shop.later(seconds=61)

    assert ready_counts(shop)["cards_posted_twice"] == 1
    assert 1 <= len(shop.cards) <= 2
    assert "Ready to share" in shop.cards[-1].read()
    posted = len(calls(shop, "chat.postMessage"))
    await shop.later(minutes=10)
    assert len(calls(shop, "chat.postMessage")) == posted


async def test_lines_that_were_untold_are_told_after_the_restart(shop):
    await shop.issues()
    shop.slack.faults.add("chat.postMessage", SlackFault.ratelimited(5))
    shop.dintero.pay(shop.session()["id"])
    shop.clock.pass_(seconds=6)
    await shop.dintero.deliver_due()
    while await shop.bot.work():
        assert shop.lines == []
    assert "Reserved" in shop.card.read()

    await shop.restart()
    shop.clock.pass_(seconds=6)
    await shop.work()

    assert len(shop.lines) == 1


async def test_slacks_limits_survive_a_restart(shop):
    """They are Slack's, not the process's: a fresh one must not begin with a full minute."""
    await shop.issues()
    shop.slack.faults.add("chat.postMessage", SlackFault.ratelimited(60))
    await shop.customer_pays()
    tried = len([call for call in shop.slack.log if call.method == "chat.postMessage"])

    await shop.restart()
    shop.clock.pass_(seconds=30)
    await shop.bot.work()

    assert len([call for call in shop.slack.log if call.method == "chat.postMessage"]) == tried


@pytest.fixture
async def two(shop):
    """Two processes on one database."""
    async with assembled(Settings(**shop.settings), shop.clock) as other:
        yield shop.bot, other


async def test_two_processes_do_not_both_tell(shop, two):
    for reference in ("1", "2", "3"):
        form = await shop.opens_form(f"249,50 91234567 Tow bar #{reference} 7d")
        await shop.slack.submit(shop.kari, form)
        await shop.bot.owned.settled()

    for _ in range(20):
        await asyncio.gather(*(bot.running.run_once() for bot in two))
        await asyncio.gather(*(bot.telling.tell_once() for bot in two))
        shop.clock.pass_(seconds=0.6)

    assert len(shop.cards) == 3
    assert len(shop.writes("create")) == 3


async def test_two_processes_share_one_minute_of_updates(shop, two):
    await shop.issues()
    lane = f"update:{(await _story(shop)).order.workspace_id}"
    now = shop.clock.machine_now()

    turns = [await bot.store.take_turn(lane, now, per_minute=45) for bot in two for _ in range(30)]

    assert sum(wait == 0 for wait in turns) == 45


async def _story(shop):
    async with shop.bot.store.read() as work:
        link = (await work.links_by_reference(ACCOUNT, ["4711"]))["4711"]
        return await work.story_of_link(link.id)


async def test_the_other_process_goes_on_when_one_dies(shop, two):
    _, other = two
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])
    shop.clock.pass_(seconds=6)
    await shop.dintero.deliver_due()
    await shop.stop()

    for _ in range(5):
        await other.work()
        shop.clock.pass_(seconds=1)

    assert "Reserved" in shop.card.read()
    await shop.start()
