"""Threads that take no replies, and threads whose first message was deleted: the card stands in the channel instead."""

import pytest

from sandbox.slack import Fault
from tests.stories.test_shortcuts import asked, from_message, sends
from tests.stories.test_slack_trouble import headlines, rest
from tests.stories.till import card, lines

CLOSED = ["restricted_action_thread_locked", "restricted_action_non_threadable_channel", "cannot_reply_to_message"]
LOST = ["thread_not_found", "cannot_reply_to_message", ""]
"""What Slack says of a reply to a message that was deleted; nothing: it stands in the channel, outside any thread."""
RESERVED = "🔒 Reserved · 249,50 kr"


@pytest.fixture
def shop(shop):
    """Slack refuses things in these stories, and may say so."""
    yield shop
    shop.slack.complaints.clear()


@pytest.fixture(params=LOST, ids=lambda code: code or "nothing said")
def lost(request, shop):
    shop.slack.ways.lost_parent_answer = request.param
    return shop


async def a_form_from_a_message(shop):
    message = asked(shop, "Kunden vil betale")
    return message, await from_message(shop, message)


async def issued(shop, form):
    await sends(shop, form, phone="912 34 567", **{"price:1": "249,50", "text:1": "Tow bar", "reference": "4711"})
    await rest(shop)


def messages(shop):
    """What stands in the channel itself, the bot's only."""
    return [message for message in shop.cards if message.user == "UBOT"]


@pytest.mark.parametrize("code", CLOSED)
async def test_a_card_begun_in_a_thread_that_takes_no_replies_stands_in_the_channel(shop, code):
    """The bot is welcome in the channel: nobody is told to invite it, and the team sees the card."""
    message, form = await a_form_from_a_message(shop)
    shop.sales.refuses_threads = code
    await issued(shop, form)
    shop.sales.refuses_threads = ""

    await shop.customer_pays()
    await rest(shop)

    assert headlines(messages(shop)) == [RESERVED]
    assert len(lines(shop)) == 1
    assert shop.sales.thread(message.ts) == []
    assert shop.slack.dm(shop.kari).messages == []


async def test_a_card_that_comes_back_to_a_thread_that_was_locked_meanwhile_stands_in_the_channel(shop):
    _, form = await a_form_from_a_message(shop)
    shop.sales.archived = True
    await issued(shop, form)
    [elsewhere] = shop.slack.dm(shop.kari).messages
    shop.sales.archived, shop.sales.refuses_threads = False, "restricted_action_thread_locked"

    await shop.customer_pays()
    shop.sales.refuses_threads = ""
    await rest(shop)

    assert headlines(messages(shop)) == [RESERVED]
    assert "moved" in elsewhere.read()


async def test_a_card_begun_at_a_message_that_is_deleted_before_it_stands_in_the_channel(lost):
    shop = lost
    message, form = await a_form_from_a_message(shop)
    shop.slack.forget(message)

    await issued(shop, form)
    await shop.customer_pays()
    await rest(shop)

    assert headlines(messages(shop)) == [RESERVED]
    assert len(lines(shop)) == 1


@pytest.mark.parametrize("placeholder", [False, True], ids=["no trace", "placeholder"])
async def test_money_is_told_once_and_can_be_moved_however_often_the_card_is_deleted(lost, placeholder):
    shop = lost
    shop.slack.ways.leaves_placeholders = placeholder
    await shop.issues()
    shop.slack.forget(shop.card)
    await shop.customer_pays()
    await rest(shop)
    shop.slack.forget(shop.card)

    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()
    await rest(shop)

    told = [message for message in shop.sales.posted if "captured" in message.read()]
    paid = [message for message in messages(shop) if "Paid" in message.read()]
    assert all(message.thread_ts for message in told), "what happens to a payment stands in a thread"
    assert told or paid
    assert len(told) <= 1
    assert any("Refund…" in message.buttons for message in [*told, *paid])


async def test_a_line_that_a_deleted_card_left_in_the_channel_is_taken_back(shop):
    """The card is deleted between its update and the line below it (slack-go/slack#1571)."""
    shop.slack.ways.lost_parent_answer = ""
    await shop.issues()
    shop.slack.faults.add("chat.postMessage", Fault.ratelimited(60))
    await shop.customer_pays()
    assert "Reserved" in card(shop)
    shop.slack.forget(shop.card)

    await rest(shop)

    assert headlines(messages(shop)) == [RESERVED]
    assert [line.split(" ")[0] for line in lines(shop)] == ["🔒"]


async def test_a_card_that_is_frozen_above_a_closed_thread_is_followed_by_one_that_tells(shop):
    """Neither the card nor its thread can say what happens: a new card does."""
    await shop.issues()
    shop.slack.faults.refused = {"chat.update": "edit_window_closed"}
    await shop.customer_pays()
    shop.sales.refuses_threads = "restricted_action_thread_locked"

    await shop.presses("Capture", shop.thread[-1])
    await rest(shop)

    assert "Paid" in headlines(messages(shop))[-1]
