"""What a failed call to Slack means: wait, somewhere else, gone, ours to mend, or may have been done."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.services.ports.threads import Gone, NotEditable, NotWelcome, Rejected, SlackDown, Throttled
from bot.slack.calls import calling, is_slacks


def answer(data, status=200, **headers):
    return AsyncSlackResponse(
        client=None, http_verb="POST", api_url="x", req_args={}, data=data, headers=headers, status_code=status
    )


async def failing(error):
    raise error


def refusal(code, status=200, **headers):
    return SlackApiError("no", answer({"ok": False, "error": code}, status, **headers))


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (refusal("not_in_channel"), NotWelcome),
        (refusal("channel_not_found"), NotWelcome),
        (refusal("is_archived"), NotWelcome),
        (refusal("message_not_found"), Gone),
        (refusal("cant_update_message"), Gone),
        (refusal("invalid_blocks"), Rejected),
        (refusal("edit_window_closed"), NotEditable),
        (refusal("user_disabled"), NotWelcome),
    ],
)
async def test_a_refusal_is_named(error, meaning):
    with pytest.raises(meaning):
        await calling(failing(error))


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (refusal("ratelimited", 429, **{"Retry-After": "30"}), 30),
        (refusal("ratelimited", **{"Retry-After": "7"}), 7),
        (refusal("ratelimited", 429, **{"Retry-After": "0"}), 1),
        (refusal("ratelimited", 429, **{"Retry-After": "soon"}), 1),
        (refusal("ratelimited", 429), 1),
        (refusal("ratelimited", 429, **{"Retry-After": "86400"}), 3600),
        (refusal("ratelimited", 429, **{"Retry-After": "inf"}), 3600),
        (refusal("ratelimited", 429, **{"Retry-After": "nan"}), 1),
    ],
)
async def test_slack_says_how_long_to_wait(error, seconds):
    with pytest.raises(Throttled) as throttled:
        await calling(failing(error))

    assert throttled.value.seconds == seconds


@pytest.mark.parametrize(
    ("error", "doubtful"),
    [
        (refusal("internal_error"), True),
        (refusal("fatal_error"), True),
        (SlackApiError("no", answer("<html>", 503)), True),
        (SlackApiError("no", answer("<html>", 200)), True),
        (SlackApiError("no", answer({"ok": False}, 200)), True),
        (SlackApiError("no", answer("<html>", 403)), False),
        (aiohttp.ServerDisconnectedError(), True),
        (TimeoutError(), True),
        (refusal("invalid_auth"), False),
        (refusal("token_revoked"), False),
        (refusal("team_added_to_org"), False),
        (refusal("some_new_error"), False),
        (aiohttp.ClientConnectorError(None, OSError("refused")), False),
    ],
)
async def test_whether_it_may_have_been_done_is_kept_apart(error, doubtful):
    """Slack says of its 5xx that the work may be done (Slack reference §10)."""
    with pytest.raises(SlackDown) as down:
        await calling(failing(error))

    assert down.value.doubtful is doubtful


@pytest.mark.parametrize(
    ("needed", "why"),
    [("im:write", "missing_scope: im:write"), (None, "missing_scope"), (7, "missing_scope"), ("<b>", "missing_scope")],
)
async def test_the_scope_that_slack_says_is_needed_is_named(needed, why):
    """Slack reference §10; whoever reinstalls the app has to know which."""
    error = SlackApiError("no", answer({"ok": False, "error": "missing_scope", "needed": needed}))

    with pytest.raises(SlackDown) as down:
        await calling(failing(error))

    assert down.value.why == why


async def test_nobody_waits_longer_than_asked():
    with pytest.raises(SlackDown) as down:
        await calling(asyncio.sleep(10), seconds=0.01)

    assert down.value.doubtful


API = "https://slack.com/api/"


@pytest.mark.parametrize("url", ["https://hooks.slack.com/actions/T1/1/x", "https://slack.com/x"])
def test_slacks_own_addresses_are_answered(url):
    assert is_slacks(url, API)


def test_the_sandboxs_own_addresses_are_answered():
    assert is_slacks("http://127.0.0.1:9000/slack/hooks/T1/1/x", "http://127.0.0.1:9000/slack/api/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.slack.com",
        "//hooks.slack.com/x",
        "http://hooks.slack.com/x",
        "https://hooks.slack.com:8443/x",
        "https://hooks.slack.com:x/x",
        "https://me@hooks.slack.com/x",
        "https://hooks.slack.com@evil.example/x",
        "https://hooks.slack.com.evil.example/x",
        "https://evil.example/hooks.slack.com",
        "https://evilslack.com/x",
        "https://x.slack.com/x",
        "https://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:8080/health/ready",
        "https://[::1/x",
        "file:///etc/passwd",
        "https://hooks.slack.com\\@evil.example/x",
    ],
)
def test_no_other_address_is_answered(url):
    """Slack names it, or whoever holds the signing secret: they get no request from inside our network for it."""
    assert not is_slacks(url, API)
