"""A link that travels by mail, the whole way in the demo: form, mail, our page, Dintero's, and back to the card."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.whole


async def test_a_link_goes_by_mail_from_the_form_to_paid(sits_down):
    kari = await sits_down(locale="nb-NO")
    await kari.arrives()
    await kari.says("/paylink 249,50 Tow bar #4711 7d")
    await kari.presses("More…")
    await kari.form.get_by_role("radio", name="Send it by e-mail").check()
    await kari.sees("The link is sent to it.", within=kari.form)
    await kari.fills("Customer's e-mail", "nora@example.no")
    await kari.presses("Send")
    await kari.sees("The link, to copy:", "You will get an e-mail", within=kari.form)
    word = await kari.form.locator("blockquote strong").first.inner_text()
    await kari.presses("Close", kari.form.locator("footer"))
    await kari.card_says("Sent · 249,50 kr", "n•••@e•••.no")

    await kari.presses("Read the mail", kari.customer)
    await expect(kari.checkout.get_by_text(word).first).to_be_visible()
    await kari.picture("by-mail-1-mail")
    await kari.checkout.get_by_role("link", name="Se på det og betal").click()
    await expect(kari.checkout.get_by_role("heading", level=1)).to_have_text("Fjord & Fjell ber deg om å betale")
    await expect(kari.checkout.get_by_text(word).first).to_be_visible()
    await kari.card_says("Opened")
    await kari.picture("by-mail-2-page")
    await kari.checkout.get_by_role("link", name="Betal nå").click()
    await kari.taps("Vipps")
    await kari.sees("Takk for besøket", within=kari.checkout)
    await kari.picture("by-mail-3-thanks")

    await kari.card_says("Reserved · 249,50 kr")
    await kari.presses("Capture", kari.card)
    await kari.confirms("Capture")
    await kari.card_says("Paid · 249,50 kr")
