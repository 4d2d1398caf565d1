"""Methods, profile and app link: what is chosen is what the customer gets, and how it travels is said before."""

import pytest

from tests.stories.browsing import page_of
from tests.stories.choosing import BY_VIPPS, WORKSHOP, asked, chooses, issues, much_to_choose, opens_more, sends
from tests.stories.shop import opened_shop
from tests.stories.till import card, lines, opens, plain, whispers

PUSH = "Vipps is the only way to pay, so it goes out as a push in the Vipps app instead of an SMS."


@pytest.fixture(params=["merges", "replaces"])
async def shop(request, database):
    """Both readings of how a session's methods and its profile's come together (Dintero reference §4.5)."""
    async with much_to_choose(database, request.param) as shop:
        yield shop


@pytest.fixture
async def vipps_shop(database):
    """A shop whose profile has Vipps and nothing else."""
    async with opened_shop(database, account="P12345678", paylink_methods="vipps") as shop:
        shop.dintero.profiles["default"] = {"configuration": BY_VIPPS, "sms": False}
        yield shop
        assert shop.slack.complaints == []


# -- payment methods


async def test_the_customer_pays_with_what_the_profile_has_unless_somebody_chooses(shop):
    await issues(shop)

    assert asked(shop)["configuration"].keys() == {"auto_capture", "publish"}
    assert len(shop.dintero.methods(shop.session())) == 6


async def test_what_was_chosen_is_all_that_the_customer_is_offered(shop):
    """Under both readings of how an override merges."""
    await issues(shop, methods=["Card", "Klarna"])

    assert set(shop.dintero.methods(shop.session())) == {"dintero_psp.creditcard", "payex.creditcard", "klarna.klarna"}
    assert [message.channel for message in shop.dintero.inbox] == ["sms"]


async def test_a_single_wallet_makes_a_push_and_the_form_says_so_before_sending(shop):
    form = await opens_more(shop)
    await chooses(shop, form, methods=["Vipps", "Card"])
    assert PUSH not in plain(form)

    await chooses(shop, form, methods=["Vipps"])
    assert PUSH in plain(form)

    await sends(shop, form)
    assert [message.channel for message in shop.dintero.inbox] == ["push"]
    assert "It went out as a push in the Vipps app." in plain(form)
    assert "It went out as a push in the Vipps app." in card(shop)


async def test_a_push_that_does_not_arrive_is_called_a_push(shop):
    shop.dintero.unreachable.add("+4791234567")

    form = await issues(shop, methods=["Vipps"])

    assert "The push was not delivered" in plain(form)
    assert "The push was not delivered" in card(shop)
    assert "SMS" not in "\n".join([plain(form), card(shop), *lines(shop)])


async def test_methods_that_were_ticked_by_mistake_can_all_be_unticked(shop):
    """In a redrawn form a choice that was emptied and one that was lost look alike (Slack reference §8)."""
    form = await opens_more(shop)
    await chooses(shop, form, methods=["Vipps"])
    await chooses(shop, form, methods=[])

    await sends(shop, form)

    assert len(shop.dintero.methods(shop.session())) == 6


async def test_where_the_shop_takes_one_wallet_only_the_first_view_says_that_it_is_a_push(vipps_shop):
    shop = vipps_shop
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    assert PUSH in plain(form)

    await sends(shop, form)

    assert asked(shop)["configuration"]["vipps"] == {"enabled": True}
    assert [message.channel for message in shop.dintero.inbox] == ["push"]
    assert "push in the Vipps app" in card(shop)


async def test_a_link_that_is_sent_again_keeps_its_methods_its_profile_and_its_terms(shop):
    await issues(shop, methods=["Card"], profile="Workshop", delivery="Just give me the link")

    await shop.later(minutes=2)
    await shop.presses("Send again…")
    await sends(shop, shop.slack.modals(shop.kari)[-1])

    again = asked(shop)
    assert again["order"]["merchant_reference"] == "4711-2"
    assert again["profile_id"] == WORKSHOP
    assert again["configuration"]["dintero_psp"] == {"creditcard": {"enabled": True}}
    assert again["configuration"]["vipps"] == {"enabled": False}
    assert again["url"]["merchant_terms_url"] == "https://shop.example.com/terms"


async def test_a_method_that_is_taken_from_the_settings_before_the_link_is_made_makes_none(shop):
    """The session would offer what nobody chose."""
    form = await opens_more(shop)
    await chooses(shop, form, methods=["Swish"])
    await shop.slack.submit(shop.kari, form)
    await shop.restart(paylink_methods="vipps, klarna.klarna")

    await shop.work()

    assert shop.writes("create") == []
    assert "Swish is not among the shop's payment methods any more." in card(shop)


async def test_the_preview_says_with_what_it_is_paid_and_that_it_is_a_push(shop):
    form = await opens_more(shop)
    await chooses(shop, form, methods=["Vipps"])

    await shop.slack.click(shop.kari, form, "Preview")
    await shop.bot.owned.settled()

    preview = plain(shop.slack.modals(shop.kari)[-1])
    assert "Payment methods\nVipps" in preview
    assert "Dintero sends a push" in preview
    assert "cannot be sent" not in preview


# -- profiles


async def test_another_profile_can_be_chosen_and_the_usual_one_is_preset(shop):
    form = await opens_more(shop)
    assert form.values["profile"] == "Web shop"

    await chooses(shop, form, profile="Workshop", delivery="Just give me the link")
    await sends(shop, form)

    assert asked(shop)["profile_id"] == WORKSHOP


async def test_the_usual_profile_is_not_said_to_be_another_because_the_form_shows_it(shop):
    await issues(shop, delivery="Just give me the link")
    await shop.later(minutes=2)

    form = await opens(shop, "Change order…")
    await chooses(shop, form, **{"price:1": "300"})
    await sends(shop, form)

    [replaced] = [line for line in lines(shop) if "4711-2 replaces 4711" in line]
    assert "profile" not in replaced
    assert "300,00" in replaced


async def test_what_is_left_to_the_profile_is_sent_once_and_said_to_be_the_profiles(shop):
    form = await issues(shop, profile="Workshop", delivery="Leave it to the payment profile")

    assert "publish" not in asked(shop)["configuration"]
    assert len(shop.dintero.inbox) == 1
    assert "The payment profile sends it, the way it is set up at Dintero." in plain(form)
    assert "The payment profile sends it, the way it is set up at Dintero." in card(shop)


async def test_what_is_left_to_the_profile_needs_a_number(shop):
    form = await issues(shop, delivery="Leave it to the payment profile", phone="")

    assert form.errors.keys() == {"phone"}
    assert shop.writes("create") == []


# -- what is handed over


@pytest.mark.parametrize(
    ("delivery", "ours"),
    [
        ("Send it by SMS or push", False),
        ("Send it by e-mail", True),
        ("Just give me the link", True),
        ("Show a QR code", True),
        ("Leave it to the payment profile", False),
    ],
)
async def test_whoever_gets_a_bare_address_sees_our_page_first(shop, delivery, ours):
    await issues(shop, email="kari@example.com", delivery=delivery)

    await shop.presses("Show link")

    shown = whispers(shop)[-1]
    assert (page_of(shop) in shown, shop.dintero.url_of(shop.session()) in shown) == (ours, not ours)


# -- the app link


async def test_an_app_link_is_the_wallets_own_address_and_is_handed_over(shop):
    form = await issues(shop, methods=["Vipps"], delivery="Give me the app link", phone="")

    assert asked(shop)["configuration"]["channel"] == "hosted"
    assert "publish" not in asked(shop)["configuration"]
    assert shop.session()
    assert shop.dintero.inbox == []
    address = shop.dintero.url_of(shop.session())
    assert address.startswith("vipps://")
    assert address in form.read()
    assert "The link opens Vipps on the customer's phone." in plain(form)
    await shop.presses("Show link")
    assert address in whispers(shop)[-1]


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({}, "methods"),
        ({"methods": ["Vipps", "Card"]}, "methods"),
        ({"methods": ["Swish"]}, "methods"),
        ({"methods": ["Vipps"], "address": "Collect in shop · free"}, "address"),
    ],
)
async def test_an_app_link_that_could_open_nothing_is_refused_beside_its_field(shop, chosen, field):
    form = await issues(shop, **chosen, delivery="Give me the app link")

    assert form.errors.keys() == {field}
    assert shop.writes("create") == []


async def test_an_app_link_can_be_paid(shop):
    await issues(shop, methods=["Vipps"], delivery="Give me the app link")

    shop.dintero.pay(shop.session()["id"])
    await shop.dintero_calls_back()

    assert "Reserved" in card(shop)
