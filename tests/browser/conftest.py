from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from tests.browser.chromium import ARGS, LACKING, MEND, find, in_ci


def pytest_collection_modifyitems(items):
    """A browser lives on the event loop that it was started on, so all tests of this folder share the session's."""
    shared = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(shared, append=False)


def go_without():
    """End the test that wanted a browser where there is none: skipped on a laptop, failed in CI."""
    end = pytest.fail if in_ci() else pytest.skip
    end(f"{LACKING}; {MEND}.")


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser():
    """One Chromium for all tests of this process; each test opens a context of its own in it."""
    path = find()
    if path is None:
        go_without()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=ARGS)
        yield running
        await running.close()
