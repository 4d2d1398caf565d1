"""How many messages to customers one person may have sent in an hour."""

import asyncio

import pytest

from tests.stories.shop import opened_shop
from tests.stories.till import card, lines, opens, sends, whispers

OVER = "messages to customers went out from you within an hour"


@pytest.fixture
async def shop(database):
    """A production account where three messages an hour are allowed, and two for a guest."""
    limits = {"paylink_messages_per_hour": 3, "paylink_guest_messages_per_hour": 2}
    async with opened_shop(database, account="P12345678", **limits) as shop:
        yield shop
        assert shop.slack.complaints == []


async def issues(shop, how_many, person=None):
    for n in range(how_many):
        await shop.issues(f"100 9123456{n} Hitch {n} 7d", person=person)
        await shop.later(minutes=1)


async def test_one_message_too_many_is_not_sent_and_nothing_typed_is_lost(shop):
    await issues(shop, 3)

    form = await shop.issues("249,50 91234567 Tow bar #4711 7d")

    assert len(shop.dintero.inbox) == 3
    assert form.errors["phone"].startswith(f"Nothing was sent: 3 {OVER}, which is the limit.")
    assert "The next one is possible in 57 minutes." in form.errors["phone"]
    assert (form.values["phone"], form.values["text:1"], form.values["price:1"]) == ("+4791234567", "Tow bar", "249,50")


async def test_the_same_form_goes_out_once_the_hour_is_over(shop):
    await issues(shop, 3)
    form = await shop.issues("249,50 91234567 Tow bar #4711 7d")

    shop.clock.pass_(minutes=57)
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert len(shop.dintero.inbox) == 4


async def test_a_guest_may_send_fewer(shop):
    guest = shop.people["guest"]

    await issues(shop, 3, person=guest)

    assert len(shop.dintero.inbox) == 2


async def test_everybody_has_a_limit_of_their_own(shop):
    await issues(shop, 3)

    await shop.issues("249,50 91234567 Tow bar #4711 7d", person=shop.people["ola"])

    assert len(shop.dintero.inbox) == 4


async def test_what_is_handed_over_by_hand_is_no_message(shop):
    await issues(shop, 3)
    form = await shop.issues("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()

    await sends(shop, form, Delivery="Just give me the link")

    assert len(shop.dintero.inbox) == 3
    assert shop.session("4711")


async def test_a_second_send_of_the_same_form_counts_once(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.submit(shop.kari, form, times=3)
    await shop.work()

    await issues(shop, 2)

    assert len(shop.dintero.inbox) == 3


async def test_what_was_refused_before_it_was_saved_does_not_count(shop):
    for _ in range(4):
        await shop.issues("249,50 12 Tow bar #4711 7d")

    await issues(shop, 3)

    assert len(shop.dintero.inbox) == 3


async def test_the_limit_survives_a_restart(shop):
    await issues(shop, 3)
    await shop.restart()

    await shop.issues("249,50 91234567 Tow bar #4711 7d")

    assert len(shop.dintero.inbox) == 3


async def test_pressing_send_in_many_windows_at_once_sends_no_more(shop):
    forms = [await shop.opens_form(f"100 9123456{n} Hitch {n} 7d") for n in range(5)]

    # Only the one on top can be pressed by hand; what Slack carries may come at once all the same.
    payloads = [
        shop.slack._base("view_submission", shop.kari, form) | {"view": form.payload(), "response_urls": []}
        for form in forms
    ]
    await asyncio.gather(*(shop.slack._interact(one, "send") for one in payloads))
    await shop.work()

    assert len(shop.dintero.inbox) == 3


async def test_sending_again_counts_too_and_the_form_keeps_what_was_typed(shop):
    await issues(shop, 2)
    await shop.later(minutes=1)
    await sends(shop, await opens(shop, "Send again…"))
    await shop.later(minutes=1)

    form = await opens(shop, "Send again…")
    await sends(shop, form, Mobile_number="99876543")

    assert len(shop.dintero.inbox) == 3
    assert OVER in form.errors["phone"]
    assert form.values["phone"] == "99876543"
    assert "cancelled" not in card(shop)


async def test_changing_an_order_counts_too_and_cancels_nothing(shop):
    await issues(shop, 3)

    form = await opens(shop, "Change order…")
    await sends(shop, form, **{"What for": "Hitch, fitted"})

    assert len(shop.dintero.inbox) == 3
    assert OVER in form.errors["phone"]
    assert form.values["text:1"] == "Hitch, fitted"
    assert lines(shop) == []


async def test_a_button_that_sends_says_when_it_is_possible(shop):
    """*Customer hung up* has no form."""
    await issues(shop, 2)
    await shop.issues("249,50 91234567 Tow bar #4711 phone")
    await shop.later(minutes=2)

    await shop.presses("Customer hung up → 1 day")

    assert OVER in whispers(shop)[-1]
    assert "The next one is possible in" in whispers(shop)[-1]
    assert len(shop.dintero.inbox) == 3


async def test_too_soon_and_too_many_keep_what_was_typed(database):
    async with opened_shop(database, account="P12345678") as shop:
        await shop.issues()
        form = await opens(shop, "Send again…")

        await sends(shop, form, Mobile_number="99876543")

        assert "less than a minute old" in form.errors["phone"]
        assert form.values["phone"] == "99876543"


@pytest.mark.parametrize("limit", [0])
async def test_no_limit_is_no_limit(database, limit):
    async with opened_shop(database, account="P12345678", paylink_messages_per_hour=limit) as shop:
        await issues(shop, 5)

        assert len(shop.dintero.inbox) == 5
