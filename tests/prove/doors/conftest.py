"""The doors of a shop, for whoever tries to get in."""

import pytest

from tests.databases import KINDS, ready_database
from tests.stories.patience import patient
from tests.stories.shop import opened_shop


@pytest.fixture(autouse=True)
def patience():
    """A save may take longer than half a second where the machine is busy: nothing here is about that."""
    with patient():
        yield


@pytest.fixture(params=KINDS)
async def shop(request, tmp_path):
    """The whole bot on a database of each kind; what Slack complains about is the point here."""
    async with ready_database(request.param, tmp_path) as url, opened_shop(url) as made:
        yield made
