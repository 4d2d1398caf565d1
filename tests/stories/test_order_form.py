"""Behind *More…*: a note, an e-mail address, prices without VAT, another currency, and how long the link lives."""

from datetime import datetime, timedelta

import pytest

from sandbox.dintero import Fault


async def more(shop, text="249,50 91234567 Tow bar #4711 7d"):
    form = await shop.opens_form(text)
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    return form


async def send(shop, form):
    await shop.slack.submit(shop.kari, form)
    await shop.work()


async def fill(shop, form, typed):
    await shop.slack.fill(form, typed)
    await shop.bot.owned.settled()


async def test_a_note_stands_in_the_thread_and_the_customer_never_sees_it(shop):
    form = await more(shop)
    await fill(shop, form, {"Note": "Called *twice*, <!channel> wants it by Friday"})
    await send(shop, form)

    assert shop.lines == ["📝 @kari:\nCalled *twice*, <!channel> wants it by Friday"]
    assert "Friday" not in str([exchange.body for exchange in shop.dintero.log])


async def test_the_customers_email_address_goes_to_dintero_with_the_order(shop):
    form = await more(shop)
    await fill(shop, form, {"Customer's e-mail": "ola.nordmann@example.com"})
    await send(shop, form)

    assert shop.session()["customer"] == {"phone_number": "+4791234567", "email": "ola.nordmann@example.com"}
    assert "ola.nordmann" not in str([message.snapshot() for message in shop.sales.posted])


async def test_a_wrong_email_address_is_refused_beside_its_field_and_nothing_is_lost(shop):
    form = await more(shop)
    await fill(shop, form, {"Customer's e-mail": "ola", "Note": "By Friday"})
    await send(shop, form)

    assert form.errors == {"email": "This is not an e-mail address. Write it like kari@example.com."}
    assert (form.values["email"], form.values["note"]) == ("ola", "By Friday")


async def test_prices_without_vat_become_prices_with_it(shop):
    form = await more(shop, "100 91234567 Tow bar #4711 7d")
    await fill(shop, form, {"Prices are": "Excl. VAT"})
    assert "Price excl. VAT (NOK)" in form.read()
    assert "Total so far: 125,00 kr, of which VAT: 25 % 25,00 kr." in form.read().replace("\xa0", " ")
    await send(shop, form)

    order = shop.session()["order"]
    assert (order["amount"], order["vat_amount"], order["items"][0]["vat"]) == (12500, 2500, 25)
    assert "125,00 kr" in shop.card.read().replace("\xa0", " ")


async def test_a_link_may_be_in_another_currency(shop):
    form = await more(shop)
    await fill(shop, form, {"Currency": "SEK"})
    assert "Price incl. VAT (SEK)" in form.read()
    await send(shop, form)

    assert shop.session()["order"]["currency"] == "SEK"
    assert "249,50 SEK" in shop.card.read().replace("\xa0", " ")


@pytest.mark.parametrize(
    ("words", "lives"),
    [
        ("30 minutes", timedelta(minutes=30)),
        ("1 hour", timedelta(hours=1)),
        ("1 day", timedelta(days=1)),
        ("1 month", timedelta(days=30)),
    ],
)
async def test_a_link_lives_as_long_as_was_chosen(shop, words, lives):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711")
    await fill(shop, form, {"Pay within": words})
    await send(shop, form)

    assert datetime.fromisoformat(shop.session()["expires_at"]) - shop.clock.now() == pytest.approx(
        lives, abs=lives / 9
    )


async def test_a_link_that_is_sent_again_lives_its_whole_time_from_then(shop):
    """The deadline is computed at each create: an hour later the second link still has its day."""
    shop.dintero.faults.add("create", Fault.status(400))
    await shop.issues("249,50 91234567 Tow bar #4711 1d")
    await shop.later(hours=1)
    await shop.presses("Send again")

    until = datetime.fromisoformat(shop.session("4711-2")["expires_at"])
    assert until - shop.clock.now() > timedelta(hours=23, minutes=50)
