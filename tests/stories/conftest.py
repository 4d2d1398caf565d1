import logging

import pytest
import structlog

from bot.journal import _TALKERS, open_journal
from tests.stories.shop import opened_shop

_ABOUT_LATE_SAVES = {"test_after_send", "test_money_not_saved"}
_LIMITS = ("issue_form.SUBMIT", "change_form.SUBMIT", "link_buttons.SUBMIT", "link_buttons.CLICK")
_PATIENCE = 2.5
"""Seconds; Slack waits three."""


@pytest.fixture(autouse=True)
def patience(request, monkeypatch):
    """A save may take longer than half a second where the machine is busy; only the stories about that are strict."""
    if request.path.stem not in _ABOUT_LATE_SAVES:
        for limit in _LIMITS:
            monkeypatch.setattr(f"bot.slack.listeners.{limit}", _PATIENCE)


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
