"""Where a card goes when Slack no longer takes it where it stands, and that it comes back: no line is lost."""

import pytest

from bot.slack.error_codes import Meaning
from sandbox.slack.faults import Fault
from tests.stories.test_error_codes import POSTS, UPDATES, codes
from tests.stories.test_slack_trouble import headlines
from tests.stories.till import a_reserved_link, lines


async def captured_in_backoffice(shop):
    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()


async def test_a_card_goes_back_into_its_channel_when_the_bot_may_post_there_again(shop):
    channel = shop.slack.add_channel("secret", members=[shop.kari], private=True)
    await shop.issues(channel=channel)
    [in_dm] = shop.slack.dm(shop.kari).messages
    shop.slack.complaints.clear()
    channel.bot = True

    await shop.customer_pays()

    assert headlines(channel.messages) == ["🔒 Reserved · 249,50 kr"]
    assert len(channel.thread(channel.messages[0].ts)) == 1
    assert "moved" in in_dm.read().lower()
    assert in_dm.buttons == []


@pytest.mark.parametrize("code", codes(Meaning.CHANNEL, Meaning.PERSON))
async def test_a_refused_update_moves_the_card_to_the_dm_and_the_next_change_moves_it_back(shop, code):
    await shop.issues()
    shop.slack.faults.add(UPDATES, Fault.error(code))
    await shop.customer_pays()
    [in_dm] = shop.slack.dm(shop.kari).messages
    assert len(shop.slack.dm(shop.kari).thread(in_dm.ts)) == 1
    assert len(shop.cards) == 1

    await captured_in_backoffice(shop)

    assert headlines(shop.cards)[-1] == "✅ Paid · 249,50 kr"
    assert len(shop.lines) == 1
    shop.slack.complaints.clear()  # the older line stands in the DM


@pytest.mark.parametrize("code", codes(Meaning.CHANNEL))
async def test_a_card_does_not_go_to_and_fro(shop, code):
    """Where posts are taken and updates are not, each change would post another live card."""
    await shop.issues()
    shop.slack.faults.refused = {UPDATES: code}

    await shop.customer_pays()
    await captured_in_backoffice(shop)
    for amount in (5000, 5000, 5000):
        shop.dintero.backoffice_refund(shop.transaction()["id"], amount)
        await shop.dintero_calls_back()

    assert len(shop.cards) + len(shop.slack.dm(shop.kari).messages) == 3


async def test_a_line_that_the_channel_refuses_is_posted_in_the_dm_below_the_card(shop):
    await shop.issues()
    shop.slack.faults.add(POSTS, Fault.error("restricted_action"))

    await shop.customer_pays()

    [card] = shop.slack.dm(shop.kari).messages
    assert "Reserved" in card.read()
    assert len(shop.slack.dm(shop.kari).thread(card.ts)) == 1


@pytest.mark.parametrize("code", codes(Meaning.THREAD))
async def test_a_thread_that_is_locked_leaves_all_to_the_card(shop, code):
    await shop.issues()
    shop.slack.faults.refused = {POSTS: code}

    await shop.customer_pays()
    await captured_in_backoffice(shop)

    assert headlines(shop.cards) == ["✅ Paid · 249,50 kr"]
    assert shop.lines == []


@pytest.mark.parametrize("code", codes(Meaning.TARGET_GONE))
async def test_a_card_that_is_said_to_be_gone_is_posted_anew_once(shop, code):
    await shop.issues()
    shop.slack.faults.refused = {UPDATES: code}

    await shop.customer_pays()
    await captured_in_backoffice(shop)
    for _ in range(5):
        await shop.later(minutes=1)

    assert len(shop.cards) == 2
    assert len([line for line in lines(shop) if "249,50 kr captured" in line]) == 1


async def test_a_thread_that_is_gone_is_begun_anew_with_its_card(shop):
    """The line that found it gone is not lost."""
    await a_reserved_link(shop)
    shop.slack.faults.add(POSTS, Fault.error("thread_not_found"))

    await captured_in_backoffice(shop)

    assert len(shop.cards) == 2
    [line] = lines(shop)
    assert "captured" in line


async def test_a_card_that_is_deleted_twice_is_posted_twice(shop):
    await shop.issues()
    shop.slack.forget(shop.card)
    await shop.customer_pays()
    shop.slack.forget(shop.card)

    await captured_in_backoffice(shop)

    assert headlines(shop.cards) == ["✅ Paid · 249,50 kr"]
    assert any("captured" in line for line in lines(shop))
    shop.slack.complaints.clear()
