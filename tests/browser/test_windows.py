"""A window that a test is given is as good as new, whatever was done in it before."""

import pytest_asyncio
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.browser.windows import heard
from tests.serving import serving


@pytest_asyncio.fixture(loop_scope="session")
async def shelf():
    """The address of a page that keeps things and opens another window."""
    page = '<title>Kept</title><a href="/" target="_blank">Again</a>'
    async with serving(Starlette(routes=[Route("/", lambda _: HTMLResponse(page))])) as url:
        yield url


async def test_it_has_been_nowhere_and_remembers_nothing(windows, shelf):
    async with windows.opened(locale="nb-NO") as page:
        await page.goto(shelf)
        await page.evaluate("document.cookie = 'who=kari'")
        async with page.expect_popup():
            await page.get_by_role("link").click()

    async with windows.opened(locale="nb-NO") as again:
        assert again is page
        assert again.url == "about:blank"
        assert again.context.pages == [again]
        assert await again.context.cookies() == []


async def test_two_at_once_are_two_and_other_options_another(windows):
    async with windows.opened() as one, windows.opened() as two, windows.opened(color_scheme="dark") as dark:
        assert len({one.context, two.context, dark.context}) == 3
        assert await dark.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert not await one.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


async def test_one_that_was_closed_is_not_handed_on(windows):
    async with windows.opened(locale="sv-SE") as page:
        await page.close()

    async with windows.opened(locale="sv-SE") as other:
        await other.goto("about:blank")


async def test_who_listened_hears_nothing_of_the_next(windows):
    said = []
    async with windows.opened(locale="da-DK") as page:
        with heard(page, console=lambda message: said.append(message.text)):
            await page.evaluate("console.log('mine')")
        await page.evaluate("console.log('theirs')")

    assert said == ["mine"]
