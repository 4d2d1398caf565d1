"""Channels, messages and how much of them Slack takes."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Fault

from .conftest import TOKEN, actions, button, mrkdwn, plain, refusal


async def test_a_posted_message_is_addressed_by_channel_and_ts(ws, client, sales):
    """Slack reference §1.3, §10: both come with the answer, and update finds it by them."""
    posted = await client.chat_postMessage(channel=sales.id, text="Sent", blocks=[mrkdwn("*Sent*")])

    await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Paid", blocks=[mrkdwn("*Paid*")])

    [message] = ws.channel("sales").messages
    assert message.ts == posted["ts"]
    assert (message.read(), message.edits, message.edited) == ("Paid", 1, False)
    assert ws.complaints == []


async def test_a_reply_stands_in_its_thread_only(ws, client, sales):
    """Slack reference §10: thread_ts is the ts of the parent."""
    ws.limits.enforce = False
    parent = await client.chat_postMessage(channel=sales.id, text="card")
    reply = await client.chat_postMessage(channel=sales.id, text="opened", thread_ts=parent["ts"])

    assert [one.text for one in sales.messages] == ["card"]
    assert [one.text for one in sales.thread(parent["ts"])] == ["opened"]
    late = client.chat_postMessage(channel=sales.id, text="x", thread_ts=reply["ts"])
    assert await refusal(late) == "thread_not_found"


async def test_every_ts_is_later_than_the_one_before_though_the_clock_stands(ws, sales, kari):
    """Slack reference §1.3: a ts is unique in its channel."""
    first, second = ws.say(kari, sales, "a"), ws.say(kari, sales, "b")

    assert float(first.ts) < float(second.ts)


async def test_a_private_channel_without_the_bot_cannot_be_posted_in(ws, client, kari):
    """Slack reference §1.8, §10; which of the two errors comes is a switch."""
    ws.limits.enforce = False
    secret = ws.add_channel("secret", members=[kari], private=True)
    others = ws.add_channel("others", members=[kari], kind="dm")

    assert await refusal(client.chat_postMessage(channel=secret.id, text="x")) == "channel_not_found"
    ws.private_channel_answer = "not_in_channel"
    assert await refusal(client.chat_postMessage(channel=secret.id, text="x")) == "not_in_channel"
    assert await refusal(client.chat_postMessage(channel=others.id, text="x")) == "channel_not_found"
    assert ws.complaints[0] == "chat.postMessage: channel_not_found"


async def test_a_public_channel_without_the_bot_needs_a_scope(ws, client):
    """Slack reference §10: chat:write.public; without it not_in_channel."""
    ws.limits.enforce = False
    town = ws.add_channel("town", members=[])

    await client.chat_postMessage(channel=town.id, text="x")
    ws.scopes.remove("chat:write.public")

    assert await refusal(client.chat_postMessage(channel=town.id, text="x")) == "not_in_channel"


@pytest.mark.parametrize("channel", ["sales", "#sales", "U1", "C999"])
@pytest.mark.usefixtures("sales")
async def test_channels_are_named_by_their_id_only(client, channel):
    """Slack reference §10: ids; a user id reaches the DM on some pages only, so here it does not."""
    assert await refusal(client.chat_postMessage(channel=channel, text="x")) == "channel_not_found"


async def test_a_dm_is_opened_before_it_is_posted_in(ws, client, kari):
    """Slack reference §10: conversations.open gives the D id."""
    opened = await client.conversations_open(users=kari.id)
    await client.chat_postMessage(channel=opened["channel"]["id"], text="psst")

    assert [one.text for one in ws.dm(kari).messages] == ["psst"]
    assert await refusal(client.conversations_open(users="U404")) == "user_not_found"


async def test_an_archived_channel_takes_nothing(ws, client, sales):
    """Slack reference §10: is_archived for posts, is_inactive for updates."""
    posted = await client.chat_postMessage(channel=sales.id, text="x")
    sales.archived = True

    assert await refusal(client.chat_postMessage(channel=sales.id, text="x")) == "ratelimited"
    ws.limits.enforce = False
    assert await refusal(client.chat_postMessage(channel=sales.id, text="x")) == "is_archived"
    assert await refusal(client.chat_update(channel=sales.id, ts=posted["ts"], text="y")) == "is_inactive"


async def test_only_a_message_of_ours_that_is_still_there_can_be_updated(ws, client, sales, kari):
    """Slack reference §10: cant_update_message, message_not_found, and msg_too_long above 4000."""
    posted = await client.chat_postMessage(channel=sales.id, text="x")
    said = ws.say(kari, sales, "hi")

    assert await refusal(client.chat_update(channel=sales.id, ts=said.ts, text="y")) == "cant_update_message"
    assert await refusal(client.chat_update(channel=sales.id, ts=posted["ts"], text="y" * 4001)) == "msg_too_long"
    ws.forget(sales.message(posted["ts"]))
    assert await refusal(client.chat_update(channel=sales.id, ts=posted["ts"], text="y")) == "message_not_found"


async def test_text_alone_removes_the_blocks_and_metadata_stays(client, sales):
    """Slack reference §10, chat.update."""
    meta = {"event_type": "card", "event_payload": {"link": "1"}}
    posted = await client.chat_postMessage(channel=sales.id, text="x", blocks=[mrkdwn("x")], metadata=meta)
    await client.chat_update(channel=sales.id, ts=posted["ts"], text="y")

    [message] = sales.messages
    assert (message.blocks, message.metadata, message.edited) == ([], meta, True)


async def test_one_post_a_second_and_channel(ws, clock, client, sales, kari):
    """Slack reference §11: 429 with Retry-After; other channels are not concerned."""
    other = ws.add_channel("other", members=[kari], bot=True)
    await client.chat_postMessage(channel=sales.id, text="1")

    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=sales.id, text="2")
    await client.chat_postMessage(channel=other.id, text="1")
    clock.pass_(1)
    await client.chat_postMessage(channel=sales.id, text="2")

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    assert [one.text for one in sales.messages] == ["1", "2"]


async def test_fifty_updates_a_minute_and_workspace(clock, client, sales):
    """Slack reference §11: chat.update is tier 3."""
    posted = await client.chat_postMessage(channel=sales.id, text="x")
    for n in range(50):
        await client.chat_update(channel=sales.id, ts=posted["ts"], text=str(n))

    assert await refusal(client.chat_update(channel=sales.id, ts=posted["ts"], text="y")) == "ratelimited"
    clock.pass_(60)
    await client.chat_update(channel=sales.id, ts=posted["ts"], text="y")


async def test_an_ephemeral_message_needs_both_in_the_channel(ws, client, sales, kari):
    """Slack reference §10: user_not_in_channel; its ts is useless for an update."""
    ola = ws.person("ola")
    shown = await client.chat_postEphemeral(channel=sales.id, user=kari.id, text="only you")

    assert [one.read() for one in ws.ephemerals(kari)] == ["only you"]
    assert await refusal(client.chat_postEphemeral(channel=sales.id, user=ola.id, text="x")) == "user_not_in_channel"
    update = client.chat_update(channel=sales.id, ts=shown["message_ts"], text="x")
    assert await refusal(update) == "message_not_found"
    for change, error in (("archived", "is_archived"), ("bot", "not_in_channel")):
        setattr(sales, change, change == "archived")
        assert await refusal(client.chat_postEphemeral(channel=sales.id, user=kari.id, text="x")) == error
        sales.archived = False


async def test_a_permalink_leads_to_the_message(client, sales):
    """Slack reference §10; slack_sdk sends this one as GET."""
    posted = await client.chat_postMessage(channel=sales.id, text="x")
    link = await client.chat_getPermalink(channel=sales.id, message_ts=posted["ts"])

    assert link["permalink"].endswith(f"/archives/{sales.id}/p{posted['ts'].replace('.', '')}")
    assert await refusal(client.chat_getPermalink(channel=sales.id, message_ts="1.2")) == "message_not_found"


async def test_people_differ_in_what_they_are(ws, client):
    """Slack reference §13: guests are restricted, strangers come from another team and have no locale."""
    guest, stranger = ws.person("ola", guest=True), ws.person("eve", stranger=True)
    ola = (await client.users_info(user=guest.id, include_locale=True))["user"]
    eve = (await client.users_info(user=stranger.id, include_locale=True))["user"]

    assert (ola["is_restricted"], ola["is_stranger"], ola["team_id"], ola["locale"]) == (True, False, "T1", "nb-NO")
    assert (eve["is_restricted"], eve["is_stranger"], eve["team_id"] == "T1", "locale" in eve) == (
        False, True, False, False,
    )  # fmt: skip
    assert await refusal(client.users_info(user="U404")) == "user_not_found"


async def test_every_method_needs_its_scope_and_the_right_token(ws, client, sales):
    """Slack reference §10, §19: missing_scope names what is needed; channel facts are not among ours."""
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_info(channel=sales.id)
    assert (caught.value.response["error"], caught.value.response["needed"]) == ("missing_scope", "channels:read")
    ws.scopes.add("channels:read")
    assert (await client.conversations_info(channel=sales.id))["channel"]["is_member"] is True
    assert (await client.auth_test())["user_id"] == "UBOT"
    assert await refusal(client.api_call("chat.scheduleMessage", json={})) == "unknown_method"
    client.token = "xoxb-other"
    assert await refusal(client.auth_test()) == "invalid_auth"


async def test_wrong_arguments_are_named(client, sales):
    """Slack reference §10: invalid_arguments, and invalid_blocks with pointers."""
    assert await refusal(client.api_call("chat.postMessage", json={"text": "x"})) == "invalid_arguments"
    assert await refusal(client.chat_postEphemeral(channel=sales.id, user="U1", text="x", thread="1")) == (
        "invalid_arguments"
    )
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=sales.id, text="x", blocks=[{"type": "zap"}])
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] unsupported type: zap [json-pointer:/blocks/0/type]"
    ]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [mrkdwn("y" * 3000) for _ in range(5)]}, "msg_blocks_too_long"),
        ({"text": "x", "metadata": {"event_type": "card"}}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "card", "event_payload": {"x": "y" * 8000}}}, "metadata_too_large"),
        ({"text": "x", "attachments": [{"text": "x"}]}, "invalid_attachments"),
    ],
)
async def test_a_message_that_cannot_be_is_refused(client, sales, arguments, error):
    """Slack reference §9, §10, §15."""
    call = client.api_call("chat.postMessage", json={"channel": sales.id, **arguments})
    assert await refusal(call) == error
    assert sales.messages == []


async def test_the_longest_message_is_taken_and_a_longer_text_is_cut(client, sales):
    """Slack reference §9, §10: 13200 characters of blocks; text is cut at 40000."""
    blocks = [*[mrkdwn("y" * 3000)] * 4, mrkdwn("y" * 1200)]
    await client.chat_postMessage(channel=sales.id, text="x" * 40_001, blocks=blocks)

    assert len(sales.messages[0].text) == 40_000


async def test_channel_facts_tell_the_kind(ws, client, sales, kari):
    """Slack reference §14: conversations.info, with the scope of each kind."""
    ws.scopes |= {"channels:read", "im:read"}
    public = (await client.conversations_info(channel=sales.id))["channel"]
    mine = (await client.conversations_info(channel=ws.dm(kari).id))["channel"]

    assert (public["id"][0], public["is_private"], public["is_im"], public["is_ext_shared"]) == (
        "C", False, False, False,
    )  # fmt: skip
    assert (mine["id"][0], mine["is_private"], mine["is_im"]) == ("D", True, True)


async def test_a_fault_meets_one_call(ws, client, sales):
    """What Slack can do on a bad day (Slack reference §10, §11); it is not the bot's fault, so no complaint."""
    ws.limits.enforce = False
    ws.faults.add("chat.postMessage", Fault.error("internal_error"), Fault.status(503), Fault.ratelimited(3))

    assert await refusal(client.chat_postMessage(channel=sales.id, text="x")) == "internal_error"
    with pytest.raises(SlackApiError, match="503"):
        await client.chat_postMessage(channel=sales.id, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=sales.id, text="x")
    await client.chat_postMessage(channel=sales.id, text="at last")

    assert caught.value.response.headers["Retry-After"] == "3"
    assert [one.text for one in sales.messages] == ["at last"]
    assert ws.complaints == []
    assert [call.fault for call in ws.log] == ["error", "status", "ratelimited", None]


@pytest.mark.parametrize(("fault", "posted"), [(Fault.drop_before(), 0), (Fault.drop_after(), 1)])
async def test_a_broken_connection_tells_nothing_about_the_post(ws, sales, fault, posted):
    """Slack reference §10, end: after it we do not know whether the message exists."""
    ws.faults.add("chat.postMessage", fault)
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(TOKEN, base_url=f"{ws.base_url}/api/", session=session, retry_handlers=[])
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await client.chat_postMessage(channel=sales.id, text="x")

    assert len(sales.messages) == posted


async def test_the_sdks_own_retry_doubles_a_post_whose_answer_was_lost(ws, client, sales):
    """Slack reference §22: by default connection errors are retried once, which may double a post."""
    ws.limits.enforce = False
    ws.faults.add("chat.postMessage", Fault.drop_after())
    await client.chat_postMessage(channel=sales.id, text="x")

    assert [one.text for one in sales.messages] == ["x", "x"]


async def test_every_call_is_in_the_log(ws, client, sales):
    """With what was asked, what was decided, and the fault that may have swallowed it."""
    ws.faults.add("chat.postMessage", Fault.drop_after())
    assert await refusal(client.chat_postMessage(channel=sales.id, text="x")) == "ratelimited"

    lost, refused = ws.log
    assert (lost.method, lost.args["text"], lost.answer["ok"], lost.fault) == (
        "chat.postMessage", "x", True, "drop_after",
    )  # fmt: skip
    assert (refused.answer["error"], refused.at) == ("ratelimited", ws.clock())


async def test_an_answer_without_ts_never_hides_a_refusal(ws, client, sales):
    """What Slack answers `ok` it has done."""
    ws.limits.enforce = False
    ws.faults.add("chat.postMessage", Fault.bare(), Fault.bare())
    answer = await client.chat_postMessage(channel=sales.id, text="x")
    sales.archived = True

    assert dict(answer.data) == {"ok": True}
    assert await refusal(client.chat_postMessage(channel=sales.id, text="x")) == "is_archived"


async def test_a_5xx_can_come_after_the_work(ws, client, sales):
    """Slack reference §10: internal_error and 5xx may have worked partly."""
    ws.faults.add("chat.postMessage", Fault.status_after(500))
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=sales.id, text="x")

    assert len(sales.messages) == 1


async def test_while_slack_is_down_every_call_answers_503(ws, client):
    """All methods, until it is lifted."""
    ws.faults.down = True
    with pytest.raises(SlackApiError, match="503"):
        await client.auth_test()
    ws.faults.down = False

    await client.auth_test()


async def test_a_slow_call_is_done_late(ws, client, sales):
    """A fault for whatever call comes next."""
    ws.faults.add("*", Fault.delay(0.05))
    posting = asyncio.ensure_future(client.chat_postMessage(channel=sales.id, text="x"))
    await asyncio.sleep(0.03)
    assert sales.messages == []
    await posting

    assert len(sales.messages) == 1


async def test_the_sdks_rate_limit_handler_understands_our_429(ws, client, sales):
    """Slack reference §22: background clients sleep Retry-After and repeat."""
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    ws.faults.add("chat.postMessage", Fault.ratelimited(0))
    await client.chat_postMessage(channel=sales.id, text="x")

    assert len(sales.messages) == 1


async def test_a_reader_sees_names_dates_and_buttons(client, sales, kari):
    """Slack reference §12: entities and escapes are shown as a reader sees them, plain_text literally."""
    blocks = [
        {"type": "header", "text": plain("Paid &amp; done")},
        mrkdwn(f"*Paid* by <@{kari.id}> &lt;b&gt; a*b*c <https://x.no|here>"),
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "_Sum_"}, plain("*249*")]},
        {
            "type": "context",
            "elements": [{"type": "mrkdwn", "text": "<!date^1790000000^until {date_num} {time}|soon>"}],
        },
        actions(
            button("Capture", "c"),
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": plain("Refund"), "value": "r"}, {"text": plain("Void"), "value": "v"}],
            },
        ),
    ]
    await client.chat_postMessage(channel=sales.id, text="Paid", blocks=blocks)

    [message] = sales.messages
    assert message.read().splitlines() == [
        "Paid &amp; done",
        "Paid by @kari <b> a*b*c here",
        "Sum",
        "*249*",
        "until 2026-09-21 16:13",
        "[Capture] [Refund] [Void]",
    ]
    assert message.buttons == ["Capture", "Refund", "Void"]
