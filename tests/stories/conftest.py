import pytest

from tests.stories.shop import opened_shop


@pytest.fixture
async def shop(tmp_path):
    """A shop where nobody may be surprised: whatever Slack complained about fails the test."""
    async with opened_shop(tmp_path) as opened:
        yield opened
        assert opened.slack.complaints == []
