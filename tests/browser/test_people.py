"""Several people on the page: what a guest, a stranger and a channel without the bot make of it."""

import pytest
from playwright.async_api import expect

from tests.browser.test_payments import customer_pays, issues


@pytest.mark.whole
@pytest.mark.whole
@pytest.mark.parametrize(
    ("name", "channel", "words"),
    [
        ("gry (guest)", "sales", "Guests cannot move money."),
        ("sten (another workspace)", "acme-shared", "Only people of the workspace that issued this link can do that."),
    ],
)
async def test_who_does_not_belong_sees_the_card_and_cannot_take_the_money(kari, sits_down, name, channel, words):
    await kari.goes_to(f"# {channel}")
    await issues(kari)
    await customer_pays(kari)
    await kari.card_says("Reserved")
    other = await sits_down()
    await other.arrives()
    await other.becomes(name)
    await other.goes_to(f"# {channel}")
    await other.presses("Capture", other.card)
    await other.confirms("Capture")
    await other.sees("Only visible to you", words)
    await other.card_says("Reserved")
    await expect(kari.slack.get_by_text("Only visible to you")).to_have_count(0)


@pytest.mark.whole
async def test_somebody_of_another_workspace_has_no_slash_command(sits_down):
    desk = await sits_down()
    await desk.arrives()
    await desk.becomes("sten (another workspace)")
    await desk.says("/paylink 249,50")
    await expect(desk.page.get_by_role("alert")).to_contain_text("Only members of the workspace")


@pytest.mark.whole
async def test_a_card_that_may_not_stand_in_the_channel_goes_to_the_issuer(kari, demo):
    await kari.goes_to("🔒 managers")
    await kari.says("/paylink 249,50 91234567 Tow bar #4711 7d")
    await kari.presses("Send", kari.form)
    await kari.sees("Ready to share", within=kari.form)
    await kari.presses("Close", kari.form.locator("footer"))
    await expect(kari.page.get_by_role("link", name="● paylink (unread)")).to_be_visible()
    await kari.goes_to("● paylink")
    await kari.card_says("Ready to share")
    await kari.sees("/invite @paylink")
    await expect(kari.world.locator(".complaints")).to_contain_text("channel_not_found")
    assert demo.slack.complaints == ["chat.postMessage: channel_not_found"]
    demo.slack.complaints.clear()
    await kari.goes_to("🔒 managers")
    await kari.says("/invite @paylink")
    await issues(kari, "/paylink 99 91234567 Towing #4712 7d")


@pytest.mark.whole
async def test_help_is_for_the_eyes_of_who_asked(kari):
    await kari.says("/paylink help")
    await kari.sees("Only visible to you", "/paylink")


@pytest.mark.whole
async def test_an_outage_of_slack_only_delays_what_the_card_says(kari):
    await issues(kari)
    await kari.world.get_by_label("Slack is down").check()
    await customer_pays(kari)
    await kari.sees("Thanks for stopping by", within=kari.checkout)
    await kari.card_says("Ready to share")
    await kari.world.get_by_label("Slack is down").uncheck()
    await kari.presses("+1 min", kari.world)
    await kari.card_says("Reserved · 249,50 kr")


async def test_what_people_write_and_answer_in_a_thread_stands_there(kari, sits_down):
    ola = await sits_down(color_scheme="dark")
    await ola.arrives()
    await ola.becomes("ola")
    await kari.says("Is *anybody* at the counter? <b>")
    await ola.sees("anybody")
    await expect(ola.slack.locator("strong", has_text="anybody")).to_be_visible()
    await ola.starts_thread(ola.message("anybody"))
    await ola.says("I am.", place="Reply")
    await kari.sees("1 reply")
    await kari.opens_thread(kari.message("anybody"))
    await kari.sees("I am.", within=kari.thread)
