"""The customer is on the phone: half an hour, a watchful eye, and one click when they hang up."""

from datetime import datetime, timedelta

import pytest

from tests.stories.counting import counted
from tests.stories.shop import opened_shop
from tests.stories.test_buttons import drawn
from tests.stories.till import lines, opens

HANGS_UP = "Customer hung up → 1 day"


@pytest.fixture
async def shop(database):
    async with opened_shop(database, account="P12345678") as shop:
        yield shop
        assert shop.slack.complaints == []


async def on_the_phone(shop):
    await shop.issues("249,50 91234567 Tow bar #4711 tlf")


def lives(shop, reference):
    return datetime.fromisoformat(shop.session(reference)["expires_at"]) - shop.clock.now()


async def test_the_form_offers_half_an_hour_on_the_phone(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    await shop.slack.fill(form, {"Pay within": "On the phone (30 minutes)"})
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert timedelta(minutes=29) < lives(shop, "4711") <= timedelta(minutes=30)
    assert drawn(shop.card)[0][0] == HANGS_UP


@pytest.mark.parametrize("word", ["phone", "tlf"])
async def test_the_one_line_may_say_it(shop, word):
    await shop.issues(f"249,50 91234567 Tow bar #4711 {word}")

    assert timedelta(minutes=29) < lives(shop, "4711") <= timedelta(minutes=30)
    assert "Tow bar\n" in shop.card.read()


async def test_for_ten_minutes_opened_is_seen_within_ten_seconds(shop):
    await on_the_phone(shop)
    with counted(shop, "session") as looks:
        for _ in range(60):
            await shop.later(seconds=10)
    assert 55 <= looks() <= 61

    with counted(shop, "session") as looks:
        for _ in range(60):
            await shop.later(seconds=10)
    assert looks() <= 3


async def test_an_opening_in_the_ninth_minute_is_on_the_card_ten_seconds_later(shop):
    await on_the_phone(shop)
    for _ in range(9 * 6):
        await shop.later(seconds=10)
    shop.dintero.open(shop.session()["id"])

    await shop.later(seconds=10)

    assert "👀 Opened" in shop.card.read()


async def test_a_customer_who_hangs_up_gets_a_day_in_one_click(shop):
    await on_the_phone(shop)
    await shop.later(minutes=2)

    await shop.presses(HANGS_UP)

    assert shop.session("4711")["cancelled_by"]
    assert timedelta(hours=23, minutes=59) < lives(shop, "4711-2") <= timedelta(days=1)
    assert [message.to for message in shop.dintero.inbox] == ["+4791234567", "+4791234567"]
    assert lines(shop)[-1] == "🔁 4711-2 replaces 4711: a new deadline. Asked for by @kari."
    assert HANGS_UP not in shop.card.buttons


async def test_the_button_says_first_that_a_new_sms_goes_out(shop):
    await on_the_phone(shop)
    await shop.later(minutes=2)
    asks = shop.card.blocks[-1]["elements"][0]["confirm"]
    assert "a new SMS goes out to the customer" in asks["text"]["text"]

    await shop.presses(HANGS_UP, confirm=False)

    assert len(shop.dintero.inbox) == 1


async def test_half_an_hour_that_is_just_over_may_still_become_a_day(shop):
    await on_the_phone(shop)
    await shop.later(minutes=31)
    assert "Deadline passed" in shop.card.read()

    await shop.presses(HANGS_UP)

    assert "📨 Sent" in shop.card.read()
    assert "4711-2" in shop.card.read()


async def test_a_customer_who_paid_before_hanging_up_gets_nothing_new(shop):
    await on_the_phone(shop)
    await shop.later(minutes=2)
    shop.dintero.pay(shop.session()["id"])

    await shop.presses(HANGS_UP)

    assert len(shop.dintero.inbox) == 1
    assert "🔒 Reserved" in shop.card.read()


async def test_a_changed_order_may_still_be_for_the_phone(shop):
    await on_the_phone(shop)
    await shop.later(minutes=2)
    form = await opens(shop, "Change order…")
    await shop.slack.fill(form, {"What for": "Hitch"})
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert drawn(shop.card)[0][0] == HANGS_UP
    assert timedelta(minutes=29) < lives(shop, "4711-2") <= timedelta(minutes=30)
