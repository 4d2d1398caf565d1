"""The customer's page in a real browser: its script and its form work under its own policy, on the smallest phone."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.windows import objections
from tests.stories.browsing import page_of
from tests.stories.shop import opened_shop

SMALL = {"width": 320, "height": 640}


@pytest_asyncio.fixture(loop_scope="session")
async def customer(windows, database, request):
    """Opens a page with a phone that speaks English; what the browser objects to fails the story."""
    async with opened_shop(database, paylink_merchant_name="Fjord & Fjell", paylink_contact="22 33 44 55") as shop:
        await shop.issues("1249,50 91234567 Tow bar, fitted in the workshop #4711 3d")
        scheme = getattr(request, "param", "light")
        async with windows.opened(viewport=SMALL, locale="en-GB", color_scheme=scheme) as page:
            with objections(page) as trouble:
                await page.goto(page_of(shop))
                yield shop, page
        assert trouble == []


@pytest.mark.parametrize("customer", ["light", "dark"], indirect=True)
async def test_the_smallest_phone_shows_it_without_scrolling_sideways(customer):
    _, page = customer

    assert await page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    box = await page.get_by_role("link", name="Pay now").bounding_box()
    assert box["height"] >= 44


async def test_looking_at_it_is_opening_it(customer):
    shop, page = customer
    async with page.expect_response("**/seen"):
        await page.reload()

    await shop.work()

    assert "Opened" in shop.card.read()


async def test_it_can_be_paid_and_reported_with_the_keyboard_alone(customer):
    shop, page = customer
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Pay now")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Report this")).to_be_focused()
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", level=1)).to_have_text("You have reported this")
    assert page.url == page_of(shop)
    await expect(page.get_by_role("link", name="Pay now")).to_have_count(0)
