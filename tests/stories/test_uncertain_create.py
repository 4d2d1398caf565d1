"""Creating ended without an answer: nobody knows whether the customer got a message. Four ways out of that."""

import asyncio

import pytest

from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from tests.stories import database
from tests.stories.counting import asked as begun
from tests.stories.doubting import ASKS, GOOD, asked, callback, creates, doubt, made, operations
from tests.stories.shop import opened_shop

# -- before anybody is asked


async def test_before_a_minute_has_passed_there_is_no_question(shop):
    await doubt(shop)
    await shop.later(seconds=50)

    assert "Paylink is looking for the link and says more within a minute." in shop.card.read()
    assert shop.card.buttons == ["Check again"]
    assert shop.lines == []


async def test_after_a_minute_the_card_and_one_line_ask(shop):
    await asked(shop)

    assert "❓ Not sure it was sent" in shop.card.read()
    assert "Ask whether it arrived. If not, send it again; Paylink watches both." in shop.card.read()
    assert shop.card.buttons == ASKS
    [line] = shop.thread
    assert "Not sure the link was sent" in line.read()
    assert line.buttons == ASKS
    await shop.later(minutes=10)
    assert len(shop.thread) == 1, "asked once"


async def test_a_create_that_had_waited_is_asked_about_as_soon(shop):
    """The bot was away when the form was sent; the customer's message may have gone out just now."""
    form = await shop.opens_form(GOOD)
    await shop.slack.submit(shop.kari, form)
    shop.clock.pass_(minutes=9)
    shop.dintero.faults.add("create", Fault.status(500))
    await shop.work()

    await shop.later(seconds=61)
    await shop.later(seconds=20)

    assert shop.card.buttons == ASKS


async def test_a_question_that_was_never_asked_cannot_be_answered(shop):
    """A forged or early click: the service refuses what the card does not hold."""
    await asked(shop)
    early = shop.card.copy()
    await shop.presses("Send again", early)
    await shop.presses("It arrived", early)

    assert creates(shop) == ["4711", "4711-2"]
    assert shop.whispers()[-1].endswith("Code: stale")


async def test_nobody_creates_a_second_time_by_itself(shop):
    await doubt(shop, Fault.status(500))
    for _ in range(30):
        await shop.later(minutes=5)
    await shop.restart()
    await shop.later(hours=3)

    assert creates(shop) == ["4711"]


# -- (a) the session is searched and found


@pytest.fixture
async def searching(database):
    """A Dintero that lets sessions be searched, which nobody promises (Dintero reference §5.1)."""
    async with opened_shop(database, account="P12345678", switches=Switches(session_search=True)) as opened:
        yield opened
        assert opened.slack.complaints == []


async def test_a_session_that_can_be_searched_is_found_before_anybody_is_asked(searching):
    shop = searching
    await doubt(shop)

    await shop.later(seconds=6)

    url = shop.dintero.url_of(shop.session())
    assert database.statuses(shop) == [("4711", "open")]
    assert "The link was found at Dintero: it was made after all." in shop.lines[0]
    assert operations(shop) == [("4711-S1", "done")]
    assert creates(shop) == ["4711"]
    await shop.presses("Show link")
    assert url in shop.whispers()[-1]
    await shop.customer_pays()
    assert "Reserved" in shop.card.read()


async def test_a_link_that_was_found_does_not_deny_the_message(searching):
    """The answer that would have said what became of the SMS is lost; the customer has it."""
    shop = searching
    await doubt(shop)
    await shop.later(seconds=6)

    assert len(shop.dintero.inbox) == 1
    assert "Nothing is sent to the customer" not in shop.card.read()
    assert "Dintero never said whether the message went out. Ask the customer, or press Show link" in shop.card.read()


async def test_a_session_that_was_never_made_is_not_found(searching):
    shop = searching
    await asked(shop, Fault.drop_before())

    assert database.statuses(shop) == [("4711", "uncertain")]
    assert shop.card.buttons == ASKS


# -- (b) a callback on its token


async def test_a_callback_brings_the_session_of_a_link_that_nobody_was_sure_of(shop):
    await doubt(shop)

    await shop.customer_pays()

    assert database.statuses(shop) == [("4711", "authorized")]
    assert "Reserved" in shop.card.read()
    assert shop.card.buttons[0] == "Capture"
    assert operations(shop) == [("4711-S1", "done")]
    await shop.presses("Capture")
    assert shop.transaction()["status"] == "CAPTURED"


async def test_a_customer_who_turns_away_tells_that_the_link_was_made(shop):
    await doubt(shop)

    shop.dintero.walk_away(shop.session()["id"])
    await shop.dintero_calls_back()

    assert database.statuses(shop) == [("4711", "cancelled")]


async def test_a_forged_session_of_another_order_is_not_adopted(shop):
    """A callback is no proof: its session is adopted after a read shows our reference."""
    await shop.issues("99,00 91234567 Cap #5000")
    shop.dintero.pay(shop.session("5000")["id"])
    shop.dintero.post.queue.clear()
    await doubt(shop)

    answers = await callback(shop, "4711", session_id=shop.session("5000")["id"])

    assert answers == [200]
    assert database.statuses(shop) == [("5000", "open"), ("4711", "uncertain")]
    assert "❓ Not sure it was sent" in shop.card.read()


async def test_a_forged_session_does_not_keep_the_right_one_out(shop):
    await shop.issues("99,00 91234567 Cap #5000")
    await doubt(shop)
    await callback(shop, "4711", session_id=shop.session("5000")["id"])
    await callback(shop, "4711", session_id="T12345678.nothing")

    await callback(shop, "4711", session_id=shop.session("4711")["id"])

    assert dict(database.statuses(shop))["4711"] == "open"
    [(session_id,)] = database.rows(shop, "SELECT session_id FROM link WHERE merchant_reference = '4711'")
    assert session_id == shop.session("4711")["id"]


@pytest.mark.parametrize("forged", ["5000", "nothing"])
async def test_a_forged_session_does_not_put_the_search_off(searching, forged):
    shop = searching
    await shop.issues("99,00 91234567 Cap #5000")
    await doubt(shop)
    session_id = shop.session("5000")["id"] if forged == "5000" else f"{shop.dintero.account_id}.nothing"

    await callback(shop, "4711", session_id=session_id)

    assert database.statuses(shop) == [("5000", "open"), ("4711", "open")]
    assert shop.dintero.url_of(shop.session("4711")) != shop.dintero.url_of(shop.session("5000"))
    await shop.presses("Show link")
    assert shop.dintero.url_of(shop.session("4711")) in shop.whispers()[-1]


async def test_a_callback_that_comes_before_create_has_returned_is_not_lost(shop):
    """The message goes out while the answer is still on its way, and the customer is quick."""
    shop.dintero.faults.add("create", Fault.delay(0.5, after=True))
    form = await shop.opens_form(GOOD)
    await shop.slack.submit(shop.kari, form)
    working = asyncio.create_task(shop.bot.running.run_once())
    await made(shop, "4711")
    shop.dintero.pay(shop.session()["id"])
    await shop.dintero.deliver_due()
    await shop.bot.sweeping.look_at_due()
    assert database.statuses(shop) == [("4711", "requested")]

    await working
    await shop.work()

    assert "Ready to share" in form.read()
    assert database.statuses(shop) == [("4711", "authorized")]
    assert "Reserved" in shop.card.read()
    assert operations(shop) == [("4711-S1", "done")]


# -- (c) the sweep adopts by reference


async def test_the_sweep_finds_a_payment_by_its_reference(shop):
    shop.dintero.faults.callbacks.off = True
    await shop.sweep()
    await doubt(shop)
    shop.dintero.pay(shop.session()["id"])

    await shop.sweep()

    assert database.statuses(shop) == [("4711", "authorized")]
    assert "Reserved" in shop.card.read()


async def test_a_strangers_payment_with_our_reference_is_not_adopted(shop):
    """The web shop shares the account; its order may be called the same and cost something else."""
    await doubt(shop, Fault.drop_before())
    shop.dintero.stranger_pays(amount=9900, reference="4711")

    await shop.sweep()
    await shop.later(minutes=5)

    assert database.statuses(shop) == [("4711", "uncertain")]


# -- the answer comes when nobody waits for it any more


@pytest.fixture
async def production(database):
    """The same shop on an account that sends messages."""
    async with opened_shop(database, account="P12345678") as opened:
        yield opened
        assert opened.slack.complaints == []


async def test_an_answer_that_comes_after_the_lease_has_lapsed_is_still_heard(production):
    """The sender was held up; another took the link for uncertain. What the answer says is adopted after a look."""
    shop = production
    await shop.issues("99,00 91234567 Cap #4000")
    shop.dintero.base_url = shop.dintero.base_url.replace("127.0.0.1", "localhost")
    shop.dintero.faults.add("create", Fault.delay(0.5, after=True))
    form = await shop.opens_form(GOOD)
    await shop.slack.submit(shop.kari, form)
    sending = asyncio.create_task(shop.bot.running.run_once())
    await made(shop, "4711")
    shop.clock.pass_(seconds=91)
    await shop.bot.running.find_orphans()
    assert database.statuses(shop)[1:] == [("4711", "uncertain")]

    await sending
    await shop.work()

    assert database.statuses(shop)[1:] == [("4711", "open")]
    assert operations(shop) == [("4000-S1", "done"), ("4711-S1", "done")]
    assert "📨 Sent" in shop.card.read()
    await shop.presses("Show link")
    assert shop.dintero.url_of(shop.session()) in shop.whispers()[-1]
    assert creates(shop) == ["4000", "4711"]


async def test_a_sender_that_died_leaves_a_question_and_no_second_message(shop):
    """Killed between the commit and the answer: a sending row is never sent again."""
    shop.dintero.faults.add("create", Fault.delay(1.5, after=True))
    form = await shop.opens_form(GOOD)
    await shop.slack.submit(shop.kari, form)
    sending = asyncio.create_task(shop.bot.running.run_once())
    await made(shop, "4711")
    killed = [sending, *shop.bot.running.under_way._tasks]
    for task in killed:
        task.cancel()
    await asyncio.gather(*killed, return_exceptions=True)
    await shop.restart()

    await shop.work()
    assert operations(shop) == [("4711-S1", "sending")]
    assert "Creating link…" in form.read()
    await shop.later(seconds=91)

    assert operations(shop) == [("4711-S1", "unknown")]
    assert creates(shop) == ["4711"]
    assert shop.card.buttons == ASKS
    assert "Dintero did not answer" in form.read()
    assert "Creating link…" not in form.read()


async def test_a_look_that_began_before_the_late_answer_does_not_undo_it(database):
    """Only this answer ever tells the address and that the message failed (Dintero reference §8.2)."""
    async with opened_shop(database, account="P12345678", switches=Switches(session_search=False)) as shop:
        shop.dintero.unreachable.add("+4791234567")
        shop.dintero.faults.add("create", Fault.delay(0.5, after=True))
        form = await shop.opens_form(GOOD)
        await shop.slack.submit(shop.kari, form)
        sending = asyncio.create_task(shop.bot.running.run_once())
        await made(shop, "4711")
        shop.clock.pass_(seconds=91)
        await shop.bot.running.find_orphans()
        shop.dintero.faults.add("list", Fault.delay(1.5, after=True))
        looking = asyncio.create_task(shop.bot.sweeping.look_at_due())
        await begun(shop, "list")

        await sending
        await looking
        await shop.work()

        assert "Not delivered" in shop.card.read()
        assert "Show link" in shop.card.buttons


@pytest.mark.parametrize("listed", ["ids", "without_events", "whole"])
async def test_a_session_search_finds_the_link_whatever_its_elements_hold(database, listed):
    """Dintero reference §5.1: ids alone are enough, each candidate is read; nobody sends a second message."""
    switches = Switches(session_search=True, sessions_listed=listed)
    async with opened_shop(database, switches=switches) as shop:
        shop.dintero.stranger_pays(reference="4711")
        await doubt(shop)

        await shop.later(seconds=20)

        assert shop.card.read().startswith("🔗 Ready to share")
        assert operations(shop) == [("4711-S1", "done")]
