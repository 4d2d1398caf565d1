"""What people type and paste into a command, a form and a message: read as they meant it, or left to them."""

import pytest

from tests.stories import database
from tests.stories.shop import opened_shop
from tests.stories.test_shortcuts import asked, from_message


async def submitted(shop, form, **typed):
    await shop.slack.fill(form, typed)
    await shop.slack.submit(shop.kari, form)
    await shop.work()


async def test_a_message_with_a_thin_space_in_its_amount_gives_the_whole_amount(shop):
    form = await from_message(shop, asked(shop, "kr 1\u2009249 til 91234567"))

    assert (form.values["price:1"], form.values["phone"]) == ("1249,00", "+4791234567")


async def test_a_message_that_says_enough_is_no_price(shop):
    form = await from_message(shop, asked(shop, "Vi trenger nok 3 stk"))

    assert form.values["price:1"] == ""


@pytest.mark.parametrize("typed", ["91234567, 93456789", "91234567; 93456789", "91234567#93456789"])
async def test_of_two_numbers_in_the_field_none_gets_the_message(shop, typed):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    await submitted(shop, form, **{"Mobile number": typed})

    assert form.errors == {"phone": "Write one number only."}
    assert shop.writes("create") == []


async def test_an_amount_pasted_with_an_invisible_character_is_taken_as_it_looks(shop):
    form = await shop.opens_form("91234567 Tow bar #4711")
    await submitted(shop, form, **{"price:1": "249,50\u200b"})

    assert shop.session()["order"]["amount"] == 249_50


async def test_an_email_address_in_the_command_is_where_the_link_goes(shop):
    form = await shop.opens_form("249,50 Tow bar kari@example.com #4711")

    assert (form.values["email"], form.values["delivery"]) == ("kari@example.com", "Send it by e-mail")
    assert (form.values["text:1"], form.values["price:1"]) == ("Tow bar", "249,50")
    await submitted(shop, form)
    assert "kari@example.com" not in shop.card.read() + shop.card.text
    assert b"kari@" not in database.raw(shop)


async def test_a_phone_number_behind_the_goods_is_the_customers_and_no_text(shop):
    form = await shop.opens_form("249,50 Tow bar 91234567 #4711")
    await submitted(shop, form)

    assert "Ready to share" in shop.card.read()
    assert "91234567" not in shop.card.read()
    assert shop.session()["order"]["items"][0]["description"] == "Tow bar"


async def test_a_second_phone_number_does_not_land_on_the_card(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar, he is on 41234567 #4711")

    assert form.values["phone"] == "+4791234567"
    assert "41234567" not in form.values["text:1"]
    await submitted(shop, form)
    assert "Tow bar, he is on" in shop.card.read()
    assert "41234567" not in shop.card.read()


async def test_a_command_that_could_not_be_read_whole_stands_in_the_form(shop):
    """One word in the wrong place, and number and amount would be gone from the screen."""
    form = await shop.opens_form("249,50 91234567 2 <tyres> #4711")

    assert (form.values["price:1"], form.values["phone"], form.values["reference"]) == ("", "", "4711")
    assert "What for: 249,50 91234567 2 <tyres> #4711" in form.read()
    await shop.slack.fill(form, {"price:1": "499"})
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    assert "What for: 249,50 91234567 2 <tyres> #4711" in form.read()
    await submitted(shop, form, **{"Mobile number": "91234567", "What for": "2 tyres"})
    assert "could be read" not in shop.card.read()
    assert "91234567" not in shop.card.read()


async def test_a_message_without_a_certain_amount_or_customer_says_so(shop):
    form = await from_message(shop, asked(shop, "Kunden betaler 400 eller 500 kr for ordre 4711"))
    assert form.values["price:1"] == ""
    form = await from_message(shop, asked(shop, "Kunden betaler 400 kr i dag og 500 kr i morgen for ordre 4711"))

    assert "Not found in the message with certainty: the price and the customer's number." in form.read()
    form = await from_message(shop, asked(shop, "500 kr til 91234567"))
    assert "Not found in the message" not in form.read()


async def test_an_email_address_in_a_message_is_taken_too(shop):
    form = await from_message(shop, asked(shop, "Send lenke til kari@example.com, 500 kr, ordre 4711"))

    assert (form.values["email"], form.values["delivery"]) == ("kari@example.com", "Send it by e-mail")
    assert form.values["price:1"] == "500,00"


@pytest.mark.parametrize("links", [True, False])
async def test_the_customer_reads_an_address_as_it_was_typed(shop, links):
    shop.slack.addresses_as_links = links
    form = await shop.opens_form("249,50 91234567 See shop.example/4711 & https://a.example/?b=1&c=2 #4711")
    await submitted(shop, form)

    [item] = shop.session()["order"]["items"]
    assert item["description"] == "See shop.example/4711 & https://a.example/?b=1&c=2"


@pytest.mark.parametrize("escaped", [True, False])
async def test_what_is_typed_into_a_form_reaches_the_customer_as_it_was_typed(shop, escaped):
    shop.slack.modal_inputs_escaped = escaped
    form = await shop.opens_form("249,50 #4711 qr")
    typed = {"What for": "Nuts & <bolts>, see shop.example/4711", "Note": "R&D"}
    await submitted(shop, form, **typed)

    assert "Ready to share" in form.read(), form.read()
    [item] = shop.session()["order"]["items"]
    assert item["description"] == "Nuts & <bolts>, see shop.example/4711"


@pytest.mark.parametrize("escaped", [True, False])
async def test_an_email_address_in_a_form_is_one_whether_slack_escapes_it_or_not(shop, escaped):
    shop.slack.modal_inputs_escaped = escaped
    form = await shop.opens_form("249,50 Tow bar kari@example.com #4711")
    await submitted(shop, form, **{"Customer's e-mail": "ola@example.com"})

    assert shop.session()["customer"]["email"] == "ola@example.com"


async def test_a_family_of_emoji_and_a_persian_word_reach_the_customer(shop):
    form = await shop.opens_form("249,50 91234567 #4711")
    await submitted(shop, form, **{"What for": "Family 👨\u200d👩\u200d👧 می\u200cخواهم"})

    [item] = shop.session()["order"]["items"]
    assert item["description"] == "Family 👨\u200d👩\u200d👧 می\u200cخواهم"


@pytest.mark.parametrize("typed", ["249:-", "249.-", "249,\u2212"])
async def test_a_price_is_read_as_the_country_writes_it(shop, typed):
    form = await shop.opens_form(f"{typed} 91234567 Tow bar")

    assert form.values["price:1"] == "249,00"


async def test_a_hyphen_that_does_not_break_is_a_hyphen(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #PO\u20112231")
    await submitted(shop, form)

    assert database.statuses(shop) == [("PO-2231", "open")]


@pytest.mark.parametrize("goods", ["LED bulb 9W", "Consulting 2h"])
async def test_watts_and_hours_are_goods(shop, goods):
    form = await shop.opens_form(f"249,50 91234567 {goods}")

    assert (form.values["text:1"], form.values["deadline"]) == (goods, "1 week")


@pytest.mark.parametrize(("word", "delivery"), [("qr", "Show a QR code"), ("link", "Just give me the link")])
async def test_the_last_word_may_be_the_delivery(shop, word, delivery):
    form = await shop.opens_form(f"249,50 Tow bar #4711 {word}")

    assert (form.values["delivery"], form.values["text:1"]) == (delivery, "Tow bar")
    await submitted(shop, form)
    assert database.statuses(shop) == [("4711", "open")]


async def test_a_serbian_shop_asks_for_dinars_and_not_for_a_hundredth(database):
    async with opened_shop(database, paylink_currency="RSD") as shop:
        form = await shop.opens_form("2490 91234567 Tow bar #4711")
        await submitted(shop, form)

        assert shop.session()["order"]["amount"] == 2490_00
        assert "2\xa0490,00" in shop.card.read()
