import logging
from pathlib import Path

import pytest
import structlog

from bot.journal import _TALKERS, open_journal
from tests.stories.patience import patient
from tests.stories.shop import opened_shop


def pytest_collection_modifyitems(config, items):
    """Tell every story on both databases, and its variants on SQLite; with `--whole`, these on both.

    They vary what people type and what Dintero answers. Where the databases differ is what tests/storage is about, all
    of it on both. A story that is named on the command line is told as it is named.
    """
    if config.getoption("--whole") or any("::" in each for each in config.args):
        return
    told, variants = set(), []
    for item in items:
        if Path(__file__).parent in item.path.parents and "postgresql" in item.name:
            story = (item.path, item.originalname)
            variants += [item] if story in told else []
            told.add(story)
    config.hook.pytest_deselected(items=variants)
    items[:] = [item for item in items if item not in set(variants)]


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
