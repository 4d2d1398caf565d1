"""`make screenshots`: the pictures that the README opens with, taken from the real page."""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import async_playwright

from sandbox.servers import world
from tests.browser.chromium import ARGS, LACKING, MEND, ensure
from tests.browser.desk import Desk, sitting
from tests.browser.test_payments import customer_opens, issues
from tests.browser.windows import Windows

FOLDER = Path(__file__).parents[2] / "docs" / "images"
WINDOW = {"width": 1180, "height": 940}
MOST_BYTES = 200_000


async def main() -> None:
    """Walk a link's life in a window, and keep the form and the card."""
    path = ensure()
    if path is None:
        sys.exit(f"{LACKING}; {MEND}.")
    async with world() as demo, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGS)
        async with sitting(Windows(browser), demo.page_url, viewport=WINDOW) as desk:
            await desk.arrives()
            await form(desk)
            await card(desk)
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


async def keep(desk: Desk, name: str) -> None:
    """Write the picture; one that is too large for a README ends it all."""
    await desk.page.mouse.move(0, 0)
    taken = await desk.page.screenshot()
    if len(taken) > MOST_BYTES:
        sys.exit(f"{name}.png has {len(taken)} bytes, more than {MOST_BYTES}.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(taken)
    sys.stdout.write(f"docs/images/{name}.png, {len(taken) // 1000} kB\n")


if __name__ == "__main__":
    asyncio.run(main())
