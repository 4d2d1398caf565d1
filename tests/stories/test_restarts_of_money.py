"""The process dies between any two steps of an operation; the next one finds the truth and sends nothing twice."""

import contextlib

import pytest

from sandbox.dintero.faults import Fault
from storage.store import SqlStore
from tests.stories import database
from tests.stories.asks import ASKS, every_ask
from tests.stories.till import a_reserved_link, card, done, lines, operations, the_operation, until, whispers


class Killed(BaseException):
    """The process ends here; nothing of ours catches it."""


def dies(shop, monkeypatch, path, *, after):
    """Let the process end directly before, or directly after, Dintero has a request for `path`."""
    http = shop.bot.gateway._wire._http
    send, http.died = http.send, False

    async def deadly(request, **more):
        if not request.url.path.endswith(path):
            return await send(request, **more)
        if after:
            await send(request, **more)
        http.died = True
        raise Killed

    monkeypatch.setattr(http, "send", deadly)


async def killed(shop):
    """The bot works until it dies, and another process takes its place."""
    http = shop.bot.gateway._wire._http
    await shop.bot.running.run_once()
    assert http.died
    await shop.restart()


@every_ask
async def test_what_was_wanted_is_done_by_the_next_process(shop, ask):
    await ask.ready(shop)
    await ask.press_only(shop)
    assert (await the_operation(shop)).state == "wanted"

    await shop.restart()
    await shop.work()

    assert len(shop.writes(ask.kind)) == 1
    assert ask.happened(shop) == 1
    assert ask.afterwards in card(shop).splitlines()[0]


@every_ask
async def test_what_was_claimed_and_only_looked_at_is_claimed_again(shop, ask, monkeypatch):
    """It is still *wanted*: nothing was sent, so it may be, once the claim's own lease is over."""
    await ask.ready(shop)
    await ask.press_only(shop)
    read = shop.session()["id"] if ask.kind == "cancel" else shop.transaction()["id"]
    dies(shop, monkeypatch, read, after=True)

    await killed(shop)
    await shop.work()
    assert (await the_operation(shop)).state == "wanted"
    assert shop.writes(ask.kind) == []

    await shop.later(seconds=61)
    assert len(shop.writes(ask.kind)) == 1
    assert ask.happened(shop) == 1


@every_ask
async def test_what_was_about_to_be_sent_is_never_sent(shop, ask, monkeypatch):
    """*Sending* is committed, and nobody can know that the call did not leave."""
    await ask.ready(shop)
    await ask.press_only(shop)
    dies(shop, monkeypatch, f"/{ask.kind}", after=False)

    await killed(shop)
    await shop.later(seconds=60)
    assert (await the_operation(shop)).state == "sending"
    assert shop.card.buttons == ["Refresh"]

    await shop.later(seconds=31)
    assert (await the_operation(shop)).state == "unknown"
    assert f"Not sure whether {ask.noun} was done." in card(shop)
    assert lines(shop)[-1].startswith(f"❓ Not sure whether {ask.noun} was done.")

    await shop.later(minutes=10)
    await shop.later(minutes=1)
    assert shop.writes(ask.kind) == []
    assert shop.card.buttons == ["Check again", "Try again"]

    await shop.presses("Try again")
    assert ask.happened(shop) == 1
    assert [one.state for one in (await operations(shop))[-2:]] == ["absent", "done"]


@every_ask
async def test_what_was_sent_and_whose_answer_died_is_found(shop, ask, monkeypatch):
    await ask.ready(shop)
    await ask.press_only(shop)
    dies(shop, monkeypatch, f"/{ask.kind}", after=True)

    await killed(shop)
    await shop.later(seconds=89)
    assert len(shop.writes(ask.kind)) == 1
    await shop.later(seconds=2)

    assert (await the_operation(shop)).state == "done"
    assert len(shop.writes(ask.kind)) == 1
    assert ask.happened(shop) == 1
    assert ask.afterwards in card(shop).splitlines()[0]
    assert "@kari" in lines(shop)[-1]


@every_ask
async def test_what_a_look_finds_while_its_sender_is_missed_stays_found(shop, ask, monkeypatch):
    """Somebody has noticed that the lease is over and is about to say *unknown*; a callback is faster."""
    await ask.ready(shop)
    await ask.press_only(shop)
    dies(shop, monkeypatch, f"/{ask.kind}", after=True)
    await killed(shop)
    lapsed = SqlStore.lapsed_operations

    async def slowly(store, machine_now):
        missed = await lapsed(store, machine_now)
        for one in missed:
            async with store.read() as work:
                operation = await work.operation(one.id)
            await shop.bot.refreshing.refresh(operation.link_id)
        return missed

    monkeypatch.setattr(SqlStore, "lapsed_operations", slowly)
    await shop.later(seconds=91)

    assert (await the_operation(shop)).state == "done"
    assert not any("Not sure" in line for line in lines(shop))


@every_ask
async def test_a_callback_may_find_it_before_the_lease_is_over(shop, ask, monkeypatch):
    """Looking is always allowed; only sending is not."""
    await ask.ready(shop)
    await ask.press_only(shop)
    dies(shop, monkeypatch, f"/{ask.kind}", after=True)

    await killed(shop)
    await shop.dintero_calls_back()

    assert (await the_operation(shop)).state == "done"
    assert ask.afterwards in card(shop).splitlines()[0]
    assert not any("Not sure" in line for line in lines(shop))


@pytest.mark.parametrize("ask", [ask for ask in ASKS if ask.kind != "cancel"], ids=lambda ask: ask.kind)
async def test_what_was_accepted_is_followed_by_the_next_process(shop, ask):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.accepted())
    await ask.press(shop)

    await shop.restart()
    await shop.work()
    assert (await the_operation(shop)).state == "accepted"
    shop.dintero.complete_async()
    await shop.later(minutes=2)

    assert (await the_operation(shop)).state == "done"
    assert ask.happened(shop) == 1
    assert len(shop.writes(ask.kind)) == 1


@every_ask
async def test_what_was_unknown_is_looked_for_by_the_next_process(shop, ask):
    """The write takes its effect long after everybody has gone."""
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.drop_after())
    shop.dintero.faults.add("session" if ask.kind == "cancel" else "transaction", Fault())  # the look before it
    shop.dintero.faults.add("any", Fault.status(400), times=3)  # and no look after it
    await ask.press(shop)
    assert (await the_operation(shop)).state == "unknown"

    shop.dintero.faults.queue.clear()
    await shop.restart()
    await shop.later(minutes=2)

    assert (await the_operation(shop)).state == "done"
    assert len(shop.writes(ask.kind)) == 1
    assert ask.afterwards in card(shop).splitlines()[0]


async def test_what_was_done_and_not_told_is_told_by_the_next_process(shop):
    await a_reserved_link(shop)
    await shop.presses_only("Capture")
    await shop.bot.running.run_once()

    await shop.restart()
    await shop.work()

    assert "@kari captured" in lines(shop)[-1]
    assert "Paid" in card(shop)


async def test_a_process_that_stops_lets_its_write_be_answered(shop):
    """A stop is no crash: what is under way comes to its answer (the loops do the same)."""
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.delay(0.3, after=True))
    async with shop.bot.at_work():
        await shop.presses_only("Capture")
        await until(lambda: done(shop, "CAPTURE"))

    assert (await the_operation(shop)).state == "done"


@pytest.fixture
def suspended(shop):
    """Suspend the process for some seconds of monotonic time while it commits *sending*."""

    with contextlib.ExitStack() as stack:

        def suspend(seconds):
            def pause(_connection, _cursor, statement, parameters, *_):
                if statement.startswith("UPDATE operation ") and parameters[0] == "sending":
                    shop.clock.seconds += seconds

            stack.enter_context(database.heard(shop, before_cursor_execute=pause))

        yield suspend


@every_ask
@pytest.mark.parametrize(("seconds", "requests"), [(4.9, 1), (5.0, 0), (3600.0, 0)])
async def test_a_process_that_was_paused_before_the_call_does_not_make_it(shop, ask, suspended, seconds, requests):
    """It may have slept past its lease, and others may have judged the row already."""
    await ask.ready(shop)
    suspended(seconds)

    await ask.press(shop)

    assert len(shop.writes(ask.kind)) == requests
    assert (await the_operation(shop)).state == ("done" if requests else "refused")
    assert ("so nothing was done" in " ".join(whispers(shop))) is not requests
