"""Every code with which Slack may refuse a card or a line, for a while in which a customer pays."""

import pytest

from bot.slack.error_codes import MEANINGS, Meaning
from sandbox.slack.faults import Fault
from tests.stories.counting import ready_counts
from tests.stories.knocking import ready
from tests.stories.test_shortcuts import from_anywhere, sends
from tests.stories.test_slack_trouble import headlines, rest
from tests.stories.till import a_reserved_link, card, lines, moved, whispers


def codes(*meanings):
    return [code for code, meaning in MEANINGS.items() if meaning in meanings]


POSTS, UPDATES = "chat.postMessage", "chat.update"
RETRIED = [*codes(Meaning.CREDENTIALS, Meaning.ACCESS), "a_code_of_next_year"]
ELSEWHERE = codes(Meaning.CHANNEL, Meaning.PERSON)
OURS = [code for code in codes(Meaning.MESSAGE) if code.startswith(("invalid_b", "msg", "block", "metadata", "no_"))]


MAY_BE_DONE = {
    **{code: Fault.error(code) for code in codes(Meaning.MAY_BE_DONE)},
    **{f"{code}, done": Fault.error_after(code) for code in codes(Meaning.MAY_BE_DONE)},
    "a page": Fault.page(),
    "a page, 502": Fault.page(502),
    "500, done": Fault.status_after(500),
}


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


async def test_a_scope_that_is_missing_is_named(shop):
    await shop.issues()
    shop.slack.scopes.discard("chat:write")
    await shop.customer_pays()

    [problem] = (await ready(shop))["problems"]

    assert "missing_scope: chat:write" in problem
    assert "manifest.yml" in problem
    shop.slack.complaints.clear()


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


@pytest.mark.parametrize("methods", [[POSTS], [UPDATES], [POSTS, UPDATES]], ids="+".join)
@pytest.mark.parametrize("fault", MAY_BE_DONE.values(), ids=MAY_BE_DONE)
async def test_what_may_have_been_done_is_told_again_rather_than_never(shop, fault, methods):
    """A line may stand there more than once; the order of the news, the card and the number of cards are right."""
    await shop.issues()
    for method in methods:
        shop.slack.faults.add(method, *[fault] * 3)

    await shop.customer_pays()
    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()
    for _ in range(15):
        await shop.later(minutes=1)

    assert headlines(shop.cards) == ["✅ Paid · 249,50 kr"]
    assert list(dict.fromkeys(line.split(" ")[0] for line in lines(shop))) == ["🔒", "✅"]
    assert (await ready(shop))["problems"] == []


@pytest.mark.parametrize("code", codes(Meaning.RATE_LIMIT))
async def test_a_rate_limit_that_comes_as_200_without_a_time_to_wait_loses_nothing(shop, code):
    await shop.issues()
    for method in (POSTS, UPDATES):
        shop.slack.faults.add(method, *[Fault.error(code)] * 3)

    await shop.customer_pays()
    await rest(shop)

    assert headlines(shop.cards) == ["🔒 Reserved · 249,50 kr"]
    assert [line.split(" ")[0] for line in lines(shop)] == ["🔒"]


FINAL = [(code, method) for code in codes(Meaning.MESSAGE, Meaning.TARGET_GONE) for method in (POSTS, UPDATES)]


@pytest.mark.parametrize(("code", "method"), [*FINAL, *((code, POSTS) for code in codes(Meaning.THREAD))])
async def test_whatever_is_final_for_a_message_the_money_is_told(shop, code, method):
    """By the card, or by its thread; and once Slack takes messages again, the card says it too."""
    await shop.issues()
    shop.slack.faults.refused = {method: code}
    await shop.customer_pays()
    await rest(shop)
    assert "Reserved" in card(shop) or any(line.startswith("🔒") for line in lines(shop))

    shop.slack.faults.refused = {}
    await shop.presses("Refresh")
    await rest(shop)

    assert "🔒 Reserved · 249,50 kr" in headlines(shop.cards)
    assert len(shop.cards) <= 2


@pytest.mark.parametrize("code", [*MEANINGS, "a_code_of_next_year"])
async def test_a_card_for_its_issuer_alone_is_there_once_slack_opens_the_conversation(shop, code):
    form = await from_anywhere(shop)
    shop.slack.faults.refused = {"conversations.open": code}
    await sends(shop, form, phone="912 34 567", **{"price:1": "249,50", "text:1": "Tow bar", "reference": "4711"})
    await shop.customer_pays()
    shop.slack.faults.refused = {}

    await shop.later(hours=1, minutes=5)
    await rest(shop)

    own = shop.slack.dm(shop.kari)
    assert headlines(own.messages) == ["🔒 Reserved · 249,50 kr"]
    assert len(own.posted) == 2
    assert (await ready(shop))["problems"] == []


@pytest.mark.parametrize("code", [*MEANINGS, "a_code_of_next_year"])
async def test_a_person_learns_of_their_link_when_slack_does_not_redraw_the_form(shop, code, monkeypatch):
    monkeypatch.setattr("bot.slack.threads._SHOW_WITHIN", 0.5)
    shop.slack.faults.refused = {"views.update": code}

    await shop.issues()

    assert whispers(shop) == ["The link 4711 is ready. Its card shows what happens to it."]


@pytest.mark.parametrize("code", [*MEANINGS, "a_code_of_next_year"])
async def test_while_slack_does_not_say_who_presses_no_money_moves_and_they_are_told(shop, code):
    await a_reserved_link(shop)
    await shop.restart()  # a bot that has just started knows nobody
    shop.slack.faults.refused = {"users.info": code}

    await shop.presses("Capture")

    assert moved(shop) == []
    assert whispers(shop)
    shop.slack.faults.refused = {}
    await shop.presses("Capture")
    assert moved(shop) == ["capture"]


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
