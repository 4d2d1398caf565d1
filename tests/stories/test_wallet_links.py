"""A push and an app link open in a wallet only, which may end them after minutes: said before, preset for that."""

from dataclasses import replace

import pytest

from sandbox.dintero.rules import RefusedError
from tests.stories.choosing import BY_VIPPS, chooses, issues, much_to_choose, opens_more, sends
from tests.stories.shop import opened_shop
from tests.stories.till import card, plain, whispers

SHORT = "Vipps may end it after 5 to 10 minutes, so the customer should pay at once."


@pytest.fixture(params=[0.0, 600.0], ids=["they live", "they die after ten minutes"])
async def shop(request, database):
    """What becomes of a wallet's link is UNCONFIRMED (Dintero reference §4.5): both, with words that hold for both."""
    async with much_to_choose(database, "merges") as shop:
        shop.dintero.switches = replace(shop.dintero.switches, wallet_link_life=request.param)
        yield shop


@pytest.fixture
async def vipps_shop(database):
    """A shop whose profile has Vipps and nothing else."""
    async with opened_shop(database, account="P12345678", paylink_methods="vipps") as shop:
        shop.dintero.profiles["default"] = {"configuration": BY_VIPPS, "sms": False}
        yield shop


def deadline(form):
    return next(value for block, value in form.values.items() if block.startswith("deadline"))


async def test_a_push_is_for_a_customer_on_the_phone_and_form_and_card_say_why(shop):
    form = await opens_more(shop)
    await chooses(shop, form, methods=["Vipps"])
    assert deadline(form) == "On the phone (30 minutes)"
    assert SHORT in plain(form)

    await sends(shop, form)
    await shop.later(minutes=15)
    await shop.presses("Refresh")

    assert "Vipps may end the push after 5 to 10 minutes, before the deadline." in card(shop)
    if shop.dintero.switches.wallet_link_life:
        with pytest.raises(RefusedError, match="EXPIRED"):
            shop.dintero.open(shop.session()["id"])
        await shop.presses("Send again…")
    else:
        shop.dintero.open(shop.session()["id"])


async def test_an_app_link_says_so_too(shop):
    form = await opens_more(shop)
    await chooses(shop, form, methods=["Vipps"], delivery="Give me the app link")
    assert deadline(form) == "On the phone (30 minutes)"
    assert SHORT in plain(form)

    await sends(shop, form)

    assert "Vipps may end the app link after 5 to 10 minutes" in plain(form)
    assert "Vipps may end the app link after 5 to 10 minutes" in card(shop)
    await shop.presses("Show link")
    assert "The link opens Vipps on the customer's phone." in whispers(shop)[-1]
    assert "Vipps may end the app link after 5 to 10 minutes" in whispers(shop)[-1]


async def test_with_other_methods_again_it_lives_as_long_as_before(shop):
    form = await opens_more(shop)
    await chooses(shop, form, methods=["Vipps"])
    await chooses(shop, form, methods=["Vipps", "Card"])

    assert deadline(form) == "1 week"
    assert SHORT not in plain(form)


async def test_a_deadline_that_somebody_chose_stays(shop):
    form = await opens_more(shop, "249,50 91234567 Tow bar #4711 1d")
    await chooses(shop, form, methods=["Vipps"])
    assert deadline(form) == "1 day"


async def test_a_deadline_chosen_for_a_push_stays(shop):
    form = await opens_more(shop)
    await chooses(shop, form, methods=["Vipps"])
    await chooses(shop, form, **{"Pay within": "1 week"})
    await sends(shop, form)

    ends = shop.session()["expires_at"]
    assert ends.startswith("2026-11-27")


async def test_a_link_that_is_paid_with_anything_says_nothing_of_it(shop):
    form = await issues(shop, methods=["Vipps", "Card"])

    assert "may end" not in plain(form) + card(shop)


async def test_where_the_shop_takes_one_wallet_the_first_view_is_preset(vipps_shop):
    form = await vipps_shop.opens_form("249,50 91234567 Tow bar")
    assert deadline(form) == "On the phone (30 minutes)"
    assert SHORT in plain(form)
    await vipps_shop.slack.close(form)

    typed = await vipps_shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    assert deadline(typed) == "1 week"
    await vipps_shop.slack.close(typed)

    mailed = await vipps_shop.opens_form("249,50 kari@example.com Tow bar #4711")
    assert deadline(mailed) == "1 week"
