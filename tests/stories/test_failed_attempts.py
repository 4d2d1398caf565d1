"""An attempt to pay may leave a transaction of its own, failed or never ended, on a page that can still be paid."""

from dataclasses import replace

import pytest

from tests.stories.browsing import looks, read
from tests.stories.till import card, lines, moved, opens, sends

leaving = pytest.mark.parametrize("leaves", ["nothing", "initiated", "failed"])


def turned(shop, **how):
    shop.dintero.switches = replace(shop.dintero.switches, **how)


async def fails_once(shop, leaves):
    turned(shop, failed_attempt_leaves=leaves)
    await shop.issues()
    shop.dintero.fail_attempt(shop.session()["id"])
    await shop.dintero_calls_back()
    await shop.later(minutes=3)


@leaving
async def test_a_link_is_alive_after_an_attempt_that_failed(shop, leaves):
    """What ends a link stands in the session's log (Dintero reference §5); asked again, the customer may pay twice."""
    await fails_once(shop, leaves)

    assert card(shop).startswith("⚠️ Payment failed, the customer can try again")
    assert "Request again…" not in shop.card.buttons
    assert not any("for good" in line for line in lines(shop))


@leaving
async def test_who_pays_at_the_second_attempt_is_not_late(shop, leaves):
    await fails_once(shop, leaves)

    await shop.customer_pays()

    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert shop.card.buttons == ["Capture", "Release", "Capture part…", "Refresh"]
    assert not any("late" in line.lower() for line in lines(shop))


@pytest.mark.parametrize("answer", [200, 404])
async def test_a_link_whose_only_attempt_failed_ends_at_its_deadline(shop, answer):
    turned(shop, get_after_expiry=answer)
    await fails_once(shop, "failed")

    for _ in range(8):
        await shop.later(days=1)

    assert card(shop).startswith(("⌛ Expired", "❌ Payment failed"))
    assert shop.card.buttons == ["Request again…", "Refresh"]
    assert moved(shop) == []


async def test_a_failed_payment_with_a_longer_log_hides_no_amount_of_the_next(shop):
    await shop.issues()
    failed = shop.dintero.fail(shop.session()["id"])
    for _ in range(3):
        failed["events"].append(dict(failed["events"][-1]) | {"id": f"more-{len(failed['events'])}"})
    await shop.dintero_calls_back()
    await shop.presses("Refresh")

    shop.dintero.pay_once_more(shop.session()["id"], named=True)
    await shop.dintero_calls_back()

    assert card(shop).startswith("🚨 Reserved, late · 249,50 kr")
    assert "Keep" in shop.card.buttons


async def test_a_payment_that_never_ends_is_not_said_to_happen_now(shop):
    """A transaction that was left INITIATED may stay so for ever; the link is not called unpaid meanwhile."""
    await shop.issues()
    shop.dintero.start_payment(shop.session()["id"])
    await shop.sweep()
    assert card(shop).startswith("👛 Paying now")

    await shop.later(hours=2)

    assert card(shop).startswith("⏳ Payment begun, not finished")
    for _ in range(9):
        await shop.later(days=1)
    assert card(shop).startswith("⏳ Payment begun, not finished")
    assert "A payment was begun before the deadline and has not ended." in card(shop)


async def test_a_payment_that_is_not_to_be_read_yet_is_no_alarm(shop):
    """The session names it, and GET of it is 404 for some seconds."""
    turned(shop, read_lag=20)
    await shop.issues()

    await shop.customer_pays()
    assert card(shop).startswith("👛 Paying now")
    for _ in range(4):
        await shop.later(seconds=40)

    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert not any("cannot read" in line for line in lines(shop))


async def test_a_payment_that_is_never_to_be_read_is_for_backoffice(shop):
    turned(shop, read_lag=86_400)
    await shop.issues()

    await shop.customer_pays()
    for _ in range(4):
        await shop.later(minutes=1)

    assert card(shop).startswith("🚨 Check the payment in Backoffice")


async def begun_and_replaced(shop):
    turned(shop, cancel_voids_initiated=False)
    await shop.issues()
    await shop.later(minutes=2)
    shop.dintero.start_payment(shop.session()["id"])
    await sends(shop, await opens(shop, "Send again…"))


async def test_nothing_new_is_sent_while_a_cancelled_link_may_still_be_paid(shop):
    """The wallet has asked the customer already, and Dintero cancels the session only."""
    await begun_and_replaced(shop)

    assert len(shop.dintero.sessions) == 1
    assert "Nothing new was sent: The customer had begun to pay it" in lines(shop)[-1]
    assert "A payment was begun before the link ended, and may still be finished." in card(shop)
    assert "cancelled" in read(await looks(shop)).lower()


async def test_a_payment_that_ends_after_the_cancel_is_found_without_any_callback(shop):
    await begun_and_replaced(shop)
    shop.dintero.faults.callbacks.off = True
    await shop.later(minutes=12)
    shop.dintero.pay_late(shop.session()["id"])

    for _ in range(4):
        await shop.later(minutes=30)

    assert card(shop).startswith("🚨 Reserved, late · 249,50 kr")
