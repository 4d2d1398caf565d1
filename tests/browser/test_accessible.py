"""What customers see holds what WCAG AA asks, as axe-core reads it: every page, by day and by night, on a phone."""

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.desk import PICTURES
from tests.stories.browsing import page_of, reports
from tests.stories.shop import opened_shop

PHONE = {"width": 390, "height": 844}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
YELLOW, NIGHT = "#ffe14d", "#101418"
"""Colours that white text, and black text, could not be read on."""


async def shown(shop):
    """The addresses of the pages that a customer may meet, by what they say."""
    lives = {"cancelled": "7d", "payable": "7d", "paid": "7d", "reported": "7d", "expired": "1h"}
    for reference, life in lives.items():
        await shop.issues(f"249,50 91234567 Tow bar, fitted in the workshop #{reference} {life}")
    await shop.presses("Cancel link", shop.cards[0])
    await shop.customer_pays("paid")
    await reports(shop, "reported")
    await shop.later(hours=2)
    pages = {reference: page_of(shop, reference) for reference in lives}
    thanks = pages["payable"].replace("/p/", "/thanks/")
    return pages | {
        "unknown": f"{shop.url}/p/nobody-knows-it",
        "thanks": thanks,
        "thanks-after-an-error": f"{thanks}?error=authorization",
    }


async def by_night_and_by_day(page):
    """Each scheme in its turn, while it lasts; it begins and ends by day."""
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme)
        yield scheme


@pytest.mark.parametrize("colour", [None, YELLOW, NIGHT])
async def test_every_page_of_the_customers_is_accessible(windows, database, colour):
    named = {"paylink_merchant_name": "Fjord & Fjell", "paylink_contact": "22 33 44 55"}
    async with opened_shop(database, paylink_merchant_colour=colour, **named) as shop:
        pages = await shown(shop)
        headings, found = set(), {}
        async with windows.opened(viewport=PHONE, locale="nb-NO") as page:
            for name, address in pages.items():
                await page.goto(address)
                for more in await page.locator("details").all():
                    await more.click()
                headings.add(await page.get_by_role("heading", level=1).inner_text())
                async for scheme in by_night_and_by_day(page):
                    results = await Axe().run(page, options=RULES)
                    if results.violations_count:
                        found[name, scheme] = results.generate_report()
                    PICTURES.mkdir(parents=True, exist_ok=True)
                    await page.screenshot(path=PICTURES / f"page-{name}-{scheme}{colour or ''}.png", full_page=True)

    assert found == {}
    assert len(headings) == len(pages)
