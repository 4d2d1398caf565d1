"""Prices typed without VAT: multiplied first, VAT added, rounded once, and the same amount wherever it stands."""

from tests.stories.choosing import chooses, opens_more, sends
from tests.stories.lining import has_lines
from tests.stories.till import card, opens, plain


async def a_thousand_screws(shop):
    form = await opens_more(shop, "91234567 Screw #4711")
    await chooses(shop, form, **{"Prices are": "Excl. VAT"})
    await has_lines(shop, form, first={"quantity": "1000", "price": "0,10"})
    return form


async def test_a_thousand_screws_at_ten_ore_cost_125(shop):
    form = await a_thousand_screws(shop)
    assert "125,00 kr" in plain(form)
    await shop.slack.click(shop.kari, form, "Preview")
    await shop.bot.owned.settled()
    preview = shop.slack.modals(shop.kari)[-1]
    assert "125,00 kr" in plain(preview)
    assert "130,00" not in plain(preview)
    await shop.slack.close(preview)

    await sends(shop, form)

    order = shop.session()["order"]
    [item] = order["items"]
    assert (order["amount"], order["vat_amount"]) == (125_00, 25_00)
    assert (item["quantity"], item["amount"], item["vat_amount"]) == (1000, 125_00, 25_00)
    assert "125,00 kr" in card(shop)


async def test_the_order_is_changed_in_the_prices_that_were_typed(shop):
    await sends(shop, await a_thousand_screws(shop))
    await shop.later(minutes=2)

    form = await opens(shop, "Change order…")

    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    [prices] = [value for block, value in form.values.items() if block.startswith("prices")]
    assert prices == "Excl. VAT"
    assert "125,00 kr" in plain(form)
    await chooses(shop, form, Note="same screws")
    await sends(shop, form)
    assert shop.session()["order"]["amount"] == 125_00
