"""What Dintero has begun and not ended (INITIATE_* in its log): never asked for again, and no longer open."""

from dataclasses import replace

import pytest

from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from tests.stories.asks import ASKS
from tests.stories.browsing import hands_over, looks, read
from tests.stories.shop import opened_shop
from tests.stories.till import (
    a_paid_link,
    a_reserved_link,
    captures_part,
    card,
    done,
    lines,
    opens,
    operations,
    plain,
    refunds,
    sends,
    stops_waiting,
    the_operation,
    whispers,
)

HUNDRED = {"How_much": "An amount", "Amount_(NOK)": "100"}
UNANSWERED, ANSWERED = Fault.accepted_unanswered(), Fault.initiated()

both_readings = pytest.mark.parametrize("named", [False, True], ids=["without reference", "with reference"])


@pytest.fixture
async def shop_of(database):
    """A shop whose Dintero repeats, or does not repeat, our reference on INITIATE_* entries."""
    opened = []

    async def open_(*, named):
        context = opened_shop(database, switches=Switches(initiate_events_carry_reference=named))
        opened.append(context)
        return await context.__aenter__()

    yield open_
    for context in opened:
        await context.__aexit__(None, None, None)


async def refunds_a_hundred(shop):
    await a_paid_link(shop)
    await refunds(shop, **HUNDRED)


async def captures_a_hundred(shop):
    await a_reserved_link(shop)
    await captures_part(shop, **HUNDRED)


PARTS = {"refund": refunds_a_hundred, "capture": captures_a_hundred}
each_part = pytest.mark.parametrize("kind", PARTS)


async def begins(shop, kind, fault):
    """A hundred of 249,50 kr that Dintero takes on and does not end."""
    shop.dintero.faults.add(kind, fault)
    await PARTS[kind](shop)


async def with_a_paid_link_begun_elsewhere(shop, amount=100_00):
    await a_paid_link(shop)
    shop.dintero.backoffice_refund(shop.transaction()["id"], amount, mode="initiated")
    await shop.presses("Refresh")


# -- ours


@each_part
@pytest.mark.parametrize("fault", [UNANSWERED, ANSWERED], ids=["unanswered", "answered 200"])
@both_readings
async def test_what_is_in_progress_is_never_asked_for_again(shop_of, kind, fault, named):
    shop = await shop_of(named=named)
    await begins(shop, kind, fault)
    assert shop.card.buttons == ["Check again"]

    for time in ({"minutes": 11}, {"hours": 3}, {"hours": 20}):
        await shop.later(**time)
        assert "Try again" not in [*shop.card.buttons, *shop.thread[-1].buttons]
        await shop.presses("Check again")
        assert (await the_operation(shop)).state in {"accepted", "unknown"}

    shop.dintero.complete_async()
    await shop.dintero_calls_back()

    assert (await the_operation(shop)).state == "done"
    assert done(shop, kind.upper()) == [100_00]
    assert len(shop.writes(kind)) == 1


@each_part
async def test_an_entry_with_our_reference_says_that_dintero_has_accepted_it(shop_of, kind):
    shop = await shop_of(named=True)
    await begins(shop, kind, UNANSWERED)
    await shop.later(minutes=1)

    assert (await the_operation(shop)).state == "accepted"
    assert f"Dintero has accepted the {kind} of 100,00 kr, asked for by @kari, and is working on it." in card(shop)
    assert lines(shop)[-1].startswith(f"⏳ Dintero has accepted the {kind} of 100,00 kr")


@each_part
async def test_an_entry_without_reference_may_be_ours_and_the_card_says_so(shop_of, kind):
    shop = await shop_of(named=False)
    await begins(shop, kind, UNANSWERED)
    await shop.later(minutes=11)

    assert (await the_operation(shop)).state == "unknown"
    assert f"Not sure whether the {kind} of 100,00 kr was done." in card(shop)
    assert "Dintero's log has an entry that may be it and does not say so, so it is not repeated." in card(shop)
    assert not any("Still not sure" in line for line in lines(shop))
    await shop.presses("Check again")
    assert f"Dintero's log has an entry that may be the {kind} of 100,00 kr but does not name it" in whispers(shop)[-1]


@each_part
@both_readings
async def test_what_dintero_begins_and_then_refuses_gives_the_buttons_back(shop_of, kind, named):
    shop = await shop_of(named=named)
    await begins(shop, kind, ANSWERED)
    assert (await the_operation(shop)).state == "accepted"

    shop.dintero.complete_async(success=False)
    await shop.dintero_calls_back()

    assert (await the_operation(shop)).state == "refused"
    assert f"⛔ Dintero refused the {kind} of 100,00 kr" in lines(shop)[-1]
    assert not shop.card.buttons[0].startswith("Check")
    form = await opens(shop, "Refund…" if kind == "refund" else "Capture part…")
    assert "249,50 kr" in plain(form)


@each_part
@both_readings
async def test_after_a_day_a_person_may_stop_waiting_and_the_amount_stays_deducted(shop_of, kind, named):
    shop = await shop_of(named=named)
    await begins(shop, kind, UNANSWERED)
    await shop.later(minutes=1)
    await shop.later(days=1)
    assert shop.card.buttons == ["Check again", "Stop waiting…"]
    await shop.presses("Check again")
    assert (await the_operation(shop)).state in {"accepted", "unknown"}

    form = await stops_waiting(shop)

    assert "may still be" in plain(form)
    assert (await the_operation(shop)).state == "absent"
    assert lines(shop)[-1].startswith(f"⏹️ @kari stopped waiting for the {kind} of 100,00 kr. It may still be done")
    assert f"Dintero is working on the {kind} of 100,00 kr." in card(shop)
    button = "Refund…" if kind == "refund" else "Capture part…"
    form = await opens(shop, button)
    assert "149,50 kr" in plain(form)
    assert "249,50" not in plain(form)
    answer = await sends(shop, form, How_much="An amount", **{"Amount_(NOK)": "150"}, **_reason(kind))
    assert "At most 149,50" in answer.body

    shop.dintero.complete_async()
    await shop.dintero_calls_back()
    assert done(shop, kind.upper()) == [100_00]
    assert "Dintero is working on" not in card(shop)
    assert len(shop.writes(kind)) == 1
    assert f"@kari {kind}{'ed' if kind == 'refund' else 'd'} 100,00 kr" in lines(shop)[-1]
    assert "outside Slack" not in card(shop)


@each_part
async def test_what_is_refused_after_nobody_waits_for_it_any_more_is_told_once(shop_of, kind):
    """Until then the thread says that it may still be done."""
    shop = await shop_of(named=True)
    await begins(shop, kind, UNANSWERED)
    await shop.later(days=1, minutes=1)
    await stops_waiting(shop)

    shop.dintero.complete_async(success=False)
    await shop.dintero_calls_back()

    assert f"⛔ Dintero refused the {kind} of 100,00 kr" in lines(shop)[-1]
    before = len(lines(shop))
    await shop.presses("Refresh")
    await shop.restart()
    await shop.presses("Refresh")
    assert len(lines(shop)) == before
    assert "249,50 kr" in plain(await opens(shop, "Refund…" if kind == "refund" else "Capture part…"))


def _reason(kind):
    return {"Reason": "Wrong size"} if kind == "refund" else {}


async def test_the_wait_is_not_ended_without_the_tick_or_the_right(shop_of):
    shop = await shop_of(named=True)
    await begins(shop, "refund", UNANSWERED)
    await shop.later(minutes=1)
    await shop.later(days=1)

    form = await opens(shop, "Stop waiting…")
    payload = shop.slack._base("view_submission", shop.kari, form) | {"view": form.payload(), "response_urls": []}
    answer = await shop.slack._interact(payload, "a form without its tick")
    assert "Tick this box" in answer.body

    await shop.presses("Stop waiting…", person=shop.people["ola"])
    assert "trusted with money" in whispers(shop, shop.people["ola"])[-1]
    assert (await the_operation(shop)).state == "accepted"


@both_readings
async def test_a_release_in_progress_is_waited_for(shop_of, named):
    """A void has no reference: everything that is reserved goes with it, also where it was asked for elsewhere."""
    shop = await shop_of(named=named)
    [ask] = (ask for ask in ASKS if ask.kind == "void")
    await ask.ready(shop)
    shop.dintero.faults.add("void", UNANSWERED)
    await ask.press(shop)
    await shop.later(minutes=11)
    assert (await the_operation(shop)).state == "accepted"
    assert shop.card.buttons == ["Check again"]

    shop.dintero.complete_async()
    await shop.dintero_calls_back()

    assert (await the_operation(shop)).state == "done"
    assert card(shop).startswith("🔓 Reservation released") or "Reservation released" in card(shop)
    assert len(shop.writes("void")) == 1


@both_readings
async def test_a_late_beginning_stops_the_second_attempt_even_where_the_open_amount_is_the_same(shop_of, named):
    """What a colleague had begun failed in between, so the amount alone would say that nothing has happened."""
    shop = await shop_of(named=named)
    await with_a_paid_link_begun_elsewhere(shop)
    shop.dintero.faults.add("refund", Fault.drop_before())
    await refunds(shop, **HUNDRED)
    await shop.later(minutes=11)
    assert shop.card.buttons == ["Check again", "Try again"]

    shop.dintero.complete_async(success=False)
    shop.dintero.backoffice_refund(shop.transaction()["id"], 100_00, mode="initiated")
    await shop.presses("Try again")

    assert len(shop.writes("refund")) == 1
    assert [one.state for one in await operations(shop)][-1] == "withdrawn"
    assert "an entry that may be the first attempt" in whispers(shop)[-1]


# -- others'


async def test_a_refund_in_progress_in_backoffice_lowers_what_is_open(shop):
    await with_a_paid_link_begun_elsewhere(shop)

    assert "Dintero is working on the refund of 100,00 kr. Until that has ended, this amount is not open" in card(shop)
    form = await opens(shop, "Refund…")
    assert "149,50 kr of 4711 can be refunded" in plain(form)
    await sends(shop, form, Reason="Wrong size")
    assert shop.writes("refund")[0].body["amount"] == 149_50

    shop.dintero.complete_async()
    await shop.dintero_calls_back()
    assert sorted(done(shop, "REFUND")) == [100_00, 149_50]
    assert card(shop).startswith("↩️ Refunded")


async def test_a_form_that_was_drawn_before_a_refund_began_elsewhere_is_refused(shop):
    await a_paid_link(shop)
    form = await opens(shop, "Refund…")
    shop.dintero.backoffice_refund(shop.transaction()["id"], 100_00, mode="initiated")

    await sends(shop, form, Reason="Wrong size")

    assert shop.writes("refund") == []
    assert "249,50 kr was open when you pressed, now it is 149,50 kr" in whispers(shop)[-1]


async def test_what_fails_in_backoffice_is_open_again(shop):
    await with_a_paid_link_begun_elsewhere(shop)
    shop.dintero.complete_async(success=False)
    await shop.later(hours=1)

    assert "Dintero is working on" not in card(shop)
    assert "249,50 kr of 4711 can be refunded" in plain(await opens(shop, "Refund…"))


async def test_everything_in_progress_leaves_no_button_that_moves_money(shop):
    """A release has no amount: beside a capture in progress it would let go what is about to be taken."""
    await a_reserved_link(shop)
    shop.dintero.backoffice_capture(shop.transaction()["id"], mode="initiated")
    await shop.presses("Refresh")
    assert shop.card.buttons == ["Refresh"]

    shop.dintero.complete_async()
    await shop.later(hours=1)
    assert card(shop).startswith("✅ Paid")
    assert shop.card.buttons == ["Refund…", "Refresh"]


async def test_beside_a_part_capture_in_progress_the_rest_can_be_captured_and_not_released(shop):
    await a_reserved_link(shop)
    shop.dintero.backoffice_capture(shop.transaction()["id"], 100_00, mode="initiated")
    await shop.presses("Refresh")
    assert shop.card.buttons == ["Capture the rest", "Capture part…", "Refresh"]

    await shop.presses("Capture the rest")

    assert shop.writes("capture")[0].body["amount"] == 149_50
    shop.dintero.complete_async()
    await shop.later(hours=1)
    assert sorted(done(shop, "CAPTURE")) == [100_00, 149_50]


async def test_a_refund_of_everything_in_progress_offers_no_new_request(shop):
    await with_a_paid_link_begun_elsewhere(shop, None)

    assert shop.card.buttons == ["Refresh"]


async def test_the_customers_page_says_that_a_refund_is_on_its_way(shop):
    await hands_over(shop)
    await shop.customer_pays()
    await shop.presses("Capture")
    shop.dintero.backoffice_refund(shop.transaction()["id"], 100_00, mode="initiated")
    await shop.presses("Refresh")

    assert "A refund of NOK 100.00 is being processed." in read(await looks(shop)).replace("\N{NO-BREAK SPACE}", " ")

    shop.dintero.complete_async()
    await shop.later(hours=1)
    assert "being processed" not in read(await looks(shop))


async def test_another_refund_of_the_same_amount_is_not_the_end_of_the_one_in_progress(shop):
    """Both are asked for: what is done at once leaves the other's amount deducted."""
    await begins(shop, "refund", UNANSWERED)
    await shop.later(minutes=1)
    await shop.later(days=1)
    await stops_waiting(shop)

    await refunds(shop, **HUNDRED)

    assert (await the_operation(shop)).state == "done"
    assert "49,50 kr of 4711 can be refunded" in plain(await opens(shop, "Refund…"))
    shop.dintero.complete_async()
    await shop.later(hours=1)
    assert done(shop, "REFUND") == [100_00, 100_00]


# -- what stands in no log


@pytest.fixture
async def silent_shop(database):
    """Dintero answers 202, with or without a body, and its log shows nothing before the end."""
    async with opened_shop(database, switches=Switches(accepted_is_logged=False)) as opened:
        yield opened


@each_part
@pytest.mark.parametrize("body", ["transaction", "empty"])
async def test_what_was_answered_202_is_never_offered_again(silent_shop, kind, body):
    shop = silent_shop
    shop.dintero.switches = replace(shop.dintero.switches, accepted_body=body)
    await begins(shop, kind, Fault.accepted())

    for time in ({"minutes": 11}, {"hours": 3}, {"hours": 20}):
        await shop.later(**time)
        await shop.presses("Check again")
        assert shop.card.buttons == ["Check again"]

    shop.dintero.complete_async()
    await shop.dintero_calls_back()
    assert done(shop, kind.upper()) == [100_00]
    assert (await the_operation(shop)).state == "done"


@each_part
async def test_what_was_accepted_and_stands_in_no_log_stays_deducted(silent_shop, kind):
    """Nobody waits for it any more; asked for once more, it would be done twice."""
    shop = silent_shop
    await begins(shop, kind, Fault.accepted())
    await shop.later(days=1, minutes=1)
    await stops_waiting(shop)

    for _ in range(2):
        assert f"Dintero is working on the {kind} of 100,00 kr. Until that has ended" in card(shop)
        form = await opens(shop, "Refund…" if kind == "refund" else "Capture part…")
        assert "149,50 kr of 4711" in plain(form)
        answer = await sends(shop, form, How_much="An amount", **{"Amount_(NOK)": "150"}, **_reason(kind))
        assert "At most 149,50" in answer.body
        await shop.restart()
        await shop.presses("Refresh")

    shop.dintero.complete_async()
    await shop.dintero_calls_back()
    assert done(shop, kind.upper()) == [100_00]
    assert "Dintero is working on" not in card(shop)
    assert "149,50 kr of 4711" in plain(await opens(shop, "Refund…" if kind == "refund" else "Capture part…"))


async def test_what_was_abandoned_and_then_fails_is_open_again(silent_shop):
    shop = silent_shop
    await begins(shop, "refund", Fault.accepted())
    await shop.later(days=1, minutes=1)
    await stops_waiting(shop)

    shop.dintero.complete_async(success=False)
    await shop.dintero_calls_back()
    await shop.presses("Refresh")

    assert "249,50 kr of 4711 can be refunded" in plain(await opens(shop, "Refund…"))
