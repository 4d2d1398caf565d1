"""The people's hands against a real Bolt app: commands, clicks and what Slack makes of the answers."""

import asyncio

import pytest

from sandbox.slack import NotOfferedError, sign

from .conftest import SECRET, actions, button, mrkdwn, plain

VECTOR = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
    b".803a0bc887a14d10d2c447fce8b6703c"
)


@pytest.fixture
def card(ws, sales):
    confirm = {"title": plain("Sure?"), "text": plain("Refund"), "confirm": plain("Yes"), "deny": plain("No")}
    menu = [{"text": plain("Release"), "value": "rel"}, {"text": plain("Show link"), "value": "show"}]
    pressed = actions(
        button("Capture", "capture", value="1|lnk"),
        button("Refund", "refund", value="2|lnk", confirm=confirm),
        {"type": "overflow", "action_id": "more", "options": menu},
    )
    return ws.post(sales, "UBOT", "Reserved", [mrkdwn("Reserved"), pressed])


@pytest.fixture
def clicks(bot):
    """Every click that reaches the bot."""

    @bot.app.action("capture")
    @bot.app.action("refund")
    @bot.app.action("more")
    async def pressed(ack, body):
        bot.seen.append(body)
        await ack()

    return bot.seen


def test_the_signature_is_slacks():
    """Slack reference §3, the test vector."""
    signature = sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", VECTOR)

    assert signature == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.mark.usefixtures("bot")
async def test_a_request_signed_with_another_secret_is_refused_by_bolt(ws, kari, sales):
    """Slack reference §3: the stand-in's signature is really checked; 401 is a complaint."""
    ws.signing_secret = "other" + SECRET

    answer = await ws.command(kari, sales, "/paylink")

    assert (answer.status, answer.ephemeral) == (401, '/paylink failed with the error "dispatch_failed"')
    assert ws.complaints == ["/paylink by kari: the bot answered 401"]


async def test_a_command_carries_what_slack_sends(ws, bot, kari, sales):
    """Slack reference §5, §12: should_escape escapes three characters and makes ids of mentions."""

    @bot.app.command("/paylink")
    async def command(ack, body):
        bot.seen.append(body)
        await ack("usage: …")

    answer = await ws.command(kari, "sales", "/paylink", "249,50 91234567 Tom & <Co> @kari #sales")

    [body] = bot.seen
    assert body["text"] == f"249,50 91234567 Tom &amp; &lt;Co&gt; <@{kari.id}|kari> <#{sales.id}|sales>"
    assert (body["user_id"], body["channel_id"], body["channel_name"]) == (kari.id, sales.id, "sales")
    assert (answer.status, answer.ephemeral) == (200, "usage: …")
    assert [one.text for one in ws.ephemerals(kari)] == ["usage: …"]
    assert ws.complaints == []


async def test_telephone_numbers_may_come_as_links(ws, bot, kari, sales):
    """A switch: some clients turn numbers into <tel:…|…> (Slack reference §12)."""

    @bot.app.command("/paylink")
    async def command(ack, body):
        bot.seen.append(body["text"])
        await ack()

    ws.telephones_as_links = True
    await ws.command(kari, sales, "/paylink", "249 91234567")

    assert bot.seen == ["249 <tel:91234567|91234567>"]


async def test_only_members_of_the_workspace_can_run_commands(ws, sales):
    """Slack reference §5: external Slack Connect people cannot."""
    eve = ws.person("eve", stranger=True)
    sales.members.add(eve.id)

    with pytest.raises(NotOfferedError):
        await ws.command(eve, sales, "/paylink")


async def test_a_late_answer_is_operation_timeout(ws, bot, kari, sales):
    """Slack reference §4: 3 s (here less), then the person sees operation_timeout."""
    ws.ack_deadline = 0.05

    told = asyncio.Event()

    @bot.app.command("/paylink")
    async def slow(ack):
        await asyncio.wait_for(told.wait(), 10)
        await ack()

    answer = await ws.command(kari, sales, "/paylink")  # would not end before the bot has answered, if it waited for it
    told.set()

    assert (answer.ok, answer.ephemeral) == (False, '/paylink failed with the error "operation_timeout"')
    assert ws.complaints == ["/paylink by kari: operation_timeout, no answer within 0.05 s"]


@pytest.mark.usefixtures("bot")
async def test_an_unhandled_request_is_a_complaint(ws, kari, card):
    """Slack reference §4, §22: Bolt answers 404 when no listener fits."""
    answer = await ws.click(kari, card, "Capture")

    assert answer.status == 404
    assert ws.complaints == ["click on Capture by kari: the bot answered 404"]


async def test_a_bot_that_is_away_is_a_complaint(ws, kari, card):
    """Slack reference §4: nobody listens at the request URL."""
    ws.request_url = "http://127.0.0.1:1/slack/events"

    assert not (await ws.click(kari, card, "Capture")).ok
    assert ws.complaints == ["click on Capture by kari: the bot cannot be reached, ConnectError"]


async def test_a_click_tells_who_where_and_which(ws, clicks, kari, sales, card):
    """Slack reference §6, §26: container, snapshot of the message, action with its value."""
    await ws.click(kari, card, "Capture")

    [body] = clicks
    assert body["container"] == {
        "type": "message", "message_ts": card.ts, "channel_id": sales.id, "is_ephemeral": False,
    }  # fmt: skip
    assert (body["channel"]["id"], body["user"]["id"], body["user"]["team_id"]) == (sales.id, kari.id, "T1")
    assert (body["message"]["ts"], body["message"]["text"], body["message"]["user"]) == (card.ts, "Reserved", "UBOT")
    assert body["message"]["bot_id"] == "B1"
    [action] = body["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("capture", "acts", "1|lnk")
    assert ws.complaints == []


async def test_an_overflow_option_is_clicked_by_its_text(ws, clicks, kari, card):
    """Slack reference §6: the option comes as selected_option."""
    await ws.click(kari, card, "Show link")

    assert clicks[0]["actions"][0]["selected_option"]["value"] == "show"


async def test_backing_out_of_a_confirm_dialog_sends_nothing(ws, clicks, kari, card):
    """Slack reference §9: confirm dialogs are client-side."""
    await ws.click(kari, card, "Refund", confirm=False)
    assert clicks == []

    await ws.click(kari, card, action_id="refund")
    assert len(clicks) == 1


async def test_a_double_click_arrives_twice(ws, clicks, kari, card):
    """Slack reference §1.2, §4: each with a trigger of its own."""
    await ws.click(kari, card, "Capture", times=2)

    assert len({body["trigger_id"] for body in clicks}) == 2


async def test_an_old_snapshot_can_still_be_clicked(ws, clicks, kari, card):
    """Slack reference §6: message is a snapshot; it can be older than our last update."""
    old = card.copy()
    card.text, card.blocks = "Paid", []

    with pytest.raises(NotOfferedError):
        await ws.click(kari, card, "Capture")
    await ws.click(kari, old, "Capture")

    assert clicks[0]["message"]["text"] == "Reserved"


async def test_strangers_may_press_buttons(ws, clicks, card, sales):
    """Slack reference §5, §13: and their team differs."""
    eve = ws.person("eve", stranger=True)
    sales.members.add(eve.id)
    await ws.click(eve, card, "Capture")

    assert clicks[0]["user"]["team_id"] != clicks[0]["team"]["id"]


async def test_nobody_presses_what_they_cannot_see(ws, clicks, kari, card, sales):
    """Private channels, other people's ephemerals, deleted messages."""
    ola = ws.person("ola")
    sales.kind = "private"
    private = ws.whisper(sales, kari, "x", [actions(button("Go", "capture"))], "command")

    for person, target, action in ((ola, card, "Capture"), (ola, private, "Go"), (kari, card, "Void")):
        with pytest.raises(NotOfferedError):
            await ws.click(person, target, action)
    ws.forget(card)
    with pytest.raises(NotOfferedError):
        await ws.click(kari, card, "Capture")
    assert clicks == []


async def test_members_press_in_private_channels_and_anybody_in_public_ones(ws, clicks, kari, card, sales):
    """Slack reference §14: a public channel can be read without joining."""
    await ws.click(ws.person("ola"), card, "Capture")
    sales.kind = "private"
    await ws.click(kari, card, "Capture")

    assert [body["channel"]["name"] for body in clicks] == ["sales", "privategroup"]


async def test_of_several_buttons_of_one_name_the_value_says_which(ws, clicks, kari, sales):
    """Two "Remove" buttons stand in one form; pressing just "Remove" is no instruction."""
    twins = actions(button("Remove", "capture", value="l1"), button("Remove", "refund", value="l2"))
    message = ws.post(sales, "UBOT", "x", [twins])

    with pytest.raises(NotOfferedError, match="2 things"):
        await ws.click(kari, message, "Remove")
    await ws.click(kari, message, "Remove", value="l2")

    assert clicks[0]["actions"][0]["action_id"] == "refund"


async def test_a_click_on_an_ephemeral_brings_no_message(ws, clicks, kari, sales):
    """Slack reference §6, the harsher reading: container.is_ephemeral, a response_url, and that is all."""
    private = ws.whisper(sales, kari, "x", [actions(button("Go", "capture"))], "command")
    await ws.click(kari, private, "Go")

    assert clicks[0]["container"]["is_ephemeral"] is True
    assert "message" not in clicks[0]


async def test_the_answer_to_a_click_is_empty(ws, bot, kari, card):
    """Slack reference §4: an empty 200."""

    @bot.app.action("capture")
    async def pressed(ack):
        await ack(text="thanks")

    await ws.click(kari, card, "Capture")

    assert ws.complaints == ["click: the answer must be empty"]


async def test_a_response_url_answers_in_private_unless_told_otherwise(ws, bot, kari, sales):
    """Slack reference §7: default ephemeral, in_channel on demand, without being a member."""
    sales.bot = False

    @bot.app.command("/paylink")
    async def command(ack, respond):
        await ack()
        await respond("hidden")
        await respond("open", response_type="in_channel")

    await ws.command(kari, sales, "/paylink")

    assert [one.text for one in ws.ephemerals(kari)] == ["hidden"]
    assert [one.text for one in sales.messages] == ["open"]
    assert ws.complaints == []


async def test_a_response_url_replaces_and_deletes_what_was_clicked(ws, bot, kari, sales):
    """Slack reference §7: the only way to update or remove an ephemeral message."""

    @bot.app.action("capture")
    async def pressed(ack, respond, body):
        await ack()
        gone = body["actions"][0]["value"] == "delete"
        await respond(**({"delete_original": True} if gone else {"text": "done", "replace_original": True}))

    first = ws.whisper(sales, kari, "1", [actions(button("Go", "capture", value="replace"))], "command")
    second = ws.whisper(sales, kari, "2", [actions(button("Go", "capture", value="delete"))], "command")
    await ws.click(kari, first, "Go")
    await ws.click(kari, second, "Go")

    assert [one.read() for one in ws.ephemerals(kari)] == ["done"]
    assert ws.complaints == []


async def test_a_response_to_a_click_says_what_happens_to_the_original(ws, bot, kari, card):
    """Slack reference §7: the implicit defaults differ and have bitten others."""

    @bot.app.action("capture")
    async def pressed(ack, respond):
        await ack()
        await respond("done")

    await ws.click(kari, card, "Capture")

    assert ws.complaints == ["response_url: replace_original is not said, its default differs by place"]
    assert (card.text, [one.text for one in ws.ephemerals(kari)]) == ("Reserved", ["done"])


async def test_what_vanished_cannot_be_replaced(ws, bot, kari, card):
    """Slack reference §7: the answer then stands alone, seen by the one who clicked."""

    @bot.app.action("capture")
    async def pressed(ack, respond):
        ws.forget(card)
        await ack()
        await respond("done", replace_original=True)

    await ws.click(kari, card, "Capture")

    assert (ws.channel("sales").messages, [one.text for one in ws.ephemerals(kari)]) == ([], ["done"])


@pytest.mark.parametrize(("wait", "uses", "error"), [(0, 5, "used_url"), (1801, 0, "expired_url")])
async def test_a_response_url_serves_five_times_in_thirty_minutes(ws, clock, bot, kari, sales, wait, uses, error):
    """Slack reference §7."""

    @bot.app.command("/paylink")
    async def command(ack, respond):
        await ack()
        bot.respond = respond

    await ws.command(kari, sales, "/paylink")
    for n in range(uses):
        assert (await bot.respond(str(n))).status_code == 200
    clock.pass_(wait)

    assert (await bot.respond("once more")).status_code == 404
    assert ws.complaints == [f"response_url: {error}"]


@pytest.mark.usefixtures("bot")
async def test_the_request_url_echoes_the_challenge(ws):
    """Slack reference §3."""
    assert (await ws.url_verification()).ok
    assert ws.complaints == []
