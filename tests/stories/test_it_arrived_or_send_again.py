"""A minute after a create without an answer a person says what happened: it arrived, or send it again."""

import asyncio

import pytest

from sandbox.dintero.faults import Fault
from tests.stories import database, mailing
from tests.stories.doubting import ASKS, asked, callback, creates, operations
from tests.stories.till import forges, value_of

# -- It arrived


async def test_it_arrived_is_followed_like_any_other_link(shop):
    await asked(shop)
    asks = value_of(shop.thread[0], "It arrived")
    await shop.presses("It arrived")

    assert "📨 Sent" in shop.card.read()
    assert "@kari says that the message arrived." in shop.card.read()
    assert "it cannot be shown or cancelled here; a payment will still be noticed." in shop.card.read()
    assert shop.card.buttons == ["Refresh"]
    assert shop.thread[0].buttons == []
    await forges(shop, shop.kari, "it_arrived", asks)
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
    assert "⌛ Deadline passed" in shop.card.read()
    await shop.later(minutes=31)

    assert "⌛ Expired" in shop.card.read()
    assert database.statuses(shop) == [("4711", "expired")]


async def test_a_question_that_nobody_answers_ends_with_the_deadline(shop):
    await asked(shop)

    await shop.later(days=7)
    await shop.later(minutes=31)

    assert "⌛ Expired" in shop.card.read()
    assert operations(shop) == [("4711-S1", "absent")]


async def test_an_unseen_link_is_not_called_expired_while_its_customer_pays(shop):
    """No callback came, Dintero was away over the deadline, and a payment had begun before it."""
    await asked(shop)
    shop.clock.pass_(days=6, hours=23)
    shop.dintero.start_payment(shop.session()["id"])
    shop.dintero.faults.down = True
    await shop.later(hours=2)
    assert "❓ Not sure it was sent" in shop.card.read()
    shop.dintero.faults.down = False
    await shop.later(hours=1)
    assert "Expired" not in shop.card.read()
    assert database.statuses(shop) == [("4711", "open")]

    shop.dintero.pay(shop.session()["id"])
    await shop.dintero_calls_back()

    assert "🔒 Reserved" in shop.card.read()


async def test_nobody_asks_whether_a_message_arrived_where_none_goes_out(shop):
    """By e-mail, code or hand the customer gets nothing before the link is there."""
    shop.dintero.faults.add("create", Fault.drop_before())
    await mailing.issues(shop, delivery="link", email="")
    for _ in range(7):
        await shop.later(seconds=10)

    assert shop.card.buttons == ["Send again", "Check again"]
    assert "Nothing went out to the customer." in shop.card.read()
    assert "nothing went out to the customer. Press Send again" in shop.lines[-1]
    await forges(shop, shop.kari, "it_arrived", value_of(shop.card, "Send again"))
    assert database.statuses(shop) == [("4711", "uncertain")]


# -- Send again


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


@pytest.mark.parametrize("fault", [Fault.drop_before(), Fault.status(400)], ids=["in doubt", "refused"])
async def test_an_old_question_answers_that_a_newer_link_was_sent(shop, fault):
    await asked(shop, fault)
    asleep = shop.card.copy()
    await shop.presses("Send again")

    await shop.presses("Send again", asleep)

    assert creates(shop) == ["4711", "4711-2"]
    [whisper] = shop.whispers()
    assert whisper == "4711 · A newer link was sent since this button was drawn. The card shows it.\nCode: stale"


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


async def test_the_first_one_is_found_alive_after_it_was_sent_again_and_can_be_cancelled(shop):
    """Else the customer could pay both, and nobody in Slack could do anything about it."""
    await asked(shop)
    await shop.presses("Send again")
    shop.dintero.open(shop.session("4711")["id"])
    shop.dintero.fail_attempt(shop.session("4711")["id"])

    await callback(shop, "4711", session_id=shop.session("4711")["id"], error="failed")

    [line] = (line for line in shop.thread if "It can still be paid" in line.read())
    assert line.buttons == ["Show link", "Cancel link", "Refresh"]
    assert "The older link 4711 can still be paid. Cancel it in the thread." in shop.card.read()
    await shop.presses("Cancel link", line)
    assert database.statuses(shop) == [("4711", "cancelled"), ("4711-2", "open")]
    assert "can still be paid" not in shop.card.read()


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
