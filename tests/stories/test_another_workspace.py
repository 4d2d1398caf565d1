"""A token of another Slack workspace on the same database: nothing of the first one's is ended by what it finds."""

import contextlib

import pytest

from sandbox.slack import Workspace, create_app
from tests.serving import serving
from tests.stories.counting import ready_counts
from tests.stories.knocking import ready
from tests.stories.shop import SECRET
from tests.stories.test_slack_trouble import headlines, rest
from tests.stories.till import lines


@contextlib.asynccontextmanager
async def elsewhere(shop):
    """Within the block the bot has the token of a workspace that knows none of the channels."""
    other = Workspace(
        "T9",
        clock=shop.clock.true,
        signing_secret=SECRET,
        bot_token="xoxb-9",
        monotonic=shop.clock.monotonic,
    )
    async with serving(create_app(other)) as url:
        other.base_url = url
        await shop.restart(slack_bot_token="xoxb-9", slack_api_url=f"{url}/api/")
        yield other
        await shop.restart()
    await shop.later(hours=1, minutes=1)
    await rest(shop)


@pytest.mark.parametrize("ends", ["expired", "paid"])
async def test_what_happened_meanwhile_is_told_once_the_right_token_is_back(shop, ends):
    await shop.issues()
    async with elsewhere(shop) as other:
        if ends == "paid":
            await shop.customer_pays()
        for _ in range(9):
            await shop.later(days=1)
        assert (await ready(shop))["problems"], "somebody has to put the token back"
        assert ready_counts(shop)["orders_of_another_workspace"] > 0
        assert [call.method for call in other.log if call.method.startswith("chat.")] == []

    headline, line = {"expired": ("⌛ Expired", "⌛"), "paid": ("🔒 Reserved", "🔒")}[ends]
    assert headlines(shop.cards) == [f"{headline} · 249,50 kr"]
    assert [one.split(" ")[0] for one in lines(shop)] == [line]
