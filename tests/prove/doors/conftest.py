"""The doors of a shop, for whoever tries to get in."""

import pytest

from tests.stories.patience import patient
from tests.stories.shop import opened_shop


@pytest.fixture(autouse=True)
def patience():
    """A save may take longer than half a second where the machine is busy: nothing here is about that."""
    with patient():
        yield


@pytest.fixture
async def shop(database):
    """The whole bot on a database of each kind; what Slack complains about is the point here."""
    async with opened_shop(database) as made:
        yield made
