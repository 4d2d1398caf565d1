"""The doors of a shop, for whoever tries to get in."""

import pytest

from tests.stories.shop import opened_shop

_LIMITS = ("issue_form.SUBMIT", "change_form.SUBMIT", "link_buttons.SUBMIT", "link_buttons.CLICK")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A save may take longer than half a second where the machine is busy: nothing here is about that."""
    for limit in _LIMITS:
        monkeypatch.setattr(f"bot.slack.listeners.{limit}", 2.5)


@pytest.fixture
async def shop(database):
    """The whole bot on a database of each kind; what Slack complains about is the point here."""
    async with opened_shop(database) as made:
        yield made
