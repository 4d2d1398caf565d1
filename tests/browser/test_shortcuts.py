"""*Make payment link* in Slack's own menus on the page, and the form's helps: preview and calendar."""

import pytest
from playwright.async_api import expect

ASKED = "Kunde Ola 912 34 567 skal betale kr 2 490,- for ordre 4711"


@pytest.mark.whole
async def test_from_a_message_the_form_is_filled_in_and_the_card_begins_in_its_thread(kari):
    await kari.says(ASKED)
    message = kari.message("skal betale")
    await message.hover()
    await message.get_by_label("Message shortcuts").click()
    await kari.picture("message-shortcut")
    await kari.presses("Make payment link", message)

    await expect(kari.form.get_by_label("Mobile number")).to_have_value("+4791234567")
    await expect(kari.form.get_by_label("Price incl. VAT (NOK)")).to_have_value("2490,00")
    await expect(kari.form.get_by_label("Reference (optional)")).to_have_value("4711")
    await kari.fills("What for", "Tow bar")
    await kari.presses("Send")
    await kari.sees("Ready to share", within=kari.form)
    await kari.picture("result-with-words-to-say")
    await kari.presses("Close")
    await kari.opens_thread(message)
    await kari.sees("Ready to share", within=kari.thread)
    await kari.picture("card-in-a-thread")


@pytest.mark.whole
async def test_from_anywhere_the_form_opens_and_says_where_the_card_goes(kari):
    await kari.slack.get_by_label("Shortcuts", exact=True).click()
    await kari.presses("Make payment link", kari.slack.locator(".composer").first)

    await kari.sees("The card will stand in your own messages with Paylink.", within=kari.form)


@pytest.mark.whole
async def test_preview_and_calendar_and_the_words_to_say(kari):
    await kari.says("/paylink 249,50 91234567 Tow bar #4711")
    await kari.sees("Say to the customer", within=kari.form)
    await kari.chooses("Pay within", "A date…")
    await expect(kari.form.get_by_label("Pay before the end of")).to_be_visible()
    await kari.picture("form-with-a-date")
    await kari.presses("Preview")
    await kari.sees("asks the customer to pay", "+47 91 23 45 67", within=kari.form)
    await kari.picture("preview")
    await kari.presses("Back")
    await expect(kari.form.get_by_label("What for")).to_have_value("Tow bar")


@pytest.mark.whole
async def test_a_used_reference_and_an_open_link_are_shown_before_it_is_sent(kari):
    for _ in range(2):
        await kari.says("/paylink 249,50 91234567 Tow bar #4711")
        await kari.presses("Send")
        await kari.sees("to share" if _ == 0 else "See its card", within=kari.form)
        if _ == 0:
            await kari.presses("Close")
    await kari.picture("asked-first")
    async with kari.page.expect_popup() as opening:
        await kari.presses("See its card", kari.form)
    thread = (await opening.value).get_by_role("complementary", name="Thread")
    await expect(thread.get_by_text("Ready to share")).to_be_visible()
    await kari.presses("Send anyway")
    await kari.sees("Ready to share", within=kari.form)
