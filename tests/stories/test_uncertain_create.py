"""Creating ended without an answer: nobody knows whether the customer got a message. Four ways out of that."""

import asyncio
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from sandbox.dintero.post import Delivery
from tests.stories import database
from tests.stories.shop import opened_shop

GOOD = "249,50 91234567 Tow bar #4711 7d"
ASKS = ["It arrived", "Send again", "Check again"]


async def doubt(shop, fault=None, text=GOOD):
    """Issue a link whose create is not answered; by default Dintero made it all the same."""
    shop.dintero.faults.add("create", fault or Fault.drop_after())
    return await shop.issues(text)


async def asked(shop, fault=None):
    """The minute after which the card asks."""
    await doubt(shop, fault)
    for _ in range(7):
        await shop.later(seconds=10)


def creates(shop):
    return [exchange.body["order"]["merchant_reference"] for exchange in shop.writes("create")]


def operations(shop, kind="create"):
    wanted = "SELECT reference, state FROM operation WHERE kind = ? ORDER BY created_at, reference"
    return database.rows(shop, wanted, kind)


def is_made(shop, reference):
    return any(one["order"]["merchant_reference"] == reference for one in shop.dintero.sessions.values())


async def made(shop, reference):
    """Wait until Dintero has made the session, its answer still on the way."""
    async with asyncio.timeout(2):
        while not is_made(shop, reference):  # noqa: ASYNC110  the sandbox rings no bell
            await asyncio.sleep(0.01)


async def callback(shop, reference, **query):
    """A callback on the token of `reference`, signed by Dintero, its query changed."""
    url = shop.session(reference)["url"]["callback_url"]
    own = parse_qsl(urlsplit(url).query)
    full = f"{url.partition('?')[0]}?{urlencode([*own, *query.items()])}"
    shop.dintero.post.queue.append(Delivery("callback", full, "POST", {}, b"", shop.clock.now()))
    await shop.dintero_calls_back()
    return shop.dintero.post.done[-1].answers


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
async def searching(tmp_path):
    """A Dintero that lets sessions be searched, which nobody promises (Dintero reference §5.1)."""
    async with opened_shop(tmp_path, account="P12345678", switches=Switches(session_search=True)) as opened:
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


# -- (d) a person answers: It arrived


async def test_it_arrived_is_followed_like_any_other_link(shop):
    await asked(shop)
    await shop.presses("It arrived")

    assert "📨 Sent" in shop.card.read()
    assert "@kari says that the message arrived." in shop.card.read()
    assert "it cannot be shown or cancelled here; a payment will still be noticed." in shop.card.read()
    assert shop.card.buttons == ["Refresh"]
    await shop.presses("It arrived", shop.thread[0])
    assert shop.whispers()[-1].endswith("Code: stale"), "the question is answered"

    await shop.customer_pays()
    assert "Reserved" in shop.card.read()


async def test_it_arrived_and_the_link_is_found_after_all(shop):
    """The customer opened it and turned a payment down: the callback names the session."""
    await asked(shop)
    await shop.presses("It arrived")
    shop.dintero.open(shop.session()["id"])
    shop.dintero.fail_attempt(shop.session()["id"])

    await callback(shop, "4711", session_id=shop.session()["id"], error="failed")

    assert "Payment failed, the customer can try again" in shop.card.read()
    assert "it cannot be shown" not in shop.card.read()
    await shop.presses("Show link")
    assert shop.dintero.url_of(shop.session()) in shop.whispers()[-1]
    await shop.presses("Cancel link")
    assert "Cancelled" in shop.card.read()


async def test_it_arrived_and_the_sweep_finds_the_payment(shop):
    shop.dintero.faults.callbacks.off = True
    await shop.sweep()
    await asked(shop)
    await shop.presses("It arrived")
    shop.dintero.pay(shop.session()["id"])

    await shop.sweep()

    assert "Reserved" in shop.card.read()


async def test_it_arrived_and_is_never_paid(shop):
    await asked(shop)
    await shop.presses("It arrived")

    await shop.later(days=7)
    assert "📨 Sent" in shop.card.read()
    await shop.later(minutes=31)

    assert "⌛ Expired" in shop.card.read()
    assert database.statuses(shop) == [("4711", "expired")]


async def test_a_question_that_nobody_answers_ends_with_the_deadline(shop):
    await asked(shop)

    await shop.later(days=7)
    await shop.later(minutes=31)

    assert "⌛ Expired" in shop.card.read()
    assert operations(shop) == [("4711-S1", "absent")]


async def test_a_payment_after_it_expired_unseen_is_late_and_loud(shop):
    await asked(shop)
    shop.dintero.start_payment(shop.session()["id"])
    shop.dintero.post.queue.clear()
    shop.dintero.faults.down = True
    await shop.later(days=7, minutes=31)
    shop.dintero.faults.down = False
    await shop.later(hours=1)

    shop.dintero.pay(shop.session()["id"])
    await shop.dintero_calls_back()

    assert "Reserved" in shop.card.read()


# -- (d) a person answers: Send again


async def test_send_again_makes_a_second_link_with_its_own_name_and_token(shop):
    await asked(shop, Fault.drop_before())

    await shop.presses("Send again")

    assert creates(shop) == ["4711", "4711-2"]
    first, second = (exchange.body for exchange in shop.writes("create"))
    assert first["url"]["callback_url"] != second["url"]["callback_url"]
    assert first["order"]["items"] == second["order"]["items"]
    assert first["customer"] == second["customer"]
    assert "Ready to share" in shop.card.read()
    assert "4711-2" in shop.card.read()
    assert "Nobody knows whether the older link 4711 was sent. Paylink watches it." in shop.card.read()
    assert "@kari sent it again as 4711-2. The first one is watched as well." in "\n".join(shop.lines)
    assert len(shop.cards) == 1


async def test_send_again_waits_for_a_yes(shop):
    await asked(shop)

    await shop.presses("Send again", confirm=False)

    assert creates(shop) == ["4711"]


async def test_two_who_press_send_again_make_one_more_link(shop):
    await asked(shop)

    await asyncio.gather(
        shop.slack.click(shop.kari, shop.card, "Send again"),
        shop.slack.click(shop.people["ola"], shop.card, "Send again"),
    )
    await shop.work()

    assert creates(shop) == ["4711", "4711-2"]


async def test_a_second_link_lives_as_long_as_the_first_would_have(shop):
    await asked(shop)
    await shop.presses("Send again")

    assert shop.session("4711-2")["expires_at"] > shop.session("4711")["expires_at"]


async def test_a_second_attempt_that_is_not_answered_either_asks_again(shop):
    await asked(shop, Fault.drop_before())
    shop.dintero.faults.add("create", Fault.drop_before())
    await shop.presses("Send again")
    for _ in range(7):
        await shop.later(seconds=10)

    assert shop.card.buttons == ASKS
    await shop.presses("Send again")
    assert creates(shop) == ["4711", "4711-2", "4711-3"]
    assert "Ready to share" in shop.card.read()


async def test_the_second_one_is_paid_and_all_is_well(shop):
    await asked(shop)
    await shop.presses("Send again")

    await shop.customer_pays("4711-2")

    assert "🔒 Reserved" in shop.card.read()
    assert "twice" not in shop.card.read()


async def test_only_the_first_one_is_paid_after_it_was_sent_again(shop):
    await asked(shop)
    await shop.presses("Send again")

    await shop.customer_pays("4711")

    assert "The older link 4711 holds 249,50 kr. Its buttons are in the thread." in shop.card.read().replace(
        "\xa0", " "
    )
    line = shop.thread[-1]
    assert "4711" in line.read()
    assert {"Keep", "Give back"} <= set(line.buttons)
    await shop.presses("Keep", line)
    assert shop.transaction("4711")["status"] == "CAPTURED"


async def test_both_are_paid_and_the_second_payment_is_given_back(shop):
    await asked(shop)
    await shop.presses("Send again")
    await shop.customer_pays("4711")

    await shop.customer_pays("4711-2")

    assert "Paid twice." in shop.card.read()
    assert "Give back" in shop.card.buttons
    await shop.presses("Give back")
    assert shop.transaction("4711-2")["status"] == "AUTHORIZATION_VOIDED"
    assert shop.transaction("4711")["status"] == "AUTHORIZED"


async def test_both_are_paid_and_the_first_payment_is_given_back(shop):
    await asked(shop)
    await shop.presses("Send again")
    await shop.customer_pays("4711-2", method="swish.swish")
    assert "Paid" in shop.card.read()

    await shop.customer_pays("4711", method="swish.swish")

    assert "Paid twice." in shop.card.read()
    line = shop.thread[-1]
    assert "Give back" in line.buttons
    await shop.presses("Give back", line)
    assert shop.transaction("4711")["status"] == "REFUNDED"
    assert shop.transaction("4711-2")["status"] == "CAPTURED"
    assert "twice" not in shop.card.read()


async def test_the_first_attempt_is_watched_to_its_deadline(shop):
    await asked(shop)
    await shop.presses("Send again")
    await shop.later(days=6)

    shop.dintero.faults.callbacks.off = True
    shop.dintero.pay(shop.session("4711")["id"])
    await shop.later(hours=1, minutes=1)

    assert "The older link 4711 holds" in shop.card.read()


# -- the answer comes when nobody waits for it any more


async def test_an_answer_that_comes_after_the_lease_has_lapsed_is_still_heard(tmp_path):
    """The sender was held up; another took the link for uncertain. What the answer says is adopted after a look."""
    async with opened_shop(tmp_path, account="P12345678") as shop:
        await shop.issues("99,00 91234567 Cap #4000")
        shop.dintero.base_url = shop.dintero.base_url.replace("127.0.0.1", "localhost")
        shop.dintero.faults.add("create", Fault.delay(0.5, after=True))
        form = await shop.opens_form(GOOD)
        await shop.slack.submit(shop.kari, form)
        sending = asyncio.create_task(shop.bot.running.run_once())
        await made(shop, "4711")
        shop.clock.pass_(seconds=91)
        await shop.bot.running._find_orphans()
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
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await shop.restart()

    await shop.work()
    assert operations(shop) == [("4711-S1", "sending")]
    await shop.later(seconds=91)

    assert operations(shop) == [("4711-S1", "unknown")]
    assert creates(shop) == ["4711"]
    assert shop.card.buttons == ASKS
