"""Bad input comes back on the right fields, all at once, in plain words; nothing typed is lost."""

import pytest

from tests.stories import database
from tests.stories.lining import edits, has_lines, opens_line, opens_lines, removes, saves, types

GOOD = "249,50 91234567 Tow bar #4711 7d"


async def submitted(shop, form):
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    return form


async def corrected(shop, form, typed):
    """Mend what is wrong and press Send again; one link must come of it."""
    await shop.slack.fill(form, typed)
    await submitted(shop, form)
    assert "Ready to share" in form.read(), form.read()
    assert len(shop.writes("create")) == 1


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("text:1", "   ", "Say what the customer pays for."),
        ("text:1", "x" * 201, "At most 200 characters; this has 201."),
        ("text:1", "Tow\u202ebar", "There is an invisible character in the text. Type it again."),
        ("text:1", "Tow\u009dbar", "There is an invisible character in the text. Type it again."),
        ("text:1", "Tow \ud83d bar", "There is an invisible character in the text. Type it again."),
        ("price:1", "0", "Enter more than 0."),
        ("price:1", "0,00", "Enter more than 0."),
        ("price:1", "-249,50", "Enter more than 0."),
        ("price:1", "249,505", "“249,505” can be read two ways. Write it without the separator, or with two decimals."),
        ("price:1", "1249,505", "NOK has at most 2 decimals. Write it like 249,50."),
        ("price:1", "21474836,48", "At most 21474836,47 can be paid through one link."),
        ("price:1", "99999999999999999999", "At most 21474836,47 can be paid through one link."),
        ("price:1", "two hundred", "This is not an amount. Write it like 249,50 or 1 249,50."),
        ("price:1", "EUR 249", "This link is in NOK. Enter the price in NOK."),
        ("phone", "22 12 34 56", "This is not a mobile number, so it cannot get an SMS. Enter a mobile number."),
        ("phone", "1234", "No phone has this number."),
        ("phone", "Kari's", "This is not a phone number. Write it like 912 34 567 or +46 70 123 45 67."),
        ("reference", "47 11", "Use letters A–Z, digits and hyphens only, for example 4711 or PO-2231."),
        ("reference", "Å4711", "Use letters A–Z, digits and hyphens only, for example 4711 or PO-2231."),
        ("reference", "x" * 25, "At most 24 characters."),
    ],
)
async def test_a_wrong_field_is_named_in_plain_words_and_can_be_mended(shop, field, typed, words):
    form = await shop.opens_form(GOOD)
    good = form.values
    await shop.slack.fill(form, {field: typed})
    before = form.values

    await submitted(shop, form)

    assert form.errors.keys() == {field}
    assert form.errors[field].startswith(words)
    assert form.values == before, "nothing typed is lost"
    assert database.count(shop, "orders") == 0
    assert shop.writes("create") == []
    await corrected(shop, form, {field: good[field]})


async def test_everything_that_is_wrong_is_said_at_once(shop):
    form = await shop.opens_form("12h")
    await shop.slack.fill(
        form, {"phone": "123", "text:1": " ", "price:1": "gratis", "reference": "#!", "Pay within": "12 hours"}
    )
    shop.clock.pass_(hours=1)

    await submitted(shop, form)

    assert form.errors.keys() == {"phone", "text:1", "price:1", "reference"}
    good = {"phone": "91234567", "text:1": "Tow bar", "price:1": "249,50", "reference": "4711"}
    await corrected(shop, form, good)


async def test_everything_that_is_wrong_with_a_line_is_said_at_once(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    lines = await opens_lines(shop, form)
    line = await opens_line(shop, lines, "Add line")
    wrong = {"text:2": " ", "price:2": "1,2345", "quantity:2": "many", "other_vat:2": "a quarter"}
    await shop.slack.fill(line, wrong)
    before = line.values

    await saves(shop, line)

    assert line.errors.keys() == wrong.keys()
    assert line.values == before
    await types(shop, line, text="Wiring", price="100", quantity="2", other_vat="25")
    await saves(shop, line)
    await saves(shop, lines)
    await corrected(shop, form, {})
    assert shop.session()["order"]["amount"] == 24950 + 20000


@pytest.mark.parametrize(
    ("deadline", "words"),
    [
        ("0d", "This is in the past. Choose a later deadline."),
        ("2026-11-19", "This is in the past. Choose a later deadline."),
        ("2020-01-01", "This is in the past. Choose a later deadline."),
        ("31d", "A link is valid for at most 30 days. Choose an earlier deadline."),
        ("9999w", "A link is valid for at most 30 days. Choose an earlier deadline."),
        ("2026-13-01", "This is not a deadline. Write it like 7d, 12h or 2026-12-01."),
    ],
)
async def test_a_deadline_of_the_one_liner_that_cannot_be_comes_back_on_its_field(shop, deadline, words):
    form = await shop.opens_form(f"249,50 91234567 Tow bar #4711 {deadline}")

    await submitted(shop, form)

    field, better = ("date", "2026-11-27") if "date" in form.values else ("deadline", "1 week")
    assert form.errors == {field: words}
    await corrected(shop, form, {field: better})


async def test_a_deadline_that_passed_while_the_form_stood_open_comes_back(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 2026-11-20")
    shop.clock.pass_(hours=12)

    await submitted(shop, form)

    assert form.errors == {"date": "This is in the past. Choose a later deadline."}


async def test_the_lines_together_stay_within_what_can_be_carried(shop):
    form = await shop.opens_form("21474836,47 91234567 House #4711")
    await has_lines(shop, form, ("Doormat", "0,01", {}))

    await submitted(shop, form)

    assert form.errors == {"phone": "Price of line 2: Together the lines are more than 21474836,47."}
    lines = await opens_lines(shop, form)
    await removes(shop, lines, "2")
    await saves(shop, lines)
    await corrected(shop, form, {})
    assert shop.session()["order"]["amount"] == 2**31 - 1


async def test_a_quantity_that_makes_too_much_of_a_price_comes_back_on_the_price(shop):
    form = await shop.opens_form("20000000 91234567 House #4711")
    line = await edits(shop, await opens_lines(shop, form), "1", quantity="2")

    assert line.errors == {"price:1": "Quantity times price must be more than 0 and at most 21474836,47."}


async def test_a_currency_without_decimals_takes_none(shop):
    shop_currency = {"paylink_currency": "ISK", "paylink_country": "IS"}
    await shop.restart(**shop_currency)
    form = await shop.opens_form("+3546111234 Hestur #4711")
    await shop.slack.fill(form, {"price:1": "249,50"})

    await submitted(shop, form)

    assert form.errors == {"price:1": "ISK has no decimals. Write it like 249."}


async def test_what_a_person_types_cannot_call_the_channel(shop):
    """`<!channel>` in a text is words, not a call (Slack reference §1)."""
    form = await shop.opens_form("249,50 91234567 #4711")
    await shop.slack.fill(form, {"text:1": "<!channel> *free* <https://evil.example|click> & more"})
    await submitted(shop, form)

    assert shop.session()["order"]["items"][0]["description"] == "<!channel> *free* <https://evil.example|click> & more"
    assert "<!channel> *free* <https://evil.example|click> & more" in shop.card.read()
    assert "<!channel>" not in shop.card.text
