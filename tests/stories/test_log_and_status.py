"""A payment's status and its log say the same, but not always at the same time, nor in the same words."""

from dataclasses import replace

import pytest

from sandbox.dintero.faults import Fault
from sandbox.dintero.payments import Order, short_id
from tests.stories.asks import ASKS
from tests.stories.till import (
    a_paid_link,
    a_reserved_link,
    an_order_of_three_lines,
    captures_part,
    card,
    done,
    lines,
    refunds,
    releases,
    the_operation,
)

HUNDRED = {"How_much": "An amount", "Amount_(NOK)": "100"}
FIFTY = {"How_much": "An amount", "Amount_(NOK)": "50"}
ASKS_AGAIN = {"Send again…", "Change order…", "Extend…", "Request again…", "Show link"}


def turned(shop, **how):
    """From now on Dintero is like this; what happened before is long past."""
    shop.dintero.switches = replace(shop.dintero.switches, **how)
    shop.clock.pass_(minutes=10)


async def test_money_that_the_log_shows_as_taken_is_not_asked_for_again(shop):
    """The status stays AUTHORIZED for a while after the capture."""
    await a_reserved_link(shop)
    turned(shop, status_lag=300)

    await shop.presses("Capture")

    assert card(shop).startswith("✅ Paid · 249,50 kr")
    assert shop.card.buttons == ["Refund…", "Refresh"]
    await shop.later(minutes=6)
    await refunds(shop, **HUNDRED)
    assert done(shop, "REFUND") == [100_00]


async def test_what_the_log_shows_as_released_is_not_called_reserved(shop):
    await a_reserved_link(shop)
    turned(shop, status_lag=300)

    await releases(shop)

    assert card(shop).startswith("↩️ Reservation released · 249,50 kr")
    assert "released the reservation" in lines(shop)[-1]
    await shop.later(minutes=6)
    await shop.later(days=1, minutes=1)
    assert not any("outside Slack" in line for line in lines(shop))


async def test_a_part_that_is_captured_leaves_its_rest_open_whatever_the_status(shop):
    await an_order_of_three_lines(shop)
    turned(shop, status_lag=300)

    await captures_part(shop, **HUNDRED)
    await captures_part(shop, **FIFTY)

    assert card(shop).startswith("✅ Partly paid · 150,00 kr of 499,50 kr")
    assert "349,50 kr still reserved" in card(shop)
    assert not ASKS_AGAIN & set(shop.card.buttons)


@pytest.mark.parametrize("returned", [FIFTY, HUNDRED], ids=["a part", "all of it"])
async def test_a_refund_of_a_part_capture_releases_nothing(shop, returned):
    """Some methods know no PARTIALLY_CAPTURED_REFUNDED: their status forgets the rest, which is still reserved."""
    turned(shop, part_refund="PARTIALLY_REFUNDED")
    await an_order_of_three_lines(shop)
    await captures_part(shop, **HUNDRED)

    await refunds(shop, **returned)

    assert "399,50 kr still reserved" in card(shop)
    assert "released" not in card(shop)
    assert not ASKS_AGAIN & set(shop.card.buttons)
    assert "Capture the rest" in shop.card.buttons


async def test_a_last_capture_elsewhere_is_shown_with_its_own_amount(shop):
    """CAPTURED, and for a minute nothing in the log says how much."""
    await shop.issues()
    await shop.customer_pays(method="dintero_psp.creditcard")
    turned(shop, log_lag=60)
    shop.dintero.operate(
        shop.transaction()["id"], Order("CAPTURE", 100_00, "backoffice", final=True, request_id=short_id())
    )
    await shop.dintero_calls_back()

    await shop.later(minutes=5)
    await shop.presses("Refresh")

    assert card(shop).startswith("✅ Partly paid · 100,00 kr of 249,50 kr")
    assert "149,50 kr released" in card(shop)


async def test_an_entry_that_comes_twice_counts_once(shop):
    turned(shop, log_entries="twice")
    await an_order_of_three_lines(shop)

    await captures_part(shop, **HUNDRED)
    assert card(shop).startswith("✅ Partly paid · 100,00 kr of 499,50 kr")

    await refunds(shop, **FIFTY)
    assert "Captured 100,00 kr · refunded 50,00 kr" in card(shop)


@pytest.mark.parametrize("ask", ASKS[:3], ids=lambda ask: ask.kind)
async def test_an_answer_from_before_the_work_is_no_answer(shop, ask):
    await ask.ready(shop)
    shop.dintero.faults.add(ask.kind, Fault.older())

    await ask.press(shop)
    await shop.later(seconds=10)

    assert (await the_operation(shop)).state == "done"
    assert len(shop.writes(ask.kind)) == ask.happened(shop) == 1
    assert ask.afterwards in card(shop)


async def test_a_capture_that_fails_at_the_bank_afterwards_is_not_called_paid(shop):
    """No entry corrects it: the same one now says failed, and the payment is reserved again (Dintero reference §8)."""
    await a_paid_link(shop)
    payment = shop.transaction()
    payment["events"][-1]["success"], payment["status"] = False, "AUTHORIZED"
    shop.clock.pass_(minutes=5)
    shop.dintero._changed(payment)

    await shop.dintero_calls_back()
    await shop.presses("Refresh")

    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert "corrected" in lines(shop)[-1]


async def test_a_change_that_moves_no_time_is_seen_in_the_daily_list(shop):
    turned(shop, updated_at_moves=False)
    await a_paid_link(shop)
    shop.dintero.faults.callbacks.off = True

    for amount in (100_00, 50_00):
        shop.dintero.backoffice_refund(shop.transaction()["id"], amount)
        for _ in range(2):
            await shop.later(days=1, minutes=1)

    assert card(shop).startswith("↩️ Partly refunded · 150,00 kr of 249,50 kr")
