"""What colleagues do in Dintero's Backoffice is ours to show, and never ours to claim."""

import pytest

from sandbox.dintero.faults import Fault
from tests.stories.till import (
    a_paid_link,
    a_reserved_link,
    an_order_of_three_lines,
    captures_part,
    card,
    done,
    lines,
    refunds,
    stops_waiting,
    strictly,
    the_operation,
    whispers,
)


def outside(line):
    return "outside Slack" in line and "Backoffice" in line and "@kari" not in line


async def test_a_capture_in_backoffice_is_shown_as_such(shop):
    await a_reserved_link(shop)

    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()

    assert card(shop).startswith("✅ Paid · 249,50 kr")
    assert "Captured outside Slack" in card(shop)
    assert outside(lines(shop)[-1])
    assert shop.thread[-1].buttons == shop.card.buttons == ["Refund…", "Refresh"]


async def test_a_refund_in_backoffice_is_shown_as_such(shop):
    await a_paid_link(shop)

    shop.dintero.backoffice_refund(shop.transaction()["id"], 49_50)
    await shop.dintero_calls_back()

    assert card(shop).startswith("↩️ Partly refunded · 49,50 kr of 249,50 kr")
    assert "Refunded outside Slack" in card(shop)
    assert "49,50 kr" in lines(shop)[-1]
    assert outside(lines(shop)[-1])


async def test_what_was_taken_outside_the_lines_leaves_a_rest_that_no_lines_add_up_to(shop):
    """The items of a capture are its amount (Dintero reference §8), or there are none."""
    await an_order_of_three_lines(shop)
    shop.dintero.backoffice_capture(shop.transaction()["id"], 100_00)
    shop.transaction()["events"][-1]["items"] = [{"line_id": "freight", "amount": 100_00}]
    await shop.dintero_calls_back()

    await shop.presses("Capture the rest")

    assert done(shop, "CAPTURE") == [100_00, 399_50]
    assert "items" not in strictly(shop.writes("capture")[0])


@pytest.mark.parametrize("part", [False, True])
async def test_a_release_in_backoffice_is_shown_as_such(shop, part):
    await an_order_of_three_lines(shop)
    if part:
        await captures_part(shop, How_much="Whole lines", Lines=["Hitch"])

    shop.dintero.backoffice_void(shop.transaction()["id"])
    await shop.dintero_calls_back()

    assert ("449,50 kr" if part else "499,50 kr") in lines(shop)[-1]
    assert outside(lines(shop)[-1])
    assert shop.card.buttons == (["Refund…", "Refresh"] if part else ["Request again…", "Refresh"])


async def test_our_part_and_theirs_are_told_apart(shop):
    """Both captured between two looks: ours without an answer, theirs without a callback."""
    await an_order_of_three_lines(shop)
    shop.dintero.faults.callbacks.off = True
    shop.dintero.faults.add("capture", Fault.drop_after())
    shop.dintero.faults.add("transaction", Fault())
    shop.dintero.faults.add("any", Fault.status(400), times=2)
    await captures_part(shop, How_much="Whole lines", Lines=["Fitting"])
    assert (await the_operation(shop)).state == "unknown"

    shop.dintero.faults.queue.clear()
    shop.dintero.backoffice_capture(shop.transaction()["id"], 50_00, [{"line_id": "3", "amount": 50_00}])
    await shop.later(minutes=2)

    assert (await the_operation(shop)).state == "done"
    ours, theirs = lines(shop)[-2:]
    assert ours.startswith("✅ @kari captured 200,00 kr")
    assert theirs.startswith("✅ 50,00 kr")
    assert outside(theirs)
    assert "Captured 250,00 kr · 249,50 kr still reserved" in card(shop)


async def test_a_colleagues_capture_does_not_answer_for_ours(shop):
    """The amounts agree and no reference says otherwise: it may be ours, so nothing is repeated beside it (§8.2)."""
    await an_order_of_three_lines(shop)
    shop.dintero.faults.add("capture", Fault.drop_before())
    await captures_part(shop, How_much="Whole lines", Lines=["Fitting"])

    shop.dintero.backoffice_capture(shop.transaction()["id"], 200_00, [{"line_id": "2", "amount": 200_00}])
    await shop.dintero_calls_back()

    assert (await the_operation(shop)).state == "unknown"
    assert "Not sure whether the capture of 200,00 kr was done." in card(shop)
    assert outside(lines(shop)[-1])

    await shop.later(minutes=10)
    await shop.presses("Check again")
    assert shop.card.buttons == ["Check again"]

    await shop.later(days=1)
    await stops_waiting(shop)
    assert "Capture the rest" in shop.card.buttons
    assert done(shop, "CAPTURE") == [200_00]


async def test_our_refund_and_theirs_are_told_apart(shop):
    await an_order_of_three_lines(shop)
    await shop.presses("Capture")
    shop.dintero.faults.callbacks.off = True
    shop.dintero.faults.add("refund", Fault.drop_after())
    shop.dintero.faults.add("transaction", Fault())
    shop.dintero.faults.add("any", Fault.status(400), times=2)
    await refunds(shop, How_much="Whole lines", Lines=["Fitting"], reason="Too many")

    shop.dintero.faults.queue.clear()
    shop.dintero.backoffice_refund(shop.transaction()["id"], 50_00)
    await shop.later(minutes=2)

    ours, theirs = lines(shop)[-2:]
    assert ours == "↩️ @kari refunded 200,00 kr:\nToo many"
    assert theirs.startswith("↩️ 50,00 kr")
    assert outside(theirs)


async def test_a_capture_in_backoffice_while_ours_is_on_its_way_is_never_too_much(shop):
    """Dintero refuses what does not fit, and the person reads why."""
    await a_reserved_link(shop)
    await shop.presses_only("Capture")
    shop.dintero.faults.add("transaction", Fault())
    shop.dintero.backoffice_capture(shop.transaction()["id"], 249_50)

    await shop.work()

    assert done(shop, "CAPTURE") == [249_50]
    assert (await the_operation(shop)).state == "withdrawn"
    assert "now it is 0,00 kr" in whispers(shop)[-1]
    assert card(shop).startswith("✅ Paid")
