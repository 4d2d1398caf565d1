"""Behind *Lines…*: up to twenty lines that come, change and go, and what they come to.

The sandbox's Slack has the old defect switched on: once a form was redrawn, a field that was preset and never
touched reports nothing (Slack reference §8).
"""

import pytest

from sandbox.slack import Fault
from tests.stories.lining import (
    adds,
    edits,
    has_lines,
    opens_line,
    opens_lines,
    presses,
    removes,
    rows,
    said,
    saves,
    top,
    types,
)

TOW_BAR = "249,50 91234567 Tow bar #4711"


async def send(shop, form):
    await shop.slack.submit(shop.kari, form)
    await shop.work()


def sold(shop, reference="4711"):
    """What Dintero was told of each line."""
    items = shop.session(reference)["order"]["items"]
    return [(item["description"], item["quantity"], item["amount"], item["vat"]) for item in items]


def amount(shop, reference="4711"):
    return shop.session(reference)["order"]["amount"]


async def test_the_line_of_the_form_stands_on_the_list(shop):
    form = await shop.opens_form(TOW_BAR)
    await shop.slack.fill(form, {"What for": "Tow bar, fitted", "VAT": "15 %"})

    lines = await opens_lines(shop, form)

    assert rows(lines) == ["1. 1 × Tow bar, fitted · 249,50 kr · 15 %"]
    assert "Total so far: 249,50 kr, of which VAT: 15 % 32,54 kr." in said(lines)


async def test_an_empty_list_says_what_to_do(shop):
    lines = await opens_lines(shop, await shop.opens_form())

    assert "No lines yet. Add the first one, or take those of the last order" in said(lines)
    assert lines.buttons == ["Add line", "Use last order"]


async def test_a_line_that_is_added_stands_on_the_list_and_in_the_form(shop):
    form = await shop.opens_form(TOW_BAR)
    lines = await opens_lines(shop, form)

    await adds(shop, lines, "Wiring", "100", quantity="2", vat="15 %")

    assert top(shop, shop.kari) is lines
    assert rows(lines) == ["1. 1 × Tow bar · 249,50 kr · 25 %", "2. 2 × Wiring · 200,00 kr · 15 %"]
    assert "Total so far: 449,50 kr, of which VAT: 15 % 26,09 kr, 25 % 49,90 kr." in said(lines)
    await saves(shop, lines)
    assert top(shop, shop.kari) is form
    assert rows(form) == rows(lines)
    assert "2 lines" in said(form)
    assert {"text:1", "price:1", "vat:1"}.isdisjoint(form.values)
    await send(shop, form)
    assert sold(shop) == [("Tow bar", 1, 24950, 25), ("Wiring", 2, 20000, 15)]


async def test_what_was_typed_into_the_form_is_still_there_after_the_lines(shop):
    form = await shop.opens_form(TOW_BAR)
    await shop.slack.fill(form, {"phone": "+46 70 123 45 67", "reference": "4712", "Pay within": "1 day"})

    await has_lines(shop, form, ("Wiring", "100", {}))
    await send(shop, form)

    assert shop.session("4712")["customer"]["phone_number"] == "+46701234567"
    assert amount(shop, "4712") == 34950


async def test_a_line_is_changed_and_the_form_shows_it_in_its_own_fields(shop):
    form = await shop.opens_form(TOW_BAR)
    lines = await opens_lines(shop, form)

    await edits(shop, lines, "1", text="Hitch", price="300")

    assert rows(lines) == ["1. 1 × Hitch · 300,00 kr · 25 %"]
    await saves(shop, lines)
    assert [form.values[name] for name in ("text:1@1", "price:1@1", "vat:1@1")] == ["Hitch", "300", "25 %"]
    await send(shop, form)
    assert sold(shop) == [("Hitch", 1, 30000, 25)]


async def test_a_line_that_is_removed_is_not_sent(shop):
    form = await shop.opens_form(TOW_BAR)
    lines = await opens_lines(shop, form)
    await adds(shop, lines, "Wiring", "100")
    await adds(shop, lines, "Cap", "9,90")

    await removes(shop, lines, "2")

    assert rows(lines) == ["1. 1 × Tow bar · 249,50 kr · 25 %", "2. 1 × Cap · 9,90 kr · 25 %"]
    assert "Total so far: 259,40 kr" in said(lines)
    await saves(shop, lines)
    await send(shop, form)
    assert [text for text, *_ in sold(shop)] == ["Tow bar", "Cap"]


async def test_when_the_last_line_goes_the_form_is_empty_again(shop):
    form = await shop.opens_form(TOW_BAR)
    lines = await opens_lines(shop, form)

    await removes(shop, lines, "1")

    assert "No lines yet." in said(lines)
    await saves(shop, lines)
    assert (form.values["text:1@1"], form.values["price:1@1"]) == ("", "")
    assert form.values["phone"] == "+4791234567"


async def test_twenty_lines_are_sold_and_no_more(shop):
    form = await shop.opens_form("10 91234567 Bolt #4711")
    lines = await opens_lines(shop, form)
    for n in range(2, 21):
        await adds(shop, lines, f"Bolt {n}", "10", quantity=str(n))
    assert lines.buttons.count("Edit") == 20
    assert "Add line" not in lines.buttons
    assert "A link has room for 20 lines." in said(lines)
    await saves(shop, lines)
    assert len(rows(form)) == 20

    await send(shop, form)

    assert amount(shop) == 1000 * sum(range(1, 21))
    assert len({item["line_id"] for item in shop.session()["order"]["items"]}) == 20
    assert "+15 more" in shop.card.read()


async def test_a_rate_that_is_not_on_the_list_is_typed(shop):
    form = await shop.opens_form(TOW_BAR)
    lines = await opens_lines(shop, form)

    await edits(shop, lines, "1", other_vat="12,5")

    assert rows(lines) == ["1. 1 × Tow bar · 249,50 kr · 12,5 %"]
    again = await opens_line(shop, lines, "Edit", value="edit:1")
    assert (again.values["vat:1"], again.values["other_vat:1"]) == ("12,5 %", "")
    await saves(shop, again)
    await saves(shop, lines)
    await send(shop, form)
    assert sold(shop) == [("Tow bar", 1, 24950, 12.5)]


async def test_a_quantity_has_decimals(shop):
    form = await shop.opens_form("900 91234567 Fitting #4711")

    await has_lines(shop, form, first={"quantity": "1,5"})

    assert rows(form) == ["1. 1,5 × Fitting · 1 350,00 kr · 25 %"]
    await send(shop, form)
    assert sold(shop) == [("Fitting", 1.5, 135000, 25)]


async def test_prices_without_vat_are_asked_for_and_added_up_with_it(shop):
    form = await shop.opens_form("100 91234567 Tow bar #4711")
    await presses(shop, form, "More…")
    await types(shop, form, prices="Excl. VAT")
    lines = await opens_lines(shop, form)
    line = await opens_line(shop, lines, "Add line")
    assert "Price each excl. VAT (NOK)" in said(line)
    await types(shop, line, text="Book", price="10", vat="0 %")
    await saves(shop, line)

    assert rows(lines) == ["1. 1 × Tow bar · 125,00 kr · 25 %", "2. 1 × Book · 10,00 kr · 0 %"]
    await saves(shop, lines)
    assert "Total so far: 135,00 kr, of which VAT: 0 % 0,00 kr, 25 % 25,00 kr." in said(form)
    await send(shop, form)
    assert sold(shop) == [("Tow bar", 1, 12500, 25), ("Book", 1, 1000, 0)]


async def test_enter_in_the_price_adds_it_up(shop):
    form = await shop.opens_form("91234567 #4711")
    assert "Total so far" not in said(form)
    await shop.slack.fill(form, {"What for": "Tow bar", "price:1": "300"})

    await shop.slack.enter(form, "price:1")
    await shop.bot.owned.settled()

    assert "Total so far: 300,00 kr, of which VAT: 25 % 60,00 kr." in said(form)
    assert "delivery" not in form.values, "the form is no longer than before"
    await send(shop, form)
    assert sold(shop) == [("Tow bar", 1, 30000, 25)]


async def test_what_was_preset_is_sent_after_enter_although_slack_lost_it(shop):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 3d")
    await shop.slack.enter(form, "price:1")
    await shop.bot.owned.settled()

    await send(shop, form)

    assert sold(shop) == [("Tow bar", 1, 24950, 25)]
    assert shop.session()["customer"]["phone_number"] == "+4791234567"


async def test_a_wrong_line_says_so_and_keeps_what_was_typed(shop):
    lines = await opens_lines(shop, await shop.opens_form(TOW_BAR))
    line = await opens_line(shop, lines, "Add line")
    wrong = {"text:2": "x" * 201, "quantity:2": "1,2345", "price:2": "free", "other_vat:2": "101"}
    await shop.slack.fill(line, wrong)

    await saves(shop, line)

    assert line.errors.keys() == wrong.keys()
    assert [line.values[name] for name in wrong] == list(wrong.values())
    assert len(rows(lines)) == 1
    await types(shop, line, text="Wiring", quantity="1,5", price="10", other_vat="")
    await saves(shop, line)
    assert rows(lines)[1] == "2. 1,5 × Wiring · 15,00 kr · 25 %"


async def test_a_line_of_the_form_that_cannot_be_read_says_why_on_the_list(shop):
    form = await shop.opens_form("91234567 #4711")
    await shop.slack.fill(form, {"What for": "Tow bar", "price:1": "a lot"})
    lines = await opens_lines(shop, form)

    assert rows(lines) == ["1. Tow bar · ⚠️ This is not an amount. Write it like 249,50 or 1 249,50."]
    assert "Total so far" not in said(lines)
    await edits(shop, lines, "1", price="10")
    assert rows(lines) == ["1. 1 × Tow bar · 10,00 kr · 25 %"]


async def test_back_leaves_the_line_as_it_was(shop):
    lines = await opens_lines(shop, await shop.opens_form(TOW_BAR))
    line = await opens_line(shop, lines, "Edit", value="edit:1")
    await types(shop, line, text="Something else")

    await shop.slack.close(line)

    assert top(shop, shop.kari) is lines
    assert rows(lines) == ["1. 1 × Tow bar · 249,50 kr · 25 %"]


async def test_back_from_the_list_loses_no_line_that_was_saved(shop):
    """A saved line is drawn in the form at once, so it does not matter how one leaves the list."""
    form = await shop.opens_form(TOW_BAR)
    await has_lines(shop, form, ("Wiring", "100", {}))
    lines = await opens_lines(shop, form)
    await adds(shop, lines, "Cap", "9,90")

    await shop.slack.close(lines)

    assert len(rows(form)) == 3
    await send(shop, form)
    assert amount(shop) == 24950 + 10000 + 990


async def test_the_cross_closes_everything_and_nothing_is_sent(shop):
    form = await shop.opens_form(TOW_BAR)
    lines = await opens_lines(shop, form)
    line = await opens_line(shop, lines, "Add line")

    await shop.slack.close(line, everything=True)
    await shop.work()

    assert shop.slack.modals(shop.kari) == []
    assert shop.writes("create") == []


@pytest.mark.parametrize("button", ["Lines…", "Add line", "Edit"])
async def test_a_double_click_opens_one_view(shop, button):
    form = await shop.opens_form(TOW_BAR)
    below = form if button == "Lines…" else await opens_lines(shop, form)
    before = len(shop.slack.modals(shop.kari))

    await presses(shop, below, button, times=2)

    assert len(shop.slack.modals(shop.kari)) == before + 1
    assert shop.whispers() == []
    [complaint] = shop.slack.complaints
    assert complaint.startswith("views.push: ")
    shop.slack.complaints.clear()


async def test_a_double_click_on_save_adds_one_line(shop):
    lines = await opens_lines(shop, await shop.opens_form(TOW_BAR))
    line = await opens_line(shop, lines, "Add line")
    await types(shop, line, text="Wiring", price="100")

    await shop.slack.submit(shop.kari, line, times=2)
    await shop.bot.owned.settled()

    assert len(rows(lines)) == 2


async def test_a_double_click_on_remove_removes_one_line(shop):
    lines = await opens_lines(shop, await shop.opens_form(TOW_BAR))
    await adds(shop, lines, "Wiring", "100")
    await adds(shop, lines, "Cap", "9,90")

    await removes(shop, lines, "2", times=2)

    assert rows(lines) == ["1. 1 × Tow bar · 249,50 kr · 25 %", "2. 1 × Cap · 9,90 kr · 25 %"]


TROUBLES = [Fault.status(500), Fault.drop_before(), Fault.ratelimited(30)]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda f: f.kind)
async def test_a_form_whose_redrawing_got_lost_is_shown_before_it_is_sent(shop, trouble):
    """What is seen is what is sent: the form still shows one line of two."""
    form = await shop.opens_form(TOW_BAR)
    lines = await opens_lines(shop, form)
    for _ in range(3):
        shop.slack.faults.add("views.update", trouble)
    line = await opens_line(shop, lines, "Add line")
    await types(shop, line, text="Wiring", price="100")
    await saves(shop, line)
    await saves(shop, lines)
    assert form.values["text:1"] == "Tow bar"
    await shop.slack.fill(form, {"price:1": "300", "reference": "4712"})

    await send(shop, form)

    assert shop.writes("create") == []
    assert "The lines are not those that stood here. Look at them, then press Send." in said(form)
    assert rows(form) == ["1. 1 × Tow bar · 300,00 kr · 25 %", "2. 1 × Wiring · 100,00 kr · 25 %"]
    await send(shop, form)
    assert amount(shop, "4712") == 40000
    assert "Ready to share" in said(form)


async def test_a_list_whose_redrawing_got_lost_changes_no_other_line(shop):
    """It shows lines that are gone: a press on it draws it anew and does nothing else."""
    lines = await opens_lines(shop, await shop.opens_form(TOW_BAR))
    await adds(shop, lines, "Wiring", "100")
    shop.slack.faults.add("views.update", Fault.status(500))
    await removes(shop, lines, "1")
    assert len(rows(lines)) == 2

    await removes(shop, lines, "2")

    assert rows(lines) == ["1. 1 × Wiring · 100,00 kr · 25 %"]


async def test_a_form_that_shows_its_lines_as_text_and_is_too_old_says_so(shop):
    """Forms as typed are dropped after a day, and then nobody knows its lines whole."""
    form = await shop.opens_form(TOW_BAR)
    await has_lines(shop, form, ("Wiring", "100", {}))
    shop.clock.pass_(days=3)
    await shop.bot.sweeping.purge_drafts()

    await send(shop, form)

    assert shop.writes("create") == []
    assert "Nothing was sent. This form has been open for more than a day" in said(form)
    assert "Start over with /paylink." in said(form)


async def test_what_is_wrong_with_a_line_stands_in_the_form_with_its_number(shop):
    form = await shop.opens_form(TOW_BAR)
    lines = await opens_lines(shop, form)
    await adds(shop, lines, "Wiring", "100 kr")
    await saves(shop, lines)
    await presses(shop, form, "More…")
    await types(shop, form, currency="EUR")

    await send(shop, form)

    assert form.errors == {"phone": "Price of line 2: This link is in EUR. Enter the price in EUR."}
    assert shop.writes("create") == []
