"""Slack throttles, goes away, forgets and refuses; people delete, archive and leave the bot out."""

import asyncio

import pytest

from bot.domain.stories import CardState
from sandbox.slack.faults import Fault
from tests.stories.counting import calls, ready_counts
from tests.stories.shop import ACCOUNT
from tests.stories.till import until

ISSUE = "249,50 91234567 Tow bar #{} 7d"


def first_line(message):
    return message.read().splitlines()[0].replace("\xa0", " ")


def headlines(messages):
    return [first_line(message) for message in messages]


async def card_of(shop, reference="4711"):
    async with shop.bot.store.read() as work:
        link = (await work.links_by_reference(ACCOUNT, [reference]))[reference]
        return (await work.story_of_link(link.id)).card


async def rest(shop):
    """Everything that is tried again within a minute has been."""
    for _ in range(6):
        await shop.later(seconds=15)


# -- throttled and away


async def test_a_429_stops_that_channel_for_as_long_as_slack_says_and_no_other(shop):
    support = shop.slack.add_channel("support", members=[shop.kari], bot=True)
    shop.slack.faults.add("chat.postMessage", Fault.ratelimited(30))
    await shop.issues(ISSUE.format("4711"))
    throttled_at = shop.slack.log[-1].at

    await shop.issues(ISSUE.format("4712"))
    await shop.issues(ISSUE.format("4713"), channel=support)
    assert headlines(support.messages) == ["🔗 Ready to share · 249,50 kr"]

    await rest(shop)
    assert len(shop.cards) == 2
    posts = [call for call in shop.slack.log if call.method == "chat.postMessage"]
    waited = [(call.at - throttled_at).total_seconds() for call in posts if call.args["channel"] == shop.sales.id]
    assert waited[0] == 0
    assert min(waited[1:]) >= 30
    assert ready_counts(shop)["slack_throttled"] == 1


async def test_a_429_on_updates_holds_back_updates_and_no_posts(shop):
    await shop.issues(ISSUE.format("4711"))
    shop.slack.faults.add("chat.update", Fault.ratelimited(30))
    await shop.customer_pays()
    assert "Ready to share" in shop.cards[0].read()

    await shop.issues(ISSUE.format("4712"))
    assert len(shop.cards) == 2

    await rest(shop)
    assert "Reserved" in shop.cards[0].read()


async def test_after_an_hour_without_slack_everything_is_told_once_and_in_order(shop):
    await shop.issues()
    shop.slack.faults.down = True
    shop.dintero.open(shop.session()["id"])
    await shop.later(seconds=10)
    await shop.customer_pays()
    shop.dintero.backoffice_capture(shop.transaction()["id"], 10000)
    await shop.dintero_calls_back()
    await shop.later(minutes=30)
    shop.dintero.backoffice_refund(shop.transaction()["id"], 10000)
    await shop.dintero_calls_back()
    await shop.later(minutes=30)
    assert headlines(shop.cards) == ["🔗 Ready to share · 249,50 kr"]

    shop.slack.faults.down = False
    await rest(shop)

    assert len(shop.cards) == 1
    reserved, captured, refunded = headlines(shop.thread)
    assert "249,50 kr reserved" in reserved
    assert "100,00 kr of 249,50 kr captured" in captured
    assert "100,00 kr refunded" in refunded


async def test_a_link_issued_while_slack_takes_no_posts_gets_its_card_later(shop):
    shop.slack.faults.add("chat.postMessage", *[Fault.status(503)] * 2)
    await shop.issues()
    assert shop.cards == []

    await rest(shop)

    assert headlines(shop.cards) == ["🔗 Ready to share · 249,50 kr"]


async def test_people_whom_slack_does_not_reach_keep_no_money_waiting(shop):
    """A form is redrawn for up to twenty seconds; of all that is under way at once there are eight."""
    await shop.issues()
    await shop.customer_pays()
    for number in range(4800, 4808):
        form = await shop.opens_form(ISSUE.format(number))
        await shop.slack.submit(shop.kari, form)
    shop.slack.faults.refused = {"views.update": "internal_error"}
    await shop.bot.running.start()
    await until(lambda: len(shop.writes("create")) == 9)

    await shop.presses_only("Capture", shop.cards[0])
    await until_started(shop)

    await until(lambda: shop.writes("capture"))
    shop.slack.faults.refused = {}  # else each form is redrawn to the end of its twenty seconds
    await shop.bot.running.under_way.settled()


async def until_started(shop):
    """Until the operation that is wanted has been started: the loop asks every second."""
    for _ in range(100):
        if await shop.bot.running.start():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


# -- a message that may have been posted


@pytest.mark.parametrize("lost", [Fault.drop_after(), Fault.status_after(503)], ids=["dropped", "503"])
async def test_a_card_that_may_have_been_posted_is_posted_once_more_and_counted(shop, lost):
    """Better two cards than none; nobody may read the channel to find out (Slack reference §11)."""
    shop.slack.faults.add("chat.postMessage", lost)
    await shop.issues()
    await rest(shop)

    assert len(shop.cards) == 2
    assert ready_counts(shop)["cards_posted_twice"] == 1
    copy, kept = shop.cards
    assert copy.metadata == kept.metadata  # recognisable as the same order's
    assert (await card_of(shop)).ts == kept.ts


async def test_a_click_on_the_other_copy_works_and_turns_it_into_a_pointer(shop):
    shop.slack.faults.add("chat.postMessage", Fault.drop_after())
    await shop.issues()
    await rest(shop)
    copy, kept = shop.cards
    assert copy.buttons == kept.buttons

    await shop.presses("Cancel link", copy)

    assert "🚫 Cancelled" in kept.read()
    assert shop.session()["cancelled_at"]
    assert "moved" in copy.read().lower()
    assert f"/archives/{shop.sales.id}/p{kept.ts.replace('.', '')}" in str(copy.blocks)
    assert copy.buttons == []


@pytest.mark.parametrize("found", [False, True], ids=["not found", "found"])
async def test_a_copy_never_points_to_a_card_that_was_deleted(shop, found):
    """It is the only one left; whether Slack knows addresses of deleted messages is UNCONFIRMED."""
    shop.slack.ways.finds_deleted_permalinks = found
    shop.slack.faults.add("chat.postMessage", Fault.drop_after())
    await shop.issues()
    await rest(shop)
    copy, kept = shop.cards
    shop.slack.forget(kept)

    await shop.presses("Refresh", copy)
    await rest(shop)

    assert "Cancel link" in copy.buttons
    await shop.presses("Cancel link", copy)
    assert shop.session()["cancelled_at"]
    shop.slack.complaints.clear()


@pytest.mark.parametrize("method", ["chat.update", "chat.getPermalink"])
@pytest.mark.parametrize("code", ["is_inactive", "edit_window_closed", "internal_error"])
async def test_a_click_on_the_other_copy_works_where_slack_does_not_let_it_be_changed(shop, capsys, code, method):
    shop.slack.faults.add("chat.postMessage", Fault.drop_after())
    await shop.issues()
    await rest(shop)
    copy, _ = shop.cards
    shop.slack.faults.refused = {method: code}

    await shop.presses("Cancel link", copy)

    assert shop.session()["cancelled_at"]
    logged = capsys.readouterr().out
    assert "copy_kept" in logged
    assert "Traceback" not in logged


async def test_a_click_on_the_card_itself_moves_nothing(shop):
    await shop.issues()

    await shop.presses("Refresh")

    assert "moved" not in shop.card.read().lower()
    assert shop.card.buttons


async def test_a_line_that_may_have_been_posted_is_told_again_rather_than_never(shop):
    await shop.issues()
    shop.slack.faults.add("chat.postMessage", Fault.drop_after())
    await shop.customer_pays()
    await rest(shop)

    assert len({first_line(line) for line in shop.thread}) == 1
    assert len(shop.thread) == 2


async def test_a_repeated_update_changes_nothing(shop):
    await shop.issues()
    shop.slack.faults.add("chat.update", Fault.drop_after())
    await shop.customer_pays()
    await rest(shop)

    assert "Reserved" in shop.card.read()
    assert len(shop.lines) == 1


# -- what people do to messages and channels


async def test_a_card_that_somebody_deleted_is_posted_again_once(shop):
    await shop.issues()
    shop.slack.forget(shop.card)
    assert shop.cards == []

    await shop.customer_pays()
    await rest(shop)

    assert headlines(shop.cards) == ["🔒 Reserved · 249,50 kr"]
    assert len(shop.lines) == 1
    assert ready_counts(shop)["cards_reposted"] == 1
    assert shop.slack.complaints == ["chat.update: message_not_found"]
    shop.slack.complaints.clear()


async def test_lines_go_into_the_thread_of_the_card_that_stands(shop):
    await shop.issues()
    shop.slack.forget(shop.card)
    await shop.customer_pays()
    shop.slack.complaints.clear()

    await shop.presses("Capture")

    assert len(shop.thread) == 2
    assert "Paid" in shop.card.read()


async def test_a_line_that_asked_and_was_deleted_stops_nobody(shop):
    await shop.issues()
    await shop.customer_pays()
    shop.slack.forget(shop.thread[0])

    await shop.presses("Capture")

    assert "captured" in shop.lines[-1]
    assert shop.slack.complaints == ["chat.update: message_not_found"]
    shop.slack.complaints.clear()


def without_public_posts(shop):
    shop.slack.scopes.discard("chat:write.public")
    return shop.slack.add_channel("elsewhere", members=[shop.kari])


def private(shop):
    return shop.slack.add_channel("secret", members=[shop.kari], private=True)


def between_others(shop):
    return shop.slack.add_channel("kari-ola", members=[shop.kari, shop.people["ola"]], kind="dm")


@pytest.mark.parametrize(
    ("place", "advice"),
    [
        (without_public_posts, "/invite @paylink"),
        (private, "/invite @paylink"),
        (between_others, "conversations between others"),
    ],
)
async def test_where_the_bot_may_not_post_the_card_goes_to_the_issuers_dm(shop, place, advice):
    """And says how to invite it, so that the next one stands where it belongs."""
    channel = place(shop)

    await shop.issues(channel=channel)
    shop.slack.complaints.clear()
    await shop.customer_pays()

    direct = shop.slack.dm(shop.kari)
    [card] = direct.messages
    assert "🔒 Reserved" in card.read()
    assert advice in card.read()
    assert len(direct.thread(card.ts)) == 1
    assert channel.messages == []
    assert all(each.startswith("chat.postMessage: ") for each in shop.slack.complaints)  # each change asks again
    shop.slack.complaints.clear()


async def test_a_channel_that_is_archived_later_sends_the_card_to_the_issuers_dm(shop):
    await shop.issues()
    shop.sales.archived = True

    await shop.customer_pays()
    await rest(shop)

    [card] = shop.slack.dm(shop.kari).messages
    assert "🔒 Reserved" in card.read()
    shop.slack.complaints.clear()


# -- nowhere to go, and faults of ours


async def nobody_takes_it(shop, error="cannot_dm_bot"):
    """Neither the channel nor the issuer's DM."""
    channel = private(shop)
    shop.slack.faults.add("conversations.open", *[Fault.error(error)] * 50)
    await shop.issues(channel=channel)
    await rest(shop)
    return channel


@pytest.mark.parametrize("error", ["cannot_dm_bot", "user_not_found"])
async def test_a_card_that_nobody_takes_is_given_up_and_counted(shop, error):
    await nobody_takes_it(shop, error)

    assert (await card_of(shop)).state is CardState.NOWHERE
    assert ready_counts(shop)["cards_nowhere"] == 1
    tried = len(shop.slack.log)
    for _ in range(5):
        await shop.later(minutes=10)
    assert len(shop.slack.log) == tried
    shop.slack.complaints.clear()


async def test_a_card_that_stood_nowhere_is_tried_again_when_something_happens(shop):
    """Meanwhile somebody may have invited the bot; a payment that nobody sees would be the worst."""
    channel = await nobody_takes_it(shop)
    channel.bot = True

    await shop.customer_pays()

    assert headlines(channel.messages) == ["🔒 Reserved · 249,50 kr"]
    shop.slack.complaints.clear()


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long"])
async def test_a_card_that_slack_refuses_to_show_is_not_tried_for_ever(shop, error):
    """A fault of ours: the same again would be refused again, and hold up the channel."""
    shop.slack.faults.add("chat.postMessage", *[Fault.error(error)] * 50)
    await shop.issues()

    await rest(shop)

    assert len([call for call in shop.slack.log if call.method == "chat.postMessage"]) <= 2
    assert ready_counts(shop)["cards_rejected"] == 1


async def test_a_card_that_slack_refused_to_show_is_drawn_again_at_the_next_change(shop):
    shop.slack.faults.add("chat.postMessage", *[Fault.error("invalid_blocks")] * 2)  # plain text too
    await shop.issues()
    assert shop.cards == []

    await shop.customer_pays()

    assert headlines(shop.cards) == ["🔒 Reserved · 249,50 kr"]


async def test_an_update_that_slack_refuses_to_show_is_not_tried_for_ever(shop):
    await shop.issues()
    shop.slack.faults.add("chat.update", *[Fault.error("invalid_blocks")] * 2)  # plain text too
    await shop.customer_pays()
    await rest(shop)

    assert len([call for call in shop.slack.log if call.method == "chat.update"]) == 2
    assert ready_counts(shop)["cards_rejected"] == 1
    assert len(shop.lines) == 1  # the thread tells it all the same

    await shop.presses("Capture", shop.thread[0])
    assert "Paid" in shop.card.read()


async def test_a_line_that_slack_refuses_to_show_is_left_to_the_card(shop):
    await shop.issues()
    shop.slack.faults.add("chat.postMessage", *[Fault.error("invalid_blocks")] * 2)  # plain text too
    await shop.customer_pays()
    await rest(shop)

    assert "Reserved" in shop.card.read()
    assert shop.lines == []
    assert ready_counts(shop)["lines_refused"] == 1
    assert calls(shop, "chat.update")
