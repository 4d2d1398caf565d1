"""The computer's clock is wrong, and then put right: what was stored meanwhile lies in the future, and is not believed.

In these stories Slack, Dintero and the customer have the true time; only the bot's clock is ahead.
"""

from datetime import timedelta
from urllib.parse import quote

import pytest

from sandbox.dintero.faults import Fault
from sandbox.slack.faults import Fault as SlackFault
from tests.stories.asks import every_ask
from tests.stories.knocking import knock
from tests.stories.test_health import health
from tests.stories.test_restarts_of_money import dies, killed
from tests.stories.till import the_operation

AHEAD = [timedelta(minutes=20), timedelta(hours=6)]


@pytest.fixture(params=AHEAD, ids=["20 minutes", "6 hours"])
async def ahead(shop, request):
    """A bot that starts under a clock that is ahead, as `serve` starts."""
    shop.clock.ahead = request.param
    await a_minute(shop)
    return shop


async def a_minute(shop):
    """The minute's periodic jobs, in any order, and what they find to do."""
    shop.clock.pass_(minutes=1)
    await shop.bot.sweeping.find_paid()
    await shop.bot.shift.clock_changes.note_time()
    await shop.bot.sweeping.find_paid()
    await shop.work()


async def put_right(shop):
    shop.clock.ahead = timedelta()
    await a_minute(shop)


async def test_a_link_issued_while_the_clock_was_ahead_hears_its_callback(ahead):
    await ahead.issues()
    await knock(ahead)  # so a read is due by the wrong clock
    await ahead.work()
    ahead.clock.ahead = timedelta()
    ahead.clock.pass_(seconds=30)
    ahead.dintero.pay(ahead.session()["id"])

    answer = await knock(ahead)
    await ahead.work()

    assert answer.status_code == 200
    assert "Reserved" in ahead.card.read()


async def test_a_link_issued_while_the_clock_was_ahead_is_looked_at_after_it_was_put_right(ahead):
    """No callback comes: the customer opens the page, and the seller sees it as soon as with any other link."""
    await ahead.issues()
    await put_right(ahead)

    ahead.dintero.open(ahead.session()["id"])
    await ahead.later(minutes=5)

    assert "Opened" in ahead.card.read()


async def test_a_payment_while_the_clock_is_ahead_is_found_without_a_callback(ahead):
    """Dintero's list is asked for by Dintero's time: by ours, every payment would lie behind the last question."""
    await ahead.issues()
    await ahead.later(days=2)  # nobody looks any more whether it was opened
    for _ in range(3):
        await a_minute(ahead)
    ahead.dintero.faults.callbacks.off = True
    ahead.dintero.pay(ahead.session()["id"])

    await a_minute(ahead)
    await a_minute(ahead)

    assert "Reserved" in ahead.card.read()


async def test_a_payment_is_found_once_the_clock_is_right_where_dintero_never_said_what_time_it_is(ahead):
    ahead.dintero.faults.date = None
    await ahead.issues()
    await ahead.later(days=2)
    for _ in range(3):
        await a_minute(ahead)
    ahead.dintero.faults.callbacks.off = True
    ahead.dintero.pay(ahead.session()["id"])
    for _ in range(2):
        await a_minute(ahead)

    await put_right(ahead)

    assert "Reserved" in ahead.card.read()


async def test_all_of_the_last_day_is_listed_again_once_the_clock_is_right(shop):
    """Where Dintero never said what time it is, nothing says since when its payments lay behind the last question."""
    shop.dintero.faults.date = None
    shop.clock.ahead = timedelta(hours=6)
    await a_minute(shop)

    await put_right(shop)

    asked = [one.target for one in shop.dintero.log if one.kind == "list"]
    yesterday = shop.clock.true() - timedelta(days=1, minutes=5)
    assert f"created_at.gte={quote(yesterday.strftime('%Y-%m-%dT%H:%M:%S'), safe='')}" in asked[-1]


async def test_what_slack_did_not_take_while_the_clock_was_ahead_is_told_once_it_is_right(ahead):
    await ahead.issues()
    ahead.slack.faults.add("chat.update", *[SlackFault.error("internal_error")] * 3)
    ahead.dintero.pay(ahead.session()["id"])
    await ahead.dintero.deliver_due()
    for _ in range(3):
        await ahead.bot.work()
    ahead.slack.faults.waiting.clear()

    await put_right(ahead)

    assert "Reserved" in ahead.card.read()


async def test_a_pause_that_slack_asked_for_under_a_wrong_clock_does_not_last(ahead):
    await ahead.issues()
    ahead.slack.faults.add("chat.update", SlackFault.ratelimited(30))
    ahead.dintero.pay(ahead.session()["id"])
    await ahead.dintero.deliver_due()
    for _ in range(3):
        await ahead.bot.work()

    await put_right(ahead)

    assert "Reserved" in ahead.card.read()


async def test_a_capture_whose_sender_died_under_a_wrong_clock_is_looked_up_once_it_is_right(ahead, monkeypatch):
    """The lease of its sender ends in hours by the right time."""
    await ahead.issues()
    await ahead.customer_pays()
    await ahead.presses_only("Capture")
    dies(ahead, monkeypatch, "/capture", after=True)
    await killed(ahead)

    await put_right(ahead)

    assert ahead.card.read().startswith("✅ Paid")


async def test_a_clock_that_was_put_back_is_counted(ahead):
    await put_right(ahead)

    assert (await health(ahead)).json()["counts"]["clock_put_back"] == 1


async def test_a_clock_that_is_off_is_a_problem_that_ready_names_and_no_reason_to_send_the_traffic_elsewhere(ahead):
    answer, status = await health(ahead, "ready"), await health(ahead, "status")

    by = "20 minutes" if ahead.clock.ahead == AHEAD[0] else "6 hours"
    assert answer.status_code == 200
    assert status.status_code == 503
    assert f"This computer's clock is {by} ahead of Dintero's." in str(answer.json()["problems"])

    await put_right(ahead)
    assert (await health(ahead, "status")).status_code == 200


async def test_a_time_in_the_future_is_a_problem_that_ready_names_until_it_is_corrected(ahead):
    """A change that waits to be told since a moment that has not come."""
    await ahead.issues()
    ahead.slack.faults.down = True
    ahead.dintero.pay(ahead.session()["id"])
    await ahead.dintero.deliver_due()
    for _ in range(3):
        await ahead.bot.work()
    ahead.slack.faults.down, ahead.clock.ahead = False, timedelta()

    assert "in the future: the clock was put back, or is behind." in str((await health(ahead)).json()["problems"])

    await put_right(ahead)
    assert (await health(ahead)).json()["problems"] == []


def set_forward(shop, **by):
    """Somebody sets the clock, and the bot notices it."""
    shop.clock.ahead += timedelta(**by)
    shop.bot.shift.clock_changes.note_jump(timedelta(**by).total_seconds())


@every_ask
async def test_a_clock_that_is_set_forward_makes_nobody_try_again_sooner(shop, ask):
    """Ten minutes after sending, never earlier: twenty that the clock skips are none."""
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.drop_before())
    await ask.press(shop)
    set_forward(shop, minutes=20)
    await shop.later(seconds=30)
    asked = len(shop.writes(ask.kind))

    await shop.presses("Try again")
    await shop.presses("Check again")

    assert len(shop.writes(ask.kind)) == asked
    assert (await the_operation(shop)).state == "unknown"
    assert "was set forward" in shop.whispers()[0]

    await shop.later(minutes=10)
    await shop.presses("Try again")
    assert len(shop.writes(ask.kind)) == asked + 1


async def test_a_clock_that_is_set_forward_makes_nobody_send_a_second_message_sooner(shop):
    shop.dintero.faults.add("create", Fault.drop_before())
    await shop.issues()
    set_forward(shop, minutes=5)
    await shop.later(seconds=10)

    await shop.presses("Send again")

    assert len(shop.writes("create")) == 1
    assert "was set forward" in shop.whispers()[-1]


async def test_a_clock_that_is_ahead_of_dinteros_calls_no_link_expired(shop):
    """The customer still has hours to pay, and Dintero says what time it is with every answer."""
    await shop.issues("249,50 91234567 Tow bar #4711 12h")
    set_forward(shop, hours=13)
    for _ in range(10):
        await a_minute(shop)

    assert "Expired" not in shop.card.read()
    shop.dintero.pay(shop.session()["id"])
    await shop.dintero_calls_back()
    assert shop.card.read().startswith("🔒 Reserved")
    assert "late" not in shop.card.read().casefold()


async def test_what_happened_is_told_in_its_order_although_the_clock_was_put_back_meanwhile(shop):
    await shop.issues()
    shop.slack.faults.down = True
    shop.dintero.pay(shop.session()["id"])
    await shop.dintero_calls_back()
    shop.clock.ahead = -timedelta(hours=2)
    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()
    shop.slack.faults.down = False

    await put_right(shop)
    await shop.later(minutes=6)

    assert [line.split(" ")[0] for line in shop.lines] == ["🔒", "✅"]
    assert "Captured outside Slack" in shop.card.read()


async def test_a_link_expires_by_the_clock_where_dintero_never_says_what_time_it_is(shop):
    shop.dintero.faults.date = None
    await shop.issues("249,50 91234567 Tow bar #4711 12h")

    await shop.later(hours=13)

    assert "Expired" in shop.card.read()
