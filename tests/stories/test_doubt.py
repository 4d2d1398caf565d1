"""Dintero answers nothing, or only a promise: the doubt is kept until it is answered, and nothing is sent twice."""

from datetime import timedelta

import pytest

from bot.services.looking import Looking
from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from tests.stories import database
from tests.stories.asks import ASKS, RESERVED, assert_done_once, every_ask
from tests.stories.shop import opened_shop
from tests.stories.till import (
    Reference,
    a_reserved_link,
    card,
    lines,
    operations,
    releases,
    stops_waiting,
    the_operation,
    whispers,
)

both_readings = pytest.mark.parametrize("named", [False, True], ids=["nameless", "named"])


@pytest.fixture
async def shop_of(database):
    """A shop whose Dintero names, or does not name, our reference on a failed event (Dintero reference §8.2)."""
    opened = []

    async def open_(*, named):
        context = opened_shop(database, switches=Switches(failed_events_carry_reference=named))
        opened.append(context)
        return await context.__aenter__()

    yield open_
    for context in opened:
        await context.__aexit__(None, None, None)


# -- unknown, and it was not done


UNDONE = {
    "408": Fault.status(408),
    "409": Fault.status(409),
    "500": Fault.status(500),
    "503": Fault.status(503),
    "dropped": Fault.drop_before(),
    "a login page": Fault.page_instead(401),
    "a filter's page": Fault.page_instead(403),
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
        (
            f"4711 · Dintero shows no sign of {ask.noun} yet. Paylink keeps looking and never sends it twice by "
            "itself. If there is still none ten minutes after it was sent, Check again gives the card's usual "
            "buttons back."
        )
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


async def test_the_ten_minutes_count_from_the_last_sending(shop, monkeypatch):
    """Dintero asked to wait twice: the request that went unanswered left ten seconds after the first."""

    async def wait(seconds):
        shop.clock.pass_(seconds=seconds)

    await ASKS[0].ready(shop)
    monkeypatch.setattr(shop.bot.gateway._wire, "_sleep", wait)
    shop.dintero.faults.add("capture", Fault.rate_limited(5), times=2)
    shop.dintero.faults.add("capture", Fault.drop_before())

    await ASKS[0].press(shop)

    assert (await the_operation(shop)).state == "unknown"
    assert (await the_operation(shop)).sent_at == shop.writes("capture")[-1].at
    assert shop.writes("capture")[-1].at - shop.writes("capture")[0].at == timedelta(seconds=10)


@every_ask
async def test_trying_again_is_a_new_operation_with_its_own_reference(shop, ask, in_doubt):
    await in_doubt(ask)
    looked = len(shop.dintero.log)

    await shop.presses("Try again")

    first, second = (await operations(shop))[-2:]
    assert (first.state, second.state) == ("absent", "done")
    assert (Reference(f"4711-{ask.reference}1"), Reference(f"4711-{ask.reference}2")) == (
        first.reference,
        second.reference,
    )
    assert (second.amount, second.reason) == (first.amount, first.reason)
    kinds = [exchange.kind for exchange in shop.dintero.log[looked:]]
    assert kinds[0] == ("session" if ask.kind == "cancel" else "transaction")
    assert kinds.count(ask.kind) == 1
    assert ask.happened(shop) == 1
    assert ask.afterwards in card(shop).splitlines()[0]


@every_ask
async def test_checking_again_after_ten_minutes_closes_the_question(shop, ask, in_doubt):
    await in_doubt(ask)

    await shop.presses("Check again")

    assert (await the_operation(shop)).state == "absent"
    assert shop.card.buttons == list(ask.usual)
    assert lines(shop)[-1].startswith(f"🔎 @kari looked again and there is no trace of {ask.noun}.")
    assert len(shop.writes(ask.kind)) == 1

    await ask.press(shop)
    assert ask.happened(shop) == 1
    assert len(shop.writes(ask.kind)) == 2


async def test_what_is_found_while_somebody_closes_the_question_is_not_denied(shop, monkeypatch):
    """Their own look showed no trace, and a callback's, a moment later, the release."""
    await a_reserved_link(shop)
    shop.dintero.faults.add("void", Fault.drop_before())
    await releases(shop)
    await shop.later(minutes=11)
    [[link_id]] = database.rows(shop, "SELECT id FROM link")
    close = Looking._close

    async def meanwhile(*what):
        shop.dintero.backoffice_void(shop.transaction()["id"])
        await shop.bot.refreshing.refresh(link_id)
        return await close(*what)

    monkeypatch.setattr(Looking, "_close", meanwhile)
    await shop.presses("Check again")

    assert (await the_operation(shop)).state == "done"
    assert "It has just been answered." in whispers(shop)[-1]
    assert not any("looked again" in line for line in lines(shop))


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
    assert shop.card.buttons == ["Check again"]
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

    for _ in range(11):
        await shop.later(hours=2)
    await shop.presses("Check again")

    assert (await the_operation(shop)).state == "accepted"
    assert shop.card.buttons == ["Check again"]
    assert len(shop.writes(ask.kind)) == 1
    [whisper] = whispers(shop)
    assert whisper.startswith(f"4711 · Nothing new: Dintero has accepted {ask.noun} and is still working on it. A day")


@accepted_asks
async def test_a_day_after_it_was_accepted_a_person_may_stop_waiting(shop, ask):
    """Or the link would have no buttons for ever; what comes later is shown all the same."""
    await accepted(shop, ask)
    await shop.later(days=1)
    assert shop.card.buttons == ["Check again", "Stop waiting…"]

    await stops_waiting(shop)

    assert (await the_operation(shop)).state == "absent"
    assert shop.card.buttons == ["Refresh"]
    assert lines(shop)[-1].startswith(f"⏹️ @kari stopped waiting for {ask.noun}. It may still be done")
    shop.dintero.complete_async()
    await shop.dintero_calls_back()
    assert ask.afterwards in card(shop).splitlines()[0]
    assert "249,50 kr" in lines(shop)[-1]
    assert len(shop.writes(ask.kind)) == 1


async def test_what_was_accepted_and_then_done_elsewhere_is_waited_for_no_longer(shop):
    """A colleague mended it in the Backoffice: nothing is left that it could still be done with."""
    [ask] = (ask for ask in ASKS if ask.kind == "capture")
    await accepted(shop, ask)
    shop.dintero.pending.clear()
    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()
    assert "Check again looks once more, Stop waiting… ends the wait" in card(shop)

    await stops_waiting(shop)

    assert (await the_operation(shop)).state == "absent"
    assert shop.card.buttons == ["Refund…", "Refresh"]


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

    await shop.later(minutes=11)
    await shop.presses("Refresh" if known else "Check again")
    if not known and ask.kind != "void":  # a void is answered by the state, whoever asked for it
        assert shop.card.buttons == ["Check again"]
        await shop.later(days=1)
        await stops_waiting(shop)
    assert shop.card.buttons == list(ask.usual)
    assert len(shop.writes(ask.kind)) == 1


async def test_an_earlier_refusal_does_not_answer_for_what_was_asked_after_it(shop_of):
    """The same amount, and nobody's name on it: *nothing was done* would be said of a capture nobody knows of."""
    shop = await shop_of(named=False)
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.declined())
    await shop.presses("Capture")
    shop.dintero.faults.add("capture", Fault.idle())

    await shop.presses("Capture")

    assert [one.state for one in await operations(shop)] == ["refused", "unknown"]
