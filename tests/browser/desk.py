"""One person's window on the demo's page: what they see there and what they do, by the words on the screen."""

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.browser.windows import heard

PICTURES = Path(__file__).parents[2] / "build" / "browser"
LAPTOP = {"width": 1440, "height": 860}
PATIENCE = 20_000
"""Milliseconds until something must have shown; the bot, Slack's limits and a busy machine fit in."""
expect.set_options(timeout=PATIENCE)  # Playwright's own five seconds are no rule of ours


@dataclass
class Desk:
    """A window in which somebody works; `actions` counts what they did."""

    page: Page
    url: str
    actions: int = 0
    trouble: list = field(default_factory=list)

    # -- the parts of the page

    @property
    def slack(self) -> Locator:
        return self.page.get_by_role("region", name="Slack", exact=True)

    @property
    def customer(self) -> Locator:
        return self.page.get_by_role("region", name="The customer's phone")

    @property
    def world(self) -> Locator:
        return self.page.get_by_role("region", name="The world")

    @property
    def form(self) -> Locator:
        return self.slack.get_by_role("dialog")

    @property
    def card(self) -> Locator:
        """The newest card in the channel."""
        return self.slack.locator(".conversation .message[data-author=paylink]:not(.private)").last

    def message(self, words: str) -> Locator:
        """The message in the channel that says so."""
        return self.slack.locator(".conversation .message", has_text=words).last

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def checkout(self):
        """The page in the browser of the customer's phone."""
        return self.page.frame_locator("iframe[name=phone]")

    # -- what people do

    async def arrives(self, query: str = "") -> None:
        """Open the page."""
        self.actions += 1
        await self.page.goto(self.url + query)

    async def becomes(self, name: str) -> None:
        """Look at Slack as somebody else."""
        self.actions += 1
        await self.page.get_by_label("You are").select_option(label=name)
        await expect(self.page).to_have_title(re.compile(f" as {name.split(maxsplit=1)[0]} "))

    async def says(self, words: str, place: str = "Message") -> None:
        """Type into the composer and press Enter."""
        box = self.page.get_by_role("textbox", name=re.compile(f"^{place}")).or_(
            self.page.get_by_role("combobox", name=re.compile(f"^{place}"))
        )
        self.actions += 2
        await box.fill(words)
        await box.press("Enter")

    async def fills(self, label: str, words: str, nth: int = 0) -> None:
        """Type into a field of the form."""
        self.actions += 1
        await self.form.get_by_label(label, exact=True).nth(nth).fill(words)

    async def chooses(self, label: str, option: str) -> None:
        """Choose from a menu of the form."""
        self.actions += 1
        await self.form.get_by_label(label, exact=True).select_option(option)

    async def presses(self, name: str, within: Locator | None = None) -> None:
        """Press a button or follow a link by what it is called."""
        place = within or self.slack
        self.actions += 1
        written = place.locator("button, a").filter(has_text=re.compile(rf"^\s*{re.escape(name)}\s*$"))
        await written.or_(place.get_by_role("button", name=name, exact=True)).first.click()

    async def taps(self, name: str, within: Locator | None = None) -> None:
        """Press a button, on the customer's phone if nothing else is said, by how it begins."""
        self.actions += 1
        place = within or self.checkout
        await place.get_by_role("button", name=re.compile(f"^{re.escape(name)}")).first.click()

    async def picks(self, option: str, within: Locator) -> None:
        """Open the menu behind the three dots, and pick from it."""
        self.actions += 1
        await within.get_by_label("More actions").click()
        await self.presses(option, within)

    async def confirms(self, name: str) -> None:
        """Say yes in Slack's own question."""
        await self.presses(name, self.page.locator("#confirm"))

    async def goes_to(self, channel: str) -> None:
        """Open another channel."""
        self.actions += 1
        link = self.page.get_by_role("link", name=re.compile(f"^{re.escape(channel)}"))
        await link.click()
        await expect(link).to_have_attribute("aria-current", "page")

    async def opens_thread(self, of: Locator | None = None) -> None:
        """Follow "2 replies" below the card, or below another message."""
        self.actions += 1
        await (of or self.card).get_by_role("link", name=re.compile("repl(y|ies)$")).click()

    async def starts_thread(self, of: Locator) -> None:
        """Reply to a message that nobody has replied to."""
        self.actions += 1
        await of.hover()
        await of.get_by_role("link", name="Reply in thread").click()

    # -- what they see

    async def sees(self, *words: str, within: Locator | None = None) -> None:
        """Wait until all these words stand there, each to be seen."""
        for one in words:
            await expect((within or self.slack).get_by_text(one).first).to_be_visible()

    async def card_says(self, *words: str) -> None:
        """Wait until the card reads so."""
        for one in words:
            await expect(self.card).to_contain_text(one)

    async def no_form(self) -> None:
        """Wait until no form is open."""
        await expect(self.form).to_have_count(0)

    async def picture(self, name: str) -> None:
        """Keep what is on the screen in the build folder."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=PICTURES / f"{name}.png")


@asynccontextmanager
async def sitting(windows, url: str, **options):
    """A window of its own, as on another computer; `options` are Playwright's for a context."""
    async with windows.opened(**({"viewport": LAPTOP, "locale": "en-GB"} | options)) as page:
        page.set_default_timeout(PATIENCE)
        desk = Desk(page, url)

        def said(message):
            if _is_ours(message):
                desk.trouble.append(f"{message.text} {message.location}")

        with heard(page, pageerror=lambda error: desk.trouble.append(str(error)), console=said):
            yield desk


def _is_ours(said) -> bool:
    """An error that the page made; what the sandbox refuses with a sentence (409) is no error of the page."""
    return said.type == "error" and "409" not in said.text and "/v1/view/" not in said.location["url"]
