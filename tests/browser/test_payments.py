"""A link's life, from the seller's command to the customer's money and back, on the page."""

import asyncio
import re

import pytest

from sandbox.dintero import Fault
from sandbox.servers import from_a_shell

ONE_LINER = "/paylink 249,50 91234567 Tow bar #4711 7d"


async def issues(desk, words=ONE_LINER):
    """The command, a look at the form, *Send*, *Close*: the card is in the channel."""
    await desk.says(words)
    await desk.presses("Send", desk.form)
    await desk.sees("Ready to share", within=desk.form)
    await desk.presses("Close", desk.form.locator("footer"))
    await desk.card_says("Ready to share")


async def customer_opens(desk):
    await desk.presses("Open the link", desk.customer)
    await desk.sees("Pay with", within=desk.checkout)


async def customer_pays(desk, method="Vipps"):
    await customer_opens(desk)
    await desk.taps(method)


@pytest.mark.whole
async def test_a_link_is_issued_and_paid_and_the_card_tells_it_all(kari):
    await issues(kari)
    await customer_opens(kari)
    await kari.card_says("Opened")
    await kari.taps("Vipps")
    await kari.sees("Thanks for stopping by", within=kari.checkout)
    await kari.card_says("Reserved · 249,50 kr", "Vipps")
    await kari.opens_thread()
    await kari.sees("The customer opened the link.", "249,50 kr reserved with Vipps.", within=kari.thread)
    await kari.presses("Capture", kari.card)
    await kari.sees("249,50 kr is taken from the customer", within=kari.page.locator("#confirm"))
    await kari.confirms("Capture")
    await kari.card_says("Paid · 249,50 kr")
    await kari.sees("captured 249,50 kr", within=kari.thread)


@pytest.mark.parametrize("demo", [from_a_shell], indirect=True, ids=["the bot started as by make demo"])
async def test_a_newcomer_gets_from_the_empty_page_to_a_refund_in_twelve_actions(sits_down):
    desk = await sits_down()
    await desk.arrives()
    await desk.sees("Nothing here yet.")
    await issues(desk)
    await customer_pays(desk)
    await desk.card_says("Reserved")
    await desk.presses("Capture", desk.card)
    await desk.confirms("Capture")
    await desk.card_says("Paid")
    await desk.presses("Refund…", desk.card)
    await desk.fills("Reason", "Wrong size")
    await desk.presses("Refund", desk.form)
    await desk.card_says("Refunded · 249,50 kr")

    assert desk.actions <= 12


@pytest.mark.whole
async def test_a_card_that_fails_leaves_the_link_open_and_the_customer_pays_after_all(kari):
    await issues(kari)
    await customer_opens(kari)
    await kari.taps("Use a card that fails")
    await kari.sees("The last attempt failed, and nothing was taken.", within=kari.checkout)
    await kari.card_says("Payment failed, the customer can try again")
    await kari.taps("Card")
    await kari.card_says("Reserved · 249,50 kr")


@pytest.mark.whole
async def test_a_customer_who_declines_ends_the_link_and_pays_the_next_one(kari):
    await issues(kari)
    await customer_opens(kari)
    await kari.taps("Decline in the app")
    await kari.card_says("Payment failed · 249,50 kr")
    await issues(kari, "/paylink 249,50 91234567 Tow bar #4712 7d")
    await customer_pays(kari)
    await kari.card_says("Reserved · 249,50 kr", "4712")


@pytest.mark.whole
async def test_a_wallet_that_captures_at_once_is_paid_at_once(kari):
    await issues(kari)
    await customer_pays(kari, "Swish")
    await kari.card_says("Paid · 249,50 kr", "Swish")


@pytest.mark.whole
async def test_an_approval_that_is_held_waits_and_then_is_reserved(kari):
    await issues(kari)
    await customer_opens(kari)
    await kari.taps("Pay, but held for approval")
    await kari.card_says("Waiting for approval by the provider")
    await kari.presses("Approve", kari.world)
    await kari.card_says("Reserved · 249,50 kr")


@pytest.mark.whole
async def test_a_link_that_nobody_pays_expires_when_its_time_has_come(kari):
    await issues(kari)
    await kari.taps("To the next deadline", kari.world)
    await kari.presses("+1 hour", kari.world)
    await kari.card_says("Expired · 249,50 kr")
    await kari.presses("Open the link", kari.customer)
    await kari.sees("EXPIRED", within=kari.checkout)


@pytest.mark.whole
async def test_part_of_a_payment_is_refunded_line_by_line(kari):
    await issues(kari)
    await customer_pays(kari)
    await kari.card_says("Reserved")
    await kari.presses("Capture", kari.card)
    await kari.confirms("Capture")
    await kari.card_says("Paid")
    await kari.presses("Refund…", kari.card)
    await kari.form.get_by_label("An amount").check()
    await kari.fills("Amount (NOK) (optional)", "100")
    await kari.fills("Reason", "Scratched")
    await kari.presses("Refund", kari.form)
    await kari.card_says("Partly refunded", "100,00 kr")
    await kari.opens_thread()
    await kari.sees("Scratched", within=kari.thread)


@pytest.mark.whole
async def test_two_people_press_capture_at_once_and_one_of_them_wins(sits_down, demo):
    """The second hears why, and Dintero is asked once."""
    kari, ola = await sits_down(), await sits_down()
    await kari.arrives()
    await ola.arrives()
    await ola.becomes("ola")
    await issues(kari)
    await customer_pays(kari)
    both_came = asyncio.Event()
    demo.dintero.faults.add("capture", Fault.held(both_came))
    for desk in (kari, ola):
        await desk.card_says("Reserved")
        await desk.presses("Capture", desk.card)
    await kari.confirms("Capture")
    await kari.card_says("Capturing 249,50 kr")
    await ola.confirms("Capture")
    await ola.sees(re.compile("was faster|already under way"), within=ola.message("Only visible to you"))
    both_came.set()
    for desk in (kari, ola):
        await desk.card_says("Paid · 249,50 kr")

    assert [one.kind for one in demo.dintero.log].count("capture") == 1
    assert await kari.slack.get_by_text("Only visible to you").count() == 0


@pytest.mark.whole
async def test_a_dialog_left_open_takes_what_it_said_and_nothing_more(kari, demo):
    """Backoffice captures a part meanwhile: the amount that was read is no longer open, so nothing is done."""
    await issues(kari)
    await customer_pays(kari)
    await kari.card_says("Reserved")
    await kari.presses("Capture", kari.card)
    await kari.sees("249,50 kr is taken from the customer", within=kari.page.locator("#confirm"))
    demo.dintero.backoffice_capture(demo.dintero.session_by_reference("4711")["transaction_id"], 10000)
    await kari.card_says("Partly paid")
    await kari.confirms("Capture")
    await kari.sees("Nothing was done: the button was for 249,50 kr, and now 149,50 kr is open. Decide again.")

    assert [one.kind for one in demo.dintero.log].count("capture") == 0


@pytest.mark.whole
async def test_a_payment_is_found_without_any_callback(kari):
    await kari.world.get_by_role("checkbox", name=re.compile("^Off")).check()
    await issues(kari)
    await customer_opens(kari)
    await kari.taps("Pay, and close the browser")
    await kari.presses("+15 min", kari.world)
    await kari.card_says("Reserved · 249,50 kr")


@pytest.mark.whole
async def test_a_create_that_nobody_answers_is_asked_about_and_its_payment_is_found(kari):
    trouble = kari.world.locator("form[data-hand=dintero_fault]")
    await trouble.get_by_label("Next request").select_option("create")
    await trouble.get_by_label("What happens").select_option("breaks off after the work")
    await kari.presses("Apply", trouble)
    await kari.sees("create: breaks off after the work", within=kari.world)
    await kari.says(ONE_LINER)
    await kari.presses("Send", kari.form)
    await kari.sees("Not sure it was sent", within=kari.form)
    await kari.presses("Close", kari.form.locator("footer"))
    await kari.card_says("Not sure it was sent")
    await kari.presses("+1 min", kari.world)
    await kari.opens_thread()
    await kari.presses("It arrived", kari.thread)
    await customer_pays(kari)
    await kari.card_says("Reserved · 249,50 kr")


async def test_a_whole_sale_fits_a_phone(sits_down):
    desk = await sits_down(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    await desk.arrives()
    await issues(desk)
    await customer_pays(desk)
    await desk.card_says("Reserved")
    await desk.presses("Capture", desk.card)
    await desk.confirms("Capture")
    await desk.card_says("Paid · 249,50 kr")
    assert await desk.page.evaluate("document.documentElement.scrollWidth") <= 390
