import logging

import pytest
import structlog

from bot.journal import _TALKERS, open_journal
from tests.stories.lock_order import lock_order
from tests.stories.patience import patient
from tests.stories.shop import opened_shop


@pytest.fixture(autouse=True)
def patience():
    """Only where somebody keeps the database from being written is a save given up as soon as in the product."""
    with patient():
        yield


@pytest.fixture(autouse=True)
def locks_in_order():
    """No story may write a part of an order and lock the order afterwards: two such transactions block each other."""
    with lock_order() as wrong:
        yield
    assert wrong == []


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
