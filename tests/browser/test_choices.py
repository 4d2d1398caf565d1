"""Behind *More…* in the demo: how it is paid and where it goes, on the form and on the customer's phone."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.whole

PUSH = "Vipps is the only way to pay, so it goes out as a push in the Vipps app instead of an SMS."


async def opens_more(kari):
    await kari.says("/paylink 249,50 91234567 Tow bar #4711 7d")
    await kari.presses("More…")
    await kari.sees("How it is paid", within=kari.form)


async def taken_to(kari, link):
    """Paste an address into the browser of the customer's phone."""
    await kari.customer.get_by_label("Address").fill(link)
    await kari.customer.get_by_label("Address").press("Enter")


async def test_an_address_is_typed_by_the_customer_and_paid_for_with_the_rest(kari):
    await opens_more(kari)
    await kari.form.get_by_role("checkbox", name="Vipps", exact=True).check()
    await kari.sees(PUSH, within=kari.form)
    await kari.chooses("Customer's address", "Home delivery · 99,00\N{NO-BREAK SPACE}kr")
    await kari.sees("Total so far: 348,50 kr", within=kari.form)
    await kari.form.get_by_label("Payment methods").scroll_into_view_if_needed()
    await kari.picture("form-choices")
    await kari.presses("Send")
    await kari.card_says("348,50 kr", "Home delivery")

    await kari.presses("Open the link", kari.customer)
    for label, words in {
        "First name": "Kari", "Last name": "Nordmann", "Address": "Storgata 1", "Postal code": "0155", "Place": "Oslo"
    }.items():  # fmt: skip
        await kari.checkout.get_by_label(label, exact=True).fill(words)
    await kari.picture("checkout-address")
    await kari.taps("Go on to pay")
    await expect(kari.checkout.locator(".pay button")).to_have_count(1)
    await kari.picture("checkout-one-method")


async def test_an_app_link_opens_the_wallet_on_the_phone(kari):
    await opens_more(kari)
    await kari.form.get_by_role("checkbox", name="Vipps", exact=True).check()
    await kari.sees(PUSH, within=kari.form)
    await kari.form.get_by_role("radio", name="Give me the app link").check()
    await kari.sees("Nothing is sent to it", within=kari.form)
    await kari.presses("Send")
    await kari.sees("The link opens Vipps on the customer's phone.", within=kari.form)
    link = await kari.form.locator("pre").inner_text()
    await kari.picture("form-app-link")

    await taken_to(kari, link)

    await expect(kari.checkout.get_by_role("heading", name="Waiting for Vipps")).to_be_visible()
    await kari.presses("Close", kari.form.locator("footer"))
    await kari.card_says("Paying now")
