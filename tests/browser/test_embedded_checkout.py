"""Dintero's checkout in our own page, with a stand-in for Dintero's SDK that does what its documentation says."""

import contextlib

import pytest
from playwright.async_api import expect

from tests.browser.windows import objections
from tests.stories.browsing import page_of
from tests.stories.shop import opened_shop

SDK = """
globalThis.dintero = {
  async embed({ container, sid, language, onSessionNotFound }) {
    const frame = document.createElement("iframe");
    frame.setAttribute("style", "height: 480px");
    frame.title = `Checkout in ${language}`;
    frame.src = sid && new URL(document.querySelector(".pay").href).origin + `/dintero/v1/view/${sid}`;
    container.append(frame);
    const checkout = { destroy: () => frame.remove() };
    addEventListener("no-session", () => onSessionNotFound({}, checkout));
    return checkout;
  },
};
"""
REFUSING = "globalThis.dintero = { embed: () => Promise.reject(new Error('no')) };"
PHONE = {"width": 390, "height": 844}


@contextlib.asynccontextmanager
async def standing(windows, database, tmp_path, sdk):
    """The page of a link, with this for an SDK; its policy may object to nothing."""
    file = tmp_path / "sdk.js"
    file.write_text(sdk)
    async with opened_shop(database, paylink_web_sdk=str(file)) as shop:
        await shop.issues("249,50 91234567 Tow bar #4711 3d")
        async with windows.opened(viewport=PHONE, locale="nb-NO") as page:
            with objections(page) as trouble:
                await page.goto(page_of(shop))
                yield page
        assert trouble == []


async def test_the_checkout_stands_in_our_own_page(windows, database, tmp_path):
    async with standing(windows, database, tmp_path, SDK) as page:
        frame = page.get_by_title("Checkout in no")

        await expect(frame.content_frame.get_by_text("249.50 NOK").first).to_be_visible()
        await expect(page.get_by_role("link", name="Betal nå")).to_be_hidden()
        assert (await frame.bounding_box())["height"] == 480
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_the_button_comes_back_when_the_session_is_gone(windows, database, tmp_path):
    async with standing(windows, database, tmp_path, SDK) as page:
        await expect(page.get_by_role("link", name="Betal nå")).to_be_hidden()
        await page.evaluate("dispatchEvent(new Event('no-session'))")

        await expect(page.get_by_role("link", name="Betal nå")).to_be_visible()
        await expect(page.get_by_title("Checkout in no")).to_have_count(0)


@pytest.mark.parametrize("sdk", [REFUSING, "/* another file altogether */"], ids=["refusing", "another file"])
async def test_without_the_sdk_the_button_leads_to_dinteros_page(windows, database, tmp_path, sdk):
    async with standing(windows, database, tmp_path, sdk) as page:
        await page.wait_for_load_state("networkidle")

        await expect(page.get_by_role("link", name="Betal nå")).to_be_visible()
