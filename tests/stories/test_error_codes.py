"""Every code with which Slack may refuse a card or a line, for a while in which a customer pays."""

import pytest

from bot.slack.error_codes import MEANINGS, Meaning
from sandbox.slack.faults import Fault
from tests.stories.counting import ready_counts
from tests.stories.knocking import ready
from tests.stories.test_slack_trouble import headlines, rest
from tests.stories.till import card, lines, whispers


def codes(*meanings):
    return [code for code, meaning in MEANINGS.items() if meaning in meanings]


POSTS, UPDATES = "chat.postMessage", "chat.update"
RETRIED = [*codes(Meaning.CREDENTIALS, Meaning.ACCESS), "a_code_of_next_year"]
ELSEWHERE = codes(Meaning.CHANNEL, Meaning.PERSON)
OURS = [code for code in codes(Meaning.MESSAGE) if code.startswith(("invalid_b", "msg", "block", "metadata", "no_"))]


async def a_payment_while_refused(shop, code, *methods):
    """Reserved and captured while Slack refuses; half an hour later it does no more."""
    await shop.issues()
    shop.slack.faults.refused = dict.fromkeys(methods, code)
    await shop.customer_pays()
    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()
    await shop.later(minutes=30)


async def ends(shop):
    shop.slack.faults.refused.clear()
    await shop.later(minutes=6)
    await rest(shop)


@pytest.mark.parametrize("code", RETRIED)
async def test_what_is_about_the_token_the_workspace_or_unknown_loses_nothing(shop, code):
    await a_payment_while_refused(shop, code, POSTS, UPDATES)
    assert "Ready to share" in card(shop)
    told = await ready(shop)
    assert any(code in problem for problem in told["problems"])

    await ends(shop)

    assert headlines(shop.cards) == ["✅ Paid · 249,50 kr"]
    assert [line.split(" ")[0] for line in lines(shop)] == ["🔒", "✅"]
    assert (await ready(shop))["problems"] == []


@pytest.mark.parametrize("code", RETRIED)
async def test_a_card_that_waited_for_slack_is_posted_once(shop, code):
    shop.slack.faults.refused = {POSTS: code}
    await shop.issues()
    await shop.customer_pays()
    await shop.later(minutes=30)
    assert shop.cards == []

    await ends(shop)

    assert headlines(shop.cards) == ["🔒 Reserved · 249,50 kr"]
    assert ready_counts(shop).get("cards_posted_twice", 0) == 0


async def test_that_slack_answers_one_call_does_not_hide_that_it_refuses_another(shop):
    await a_payment_while_refused(shop, "missing_scope", UPDATES)

    assert any("missing_scope" in problem for problem in (await ready(shop))["problems"])


@pytest.mark.parametrize("code", OURS)
async def test_a_message_that_slack_cannot_show_is_shown_plainly(shop, code):
    """As text it says the same (Slack reference §10)."""
    await shop.issues()
    shop.slack.faults.add(UPDATES, Fault.error(code))
    shop.slack.faults.add(POSTS, Fault.error(code))

    await shop.customer_pays()

    assert shop.card.text.startswith("Reserved 249,50")
    assert not shop.card.blocks
    assert shop.thread[-1].text.startswith("🔒")
    assert not shop.thread[-1].blocks


@pytest.mark.parametrize("code", ELSEWHERE)
async def test_where_the_bot_may_not_write_the_card_goes_to_its_issuer(shop, code):
    await shop.issues()
    shop.slack.faults.refused = {UPDATES: code}
    await shop.customer_pays()
    shop.slack.faults.refused.clear()
    await rest(shop)

    moved = [message for message in [*shop.cards, *shop.slack.dm(shop.kari).messages] if "Reserved" in message.read()]
    assert len(moved) == 1


async def test_a_card_that_can_no_longer_be_edited_says_so_once_and_the_thread_tells(shop):
    """Each change would post another live card (faults A15)."""
    await shop.issues()
    shop.slack.faults.refused = {UPDATES: "edit_window_closed"}
    await shop.customer_pays()
    await shop.presses("Capture", shop.thread[-1])
    await shop.presses("Refresh", shop.thread[-1])
    await shop.later(hours=2)

    assert len(shop.cards) == 1
    notices = [line for line in lines(shop) if "Slack no longer lets the card above be changed" in line]
    assert len(notices) == 1
    assert [line.split(" ")[0] for line in lines(shop) if line not in notices] == ["🔒", "✅"]
    assert "Refund…" in shop.thread[-1].buttons
    assert whispers(shop)[1:] == []
