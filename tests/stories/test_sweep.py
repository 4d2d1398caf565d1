"""The sweep finds what no callback told, and costs what happens on the account, not what is open."""

import asyncio
import contextlib
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.app import assembled
from bot.domain.errors import GatewayError
from bot.settings import Settings
from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from storage.store import SqlStore
from tests.stories.counting import counted, reads
from tests.stories.crowd import crowd, sessions
from tests.stories.shop import opened_shop


@contextlib.contextmanager
def statements():
    """Yields a list that fills with the SQL that runs."""
    ran = []

    def note(_connection, _cursor, statement, *_):
        ran.extend([] if statement.startswith("PRAGMA") else [statement])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextlib.asynccontextmanager
async def another_replica(shop):
    """A second process on the same database, as far as a test can have one."""
    async with assembled(Settings(**shop.settings), shop.clock) as replica:
        yield replica


async def a_link_that_only_a_list_finds(shop):
    """Two days old: nobody looks any more whether it was opened, and nothing is announced."""
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    await shop.later(days=2)


async def an_unannounced_payment(shop):
    await a_link_that_only_a_list_finds(shop)
    shop.dintero.pay(shop.session()["id"])


@pytest.fixture(params=["newest", "oldest", "shuffled"])
async def shop_with_lists(request, database):
    """In which order Dintero lists payments is not known (Dintero reference §19.4)."""
    async with opened_shop(database, switches=Switches(list_order=request.param)) as shop:
        yield shop


async def test_a_payment_is_found_on_whatever_page_it_stands(shop_with_lists):
    shop = shop_with_lists
    await a_link_that_only_a_list_finds(shop)
    for _ in range(120):
        shop.dintero.stranger_pays()
    shop.dintero.pay(shop.session()["id"])
    for _ in range(120):
        shop.dintero.stranger_pays()

    with counted(shop, "list") as pages:
        await shop.sweep()

    assert "Reserved" in shop.card.read()
    assert pages() == 4, "the last one is empty"


async def test_strangers_payments_are_skipped_with_one_question(shop):
    """The web shop shares the account, and may be a hundred times as busy."""
    await shop.issues()
    shop.dintero.stranger_pays()
    await shop.sweep()
    shop.clock.pass_(minutes=1)
    with statements() as few:
        await shop.bot.sweeping.find_paid()
    for _ in range(90):
        shop.dintero.stranger_pays()
    shop.clock.pass_(minutes=1)

    with statements() as many, counted(shop) as single:
        await shop.bot.sweeping.find_paid()

    assert len(many) == len(few)
    assert single() == 0


async def test_a_payment_that_was_seen_is_not_read_again(shop):
    """The overlap shows it five minutes long."""
    await an_unannounced_payment(shop)
    await shop.sweep()

    with counted(shop) as spent:
        for _ in range(4):
            await shop.sweep()

    assert spent() == 0


async def test_a_list_never_settles_a_link(shop):
    """Its elements may be old: what is announced was read from the payment itself."""
    await an_unannounced_payment(shop)

    shop.clock.pass_(minutes=1)
    await shop.bot.sweeping.find_paid()
    await shop.bot.telling.tell_once()
    assert "Ready to share" in shop.card.read()

    await shop.work()
    assert "Reserved" in shop.card.read()


@pytest.mark.parametrize("lag", [60, 240])
async def test_a_payment_that_appears_late_in_lists_is_found(database, lag):
    """How fresh they are is not known (Dintero reference §19.4): five minutes are looked at again."""
    async with opened_shop(database, switches=Switches(list_lag=lag)) as shop:
        await an_unannounced_payment(shop)

        for _ in range(6):
            await shop.sweep()

        assert "Reserved" in shop.card.read()


async def test_a_page_that_fails_is_read_again_however_late(shop):
    """The watermark moves after the last page only."""
    await shop.sweep()
    await an_unannounced_payment(shop)
    for _ in range(120):
        shop.dintero.stranger_pays()
    for _ in range(2):
        shop.dintero.faults.queue += [("list", Fault()), ("list", Fault.status(400))]
        with pytest.raises(GatewayError):
            await shop.sweep()
        shop.clock.pass_(hours=2)
    assert "Ready to share" in shop.card.read()

    assert await shop.bot.sweeping.find_paid() == 1
    await shop.work()

    assert "Reserved" in shop.card.read()


async def test_the_next_sweep_may_follow_a_failed_one_at_once(shop):
    shop.dintero.faults.add("list", Fault.status(400))
    with pytest.raises(GatewayError):
        await shop.sweep()

    with counted(shop, "list") as pages:
        await shop.bot.sweeping.find_paid()

    assert pages() == 1


async def test_the_first_sweep_ever_looks_five_minutes_back(shop):
    """Not at the account's whole past, and not only at what comes."""
    await an_unannounced_payment(shop)
    shop.clock.pass_(minutes=3)
    shop.dintero.log.clear()

    await shop.sweep()

    asked, _ = [exchange.target for exchange in shop.dintero.log if exchange.kind == "list"]
    assert "created_at.gte=2026-11-22T11%3A59" in asked
    assert "Reserved" in shop.card.read()


async def test_after_a_night_without_the_bot_nothing_is_missing(shop):
    """The watermark is in the database, so the sweep goes on where it stopped."""
    await shop.sweep()
    await an_unannounced_payment(shop)
    await shop.stop()
    shop.clock.pass_(hours=12)
    await shop.start()

    await shop.sweep()

    assert "Reserved" in shop.card.read()


async def test_two_replicas_do_not_both_sweep(shop):
    await shop.issues()
    async with another_replica(shop) as other:
        shop.clock.pass_(minutes=1)
        with counted(shop, "list") as pages:
            await asyncio.gather(shop.bot.sweeping.find_paid(), other.sweeping.find_paid())
            await other.sweeping.find_paid()
            assert pages() == 1

            shop.clock.pass_(minutes=1)
            await other.sweeping.find_paid()
            assert pages() == 2


async def test_two_replicas_do_not_both_look_at_a_due_link(shop):
    await an_unannounced_payment(shop)
    async with another_replica(shop) as other:
        shop.clock.pass_(minutes=1)
        await shop.bot.sweeping.find_paid()

        with counted(shop, "transaction") as spent:
            await asyncio.gather(shop.bot.sweeping.look_at_due(), other.sweeping.look_at_due())

    assert spent() == 1


async def test_a_sweep_whose_holder_died_is_taken_over(shop):
    """It had claimed the row and never came back."""
    await an_unannounced_payment(shop)
    shop.clock.pass_(minutes=1)
    now = shop.clock.now()
    assert await shop.bot.store.claim_task("paid", now, now, timedelta(seconds=60))

    await shop.sweep()

    shop.clock.pass_(seconds=1)
    await shop.bot.sweeping.find_paid()
    await shop.work()
    assert "Reserved" in shop.card.read()


async def test_the_link_of_an_unanswered_create_is_found_by_its_reference(shop):
    """Its session is not known here; the payment names our reference (nothing else could)."""
    shop.dintero.faults.callbacks.off = True
    shop.dintero.faults.add("create", Fault.drop_after())
    await shop.issues()
    assert "Not sure" in shop.card.read()
    shop.dintero.pay(shop.session()["id"])

    await shop.sweep()

    assert "Reserved" in shop.card.read()


async def test_a_strangers_payment_with_our_reference_is_not_ours(shop):
    """Nothing at Dintero keeps references unique (Dintero reference §4.2); its session does not call us back."""
    await shop.issues()
    shop.dintero.stranger_pays(amount=24950, reference="4711")

    await shop.sweep()
    await shop.sweep()

    assert "Ready to share" in shop.card.read()
    assert shop.lines == []


async def test_reserved_links_are_compared_fifty_at_a_time_and_only_what_changed_is_read(shop):
    """Nobody announces a capture in Backoffice when callbacks are lost."""
    shop.dintero.faults.callbacks.off = True
    references = [f"R{n}" for n in range(60)]
    sessions = {reference: shop.dintero.stranger_pays(reference=reference)["session_id"] for reference in references}
    await crowd(shop, references, session=sessions.get, due_in=timedelta(days=7))
    await shop.bot.sweeping.find_paid()
    for _ in range(20):
        await shop.bot.sweeping.look_at_due()
        shop.clock.pass_(seconds=2)
    shop.dintero.backoffice_capture(shop.transaction("R7")["id"])
    shop.clock.pass_(days=1, minutes=1)
    lists = reads(shop, "list")

    with counted(shop) as single:
        for _ in range(3):
            await shop.bot.sweeping.look_at_due()
            shop.clock.pass_(seconds=2)

    assert reads(shop, "list") - lists == 2
    assert single() == 1
    asked = [exchange.target.count("&id=") + exchange.target.count("?id=") for exchange in shop.dintero.log[-3:]]
    assert sum(asked) == 60
    assert max(asked) == 50


async def test_a_failed_look_is_repeated_a_minute_later_and_holds_nobody_up(shop):
    """One broken answer must not stop the rest."""
    shop.dintero.faults.callbacks.off = True
    for reference in ("4711", "4712"):
        await shop.issues(f"249,50 91234567 Tow bar #{reference} 7d")
        shop.dintero.pay(shop.session(reference)["id"])
    shop.dintero.faults.add("transaction", Fault.status(403))
    await shop.sweep()
    assert sorted("Reserved" in card.read() for card in shop.cards) == [False, True]
    assert shop.bot.counters.shown()["failed_looks"] == 1

    await shop.later(minutes=1)

    assert ["Reserved" in card.read() for card in shop.cards] == [True, True]


async def test_the_curious_leave_room_for_money(shop):
    """A third of the second's calls for links that are merely unopened, the rest for those that matter."""
    await an_unannounced_payment(shop)
    await crowd(shop, [f"U{n}" for n in range(40)])
    shop.clock.pass_(seconds=1)

    with counted(shop) as spent:
        await shop.bot.sweeping.look_at_due()
        assert spent() == 3

        await shop.bot.sweeping.find_paid()
        await shop.bot.sweeping.look_at_due()
        assert spent() == 5

    assert shop.dintero.log[-1].kind == "transaction"


async def test_the_youngest_links_are_asked_about_first_and_the_rest_at_their_next_look(shop):
    """Whoever has just sent one may be on the phone; and what finds no call left must not come back all the time."""
    old = [f"O{n}" for n in range(30)]
    at_dintero = sessions(shop, old)
    await crowd(shop, old, session=at_dintero.get, due_in=timedelta(hours=2))
    shop.clock.pass_(hours=2)
    young = [f"Y{n}" for n in range(3)]
    at_dintero |= sessions(shop, young)
    await crowd(shop, young, session=at_dintero.get)

    with counted(shop, "session") as asked:
        assert await shop.bot.sweeping.look_at_due() == 33
        assert asked() == 3
        asked_about = {one.target.rpartition("/")[2] for one in shop.dintero.log[-3:]}
        assert asked_about == {at_dintero[each] for each in young}

        shop.clock.pass_(seconds=10)
        assert await shop.bot.sweeping.look_at_due() == 3
        for _ in range(29):
            shop.clock.pass_(minutes=2)
            await shop.bot.sweeping.look_at_due()
        assert asked() <= 3 + 3 * 30

        shop.clock.pass_(minutes=2)
        assert await shop.bot.sweeping.look_at_due() >= 30


async def test_a_callback_that_comes_while_its_link_finds_no_call_left_is_answered(shop, monkeypatch):
    """The link was only to be asked whether somebody had opened it; now somebody says that it has changed."""
    old = [f"O{n}" for n in range(20)]
    links = await crowd(shop, old, session=sessions(shop, old).get, due_in=timedelta(hours=2))
    shop.clock.pass_(hours=2)
    spend = SqlStore.spend

    async def spend_and_be_called(store, *account, **calls):
        left = await spend(store, *account, **calls)
        for link in links.values():
            await store.prompt(link.id, shop.clock.now())
        return left

    monkeypatch.setattr(SqlStore, "spend", spend_and_be_called)
    await shop.bot.sweeping.look_at_due()
    monkeypatch.undo()

    for left in (10, 7):  # ten a second
        shop.clock.pass_(seconds=1)
        assert await shop.bot.sweeping.look_at_due() == left


async def test_a_question_about_money_is_never_dropped_for_the_curious(shop):
    """A cancel that Dintero did not answer is looked for, however many younger links nobody has opened."""
    await shop.issues()
    shop.dintero.faults.add("cancel", Fault.status(500))
    await shop.presses("Cancel link")
    young = [f"Y{n}" for n in range(20)]
    await crowd(shop, young, session=sessions(shop, young).get)
    shop.clock.pass_(seconds=5)
    before = len(shop.dintero.log)

    await shop.bot.sweeping.look_at_due()

    assert shop.session("4711")["id"] in {one.target.rpartition("/")[2] for one in shop.dintero.log[before:]}


async def test_what_must_wait_for_its_turn_waits_although_it_was_announced(shop):
    """Else the loop would claim it again and again until the second is over."""
    references = [f"H{n}" for n in range(30)]
    links = await crowd(shop, references, due_in=timedelta(days=7))
    async with shop.bot.store() as work:
        for link in links.values():
            await work.make_due(link.id, shop.clock.now())
        await work.commit()

    looked = [await shop.bot.sweeping.look_at_due() for _ in range(2)]

    assert looked == [10, 0]
    for _ in range(2):
        shop.clock.pass_(seconds=1)
        assert await shop.bot.sweeping.look_at_due() == 10
