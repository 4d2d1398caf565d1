import logging
import zlib
from collections import defaultdict

import pytest
import structlog

from bot.journal import _TALKERS, open_journal
from tests.stories.patience import patient
from tests.stories.shop import opened_shop


def pytest_collection_modifyitems(config, items):
    """Tell each story once, one in four on PostgreSQL; with `--whole`, all cases on both.

    Where the databases differ is what tests/storage is about, all of it on both. Which case is told hangs on names
    alone, so it is the same in every run and on every machine. A file or story named on the command line is told whole.
    """
    if config.getoption("--whole") or any(".py" in each for each in config.args):
        return
    stories = [item for item in items if item.nodeid.startswith("tests/stories/")]
    cases = defaultdict(list)
    for item in stories:
        cases[item.path, item.originalname].append(item)
    told = {_one_of(each) for each in cases.values()}
    left = {item for item in stories if item not in told}
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    items[:] = [item for item in items if item not in left]


def _one_of(cases):
    drawn = _drawn(cases[0].originalname)
    kind = "postgresql" if drawn % 4 == 0 else "sqlite"
    there = [case for case in cases if kind in case.name] or cases
    return there[drawn // 4 % len(there)]


def _drawn(name):
    """A number that any name has for good."""
    return zlib.crc32(name.encode())


@pytest.fixture(autouse=True)
def patience():
    """Only where somebody keeps the database from being written is a save given up as soon as in the product."""
    with patient():
        yield


@pytest.fixture
async def shop(database):
    """A shop where nobody may be surprised: whatever Slack complained about fails the test."""
    async with opened_shop(database) as opened:
        yield opened
        assert opened.slack.complaints == []


@pytest.fixture(params=["text", "json"])
def journal(request, capsys, caplog):
    """The log as `serve` writes it, in either style; call it to read everything written so far."""
    written = []
    levels = {name: logging.getLogger(name).level for name in _TALKERS}
    open_journal(request.param)

    def read():
        written.append("".join(capsys.readouterr()) + caplog.text)
        return "".join(written)

    yield read
    structlog.reset_defaults()
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
