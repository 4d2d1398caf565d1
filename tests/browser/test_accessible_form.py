"""The form with all that stands on top of it, as axe-core reads it: on a laptop and a phone, by day and by night."""

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.browser.test_accessible import PHONE, RULES, by_night_and_by_day

pytestmark = pytest.mark.whole

DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
"""Settled once what was changed is on the screen."""
LAPTOP = {"width": 1440, "height": 860}


@pytest.mark.parametrize("viewport", [LAPTOP, PHONE], ids=["laptop", "phone"])
async def test_the_form_and_its_preview_are_accessible(sits_down, viewport):
    desk = await sits_down(viewport=viewport)
    found = {}

    async def judge(name):
        async for scheme in by_night_and_by_day(desk.page):
            await desk.page.evaluate(DRAWN)
            results = await Axe().run(desk.page, context=["#slack"], options=RULES)
            if results.violations_count:
                found[name, scheme] = results.generate_report()
            await desk.picture(f"form-{name}-{viewport['width']}-{scheme}")

    await desk.arrives()
    await desk.says("/paylink 249,50 91234567 Tow bar #4711 7d")
    await desk.sees("Say to the customer", within=desk.form)
    await judge("first")
    await desk.presses("Preview")
    await desk.sees("asks the customer to pay", within=desk.form)
    await judge("preview")
    await desk.presses("Back")
    await desk.presses("More…")
    await desk.sees("How it is paid", within=desk.form)
    await judge("more")
    await desk.presses("Lines…")
    await desk.sees("Add line", within=desk.form)
    await judge("lines")
    await desk.presses("Add line")
    await desk.sees("Keep as a saved item", within=desk.form)
    await judge("line")

    assert found == {}
