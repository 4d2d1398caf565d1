import functools
import gc
import os

import httpx
import hypothesis
import pytest
import uvloop

from bot.journal import open_journal
from tests import databases, kept
from tests.elsewhere import elsewhere
from tests.selection import select

_SLOW = [hypothesis.HealthCheck.too_slow]
"""A busy machine is no failure."""
hypothesis.settings.register_profile("whole", deadline=None, suppress_health_check=_SLOW)
hypothesis.settings.register_profile("same", hypothesis.settings.get_profile("whole"), derandomize=True)


def pytest_asyncio_loop_factories():
    """Everything runs on the loop that `serve` runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True, scope="session")
def one_tls_context():
    """Each of httpx's clients reads the authorities for itself, which takes 70 ms; nothing here leaves loopback."""
    module = httpx._transports.default
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "create_ssl_context", functools.cache(module.create_ssl_context))
        yield


@pytest.fixture(params=databases.KINDS)
def database(request):
    """The URL of a database with today's tables and nothing in them, of each kind."""
    return kept.emptied(request.param)


@pytest.fixture(autouse=True)
def journal_of_the_product():
    """Log as the product does: structlog's own style draws every local variable of a traceback, which takes seconds."""
    open_journal("text")


def pytest_addoption(parser):
    parser.addoption(
        "--whole",
        action="store_true",
        help="proofs make all attempts, and every story, proof and walk is run in all its cases on both databases",
    )


def pytest_configure(config):
    """`make test` tries the same examples every time; `make prove` others in each run."""
    hypothesis.settings.load_profile("whole" if config.getoption("--whole") else "same")


def pytest_xdist_auto_num_workers():
    """Two for each core: a test that waits for a process, a browser or Slack's limits leaves the core to others."""
    return 2 * os.cpu_count()


_WAITING = ("tests/prove/", "tests/browser/", "tests/test_")
"""Tests that start processes or a browser, the longest first: most of their time is waiting."""


def pytest_collection_modifyitems(config, items):
    """Run what is selected: stories, which compute, spread evenly among the tests that wait, so that no core is idle.

    The short ones end the run, so that no worker is left alone with a long one.
    """
    select(config, items)
    waiting = sorted((item for item in items if _rank(item) is not None), key=_rank)
    stories = [item for item in items if item.nodeid.startswith("tests/stories/")]
    places = {item: at / len(each) for each in (waiting, stories) for at, item in enumerate(each)}
    items.sort(key=lambda item: places.get(item, 1))


def _rank(item):
    return next((at for at, folder in enumerate(_WAITING) if item.nodeid.startswith(folder)), None)


def pytest_collection_finish():
    """All that is imported and collected stays until the end: looking through it again and again is time lost.

    So is looking through what a story makes after every seven hundred objects of it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


def pytest_sessionfinish():
    elsewhere(kept.dropped())
    databases.drop_template()
