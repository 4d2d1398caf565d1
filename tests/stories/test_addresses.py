"""What the customer is told and asked besides paying: an address, the terms; and who learns their name."""

import json

import pytest

from tests.stories import database
from tests.stories.choosing import asked, issues, much_to_choose, opens_more, sends
from tests.stories.till import captures_part, card, done, lines, plain, refunds, whispers

DELIVERED = "Home delivery · 99,00\N{NO-BREAK SPACE}kr"
COLLECTED = "Collect in shop · free"
HOME = {"first_name": "Kari", "address_line": "Storgata 1", "postal_code": "0155", "postal_place": "Oslo"}


@pytest.fixture
async def shop(database):
    async with much_to_choose(database, "merges") as shop:
        yield shop


async def test_an_address_costs_what_its_option_costs_and_the_form_adds_it_up(shop):
    form = await opens_more(shop)
    await shop.slack.fill(form, {"address": DELIVERED})
    await shop.bot.owned.settled()
    assert "Total so far: 348,50 kr" in plain(form)

    await sends(shop, form)

    body = asked(shop)
    assert body["order"]["amount"] == 34850 == sum(item["amount"] for item in body["order"]["items"])
    assert [option["amount"] for option in body["express"]["shipping_options"]] == [0]
    assert "348,50 kr" in card(shop)
    assert "Home delivery" in card(shop)


async def test_what_is_previewed_and_read_aloud_holds_what_the_address_costs(shop):
    form = await opens_more(shop)
    await shop.slack.fill(form, {"address": DELIVERED})
    await shop.bot.owned.settled()
    assert "You will get an SMS with a link to pay 348,50 kr" in plain(form)

    await shop.slack.click(shop.kari, form, "Preview")
    await shop.bot.owned.settled()

    preview = plain(shop.slack.modals(shop.kari)[-1])
    assert "asks the customer to pay 348,50 kr" in preview
    assert "Typed by the customer: Home delivery · 99,00 kr" in preview
    assert "Total: 348,50 kr" in preview
    assert "cannot be sent" not in preview


async def an_addressed_order(shop, option=DELIVERED):
    await issues(shop, address=option)
    shop.dintero.open(shop.session()["id"])
    shop.dintero.give_address(shop.session()["id"], **HOME)
    shop.dintero.pay(shop.session()["id"], "vipps")
    await shop.dintero_calls_back()


async def test_an_order_with_an_address_is_reserved_captured_and_refunded_to_the_last_ore(shop):
    """The transaction has one item more than the order, which is worth nothing (Dintero reference §4.7)."""
    await an_addressed_order(shop)
    assert "Reserved · 348,50 kr" in card(shop)

    await shop.presses("Capture")
    assert "Paid · 348,50 kr" in card(shop)
    await refunds(shop)

    assert "Refunded · 348,50 kr" in card(shop)
    assert (done(shop, "CAPTURE"), done(shop, "REFUND")) == ([34850], [34850])
    named = [
        {item["line_id"] for item in one.body["items"]} for kind in ("capture", "refund") for one in shop.writes(kind)
    ]
    assert named == [{"1", "shipping"}] * 2


async def test_what_the_address_costs_can_be_captured_by_itself(shop):
    await an_addressed_order(shop)

    await captures_part(shop, Lines=["Home delivery"])

    assert done(shop, "CAPTURE") == [9900]


async def test_a_colleagues_capture_in_backoffice_names_the_extra_item_and_confuses_nothing(shop):
    await an_addressed_order(shop)

    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()
    assert "Paid · 348,50 kr" in card(shop)
    await refunds(shop)

    assert done(shop, "REFUND") == [34850]


async def test_an_address_that_costs_nothing_adds_no_line(shop):
    await an_addressed_order(shop, COLLECTED)

    assert "Reserved · 249,50 kr" in card(shop)
    assert len(asked(shop)["order"]["items"]) == 1


async def test_another_currency_has_no_price_for_the_address(shop):
    form = await issues(shop, currency="SEK", address=DELIVERED)

    assert form.errors == {
        "address": "Home delivery costs 99,00 NOK, and this link is in SEK. Choose NOK, or no address."
    }


async def test_an_address_is_paid_for_once_when_the_order_is_requested_again(shop):
    await issues(shop, address=DELIVERED)
    await shop.presses("Cancel link")
    await shop.presses("Request again…")
    form = shop.slack.modals(shop.kari)[-1]
    assert "Total so far: 348,50 kr" in plain(form)

    await sends(shop, form)

    assert asked(shop)["order"]["amount"] == 34850


# -- name and terms


async def test_the_customers_name_is_shown_to_whoever_asks_for_the_link_and_nowhere_else(shop, journal):
    form = await issues(shop, name="Kari Nordmann")

    await shop.presses("Show link")

    assert "Give it to Kari Nordmann only." in whispers(shop)[-1]
    assert "Nordmann" not in "\n".join([plain(form), card(shop), *lines(shop)])
    assert "Nordmann" not in json.dumps(asked(shop))
    assert "Nordmann" not in journal()
    assert not any(b"Nordmann" in kept for kept in database.raw(shop).values())


async def test_the_shops_terms_go_along_unless_others_are_typed(shop):
    form = await issues(shop)
    assert asked(shop)["url"]["merchant_terms_url"] == "https://shop.example.com/terms"

    form = await issues(shop, "249,50 91234567 Tow bar #4712", terms="http://shop.example.com")
    assert form.errors.keys() == {"terms"}
    await shop.slack.fill(form, {"terms": "https://other.example/terms"})
    await sends(shop, form)

    assert asked(shop)["url"]["merchant_terms_url"] == "https://other.example/terms"


async def test_a_mail_without_an_address_is_refused_beside_its_field(shop):
    form = await issues(shop, delivery="Send it by e-mail")

    assert form.errors.keys() == {"email"}
