"""`make screenshots`: the pictures of the README, taken from the demo."""

import asyncio
import re
import sys
from pathlib import Path

from playwright.async_api import Page, async_playwright

from sandbox.servers import world
from tests.browser.chromium import ARGS, LACKING, MEND, ensure
from tests.browser.desk import Desk, sitting
from tests.browser.test_payments import customer_opens, issues
from tests.browser.windows import Windows

FOLDER = Path(__file__).parents[2] / "docs" / "images"
WINDOW = {"width": 1180, "height": 940}
PHONE = {"width": 390, "height": 695}
MOST_BYTES = 200_000


async def main() -> None:
    """Take a link from the form to a refund, and keep the form, the card and the customer's page."""
    path = ensure()
    if path is None:
        sys.exit(f"{LACKING}; {MEND}.")
    async with world() as demo, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGS)
        windows = Windows(browser)
        async with sitting(windows, demo.page_url, viewport=WINDOW) as desk:
            await desk.arrives()
            await form(desk)
            await card(desk)
            await customer_page(desk, windows)
        await browser.close()


async def form(desk: Desk) -> None:
    """The form as one line of text has filled it in."""
    await desk.says("/paylink 249,50 912 34 567 Tow bar #4711 7d")
    await desk.sees("New payment link", within=desk.form)
    await keep(desk, "form")
    await desk.presses("Cancel", desk.form)


async def card(desk: Desk) -> None:
    """A payment that was opened, reserved, captured and partly refunded, and its story in the thread."""
    await issues(desk)
    await customer_opens(desk)
    await desk.sees("1 reply", within=desk.card)
    await desk.taps("Vipps")
    await desk.card_says("Reserved")
    await desk.presses("Capture", desk.card)
    await desk.confirms("Capture")
    await desk.card_says("Paid")
    await desk.presses("Refund…", desk.card)
    await desk.form.get_by_label("An amount").check()
    await desk.fills("Amount (NOK) (optional)", "49,50")
    await desk.fills("Reason", "Scratched")
    await desk.presses("Refund", desk.form)
    await desk.card_says("Partly refunded")
    await desk.opens_thread()
    await desk.sees("refunded 49,50 kr:", within=desk.thread)
    await keep(desk, "card")


async def customer_page(desk: Desk, windows: Windows) -> None:
    """The page that a link leads to, on a phone."""
    await desk.arrives()  # without the thread, which covers the composer
    await desk.says("/paylink 249,50 Tow bar #4712 3d link")
    await desk.presses("Send", desk.form)
    await desk.sees("Ready to share", within=desk.form)
    address = re.search(r"http\S+/p/[\w-]+", await desk.form.inner_text())
    if address is None:
        sys.exit("The form shows no address of the customer's page.")
    async with windows.opened(viewport=PHONE, device_scale_factor=2, locale="en-GB") as page:
        await page.goto(address[0])
        await page.get_by_role("link", name="Pay now").wait_for()
        await write(page, "customer-page")


async def keep(desk: Desk, name: str) -> None:
    """Take a picture of the window, without the pointer over anything."""
    await desk.page.mouse.move(0, 0)
    await write(desk.page, name)


async def write(page: Page, name: str) -> None:
    """Write the picture; exits if it is too large for a README."""
    taken = await page.screenshot()
    if len(taken) > MOST_BYTES:
        sys.exit(f"{name}.png has {len(taken)} bytes, more than {MOST_BYTES}.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(taken)
    sys.stdout.write(f"docs/images/{name}.png, {len(taken) // 1000} kB\n")


if __name__ == "__main__":
    asyncio.run(main())
