"""A code that is scanned off the screen, and a mail as mail programs show it."""

import contextlib
import io

import pytest
import pytest_asyncio
import zxingcpp
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import expect

from sandbox.clock import Clock
from sandbox.mail import text_of
from sandbox.pulse import Pulse
from sandbox.screen import create_app
from sandbox.traffic import Traffic
from sandbox.world import World
from tests.browser.desk import PICTURES, sitting
from tests.serving import serving
from tests.stories.browsing import page_of
from tests.stories.mailing import issues, shop_with_mail

PHONE = {"width": 360, "height": 740}


@contextlib.asynccontextmanager
async def window(shop, mailbox, folder):
    """The address of the demo's page, with this shop behind it."""
    pulse = Pulse()
    clock = Clock()
    made = World(
        slack=shop.slack,
        dintero=shop.dintero,
        clock=clock,
        traffic=Traffic(clock.now, pulse),
        pulse=pulse,
        bot_url=shop.url,
        folder=folder,
        mailbox=mailbox,
    )
    async with serving(create_app(made)) as url:
        try:
            yield f"{url}/"
        finally:
            pulse.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def both(database):
    names = {"paylink_merchant_name": "Fjord & Fjell", "paylink_contact": "22 33 44 55"}
    async with shop_with_mail(database, **names) as both:
        yield both


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_camera_reads_the_code_off_the_thread(windows, both, tmp_path, scheme):
    shop, mailbox = both
    await issues(shop, delivery="qr", email="")

    async with window(shop, mailbox, tmp_path) as url, sitting(windows, url, color_scheme=scheme) as desk:
        await desk.arrives()
        await desk.opens_thread()
        picture = desk.thread.get_by_role("img", name="QR code that opens the page on which 4711 is paid")
        await expect(picture).to_be_visible()
        await expect(picture).to_have_js_property("complete", value=True)
        await picture.scroll_into_view_if_needed()
        seen = await desk.page.screenshot()
        await desk.picture(f"a_code_to_scan-{scheme}")
        assert desk.trouble == []

    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(seen)))
    assert found.text == page_of(shop)


@pytest.mark.whole
async def test_a_seller_shows_the_code_on_a_phone(sits_down):
    kari = await sits_down(viewport=PHONE)
    await kari.arrives()
    await kari.says("/paylink 249,50 Tow bar #4711 7d")
    await kari.presses("More…")
    await kari.form.get_by_role("radio", name="Show a QR code").check()
    await kari.sees("Nothing is sent to it", within=kari.form)
    await kari.presses("Send")
    picture = kari.form.get_by_role("img", name="QR code")
    await expect(picture).to_have_js_property("complete", value=True)
    await picture.scroll_into_view_if_needed()
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(await kari.page.screenshot())))

    assert found.text == (await kari.form.locator("pre").inner_text()).strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_mail_reads_well_on_a_phone(windows, both, scheme):
    shop, mailbox = both
    await issues(shop, email="nora@example.no", name="Nora Nordmann")
    async with sitting(windows, "", viewport=PHONE, color_scheme=scheme) as desk:
        await desk.page.set_content(text_of(mailbox.mails[0], "html"))
        pay = desk.page.get_by_role("link", name="Se på det og betal")

        await expect(desk.page.get_by_role("heading", level=1)).to_contain_text(
            "Fjord & Fjell ber deg om å betale 249,50"
        )
        assert await desk.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert (await pay.bounding_box())["height"] >= 44
        assert await pay.get_attribute("href") == page_of(shop)
        await desk.page.screenshot(path=PICTURES / f"mail-{scheme}.png", full_page=True)
        found = await Axe().run(desk.page)
        assert found.response["violations"] == []


@pytest.mark.whole
async def test_the_mail_stands_on_the_customer_s_phone(windows, both, tmp_path):
    shop, mailbox = both
    await issues(shop, email="nora@example.no")
    async with window(shop, mailbox, tmp_path) as url, sitting(windows, url, locale="nb-NO") as desk:
        await desk.arrives()

        await desk.sees("nora@example.no", "249,50", within=desk.customer)
        await desk.presses("Read the mail", desk.customer)
        pay = desk.checkout.get_by_role("link", name="Se på det og betal")
        await expect(pay).to_be_visible()
        await desk.picture("mail_on_the_phone")
        await pay.click()
        await expect(desk.checkout.get_by_role("link", name="Betal nå")).to_be_visible()
        await desk.picture("page_on_the_phone")
        assert desk.trouble == []
