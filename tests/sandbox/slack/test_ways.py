"""Ways of Slack's that are UNCONFIRMED, or differ between workspaces, and what stands behind a refusal."""

import pytest

from sandbox.slack import Fault

from .conftest import mrkdwn, refusal


@pytest.fixture(autouse=True)
def unlimited(ws):
    ws.limits.enforce = False


@pytest.fixture
async def deleted(client, sales):
    """The ts of a card of which nothing is left."""
    card = await client.chat_postMessage(channel=sales.id, text="card")
    await client.chat_delete(channel=sales.id, ts=card["ts"])
    return card["ts"]


@pytest.mark.parametrize("code", ["thread_not_found", "cannot_reply_to_message"])
async def test_a_reply_to_a_deleted_message_is_refused(ws, client, sales, deleted, code):
    """Slack reference §10."""
    ws.ways.lost_parent_answer = code

    assert await refusal(client.chat_postMessage(channel=sales.id, text="paid", thread_ts=deleted)) == code


async def test_or_stands_in_the_channel_without_a_word(ws, client, sales, deleted):
    """slack-go/slack#1571: the answer then has no thread_ts."""
    ws.ways.lost_parent_answer = ""

    posted = await client.chat_postMessage(channel=sales.id, text="paid", thread_ts=deleted)

    assert "thread_ts" not in posted["message"]
    assert [message.text for message in sales.messages] == ["paid"]


@pytest.mark.parametrize("stays", [False, True])
async def test_a_deleted_message_with_replies_may_leave_a_placeholder(ws, client, sales, stays):
    """Slack reference §10: its thread goes on, and nobody can change it."""
    ws.ways.leaves_placeholders = stays
    card = await client.chat_postMessage(channel=sales.id, text="card")
    await client.chat_postMessage(channel=sales.id, text="opened", thread_ts=card["ts"])
    await client.chat_delete(channel=sales.id, ts=card["ts"])

    update = client.chat_update(channel=sales.id, ts=card["ts"], text="paid")
    assert await refusal(update) == ("cant_update_message" if stays else "message_not_found")
    reply = client.chat_postMessage(channel=sales.id, text="paid", thread_ts=card["ts"])
    if stays:
        assert (await reply)["message"]["thread_ts"] == card["ts"]
    else:
        assert await refusal(reply) == "thread_not_found"


async def test_a_channel_may_take_no_replies(client, sales):
    """Slack reference §10: locked, or none allowed."""
    card = await client.chat_postMessage(channel=sales.id, text="card")
    sales.refuses_threads = "restricted_action_thread_locked"

    reply = client.chat_postMessage(channel=sales.id, text="paid", thread_ts=card["ts"])
    assert await refusal(reply) == "restricted_action_thread_locked"
    await client.chat_postMessage(channel=sales.id, text="another card")


async def test_only_our_own_messages_are_deleted(ws, client, sales, kari):
    """Slack reference §10."""
    said = ws.say(kari, sales, "hello")

    assert await refusal(client.chat_delete(channel=sales.id, ts=said.ts)) == "cant_delete_message"
    assert await refusal(client.chat_delete(channel=sales.id, ts="1.2")) == "message_not_found"


async def test_a_picture_that_slack_cannot_fetch_spoils_the_whole_message(ws, client, sales):
    """slackapi/python-slack-sdk#1782."""
    ws.ways.fetches_pictures = False
    picture = {"type": "image", "image_url": "https://pay.example.com/x.png", "alt_text": "code"}

    posting = client.chat_postMessage(channel=sales.id, text="x", blocks=[mrkdwn("x"), picture])
    assert await refusal(posting) == "invalid_blocks"
    assert ws.complaints[-1].endswith("downloading image failed [json-pointer:/blocks/1/image_url]")


@pytest.mark.parametrize("found", [False, True])
async def test_a_deleted_message_may_have_a_permalink(ws, client, sales, deleted, found):
    ws.ways.finds_deleted_permalinks = found

    asking = client.chat_getPermalink(channel=sales.id, message_ts=deleted)
    if found:
        assert deleted.replace(".", "") in (await asking)["permalink"]
    else:
        assert await refusal(asking) == "message_not_found"


async def test_an_app_of_an_organisation_says_the_organisation(ws, client):
    """Slack reference §14."""
    ws.ways.enterprise_id = "E1"

    told = await client.auth_test()

    assert (told["team_id"], told["enterprise_id"], told["is_enterprise_install"]) == ("E1", "E1", True)


async def test_a_refusal_may_come_after_the_work_and_say_what_is_needed(ws, client, sales):
    """Slack reference §10."""
    ws.faults.add("chat.postMessage", Fault.error_after("internal_error"))
    ws.faults.add("chat.update", Fault.error("missing_scope", needed="chat:write"))

    assert await refusal(client.chat_postMessage(channel=sales.id, text="x")) == "internal_error"
    [message] = sales.messages
    with pytest.raises(Exception, match="'needed': 'chat:write'"):
        await client.chat_update(channel=sales.id, ts=message.ts, text="y")


async def test_a_refused_post_takes_its_turn(ws, client, sales):
    """Slack reference §11: the harsher reading."""
    ws.limits.enforce = True
    ws.faults.add("chat.postMessage", Fault.error("invalid_blocks"))

    assert await refusal(client.chat_postMessage(channel=sales.id, text="x")) == "invalid_blocks"
    assert await refusal(client.chat_postMessage(channel=sales.id, text="x")) == "ratelimited"
