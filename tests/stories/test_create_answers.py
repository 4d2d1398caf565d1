"""What Dintero may answer to a create, and what each answer means (the wire's side is in tests/dintero)."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from bot.dintero import wire
from sandbox.dintero.faults import Fault
from tests.stories import database
from tests.stories.doubting import made
from tests.stories.till import until

GOOD = "249,50 91234567 Tow bar #4711 7d"
DONE_OR_NOT = (
    Fault.status(408),
    Fault.status(409),
    Fault.status(500),
    Fault.status(503),
    Fault.drop_before(),
    Fault.status(201),
)
DONE = (
    Fault.status(500, after=True),
    Fault.drop_after(),
    Fault.garbage(),
    Fault.missing(),
    *(Fault.page_instead(code, after=True) for code in (200, 400, 401, 403, 404, 502)),
)


def named(fault):
    return f"{'page-' if fault.page else ''}{fault.code or fault.spoil or 'drop'}{'-after' if fault.after else ''}"


def operations(shop):
    return database.rows(shop, "SELECT reference, state FROM operation ORDER BY created_at")


async def sends_again(shop):
    """Press the card's button; nothing was sent before, so the second attempt is an ordinary one."""
    assert shop.card.buttons == ["Send again", "Request again…"]
    await shop.presses("Send again")

    assert "Ready to share" in shop.card.read()
    assert len(shop.cards) == 1
    assert database.statuses(shop) == [("4711", "rejected"), ("4711-2", "open")]
    assert shop.session("4711-2")["order"]["amount"] == 24950


async def test_a_dintero_that_cannot_be_reached_rejects_and_nothing_was_sent(shop):
    await shop.restart(dintero_checkout_url="http://127.0.0.1:9/v1")

    form = await shop.issues(GOOD)

    assert "Could not be created" in form.read()
    assert "Dintero could not be reached" in form.read()
    assert "Nothing was sent to the customer." in form.read()
    assert "⛔ Could not be created" in shop.card.read()
    assert shop.dintero.sessions == {}
    assert operations(shop) == [("4711-S1", "refused")]
    await shop.restart()
    await sends_again(shop)


async def test_a_dintero_that_gives_no_token_rejects_and_nothing_was_sent(shop):
    shop.dintero.faults.add("token", Fault.status(503), times=3)

    form = await shop.issues(GOOD)

    assert "Could not be created" in form.read()
    assert shop.writes("create") == []
    await sends_again(shop)


async def test_a_wrong_secret_rejects_and_says_whose_fault_it_is(shop):
    await shop.restart(dintero_client_secret="old")

    form = await shop.issues(GOOD)

    words = "Dintero refuses Paylink's own credentials. Tell whoever runs Paylink. Nothing was sent to the customer."
    assert words in form.read()
    assert words in shop.card.read()
    assert shop.writes("create") == []


async def test_a_token_that_ran_out_is_renewed_once(shop):
    shop.dintero.faults.add("create", Fault.status(401))

    form = await shop.issues(GOOD)

    assert "Ready to share" in form.read()
    assert [exchange.status for exchange in shop.writes("create")] == [401, 200]
    assert len(shop.dintero.sessions) == 1


async def test_a_token_that_is_refused_twice_rejects(shop):
    shop.dintero.faults.add("create", Fault.status(401), times=2)

    form = await shop.issues(GOOD)

    assert "Dintero refuses Paylink's own credentials" in form.read()
    assert [exchange.status for exchange in shop.writes("create")] == [401, 401]
    await sends_again(shop)


async def test_a_short_wait_that_dintero_asks_for_is_waited(shop):
    shop.dintero.faults.add("create", Fault.rate_limited(1))

    form = await shop.issues(GOOD)

    assert "Ready to share" in form.read()
    assert [exchange.status for exchange in shop.writes("create")] == [429, 200]


async def test_a_long_wait_that_dintero_asks_for_rejects_and_nothing_was_sent(shop):
    shop.dintero.faults.add("create", Fault.rate_limited(60))

    form = await shop.issues(GOOD)

    assert "Dintero is too busy right now. Try again in a minute. Nothing was sent to the customer." in form.read()
    assert [exchange.status for exchange in shop.writes("create")] == [429]
    await sends_again(shop)


@pytest.mark.parametrize("code", [400, 403, 404])
async def test_a_refusal_carries_dinteros_reason(shop, code):
    shop.dintero.faults.add("create", Fault.status(code))

    form = await shop.issues(GOOD)

    [create] = shop.writes("create")
    assert create.status == code
    assert "Could not be created" in form.read()
    assert "Nothing was sent to the customer." in form.read()
    assert operations(shop) == [("4711-S1", "refused")]
    assert len(shop.lines) == 1
    assert "The link could not be created" in shop.lines[0]
    await sends_again(shop)


async def test_a_refusal_in_words_is_shown_in_words(shop):
    del shop.dintero.profiles["default"]

    form = await shop.issues(GOOD)

    assert "Unknown profile_id" in form.read()
    assert "Unknown profile_id" in shop.card.read()


@pytest.mark.parametrize("fault", [*DONE_OR_NOT, *DONE], ids=named)
async def test_an_answer_that_says_nothing_certain_leaves_the_link_uncertain(shop, fault):
    shop.dintero.faults.add("create", fault)

    form = await shop.issues(GOOD)

    assert len(shop.writes("create")) == 1, "never repeated by itself"
    assert len(shop.dintero.sessions) == (fault in DONE)
    assert "❓ Not sure it was sent" in form.read()
    assert "Please do not issue it again before that." in form.read()
    assert "❓ Not sure it was sent" in shop.card.read()
    assert database.statuses(shop) == [("4711", "uncertain")]
    assert operations(shop) == [("4711-S1", "unknown")]


async def test_a_payment_behind_an_answer_that_a_filter_held_back_is_on_the_card(shop):
    """A filter on the way reads what Dintero answers, and shows a page instead: the customer has the link."""
    shop.dintero.faults.add("create", Fault.page_instead(403, after=True))
    await shop.issues(GOOD)

    await shop.customer_pays()

    assert "Reserved" in shop.card.read()


async def test_a_login_page_in_front_of_dintero_is_no_refusal_of_ours(shop):
    """Nothing is said of Paylink's credentials by who never saw them."""
    shop.bot.gateway._wire._token._token = None
    shop.dintero.faults.add("token", Fault.page_instead(401), times=3)

    form = await shop.issues(GOOD)

    assert "Dintero could not be reached. Try again in a minute. Nothing was sent to the customer." in form.read()
    assert shop.writes("create") == []


async def test_a_dintero_that_never_answers_leaves_the_link_uncertain(shop, monkeypatch):
    monkeypatch.setattr(wire, "WRITE", wire.Limits(httpx.Timeout(0.2), 0.3))
    shop.dintero.faults.add("create", Fault.delay(0.6))

    form = await shop.issues(GOOD)

    assert "❓ Not sure it was sent" in form.read()
    assert len(shop.writes("create")) == 1
    assert operations(shop) == [("4711-S1", "unknown")]


async def test_another_accounts_session_is_no_answer(shop):
    shop.dintero.account_id, ours = "T99999999", shop.dintero.account_id
    token = shop.dintero.issue_token("client", "secret")
    shop.bot.gateway._wire._token._token, shop.bot.gateway._wire._token._renew_at = token, 1e9
    shop.bot.gateway._wire._token._useless_at = 1e9

    await shop.issues(GOOD)

    shop.dintero.account_id = ours
    assert database.statuses(shop) == [("4711", "uncertain")]


async def test_an_answer_that_the_database_would_not_take_is_not_thrown_away(shop, journal):
    """Nothing but this answer names the session: without it the link could not be shown or cancelled."""
    creating = shop.bot.running.creating
    assert sum(creating.pauses) < 90, "the lease"
    shop.bot.rounds.running = replace(shop.bot.running, creating=replace(creating, pauses=(0.02,) * 100))
    shop.dintero.faults.add("create", Fault.delay(0.2, after=True))
    form = await shop.opens_form(GOOD)
    await shop.slack.submit(shop.kari, form)
    working = asyncio.create_task(shop.work())
    await made(shop, "4711")
    database.write(shop, "ALTER TABLE event RENAME TO mislaid")
    await until(lambda: "answer_not_recorded" in journal())
    assert database.statuses(shop) == [("4711", "requested")]

    await asyncio.to_thread(database.write, shop, "ALTER TABLE mislaid RENAME TO event")
    await working

    assert database.statuses(shop) == [("4711", "open")]
    assert operations(shop) == [("4711-S1", "done")]
    assert shop.card.buttons == ["Show link", "Send again…", "Cancel link", "Change order…", "Extend…", "Refresh"]
    assert shop.dintero.url_of(shop.session()) in form.read()
    assert len(shop.writes("create")) == 1


async def test_a_create_that_dintero_is_slow_with_keeps_nobody_else_waiting(shop):
    """Eight may be under way; a ninth seller must not wait for the slowest of the other eight."""
    shop.dintero.faults.add("create", Fault.delay(2))
    slow = await shop.opens_form("100 91234567 Slow #4801")
    await shop.slack.submit(shop.kari, slow)
    await shop.bot.running.start()
    await until(lambda: len(shop.writes("create")) == 1)

    quick = await shop.opens_form("100 91234567 Quick #4802")
    await shop.slack.submit(shop.kari, quick)
    assert await shop.bot.running.start() == 1
    await until(lambda: "Ready to share" in quick.read())

    assert "Creating link" in slow.read()
    await shop.work()
    assert "Ready to share" in slow.read()
