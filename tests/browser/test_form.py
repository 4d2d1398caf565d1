"""The form on the page: what is wrong stands beside its field, and nothing typed is lost."""

import re

import pytest
from playwright.async_api import expect

from sandbox.slack import Fault
from tests.stories.till import until

ONE_LINER = "/paylink 249,50 91234567 Tow bar #4711 7d"


async def test_every_field_that_is_wrong_says_so_beside_it_and_keeps_what_was_typed(kari):
    wrong = {
        "Mobile number": ("not yet", "This is not a phone number. Write it like 912 34 567 or +46 70 123 45 67."),
        "What for": ("x" * 201, "At most 200 characters; this has 201."),
        "Price incl. VAT (NOK)": ("two", "This is not an amount. Write it like 249,50 or 1 249,50."),
        "Reference (optional)": ("47/11", "Use letters A–Z, digits and hyphens only, for example 4711 or PO-2231."),
    }
    await kari.says("/paylink")
    for label, (typed, _) in wrong.items():
        await kari.fills(label, typed)
    await kari.presses("Send")

    for label, (typed, sentence) in wrong.items():
        field = kari.form.get_by_label(label, exact=True)
        await expect(field).to_have_accessible_description(re.compile(re.escape(sentence)))
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(field).to_have_value(typed)
    await kari.fills("Mobile number", "912 34 567")
    await kari.fills("What for", "Tow bar")
    await kari.fills("Price incl. VAT (NOK)", "1.249")
    await kari.fills("Reference (optional)", "4711")
    await kari.presses("Send")
    await kari.sees("“1.249” can be read two ways.", within=kari.form)


async def test_slack_itself_asks_for_what_must_not_be_empty(kari):
    await kari.says("/paylink")
    await kari.presses("Send")

    asked = kari.form.get_by_text("Please complete this required field.")
    await expect(asked).to_have_count(3)


async def test_lines_are_added_edited_and_removed_on_top_of_the_form(kari):
    await kari.says(ONE_LINER)
    await kari.fills("Mobile number", "+46 70 123 45 67")
    await kari.presses("Lines…")
    for text, price in (("Fitting", "100"), ("Wiring", "50,50")):
        await kari.presses("Add line")
        await kari.fills("What for", text)
        await kari.fills("Price each incl. VAT (NOK)", price)
        await kari.presses("Save")
        await kari.sees(f"1 × {text}", within=kari.form)
    await kari.picks("Edit", kari.form.locator(".section", has_text="Tow bar"))
    await kari.fills("Quantity", "2")
    await kari.presses("Save")
    await kari.sees("1. 2 × Tow bar · 499,00 kr", within=kari.form)
    await kari.picks("Remove", kari.form.locator(".section", has_text="Fitting"))
    await kari.sees("2. 1 × Wiring · 50,50 kr", "Total so far: 549,50 kr", within=kari.form)
    await kari.picture("form-lines")
    await kari.presses("Done")

    await kari.sees("2 lines", "Total so far: 549,50 kr", within=kari.form)
    await expect(kari.form.get_by_label("Mobile number", exact=True)).to_have_value("+46 70 123 45 67")
    await kari.presses("Send")
    await kari.card_says("549,50 kr", "2 × Tow bar", "1 × Wiring")


@pytest.mark.whole
async def test_enter_in_the_price_adds_it_up_and_sends_nothing(kari):
    await kari.says("/paylink 91234567 Tow bar #4711")
    await kari.fills("Price incl. VAT (NOK)", "300")
    await kari.form.get_by_label("Price incl. VAT (NOK)").press("Enter")

    await kari.sees("Total so far: 300,00 kr, of which VAT: 25 % 60,00 kr.", within=kari.form)
    await expect(kari.form.get_by_role("heading", name="New payment link")).to_be_visible()


async def test_what_is_being_typed_stays_while_the_bot_redraws_the_form(kari, demo):
    """Slack's rule: the same block and action id keep what is in the field, also what no server has heard of yet."""
    await kari.says(ONE_LINER)
    demo.slack.faults.add("views.update", Fault.delay(1.5))
    await kari.presses("More…")
    text = kari.form.get_by_label("What for", exact=True).nth(0)
    await text.focus()
    await kari.page.keyboard.press("End")
    await kari.page.keyboard.type(" and more, letter by letter", delay=80)

    await kari.sees("Delivery", within=kari.form)
    await expect(text).to_be_focused()
    await expect(text).to_have_value("Tow bar and more, letter by letter")
    await kari.page.keyboard.press("Control+z")
    await expect(text).not_to_have_value("Tow bar and more, letter by letter")


@pytest.mark.whole
async def test_the_keyboard_waits_where_it_was_and_presses_nothing_else(kari):
    await kari.says(ONE_LINER)
    await kari.presses("More…")
    excl = kari.form.get_by_role("radio", name="Excl. VAT VAT is added to each line")
    await excl.focus()
    await kari.page.keyboard.press("Space")
    await kari.sees("Price excl. VAT (NOK)", within=kari.form)
    await expect(excl).to_be_focused()


@pytest.mark.whole
async def test_a_form_that_is_being_filled_in_outlives_a_reload(kari, demo):
    await kari.says(ONE_LINER)
    await kari.fills("What for", "Tow bar, fitted")
    await kari.chooses("Pay within", "1 day")
    await expect(kari.form.get_by_label("Pay within")).to_have_value("1d")
    form = next(view for view in demo.slack.views.values() if not view.closed)
    await until(lambda: {"Tow bar, fitted", "1 day"} <= set(form.values.values()), 20)  # typing is kept as they stop
    await kari.page.reload()

    await expect(kari.form.get_by_label("What for")).to_have_value("Tow bar, fitted")
    await expect(kari.form.get_by_label("Pay within")).to_have_value("1d")
    await kari.presses("Send")
    await kari.card_says("Ready to share", "Tow bar, fitted")
    await kari.page.reload()
    await kari.presses("Close", kari.form.locator("footer"))
    await kari.no_form()
    await kari.presses("Show link", kari.card)  # the form has gone, and what it stood on can be used again
    await kari.sees("Only visible to you")


async def test_a_link_is_issued_without_touching_the_mouse(kari):
    keyboard = kari.page.keyboard
    await kari.page.get_by_label("Message sales").focus()
    await keyboard.type("/paylink 249,50 91234567 Tow bar")
    await keyboard.press("Enter")
    await expect(kari.form.get_by_label("Mobile number")).to_be_focused()
    await keyboard.press("Enter")
    await kari.sees("Ready to share", within=kari.form)
    await keyboard.press("Escape")
    await kari.no_form()
    await expect(kari.page.get_by_label("Message sales")).to_be_focused()
    await kari.card_says("Ready to share", "249,50 kr")


async def test_every_field_and_button_of_the_first_view_is_reached_with_the_keyboard_in_its_order(kari):
    keyboard = kari.page.keyboard
    await kari.says(ONE_LINER)
    await expect(kari.form.get_by_label("Mobile number")).to_be_focused()
    for label in ("What for", "Price incl. VAT (NOK)", "VAT", "Reference (optional)", "Pay within"):
        await keyboard.press("Tab")
        await expect(kari.form.get_by_label(label, exact=True)).to_be_focused()
    for name in ("More…", "Lines…", "Preview"):
        await keyboard.press("Tab")
        await expect(kari.form.get_by_role("button", name=name, exact=True)).to_be_focused()

    await keyboard.press("Enter")
    await kari.sees("asks the customer to pay 249,50", within=kari.form)
    await keyboard.press("Escape")
    await expect(kari.form.get_by_role("heading", name="New payment link")).to_be_visible()
    await expect(kari.form.get_by_label("What for")).to_have_value("Tow bar")


@pytest.mark.whole
async def test_a_saved_item_is_searched_for_and_fills_the_line(kari):
    await kari.says(ONE_LINER)
    await kari.presses("Lines…")
    await kari.picks("Edit", kari.form.locator(".section", has_text="Tow bar"))
    await kari.form.get_by_label("Keep as a saved item").check()
    await kari.presses("Save")
    await kari.sees("1. 1 × Tow bar", within=kari.form)
    await kari.presses("Add line")
    search = kari.form.get_by_label("Saved item (optional)", exact=True)
    await search.press_sequentially("TOW", delay=60)
    found = kari.form.locator("datalist option")
    await expect(found).to_have_count(1)
    await search.fill(await found.get_attribute("value"))

    await expect(kari.form.get_by_label("What for", exact=True)).to_have_value("Tow bar")
    await expect(kari.form.get_by_label("Price each incl. VAT (NOK)", exact=True)).to_have_value("249,50")
    await kari.picture("form-line")
    await kari.presses("Save")
    await kari.sees("2. 1 × Tow bar · 249,50 kr", "Total so far: 499,00 kr", within=kari.form)
