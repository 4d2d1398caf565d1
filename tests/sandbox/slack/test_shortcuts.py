"""Shortcuts as Slack sends them (Slack reference §16)."""

import re

import pytest

from sandbox.slack import NotOfferedError


@pytest.fixture
def seen(bot):
    """The payloads that reached the app."""

    @bot.app.shortcut(re.compile(""))
    async def take(ack, body):
        bot.seen.append(body)
        await ack()

    return bot.seen


async def test_a_global_shortcut_names_no_channel_and_brings_no_response_url(ws, seen, kari):
    answer = await ws.shortcut(kari, "make_link")

    assert answer.ok
    [payload] = seen
    assert (payload["type"], payload["callback_id"], payload["user"]["id"]) == ("shortcut", "make_link", kari.id)
    assert {"channel", "message", "response_url"} & set(payload) == set()
    assert payload["trigger_id"] in ws.triggers


async def test_a_message_shortcut_brings_the_message(ws, seen, kari, sales):
    message = ws.say(kari, sales, "Ola &amp; co")
    await ws.message_shortcut(kari, message, "from_message")

    [payload] = seen
    assert (payload["type"], payload["message_ts"], payload["channel"]["id"]) == (
        "message_action", message.ts, sales.id
    )  # fmt: skip
    assert payload["message"]["text"] == "Ola &amp; co"
    assert payload["response_url"].startswith(ws.base_url)


async def test_the_message_of_a_reply_says_whose_thread_it_stands_in(ws, seen, kari, sales):
    root = ws.say(kari, sales, "Hello")
    await ws.message_shortcut(kari, ws.say(kari, sales, "Yes?", thread_ts=root.ts), "from_message")

    assert seen[0]["message"]["thread_ts"] == root.ts


async def test_an_answer_with_words_is_a_complaint(ws, bot, kari):
    @bot.app.shortcut("make_link")
    async def talk(ack):
        await ack("Hello!")

    await ws.shortcut(kari, "make_link")
    assert ws.complaints == ["shortcut: the answer must be empty"]


async def test_guests_and_strangers_are_offered_none(ws, kari, sales):
    guest, stranger = ws.person("gry", guest=True), ws.person("sten", stranger=True)
    message = ws.say(kari, sales, "Hello")
    for person in (guest, stranger):
        with pytest.raises(NotOfferedError):
            await ws.shortcut(person, "make_link")
    with pytest.raises(NotOfferedError):
        await ws.message_shortcut(stranger, message, "from_message")


async def test_nobody_chooses_on_a_message_that_they_cannot_see(ws, kari):
    secret = ws.add_channel("secret", members=[kari], private=True)
    message = ws.say(kari, secret, "Hello")

    with pytest.raises(NotOfferedError):
        await ws.message_shortcut(ws.person("ola"), message, "from_message")
