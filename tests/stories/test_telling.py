"""Slack is told from state: few messages, the urgent ones first, within what Slack takes."""

import asyncio

import pytest

from sandbox.dintero.faults import Fault
from storage.store import SqlStore
from tests.stories.counting import calls
from tests.stories.crowd import crowd, sessions

ISSUE = "249,50 91234567 Tow bar #{} 7d"


async def submitted(shop, reference="4711", channel=None):
    """The form was sent, and nothing has happened since."""
    form = await shop.opens_form(ISSUE.format(reference), channel=channel)
    await shop.slack.submit(shop.kari, form)
    await shop.bot.owned.settled()


def headlines(messages):
    return [message.read().splitlines()[0] for message in messages]


async def test_the_card_is_posted_when_the_create_has_answered(shop):
    """One post instead of a post and an update."""
    await submitted(shop)
    await shop.bot.telling.tell_once()
    assert shop.cards == []

    await shop.bot.running.run_once()
    await shop.bot.telling.tell_once()

    [card] = shop.cards
    assert card.edits == 0
    assert "Ready to share" in card.read()


async def test_the_card_is_posted_after_three_seconds_when_the_create_is_slow(shop):
    """Everybody in the channel should see that something is under way."""
    shop.dintero.faults.add("create", Fault.delay(0.3))
    await submitted(shop)
    creating = asyncio.create_task(shop.bot.running.run_once())
    shop.clock.pass_(seconds=2.9)
    assert await shop.bot.telling.tell_once() == 0

    shop.clock.pass_(seconds=0.1)
    await shop.bot.telling.tell_once()
    assert "Creating link" in shop.card.read()

    await creating
    await shop.work()
    assert "Ready to share" in shop.card.read()
    assert len(shop.cards) == 1


async def test_nothing_is_told_twice_and_nothing_without_news(shop):
    await shop.issues()
    await shop.customer_pays()
    told = len(shop.slack.log)

    for _ in range(3):
        await shop.later(minutes=1)

    assert len(shop.slack.log) == told


async def test_an_opening_that_a_payment_overtook_is_not_told(shop):
    """It is old news by then, and every line takes a second of the channel."""
    await shop.issues()
    shop.dintero.open(shop.session()["id"])
    shop.clock.pass_(seconds=10)
    await shop.bot.sweeping.look_at_due()

    await shop.customer_pays()

    [line] = shop.lines
    assert "reserved" in line


async def test_only_the_newest_line_that_asks_has_buttons(shop):
    """A decision has one place in the thread."""
    await shop.issues()
    await shop.customer_pays()
    assert "[Capture]" in shop.lines[-1]

    shop.dintero.backoffice_capture(shop.transaction()["id"], 10000)
    await shop.dintero_calls_back()

    reserved, captured = shop.thread
    assert reserved.buttons == []
    assert "Capture the rest" in captured.buttons


async def test_one_channel_gets_one_post_a_second(shop):
    """More would be refused, and hold up everybody (Slack reference §11)."""
    for reference in ("1", "2", "3"):
        await submitted(shop, reference)
    await shop.bot.running.run_once()

    await shop.bot.telling.tell_once()
    assert len(shop.cards) == 1
    shop.clock.pass_(seconds=1)
    await shop.bot.telling.tell_once()
    assert len(shop.cards) == 1
    shop.clock.pass_(seconds=0.1)
    await shop.bot.telling.tell_once()
    assert len(shop.cards) == 2
    await shop.work()
    assert len(shop.cards) == 3


async def test_channels_do_not_wait_for_each_other(shop):
    support = shop.slack.add_channel("support", members=[shop.kari], bot=True)
    await submitted(shop, "1")
    await submitted(shop, "2", support)
    await shop.bot.running.run_once()

    await shop.bot.telling.tell_once()

    assert len(shop.cards) == len(support.messages) == 1


@pytest.fixture
async def rush_hour(shop):
    """Sixty cards stand; within one minute forty links are opened, ten cancelled and ten paid."""
    shop.dintero.faults.callbacks.off = True
    references = [f"L{n}" for n in range(60)]
    ids = sessions(shop, references)
    links = await crowd(shop, references, session=ids.get)
    for n, reference in enumerate(references):
        shop.dintero.open(ids[reference])
        if 40 <= n < 50:
            shop.dintero.walk_away(ids[reference])
        elif n >= 50:
            shop.dintero.pay(ids[reference])
    async with shop.bot.store() as work:
        for link in links.values():
            await work.make_due(link.id, shop.clock.now())
        await work.commit()
    for _ in range(12):
        await shop.bot.sweeping.look_at_due()
        shop.clock.pass_(seconds=1)
    shop.slack.log.clear()
    return shop


async def test_money_is_told_first_then_problems_then_progress_which_leaves_a_third_of_the_minute(rush_hour):
    """The next payment must not wait for the news that a link was opened."""
    while await rush_hour.bot.telling.tell_once():
        pass

    order = [call.args["text"].split()[0] for call in calls(rush_hour, "chat.update")]
    assert order == ["Reserved"] * 10 + ["Cancelled"] * 10 + ["Opened"] * 10


async def test_a_payment_is_told_while_openings_wait_for_room(rush_hour):
    """A lane that has no turn for the news that a link was opened may well have one for money."""
    while await rush_hour.bot.telling.tell_once():
        pass
    rush_hour.dintero.pay(rush_hour.session("L39")["id"])
    await rush_hour.bot.sweeping.find_paid()
    await rush_hour.bot.sweeping.look_at_due()
    rush_hour.slack.log.clear()

    await rush_hour.bot.telling.tell_once()

    assert [call.args["text"].split()[0] for call in calls(rush_hour, "chat.update")] == ["Reserved"]


async def test_whoever_has_no_turn_is_not_read_and_does_not_ask_for_one(rush_hour, monkeypatch):
    """In a burst that is what most orders wait for, and reading each of them again and again would be all we did."""
    asked, read, take_turn, untold = [], [], SqlStore.take_turn, SqlStore.untold_events

    async def asking(store, lane, *args, **limits):
        asked.append(lane.partition(":")[0])
        return await take_turn(store, lane, *args, **limits)

    async def reading(store, order_id):
        read.append(order_id)
        return await untold(store, order_id)

    monkeypatch.setattr(SqlStore, "take_turn", asking)
    monkeypatch.setattr(SqlStore, "untold_events", reading)
    while await rush_hour.bot.telling.tell_once():
        pass

    assert len(calls(rush_hour, "chat.update")) == 30
    at_once = 10  # all of them may ask before the first hears that there is no turn
    assert len(read) <= 30 + at_once
    assert asked.count("update") <= 30 + at_once
    assert asked.count("post") <= at_once


async def test_a_workspace_gets_45_updates_a_minute_and_all_is_told_in_the_end(rush_hour, monkeypatch):
    began, asked, take_turn = rush_hour.clock.now(), [], SqlStore.take_turn

    async def counted(store, lane, *args, **limits):
        asked.append(lane)
        return await take_turn(store, lane, *args, **limits)

    monkeypatch.setattr(SqlStore, "take_turn", counted)
    await rush_hour.work(seconds=300)

    updates = [(call.at - began).total_seconds() for call in calls(rush_hour, "chat.update")]
    assert max(sum(start <= one < start + 60 for one in updates) for start in updates) <= 45
    assert not [call for call in rush_hour.slack.log if call.answer.get("error") == "ratelimited"]
    assert len([head for head in headlines(rush_hour.cards) if "Opened" in head]) == 40
    assert [len(rush_hour.sales.thread(card.ts)) for card in rush_hour.cards] == [1] * 60
    turns = len(updates) + len(calls(rush_hour, "chat.postMessage"))
    assert len(asked) < 3 * turns, "who waits for a turn does not ask for those of the others"


@pytest.mark.parametrize(("seconds", "cards"), [(29, 1), (31, 0)])
async def test_a_process_that_stood_still_with_an_order_in_hand_posts_nothing_when_it_wakes(
    shop, monkeypatch, seconds, cards
):
    """Another may have told it meanwhile: the order is left to whoever holds it next."""
    await submitted(shop)
    await shop.bot.running.run_once()
    untold = SqlStore.untold_events

    async def stands_still(store, order_id):
        shop.clock.pass_(seconds=seconds)
        return await untold(store, order_id)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(SqlStore, "untold_events", stands_still)
        await shop.bot.telling.tell_once()
    assert len(shop.cards) == cards

    await shop.work()
    assert len(shop.cards) == 1
