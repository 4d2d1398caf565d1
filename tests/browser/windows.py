"""Windows of a browser, handed on from story to story: to open one costs more than most stories do in it."""

from collections import defaultdict
from contextlib import asynccontextmanager, contextmanager

from playwright.async_api import Error


class Windows:
    """Those of one browser."""

    def __init__(self, browser):
        self._browser, self._free = browser, defaultdict(list)

    @asynccontextmanager
    async def opened(self, **options):
        """A page that has been nowhere and remembers nothing, as on another computer; `options` are Playwright's for a
        context.
        """
        free = self._free[repr(sorted(options.items()))]
        page = free.pop() if free else await (await self._browser.new_context(**options)).new_page()
        try:
            yield page
        finally:
            if await self._emptied(page):
                free.append(page)
            else:
                await page.context.close()

    async def _emptied(self, page):
        """Whether it is as good as new."""
        try:
            for other in page.context.pages:
                if other is not page:
                    await other.close()
            await page.mouse.move(0, 0)
            await page.goto("about:blank")
            await page.context.clear_cookies()
        except Error:
            return False
        return True


@contextmanager
def heard(page, **listeners):
    """Listen to the page's events, as long as this test has it."""
    for event, listener in listeners.items():
        page.on(event, listener)
    try:
        yield
    finally:
        for event, listener in listeners.items():
            page.remove_listener(event, listener)


@contextmanager
def objections(page):
    """All that the browser objects to meanwhile, and every error of the page's own script."""
    trouble = []

    def said(message):
        if message.type in {"error", "warning"}:
            trouble.append(message.text)

    with heard(page, pageerror=lambda error: trouble.append(str(error)), console=said):
        yield trouble
