"""On the page: a link is changed, extended, and a reservation let go, each with its pictures."""

import pytest
from playwright.async_api import expect

from tests.browser.test_payments import issues

ONE_LINER = "/paylink 249,50 91234567 Tow bar #4711 7d"


async def by_link(kari):
    """A link that the seller hands over, so that no message has to wait for a minute after another."""
    await kari.says(ONE_LINER)
    await kari.presses("More…")
    await kari.form.get_by_label("Just give me the link").check()
    await kari.sees("Nothing is sent to it", within=kari.form)
    await kari.presses("Send")
    await kari.sees("Ready to share", within=kari.form)
    await kari.presses("Close", kari.form.locator("footer"))
    await kari.no_form()


@pytest.mark.whole
async def test_an_order_is_changed_in_the_form_it_was_made_with(kari):
    await by_link(kari)
    await kari.picks("Change order…", kari.card)
    await kari.sees("Change order 4711", within=kari.form)
    await expect(kari.form.get_by_label("What for", exact=True)).to_have_value("Tow bar")
    await kari.sees("The link that is out now stops working", within=kari.form)
    await kari.picture("change-order")
    await kari.fills("What for", "Tow bar, fitted")
    await kari.fills("Price incl. VAT (NOK)", "349,50")
    await kari.presses("Change and send again")

    await kari.sees("Ready to share", within=kari.form)
    await kari.presses("Close", kari.form.locator("footer"))
    await kari.card_says("349,50 kr", "Tow bar, fitted", "4711-2")
    await kari.opens_thread()
    await kari.sees("4711-2 replaces 4711", within=kari.thread)
    await kari.picture("change-order-thread")


@pytest.mark.whole
async def test_a_link_is_extended_to_a_day_of_ones_choice(kari):
    await by_link(kari)
    await kari.picks("Extend…", kari.card)
    await kari.sees("Extend 4711", within=kari.form)
    await kari.picture("extend")
    await expect(kari.form.get_by_label("1 week")).to_be_checked()
    await kari.presses("Extend", kari.form.locator("footer"))

    await kari.sees("Ready to share", within=kari.form)
    await kari.presses("Close", kari.form.locator("footer"))
    await kari.card_says("4711-2")


@pytest.mark.whole
async def test_a_reservation_is_let_go_after_two_questions(kari, demo):
    await issues(kari)
    demo.dintero.pay(demo.dintero.session_by_reference("4711")["id"])
    await kari.card_says("Reserved")
    await kari.presses("Release", kari.card)
    await kari.sees("Cancel 4711 and release 249,50 kr?", within=kari.page.locator("#confirm"))
    await kari.confirms("Release")
    await kari.sees("Cancel and release", within=kari.form)
    await kari.picture("release")
    await kari.presses("Release", kari.form.locator("footer"))
    await kari.sees("Please complete this required field.", within=kari.form)
    await kari.form.get_by_label("Let 249,50 kr go").check()
    await kari.presses("Release", kari.form.locator("footer"))

    await kari.card_says("Reservation released")
