import contextlib
import re
import shutil
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from sandbox.servers import end_of_log, world
from tests import databases, kept
from tests.browser.chromium import ARGS, LACKING, MEND, find, in_ci
from tests.browser.desk import sitting
from tests.browser.windows import Windows
from tests.starting import forked


def pytest_collection_modifyitems(items):
    """A browser lives on the event loop that it was started on, so all tests of this folder share the session's."""
    shared = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if Path(__file__).parent in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(shared, append=False)


SLACK_WAITS = 20.0
"""Seconds that Slack gives the bot here instead of three: a machine may be busy. Other tests are about that limit."""


def go_without():
    """End the test that wanted a browser where there is none: skipped on a laptop, failed in CI."""
    end = pytest.fail if in_ci() else pytest.skip
    end(f"{LACKING}; {MEND}.")


@pytest.fixture
def database():
    """What a browser shows does not depend on the kind of the database."""
    return kept.emptied("sqlite")


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser():
    """One Chromium for all tests of this process."""
    path = find()
    if path is None:
        go_without()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=ARGS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def windows(browser):
    """Its windows; each test has them as good as new."""
    return Windows(browser)


async def with_tables(command, environment, log):
    """Start the bot on a database that somebody has begun already; making the tables takes a third of a second."""
    url = environment["PAYLINK_DATABASE_URL"]
    shutil.copyfile(databases.sqlite_template(), url.partition("///")[2])
    return await forked(command, environment, log, beside="tests.browser.patience")


@pytest_asyncio.fixture(loop_scope="session")
async def demo(request):
    """The demo as `make demo` makes it: the sandbox, and the bot as a process of its own."""
    async with world(getattr(request, "param", with_tables)) as running:
        running.slack.ack_deadline = running.slack.trigger_life = SLACK_WAITS
        yield running
        refused = [one for one in running.slack.complaints if "ratelimited" not in one]  # Slack is slow, not displeased
        assert not refused, end_of_log(running.folder)


@pytest_asyncio.fixture(loop_scope="session")
async def sits_down(windows, demo, request):
    """Open windows on the demo; each leaves a picture when the story ends, and the page may have had no trouble."""
    async with contextlib.AsyncExitStack() as stack:
        desks = []

        async def sit(**options):
            desks.append(await stack.enter_async_context(sitting(windows, demo.page_url, **options)))
            return desks[-1]

        yield sit
        name = re.sub(r"\W+", "_", request.node.name.removeprefix("test_")).strip("_")
        for number, desk in enumerate(desks):
            await desk.picture(f"{name}-{number + 1}" if number else name)
        assert [desk.trouble for desk in desks] == [[] for _ in desks]


@pytest_asyncio.fixture(loop_scope="session")
async def kari(sits_down):
    """Kari's window, open at #sales."""
    desk = await sits_down()
    await desk.arrives()
    return desk
