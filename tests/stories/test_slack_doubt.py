"""Slack takes what we post and does not say so, or takes nothing anywhere: repeated ever more rarely, never dropped."""

import pytest

from sandbox.slack.faults import Fault
from tests.stories import database
from tests.stories.counting import ready_counts
from tests.stories.knocking import ready
from tests.stories.till import lines

LOST = {"503": Fault.status_after(503), "dropped": Fault.drop_after(), "an answer without ts": Fault.bare()}


@pytest.fixture(params=LOST.values(), ids=LOST)
def lost(request):
    """The post is made, and nobody hears of it."""
    return request.param


async def passes(shop, *, minutes):
    """Time passes by quarters of a minute and no faster, whatever is untold; the bot does what comes due."""
    for _ in range(round(minutes * 4)):
        shop.clock.pass_(seconds=15)
        await shop.bot.owned.settled()
        while await shop.bot.work():
            await shop.bot.owned.settled()


async def test_an_hour_of_unanswered_posts_makes_a_handful_of_cards(shop, lost):
    shop.slack.faults.add("chat.postMessage", *[lost] * 500)
    await shop.issues()

    await passes(shop, minutes=60)

    assert 4 <= len(shop.cards) <= 8
    assert ready_counts(shop)["cards_posted_twice"] == len(shop.cards) - 1
    assert (await ready(shop))["problems"]


async def test_an_hour_of_unanswered_posts_makes_a_handful_of_lines(shop, lost):
    await shop.issues()
    shop.slack.faults.add("chat.postMessage", *[lost] * 500)
    await shop.customer_pays()

    await passes(shop, minutes=60)

    assert 4 <= len(shop.thread) <= 8
    assert "Reserved" in shop.card.read()  # updates are answered, and may be repeated at will


async def test_all_is_told_in_the_end_and_in_order(shop):
    await shop.issues()
    shop.slack.faults.add("chat.postMessage", *[Fault.status_after(503)] * 4)
    await shop.customer_pays()
    shop.dintero.backoffice_capture(shop.transaction()["id"], 10000)
    await shop.dintero_calls_back()

    await passes(shop, minutes=60)

    told = lines(shop)
    assert "249,50 kr reserved" in told[0]
    assert "100,00 kr of 249,50 kr captured" in told[-1]
    assert (await ready(shop))["problems"] == []


async def test_an_answered_post_ends_the_doubts(shop):
    """The next trouble begins with fifteen seconds again."""
    shop.slack.faults.add("chat.postMessage", *[Fault.status_after(503)] * 3)
    await shop.issues()
    await passes(shop, minutes=8)
    assert len(shop.cards) == 4
    shop.slack.faults.add("chat.postMessage", Fault.status_after(503))
    shop.dintero.pay(shop.session()["id"])
    await shop.dintero.deliver_due()
    await passes(shop, minutes=0.25)
    assert len(shop.thread) == 1

    await passes(shop, minutes=0.5)

    assert len(shop.thread) == 2


async def test_a_restart_does_not_forget_the_doubts(shop):
    shop.slack.faults.add("chat.postMessage", *[Fault.status_after(503)] * 500)
    await shop.issues()
    await passes(shop, minutes=10)
    copies = len(shop.cards)

    await shop.restart()
    await passes(shop, minutes=5)

    assert len(shop.cards) == copies


# -- nowhere to tell it


async def nowhere(shop):
    """The channel is archived and the issuer has left."""
    await shop.issues()
    shop.sales.archived = True
    shop.slack.faults.add("conversations.open", *[Fault.error("user_disabled")] * 50)


async def test_money_that_can_be_told_nowhere_is_a_problem(shop):
    """Nobody sees the card: whoever runs the bot has to."""
    await nowhere(shop)
    await shop.customer_pays()
    assert database.rows(shop, "SELECT count(*) FROM event WHERE kind = 'authorized' AND told_ts IS NULL") == [(1,)]
    assert (await ready(shop))["problems"] == []

    await shop.later(minutes=10)

    assert (await ready(shop))["problems"]
    shop.slack.complaints.clear()


async def test_money_that_could_be_told_nowhere_is_told_when_somebody_lets_the_bot_in(shop):
    await nowhere(shop)
    await shop.customer_pays()
    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()

    shop.sales.archived = False
    await shop.later(hours=1, minutes=1)

    assert "Paid" in shop.card.read()
    assert [("reserved" in line, "captured" in line) for line in lines(shop)] == [(True, False), (False, True)]
    assert (await ready(shop))["problems"] == []
    shop.slack.complaints.clear()


async def test_what_can_be_told_nowhere_is_tried_once_an_hour(shop):
    await nowhere(shop)
    await shop.customer_pays()
    tried = len(shop.slack.log)

    await passes(shop, minutes=59)
    assert len(shop.slack.log) == tried

    await passes(shop, minutes=2)
    assert tried < len(shop.slack.log) <= tried + 3
    shop.slack.complaints.clear()


async def test_an_expiry_that_can_be_told_nowhere_alarms_nobody(shop):
    await nowhere(shop)

    for _ in range(8):
        await shop.later(days=1)

    assert database.statuses(shop) == [("4711", "expired")]
    assert (await ready(shop))["problems"] == []
    shop.slack.complaints.clear()
