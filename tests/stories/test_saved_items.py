"""What is sold again and again: kept by those allowed, found while typing; and the lines of the last order."""

import pytest

from sandbox.slack import Fault
from storage.items import Items
from tests.stories import database
from tests.stories.lining import adds, called, has_lines, opens_line, opens_lines, presses, rows, said, saves, types

TOW_BAR = "249,50 91234567 Tow bar #4711"
KEPT = "Tow bar · 249,50\xa0kr"


async def keeps(shop, text=TOW_BAR, person=None):
    """Issue nothing, but keep the line of the one-liner; its view."""
    lines = await opens_lines(shop, await shop.opens_form(text, person=person))
    line = await opens_line(shop, lines, "Edit")
    await types(shop, line, keep=["Keep as a saved item"])
    await saves(shop, line)
    return line


async def a_new_line(shop, text="91234567 #4712", person=None):
    form = await shop.opens_form(text, person=person)
    lines = await opens_lines(shop, form)
    return form, lines, await opens_line(shop, lines, "Add line")


async def search(shop, line, words=""):
    return await shop.slack.search(line, called(line, "item"), words)


async def test_people_of_another_organisation_are_offered_no_saved_items(shop):
    await keeps(shop)
    _, _, line = await a_new_line(shop)
    asked = {"type": "block_suggestion", "view": line.payload(), "value": "", "action_id": "v", "block_id": "item"}

    offered = {}
    for name in ("ola", "eve"):
        payload = shop.slack._base("block_suggestion", shop.people[name]) | asked
        offered[name] = (await shop.slack._interact(payload, "search")).body

    assert "Tow bar" in offered["ola"]
    assert "Tow bar" not in offered["eve"]


async def test_a_saved_item_is_found_by_everybody_and_fills_the_line(shop):
    await keeps(shop)
    form, lines, line = await a_new_line(shop, person=shop.people["ola"])
    assert await search(shop, line) == [KEPT], "the list opens at once"
    assert await search(shop, line, "BAR") == [KEPT]
    assert await search(shop, line, "hitch") == []
    await search(shop, line, "tow")
    await types(shop, line, quantity="2", item=KEPT)

    assert [line.values[called(line, kind)] for kind in ("text", "quantity", "price", "vat")] == [
        "Tow bar",
        "2",
        "249,50",
        "25 %",
    ]
    await saves(shop, line)
    assert rows(lines) == ["1. 2 × Tow bar · 499,00 kr · 25 %"]
    await saves(shop, lines)
    await shop.slack.submit(shop.people["ola"], form)
    await shop.work()
    assert shop.session("4712")["order"]["amount"] == 49900


async def test_a_filled_line_can_still_be_changed_and_is_filled_whole_although_slack_loses_presets(shop):
    await keeps(shop)
    _, lines, line = await a_new_line(shop)
    await search(shop, line)
    await types(shop, line, item=KEPT)
    await types(shop, line, price="199")

    await saves(shop, line)

    assert rows(lines) == ["1. 1 × Tow bar · 199,00 kr · 25 %"]


async def test_an_item_comes_without_vat_where_prices_are_typed_so(shop):
    await keeps(shop, "125 91234567 Tow bar #4711")
    form = await shop.opens_form("91234567 #4712")
    await presses(shop, form, "More…")
    await types(shop, form, prices="Excl. VAT")
    line = await opens_line(shop, await opens_lines(shop, form), "Add line")
    [found] = await search(shop, line)

    await types(shop, line, item=found)

    assert line.values[called(line, "price")] == "100,00"


async def test_items_of_another_currency_are_not_offered(shop):
    await keeps(shop)
    form = await shop.opens_form("91234567 #4712")
    await presses(shop, form, "More…")
    await types(shop, form, currency="SEK")

    line = await opens_line(shop, await opens_lines(shop, form), "Add line")

    assert await search(shop, line) == []


async def test_a_search_that_fails_offers_nothing_and_the_line_is_typed(shop, monkeypatch):
    await keeps(shop)
    _, lines, line = await a_new_line(shop)

    async def fall_over(*_, **__):
        raise RuntimeError("fell over")

    monkeypatch.setattr(Items, "find_items", fall_over)
    assert await search(shop, line) == []
    await types(shop, line, text="Wiring", price="100")
    await saves(shop, line)
    assert rows(lines) == ["1. 1 × Wiring · 100,00 kr · 25 %"]


@pytest.mark.parametrize("allowed", ["*", ""])
async def test_everybody_keeps_items_unless_people_are_named(shop, allowed):
    await shop.restart(paylink_money_users=allowed)

    await keeps(shop)

    assert database.count(shop, "item") == 1


async def test_only_the_people_trusted_with_money_keep_items_once_they_are_named(shop):
    await shop.restart(paylink_money_users=shop.people["ola"].id)

    line = await keeps(shop)

    sentence = line.errors[called(line, "keep")]
    assert sentence.startswith("Only the people trusted with money here keep and remove saved items.")
    assert database.count(shop, "item") == 0
    await types(shop, line, keep=[])
    await saves(shop, line)
    assert line.closed, "the line itself is saved"
    await keeps(shop, person=shop.people["ola"])
    assert database.count(shop, "item") == 1


async def test_saved_items_are_listed_and_removed(shop):
    await keeps(shop)
    await keeps(shop, "100 91234567 Wiring")
    await shop.slack.command(shop.kari, shop.sales, "/paylink", "items")
    await shop.bot.owned.settled()
    [told] = shop.slack.ephemerals(shop.kari)
    assert "Tow bar · 249,50 kr incl. 25 % VAT" in told.read().replace("\xa0", " ")
    assert "Saved items (2)" in told.read()

    await shop.slack.click(
        shop.kari, told, "Remove", value=next(one["accessory"]["value"] for one in told.blocks if "accessory" in one)
    )
    await shop.bot.owned.settled()

    assert "Tow bar" not in told.read()
    assert "Wiring" in told.read()
    assert database.count(shop, "item") == 1


async def test_the_list_shows_twenty_and_says_how_many_more(shop):
    lines = await opens_lines(shop, await shop.opens_form("91234567"))
    for n in range(1, 21):
        await adds(shop, lines, f"Bolt {n:02}", "10", keep=["Keep as a saved item"])
    await keeps(shop)

    await shop.slack.command(shop.kari, shop.sales, "/paylink", "items")
    await shop.bot.owned.settled()

    [told] = shop.whispers()
    assert told.count("Bolt") == 20
    assert "+1 more" in told


async def test_people_who_may_not_remove_items_see_the_list_without_buttons(shop):
    await keeps(shop)
    await shop.restart(paylink_money_users=shop.people["ola"].id)

    await shop.slack.command(shop.kari, shop.sales, "/paylink", "items")
    await shop.bot.owned.settled()

    [told] = shop.slack.ephemerals(shop.kari)
    assert told.buttons == []


async def test_a_list_of_before_removes_nothing_for_who_may_not_any_more(shop):
    await keeps(shop)
    await shop.slack.command(shop.kari, shop.sales, "/paylink", "items")
    await shop.bot.owned.settled()
    [told] = shop.slack.ephemerals(shop.kari)
    await shop.restart(paylink_money_users=shop.people["ola"].id)

    await shop.slack.click(shop.kari, told, "Remove")
    await shop.bot.owned.settled()

    assert database.count(shop, "item") == 1
    assert "Only the people trusted with money here keep and remove saved items." in shop.whispers()[-1]


async def test_the_last_order_fills_the_lines_and_nothing_else(shop):
    form = await shop.opens_form(TOW_BAR)
    await has_lines(shop, form, ("Fitting", "900", {"quantity": "1,5", "other_vat": "12,5"}))
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    form = await shop.opens_form("92345678 #4712")
    lines = await opens_lines(shop, form)

    await presses(shop, lines, "Use last order")

    assert rows(lines) == ["1. 1 × Tow bar · 249,50 kr · 25 %", "2. 1,5 × Fitting · 1 350,00 kr · 12,5 %"]
    await saves(shop, lines)
    assert (form.values["phone"], form.values["reference"]) == ("+4792345678", "4712")
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert shop.session("4712")["order"]["amount"] == 24950 + 135000


async def test_the_last_order_brings_its_currency(shop):
    form = await shop.opens_form(TOW_BAR)
    await presses(shop, form, "More…")
    await types(shop, form, currency="SEK")
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    form = await shop.opens_form("92345678 #4712")
    await presses(shop, form, "More…")
    await types(shop, form, currency="EUR")
    await types(shop, form, prices="Excl. VAT")
    lines = await opens_lines(shop, form)

    await presses(shop, lines, "Use last order")
    await saves(shop, lines)

    assert "Price incl. VAT (SEK)" in said(form)
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert (shop.session("4712")["order"]["currency"], shop.session("4712")["order"]["amount"]) == ("SEK", 24950)


async def test_without_a_last_order_it_says_so(shop):
    await shop.issues(TOW_BAR, person=shop.people["ola"])
    lines = await opens_lines(shop, await shop.opens_form(TOW_BAR.replace("4711", "4712")))

    await presses(shop, lines, "Use last order")

    assert "You have not issued an order here yet." in said(lines)
    assert rows(lines) == ["1. 1 × Tow bar · 249,50 kr · 25 %"]


async def test_a_line_whose_filling_got_lost_is_saved_as_it_stands_there(shop):
    """What is seen is what is saved: the item never came onto the screen."""
    await keeps(shop)
    _, lines, line = await a_new_line(shop)
    await types(shop, line, text="Wiring", price="100")
    await search(shop, line)
    shop.slack.faults.add("views.update", Fault.status(500))
    await types(shop, line, item=KEPT)

    await saves(shop, line)

    assert rows(lines) == ["1. 1 × Wiring · 100,00 kr · 25 %"]


async def test_a_filled_line_is_remembered_where_slack_does_not_repeat_its_presets(shop):
    """Nobody promises that a payload's blocks carry the presets; what was stored fills the gaps."""
    await keeps(shop)
    _, lines, line = await a_new_line(shop)
    await search(shop, line)
    await types(shop, line, item=KEPT)
    payload = shop.slack._base("view_submission", shop.kari, line) | {"view": line.payload(), "response_urls": []}
    for block in payload["view"]["blocks"]:
        for name in ("initial_value", "initial_option"):
            block["element"].pop(name, None)

    await shop.slack._submit(line, payload)
    await shop.bot.owned.settled()

    assert rows(lines) == ["1. 1 × Tow bar · 249,50 kr · 25 %"]
