"""Whatever Dintero answers, and if it answers nothing: what was done is known, or said not to be, and never doubled."""

from datetime import timedelta

import httpx
import pytest

from bot.dintero import wire
from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from tests.stories.asks import ASKS, RESERVED, every_ask
from tests.stories.shop import opened_shop
from tests.stories.till import (
    a_reserved_link,
    card,
    lines,
    operations,
    the_operation,
    whispers,
)

both_readings = pytest.mark.parametrize("named", [False, True], ids=["nameless", "named"])


@pytest.fixture
async def shop_of(tmp_path):
    """A shop whose Dintero names, or does not name, our reference on a failed event (Dintero reference §8.2)."""
    opened = []

    async def open_(*, named):
        context = opened_shop(tmp_path, switches=Switches(failed_events_carry_reference=named))
        opened.append(context)
        return await context.__aenter__()

    yield open_
    for context in opened:
        await context.__aexit__(None, None, None)


async def assert_nothing_came_of_it(shop, ask, requests):
    operation = await the_operation(shop)
    assert len(shop.writes(ask.kind)) == requests
    assert ask.happened(shop) == 0
    assert operation.state == "refused"
    assert shop.card.buttons == list(ask.usual)
    assert lines(shop)[-1].startswith(
        f"⛔ Nothing came of {ask.noun} that @kari asked for: Dintero did not take the request. Nothing was done."
    )
    assert "Not done" in card(shop)
    assert whispers(shop) == ["Dintero did not take the request, so nothing was done. Press again in a moment."]


async def assert_done_once(shop, ask, requests=1):
    assert len(shop.writes(ask.kind)) == requests
    assert ask.happened(shop) == 1
    assert [one.state for one in await operations(shop)][-1] == "done"
    assert ask.afterwards in card(shop).splitlines()[0]
    assert whispers(shop) == []


# -- provably not done: sent again by itself, or said


def connections(shop, monkeypatch, path, failing):
    """Let the next `failing` connections for `path` be refused, as a port without a listener does."""
    http, tried = shop.bot.gateway._wire._http, []
    send = http.send

    async def refused(request, **more):
        if request.url.path.endswith(path) and len(tried) < failing:
            tried.append(request)
            raise httpx.ConnectError("refused")
        return await send(request, **more)

    monkeypatch.setattr(http, "send", refused)
    return tried


@every_ask
async def test_where_no_connection_was_made_nothing_was_done_and_is_said_so(shop, ask, monkeypatch):
    await ask.ready(shop)
    tried = connections(shop, monkeypatch, f"/{ask.kind}", failing=9)

    await ask.press(shop)

    assert len(tried) == 2
    await assert_nothing_came_of_it(shop, ask, requests=0)


@every_ask
async def test_a_connection_that_comes_about_at_the_second_try_is_used(shop, ask, monkeypatch):
    await ask.ready(shop)
    connections(shop, monkeypatch, f"/{ask.kind}", failing=1)

    await ask.press(shop)

    await assert_done_once(shop, ask)


@every_ask
async def test_after_one_401_it_is_sent_once_more_with_a_new_token(shop, ask):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.status(401))

    await ask.press(shop)

    first, second = shop.writes(ask.kind)
    assert first.headers["authorization"] != second.headers["authorization"]
    await assert_done_once(shop, ask, requests=2)


@every_ask
async def test_after_two_401_nothing_was_done(shop, ask):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.status(401), times=2)

    await ask.press(shop)

    await assert_nothing_came_of_it(shop, ask, requests=2)


@every_ask
async def test_a_short_429_is_waited_for(shop, ask):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.rate_limited(1))

    await ask.press(shop)

    await assert_done_once(shop, ask, requests=2)


@every_ask
async def test_a_long_429_is_not_waited_for(shop, ask):
    """A person waits, and a lease runs."""
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.rate_limited(60))

    await ask.press(shop)

    await assert_nothing_came_of_it(shop, ask, requests=1)


@every_ask
async def test_when_dintero_cannot_even_be_read_nothing_is_asked_of_it(shop, ask):
    """The look before the write is part of it: without a fresh read nobody knows what would be done."""
    await ask.ready(shop)
    shop.dintero.faults.add("transaction" if ask.kind != "cancel" else "session", Fault.status(400))

    await ask.press(shop)

    assert shop.writes(ask.kind) == []
    assert (await the_operation(shop)).state == "withdrawn"
    assert whispers(shop) == ["Dintero did not answer, so nothing was done. Press again in a moment."]
    assert shop.card.buttons == list(ask.usual)


# -- refusals


@every_ask
@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, "Dintero did not accept this."),
        (403, "Dintero does not let this account's API client do this."),
        (404, "Dintero does not know this payment."),
    ],
)
async def test_a_refusal_is_told_in_the_thread_and_to_the_one_who_pressed(shop, ask, status, sentence):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.status(status))

    await ask.press(shop)

    assert len(shop.writes(ask.kind)) == 1
    assert ask.happened(shop) == 0
    assert (await the_operation(shop)).state == "refused"
    assert lines(shop)[-1].startswith(f"⛔ Dintero refused {ask.noun} that @kari asked for: {sentence}")
    assert whispers(shop) == [f"Dintero refused, so nothing was done: {sentence}"]
    assert shop.card.buttons == list(ask.usual)


async def test_a_refusal_carries_dinteros_own_sentence(shop):
    """What stands behind it is told by Dintero alone (Dintero reference §4.11): here, that the method cannot do it."""
    await shop.issues()
    await shop.customer_pays(method="dintero_psp.creditcard")
    await shop.presses("Capture part…")
    form = shop.slack.modals(shop.kari)[-1]
    await shop.slack.fill(form, {"How much": "An amount", "Amount (NOK)": "100"})
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    await shop.presses("Release the rest")

    sentence = "dintero_psp.creditcard cannot void the rest of a part capture."
    assert f"⛔ Dintero refused the release of 149,50 kr that @kari asked for: {sentence}" in lines(shop)[-1]
    assert whispers(shop) == [f"Dintero refused, so nothing was done: {sentence}"]
    assert "Release the rest" in shop.card.buttons


async def test_somebody_elses_words_cannot_shout_in_our_whisper(shop, monkeypatch):
    await a_reserved_link(shop)
    monkeypatch.setattr(
        "sandbox.dintero.wire.HTTPStatus", lambda _: type("Said", (), {"name": "Look: <!channel> here"})
    )
    shop.dintero.faults.add("capture", Fault.status(400))

    await shop.presses("Capture")

    [whisper] = shop.slack.ephemerals(shop.kari)
    assert "<!channel>" not in str(whisper.blocks) + whisper.text
    assert whispers(shop) == ["Dintero refused, so nothing was done: Look: <!channel> here."]


# -- unknown, and it was done


UNANSWERED = {
    "408": Fault.status(408, after=True),
    "409": Fault.status(409, after=True),
    "500": Fault.status(500, after=True),
    "503": Fault.status(503, after=True),
    "dropped": Fault.drop_after(),
    "garbage": Fault.garbage(),
}


@every_ask
@pytest.mark.parametrize("fault", UNANSWERED.values(), ids=UNANSWERED)
async def test_what_was_done_without_an_answer_is_found_by_looking(shop, ask, fault):
    """One request, whatever it was answered: the second might be carried out too (Dintero reference §8.2)."""
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, fault)

    await ask.press(shop)

    await assert_done_once(shop, ask)
    doubt, truth = lines(shop)[-2:]
    assert doubt.startswith(f"❓ Not sure whether {ask.noun} was done. @kari asked for it and Dintero did not answer.")
    assert "@kari" in truth
    assert list(ask.usual) != shop.card.buttons


@every_ask
async def test_a_write_that_times_out_is_done_all_the_same(shop, ask, monkeypatch):
    """Dintero reference §8.2: a read timeout proves nothing."""
    monkeypatch.setattr(wire, "WRITE", wire.Limits(httpx.Timeout(0.1, connect=3.0), 5.0))
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.delay(0.3, after=True))

    await ask.press(shop)

    await assert_done_once(shop, ask)


# -- unknown, and it was not done


UNDONE = {
    "408": Fault.status(408),
    "409": Fault.status(409),
    "500": Fault.status(500),
    "503": Fault.status(503),
    "dropped": Fault.drop_before(),
    "no trace in a 200": Fault.idle(),
}


@every_ask
@pytest.mark.parametrize("fault", UNDONE.values(), ids=UNDONE)
async def test_what_was_not_done_and_not_answered_is_never_sent_by_itself(shop, ask, fault):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, fault)

    await ask.press(shop)
    assert (await the_operation(shop)).state == "unknown"
    assert shop.card.buttons == shop.thread[-1].buttons == ["Check again"]
    assert f"Not sure whether {ask.noun} was done." in card(shop)

    await shop.presses("Check again")
    assert whispers(shop) == [
        "Dintero shows no sign of it yet. It is looked for on and on; nothing is sent twice by itself."
    ]

    asked = (await the_operation(shop)).sent_at
    await shop.later(seconds=(asked + timedelta(minutes=9, seconds=59) - shop.clock.now()).total_seconds())
    await shop.presses("Check again")
    assert shop.card.buttons == ["Check again"]

    await shop.later(minutes=2)
    assert shop.card.buttons == shop.thread[-1].buttons == ["Check again", "Try again"]
    assert f"❓ Still not sure whether {ask.noun} was done." in lines(shop)[-1]
    assert shop.thread[-2].buttons == []
    assert len(shop.writes(ask.kind)) == 1
    assert ask.happened(shop) == 0


@pytest.fixture
def in_doubt(shop):
    """A write that was dropped before the work, and ten minutes of looking in vain."""

    async def ask_in_vain(ask):
        await ask.ready(shop)
        shop.dintero.faults.add(ask.kind, Fault.drop_before())
        await ask.press(shop)
        await shop.later(minutes=10)
        await shop.later(minutes=1)

    return ask_in_vain


@every_ask
async def test_trying_again_is_a_new_operation_with_its_own_reference(shop, ask, in_doubt):
    await in_doubt(ask)
    looked = len(shop.dintero.log)

    await shop.presses("Try again")

    first, second = (await operations(shop))[-2:]
    assert (first.state, second.state) == ("absent", "done")
    assert (first.reference, second.reference) == (f"4711-{ask.reference}1", f"4711-{ask.reference}2")
    assert (second.amount, second.reason) == (first.amount, first.reason)
    kinds = [exchange.kind for exchange in shop.dintero.log[looked:]]
    assert kinds[0] == ("session" if ask.kind == "cancel" else "transaction")
    assert kinds.count(ask.kind) == 1
    assert ask.happened(shop) == 1
    assert ask.afterwards in card(shop).splitlines()[0]


@every_ask
async def test_checking_again_after_ten_minutes_closes_the_question(shop, ask, in_doubt):
    await in_doubt(ask)

    await shop.presses("Check again", person=shop.people["ola"])

    assert (await the_operation(shop)).state == "absent"
    assert shop.card.buttons == list(ask.usual)
    assert lines(shop)[-1].startswith(f"🔎 @ola looked again and there is no trace of {ask.noun}.")
    assert len(shop.writes(ask.kind)) == 1

    await ask.press(shop)
    assert ask.happened(shop) == 1
    assert len(shop.writes(ask.kind)) == 2


@every_ask
async def test_trying_again_finds_what_arrived_after_all_and_does_nothing(shop, ask, in_doubt):
    """The fresh read between the click and the write: what came late is not asked for a second time."""
    await in_doubt(ask)
    late = {"capture": "backoffice_capture", "refund": "backoffice_refund", "void": "backoffice_void"}
    if ask.kind == "cancel":
        shop.dintero.cancel(shop.session()["id"])
    else:
        getattr(shop.dintero, late[ask.kind])(shop.transaction()["id"])

    await shop.presses("Try again")

    assert len(shop.writes(ask.kind)) == 1
    assert ask.happened(shop) == 1
    assert ask.afterwards in card(shop).splitlines()[0]


async def test_a_customer_who_pays_while_a_cancel_is_in_doubt_is_not_cancelled_again(shop):
    """Somebody decided about an unpaid link; a paid one is another question."""
    [ask] = (ask for ask in ASKS if ask.kind == "cancel")
    await ask.ready(shop)
    shop.dintero.faults.add("cancel", Fault.drop_before())
    await ask.press(shop)

    await shop.customer_pays()
    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert "Not sure whether the cancellation was done." in card(shop)
    assert shop.card.buttons == ["Check again"]

    await shop.later(minutes=10)
    await shop.later(minutes=1)
    assert shop.card.buttons == ["Check again"]

    await shop.presses("Check again")
    assert shop.card.buttons == list(RESERVED)
    assert len(shop.writes("cancel")) == 1


# -- 202: accepted, not done


ACCEPTABLE = [ask for ask in ASKS if ask.kind != "cancel"]
accepted_asks = pytest.mark.parametrize("ask", ACCEPTABLE, ids=lambda ask: ask.kind)


async def accepted(shop, ask):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.accepted())
    await ask.press(shop)
    assert (await the_operation(shop)).state == "accepted"
    assert "Dintero has accepted" in card(shop)
    assert lines(shop)[-1].startswith(f"⏳ Dintero has accepted {ask.noun}, asked for by @kari, and is working on it.")
    assert shop.card.buttons == ["Refresh"]
    assert ask.happened(shop) == 0


@accepted_asks
async def test_what_was_accepted_is_done_when_its_event_comes(shop, ask):
    """Dintero reference §8.1."""
    await accepted(shop, ask)
    await shop.later(minutes=2)
    assert (await the_operation(shop)).state == "accepted"

    shop.dintero.complete_async()
    await shop.dintero_calls_back()

    await assert_done_once(shop, ask)
    assert "@kari" in lines(shop)[-1]


@accepted_asks
@both_readings
async def test_what_was_accepted_may_still_be_refused(shop_of, ask, named):
    """Its event names the request it answers, even where it does not echo our reference (Dintero reference §8.1)."""
    shop = await shop_of(named=named)
    await accepted(shop, ask)

    shop.dintero.complete_async(success=False)
    await shop.dintero_calls_back()

    assert (await the_operation(shop)).state == "refused"
    assert f"⛔ Dintero refused {ask.noun} that @kari asked for: the card or wallet declined it." in lines(shop)[-1]
    assert shop.card.buttons == list(ask.usual)


@accepted_asks
async def test_what_was_accepted_and_never_ends_is_never_sent_again(shop, ask):
    """Some methods take weeks (Dintero reference §7): a promise of Dintero's is no doubt of ours."""
    await accepted(shop, ask)

    for _ in range(4):
        await shop.later(hours=8)
    await shop.presses("Refresh")

    assert (await the_operation(shop)).state == "accepted"
    assert shop.card.buttons == ["Refresh"]
    assert len(shop.writes(ask.kind)) == 1


async def test_a_cancel_that_was_accepted_is_done_when_the_session_says_so(shop):
    [ask] = (ask for ask in ASKS if ask.kind == "cancel")
    await ask.ready(shop)
    shop.dintero.faults.add("cancel", Fault.accepted())

    await ask.press(shop)

    await assert_done_once(shop, ask)


# -- 200, and the provider declined it


@accepted_asks
@both_readings
async def test_a_200_that_holds_a_failure_is_a_refusal(shop_of, ask, named):
    """A 200 is not enough (Dintero reference §8)."""
    shop = await shop_of(named=named)
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.declined())

    await ask.press(shop)

    assert (await the_operation(shop)).state == "refused"
    assert f"⛔ Dintero refused {ask.noun} that @kari asked for: the card or wallet declined it." in lines(shop)[-1]
    assert shop.card.buttons == list(ask.usual)
    assert ask.happened(shop) == 0


@accepted_asks
@both_readings
async def test_a_failure_whose_answer_was_lost_is_ours_only_if_it_says_so(shop_of, ask, named):
    """Without a name it may be somebody else's failure, and ours may still be under way: the doubt stays."""
    shop = await shop_of(named=named)
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault(drop=True, after=True, spoil="declined"))

    await ask.press(shop)

    known = named and ask.kind != "void"
    assert (await the_operation(shop)).state == ("refused" if known else "unknown")
    assert shop.card.buttons == (list(ask.usual) if known else ["Check again"])

    await shop.later(minutes=10)
    await shop.presses("Refresh" if known else "Check again")
    assert shop.card.buttons == list(ask.usual)
    assert len(shop.writes(ask.kind)) == 1
