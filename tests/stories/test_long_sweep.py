"""A sweep with more behind it than one list holds: after a night away, or beside a busy web shop."""

import asyncio
from datetime import timedelta

import pytest

from bot.dintero import client
from bot.domain.errors import TooMany
from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from tests.stories import database
from tests.stories.shop import START, opened_shop
from tests.stories.test_sweep import another_replica


@pytest.fixture(params=["newest", "oldest", "shuffled"])
async def busy(request, database, monkeypatch):
    """A day with more payments than one list holds, of which ours came last and was not announced."""
    monkeypatch.setattr(client, "MAX_PAGES", 2)
    async with opened_shop(database, switches=Switches(list_order=request.param)) as shop:
        await shop.issues()
        shop.dintero.faults.callbacks.off = True
        await shop.sweep()
        for hour in range(4):
            for n in range(90):
                shop.dintero.stranger_pays(reference=f"W{hour}-{n}")
            shop.clock.pass_(hours=6)
        shop.dintero.pay(shop.session()["id"])
        yield shop


def cursor(shop):
    [[cursor]] = database.rows(shop, "SELECT cursor FROM task WHERE name = 'paid'")
    return cursor


async def test_what_is_too_much_at_once_is_asked_for_by_halves(busy):
    shop = busy

    await shop.sweep()

    assert "Reserved" in shop.card.read()
    assert cursor(shop) == shop.clock.now().isoformat()


async def test_a_slice_that_was_read_is_not_read_again(busy):
    """The next slice fails, and the process dies: the first one is behind us all the same."""
    shop = busy
    # A day and its half are two pages too many each; the quarter is read.
    shop.dintero.faults.queue += [("list", Fault())] * 6 + [("list", Fault.status(400))] * 20
    with pytest.raises(Exception, match="400"):
        await shop.sweep()
    reached = cursor(shop)
    an_hour = timedelta(hours=1)
    assert (START + an_hour).isoformat() < reached < (shop.clock.now() - an_hour).isoformat()
    shop.dintero.faults.queue.clear()
    await shop.restart()
    shop.dintero.log.clear()

    await shop.sweep()

    assert "Reserved" in shop.card.read()
    first = next(exchange.target for exchange in shop.dintero.log if exchange.kind == "list")
    assert f"{START:%Y-%m-%d}T12" not in first


async def test_a_second_that_holds_too_much_is_given_up_and_counted(shop, monkeypatch):
    """Nothing narrower can be asked for."""
    monkeypatch.setattr(client, "MAX_PAGES", 1)
    for n in range(120):
        shop.dintero.stranger_pays(reference=f"W{n}")

    with pytest.raises(TooMany):
        await shop.sweep()

    assert shop.bot.counters.shown()["failed_sweeps"] == 1


async def test_a_slice_that_takes_too_long_is_asked_for_by_halves(busy, monkeypatch):
    shop = busy
    monkeypatch.setattr(client, "MAX_PAGES", 50)
    monkeypatch.setattr("bot.services.sweeping._SLICE_SECONDS", 0.4)
    shop.dintero.faults.queue += [("list", Fault.delay(1, after=True))]

    await shop.sweep()

    assert "Reserved" in shop.card.read()
    assert any("created_at.lte" in exchange.target for exchange in shop.dintero.log)


async def while_asked(shop, sweeping, then):
    """Await `sweeping`; while each of its lists is under way, do `then`."""
    known = None
    while not sweeping.done():
        last = shop.dintero.log[-1]
        if last.kind == "list" and last.status is None and last is not known:
            known = last
            await then()
        await asyncio.sleep(0.01)
    return await sweeping


async def test_a_long_sweep_is_not_begun_again_by_another_replica(busy):
    """Else each would begin where the other did, and the watermark would never move."""
    shop = busy
    shop.dintero.faults.add("list", Fault.delay(0.1), times=40)
    async with another_replica(shop) as other:

        async def the_other_tries():
            shop.clock.pass_(seconds=35)
            assert await other.sweeping.find_paid() == 0

        begun, before = shop.clock.now(), len(shop.dintero.log)
        await while_asked(shop, asyncio.create_task(shop.bot.sweeping.find_paid()), the_other_tries)

    assert (shop.clock.now() - begun).total_seconds() > 120
    assert cursor(shop) == begun.isoformat()
    answered = [each for each in shop.dintero.log[before:] if each.kind == "list" and each.status == 200]
    askers = {each.headers["authorization"] for each in answered}  # each replica has a token of its own
    assert len(askers) == 1


async def test_a_sweep_that_was_taken_over_writes_nothing_more(busy):
    """It was swapped out for longer than its lease; the other has come further."""
    shop = busy
    shop.dintero.faults.queue += [("list", Fault.delay(0.3))]
    taken = []
    async with another_replica(shop) as other:

        async def the_other_takes_over():
            if not taken:
                shop.clock.pass_(minutes=3)
                await other.sweeping.find_paid()
                taken.append(cursor(shop))

        await while_asked(shop, asyncio.create_task(shop.bot.sweeping.find_paid()), the_other_takes_over)

    assert taken == [shop.clock.now().isoformat()]
    assert cursor(shop) == taken[0]
