"""What Slack may do to a bot that works well: say things twice or late, shut it out, slow it down; what people type."""

import pytest

from sandbox.slack.faults import Fault
from tests.stories import database
from tests.stories.counting import calls, ready_counts
from tests.stories.knocking import ready
from tests.stories.lining import has_lines
from tests.stories.test_slack_trouble import headlines, rest
from tests.stories.till import a_paid_link, a_reserved_link, card, lines, moved, opens, refunds, whispers

LOCKED_OUT = ["invalid_auth", "account_inactive", "token_revoked"]


@pytest.fixture
def posts(shop, monkeypatch):
    """Every request that Slack sends to the bot, so that it can be sent again."""
    sent, send = [], shop.slack.send

    async def remembered(what, body, *more, **headers):
        sent.append((what, body))
        return await send(what, body, *more, **headers)

    monkeypatch.setattr(shop.slack, "send", remembered)
    return sent


async def again(shop, posts, **headers):
    """Slack sends its last request once more, signed anew, and the bot does what follows."""
    answer = await shop.slack.send(*posts[-1], **headers)
    await shop.work()
    return answer


RETRIED = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}


# -- twice, and late


@pytest.mark.parametrize("headers", [{}, RETRIED], ids=["again", "retried"])
async def test_a_click_that_slack_sends_again_moves_money_once(shop, posts, headers):
    await a_reserved_link(shop)
    await shop.presses("Capture")

    answer = await again(shop, posts, **headers)

    assert answer.ok
    assert moved(shop) == ["capture"]
    assert len([line for line in lines(shop) if "captured" in line]) == 1


@pytest.mark.parametrize("headers", [{}, RETRIED], ids=["again", "retried"])
async def test_a_form_that_slack_sends_again_makes_no_second_link_and_no_second_refund(shop, posts, headers):
    await shop.issues()
    await again(shop, posts, **headers)
    assert len(shop.writes("create")) == len(shop.cards) == 1

    await shop.customer_pays()
    await shop.presses("Capture")
    await refunds(shop)
    await again(shop, posts, **headers)
    assert moved(shop) == ["capture", "refund"]


async def test_a_click_that_comes_a_day_late_is_judged_by_what_is_open_now(shop):
    """It said 249,50 kr; of that a colleague has captured some since."""
    await a_reserved_link(shop)
    late = shop.card.copy()
    shop.dintero.backoffice_capture(shop.transaction()["id"], 10000)
    await shop.dintero_calls_back()
    await shop.later(days=1)

    await shop.presses("Capture", late)

    assert moved(shop) == []
    assert "Nothing was done: the button was for 249,50 kr, and now 149,50 kr is open." in whispers(shop)[-1]


async def test_an_event_that_slack_retries_is_taken_note_of_and_does_nothing(shop):
    """Nobody subscribes to events, and an app that has others switched on must not answer them with an error."""
    event = b'{"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event": {"type": "app_mention"}}'

    for headers in ({}, RETRIED):
        answer = await shop.slack.send("an event", event, "application/json", **headers)
        assert answer.ok
    await shop.work()

    assert shop.cards == []
    assert database.count(shop, "orders") == 0


async def test_slacks_look_at_the_certificate_is_answered_and_does_nothing(shop):
    answer = await shop.slack.send("ssl_check", b"ssl_check=1&token=x")

    assert answer.ok
    assert answer.body == ""
    assert shop.slack.modals(shop.kari) == []


# -- triggers and forms


@pytest.mark.parametrize("button", ["Refund…", "Release", "Capture part…", "Change order…", "Extend…", "Send again…"])
async def test_a_form_that_a_spent_trigger_does_not_open_is_explained_and_opens_at_the_next_press(shop, button):
    """A trigger lives for three seconds (Slack reference §7)."""
    ready_for = {"Refund…": a_paid_link, "Release": a_reserved_link, "Capture part…": a_reserved_link}
    await ready_for.get(button, type(shop).issues)(shop)
    shop.slack.faults.add("views.open", Fault.error("expired_trigger_id"))

    await shop.presses(button)
    assert shop.slack.modals(shop.kari)[1:] == []
    assert whispers(shop) == ["4711 · Slack did not open the form in time. Press the button again."]

    form = await opens(shop, button)
    assert form is shop.slack.modals(shop.kari)[-1]


async def test_a_click_that_slack_sends_twice_opens_its_form_once_and_complains_of_nothing(shop, posts):
    """The trigger is spent because the form is open."""
    await a_paid_link(shop)

    await shop.presses("Refund…")
    await again(shop, posts)
    await shop.slack.command(shop.kari, shop.sales, "/paylink")
    await again(shop, posts)

    assert [form.content["title"]["text"] for form in shop.slack.modals(shop.kari)[1:]] == [
        "Refund",
        "New payment link",
    ]
    assert whispers(shop) == []
    assert shop.slack.complaints == ["views.open: exchanged_trigger_id"] * 2
    shop.slack.complaints.clear()


async def test_a_form_that_was_closed_before_its_answer_moves_money_once_and_the_thread_tells_it(shop):
    await a_paid_link(shop)
    form = await opens(shop, "Refund…")
    await shop.slack.fill(form, {"Reason": "Wrong size"})
    await shop.slack.submit(shop.kari, form)
    await shop.slack.close(form)
    await shop.work()

    assert moved(shop) == ["capture", "refund"]
    assert lines(shop)[-1].startswith("↩️ @kari refunded 249,50 kr:")


# -- thrown out


async def test_a_private_channel_that_the_bot_was_removed_from_sends_the_card_to_the_issuer(shop):
    channel = shop.slack.add_channel("vip", members=[shop.kari], bot=True, private=True)
    await shop.issues(channel=channel)
    channel.bot = False

    await shop.customer_pays()
    await rest(shop)

    [moved_here] = shop.slack.dm(shop.kari).messages
    assert "🔒 Reserved" in moved_here.read()
    assert "/invite @paylink" in moved_here.read()
    shop.slack.complaints.clear()
    await shop.presses("Capture", moved_here)
    assert shop.transaction()["status"] == "CAPTURED"
    assert "Paid" in moved_here.read()
    shop.slack.complaints.clear()  # each change asks whether the channel is open again


@pytest.mark.parametrize("error", LOCKED_OUT)
async def test_a_token_that_slack_refuses_loses_nothing_and_is_named_by_ready(shop, error, journal):
    """Reinstalled, the app goes on where it was: payments were followed all the while (Slack reference §10)."""
    await shop.issues()
    shop.slack.faults.locked_out = error

    await shop.customer_pays()
    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()
    await shop.later(minutes=11)

    assert "Ready to share" in card(shop)
    assert database.statuses(shop) == [("4711", "captured")]
    told = await ready(shop)
    assert told["ready"] is True
    assert any(error in problem for problem in told["problems"])
    assert told["counts"]["slack_calls_refused"] > 0
    assert f"reason={error}" in journal() or f'"{error}"' in journal()

    shop.slack.faults.locked_out = ""
    await shop.later(minutes=5)
    await rest(shop)
    assert headlines(shop.cards) == ["✅ Paid · 249,50 kr"]
    assert [line.splitlines()[0].split(" ")[0] for line in lines(shop)] == ["🔒", "✅"]
    assert (await ready(shop))["problems"] == []


async def test_who_presses_while_slack_refuses_the_token_moves_no_money(shop):
    """Nobody can say who they are (`users.info`), and an unknown answer refuses."""
    await a_reserved_link(shop)
    await shop.restart()  # a bot that has just started knows nobody yet
    shop.slack.faults.locked_out = "token_revoked"

    await shop.presses("Capture")

    assert moved(shop) == []
    shop.slack.faults.locked_out = ""
    await rest(shop)
    await shop.presses("Capture")
    assert moved(shop) == ["capture"]


# -- slowed down


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update", "conversations.open"])
async def test_a_wait_of_a_year_silences_nobody(shop, method):
    """Slack asks for a minute or so; a proxy in between may say anything."""
    await shop.issues()
    shop.slack.faults.add(method, Fault.ratelimited(86400 * 365))

    await shop.customer_pays()
    await shop.later(hours=1, minutes=1)
    await rest(shop)

    assert headlines(shop.cards) == ["🔒 Reserved · 249,50 kr"]
    assert [line[0] for line in lines(shop)] == ["🔒"]


async def test_a_storm_of_429_delays_and_neither_loses_nor_repeats(shop):
    """Posts, updates and forms are refused eight times each, with another wait every time."""
    for method in ("chat.postMessage", "chat.update", "views.update", "conversations.open"):
        shop.slack.faults.add(method, *[Fault.ratelimited(1 + n % 20) for n in range(8)])

    await shop.issues()
    await shop.customer_pays()
    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()
    for _ in range(12):
        await shop.later(seconds=30)

    assert headlines(shop.cards) == ["✅ Paid · 249,50 kr"]
    assert [line[0] for line in lines(shop)] == ["🔒", "✅"]
    assert len(calls(shop, "chat.postMessage")) == 3
    assert ready_counts(shop)["slack_throttled"] >= 8


# -- whatever people type


ODD = {
    "a call": "<!channel> <!here> <@U1> <#C1>",
    "marks": "*Paid* _now_ ~not~ `x` ```y``` > z",
    "names of emoji": ":tada: :white_check_mark:",
    "an address": "<https://evil.example|Dintero> https://evil.example",
    "right to left": "כיסא גינה עם 2 רגליים",
    "pictures": "🪑" * 100,
    "combining": "e\u0301" * 100,
    "the longest": "W" * 200,
}


@pytest.mark.parametrize("typed", ODD.values(), ids=ODD)
async def test_what_is_sold_and_why_it_is_refunded_stand_in_slack_as_typed_and_call_nobody(shop, typed):
    form = await shop.opens_form("249,50 91234567 #4711")
    await shop.slack.fill(form, {"text:1": typed})
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    await shop.customer_pays()
    await shop.presses("Capture")

    await refunds(shop, reason=typed)

    reason = shop.thread[-1].blocks[1]["text"]
    assert reason == {"type": "plain_text", "text": typed, "emoji": False}
    assert shop.session()["order"]["items"][0]["description"] == typed
    everything = [shop.card.text, *(line.text for line in shop.thread)]
    assert not [text for text in everything if "<!" in text or "<https" in text or "<#" in text]


@pytest.mark.parametrize("hidden", ["\u202a", "\u202e", "\u2066", "\x07"], ids=["embedding", "turn", "isolate", "bell"])
async def test_what_nobody_can_see_is_sent_back(shop, hidden):
    """A mark that turns text around would show another amount than is paid."""
    form = await shop.opens_form("249,50 91234567 #4711")
    await shop.slack.fill(form, {"text:1": f"Chair {hidden}05,942"})
    await shop.slack.submit(shop.kari, form)

    assert form.errors == {"text:1": "There is an invisible character in the text. Type it again."}
    assert shop.writes("create") == []


async def test_a_text_of_three_thousand_pictures_is_sent_back_on_its_field(shop):
    form = await shop.opens_form("249,50 91234567 #4711")
    form.fields[next(key for key in form.fields if key[0] == "text:1")].value = "🪑" * 3000
    await shop.slack.submit(shop.kari, form)

    assert "text:1" in form.errors
    assert shop.writes("create") == []


async def test_lines_of_text_become_one_line(shop):
    await a_paid_link(shop)

    await refunds(shop, reason="Wrong size\n\n*Paid* in cash\n> ok")

    assert shop.thread[-1].blocks[1]["text"]["text"] == "Wrong size *Paid* in cash > ok"


async def test_an_order_of_twenty_of_the_longest_lines_goes_all_the_way(shop):
    """3000 characters a block, 50 blocks a message, 4000 an update (Slack reference §9)."""
    form = await shop.opens_form("1 91234567 #4711")
    longest = "🪑" * 100
    await shop.slack.fill(form, {"text:1": longest})
    await has_lines(shop, form, *[(longest, "99,99", {"quantity": "9,99"})] * 19)
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert len(shop.session()["order"]["items"]) == 20
    await shop.customer_pays()
    await shop.presses("Capture")

    await refunds(shop, reason="W" * 200)

    assert "↩️ Refunded" in card(shop)
    assert "+15 more" in card(shop)
    assert len(shop.transaction()["events"][-1]["items"]) == 20
    assert ready_counts(shop).get("cards_rejected", 0) == 0
