"""What is read and makes no sense moves no money, ends no question and adopts nothing."""

import pytest

from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from tests.stories import database
from tests.stories.doubting import doubt
from tests.stories.till import a_paid_link, a_reserved_link, opens, sends, the_operation

ODD = {
    "a status without meaning": {"status": "UNKNOWN"},
    "a status that is new": {"status": "SOMETHING_NEW"},
    "another amount": {"amount": 30000},
    "another reference": {"merchant_reference": "4712"},
}
UNREAD = {name: odd for name, odd in ODD.items() if name != "another amount"}
"""What is not understood; another amount is, and its money is moved in Backoffice."""
in_either_order = pytest.mark.parametrize("order", ["newest", "oldest"])
"""In which Dintero lists payments is not known (Dintero reference §19.4)."""


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
async def test_no_money_moves_by_a_look_that_was_not_understood(shop, odd):
    """The amount that the person saw cannot be compared with anything, so nothing may be sent."""
    await a_paid_link(shop)
    form = await opens(shop, "Refund…")

    shop.transaction().update(odd)
    await sends(shop, form, Reason="Wrong size")

    assert shop.writes("refund") == []
    assert (await the_operation(shop)).state == "withdrawn"
    assert any("Look at it in Backoffice" in told or "looked up in Backoffice" in told for told in shop.whispers())


@pytest.mark.parametrize("odd", UNREAD.values(), ids=UNREAD)
async def test_a_doubt_is_not_ended_by_a_look_that_was_not_understood(shop, odd):
    """*Check again* closes what left no trace; a look that shows nothing it can read has not looked for one."""
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.drop_before())
    await shop.presses("Capture")
    shop.transaction().update(odd)
    await shop.later(minutes=11)

    await shop.presses("Check again")

    assert (await the_operation(shop)).state == "unknown"
    assert any("does not fit" in whisper for whisper in shop.whispers())


async def test_the_question_is_asked_by_time_although_dintero_is_away(shop):
    """The outage that caused the doubt is often still there when the minute is over; the card promised the minute."""
    await doubt(shop, Fault.drop_before())
    shop.dintero.faults.down = True
    await shop.later(seconds=20)
    assert "says more within a minute" in shop.card.read()
    assert shop.card.buttons == ["Check again"]

    for _ in range(9):
        await shop.later(seconds=5)
    assert "Send again" in shop.card.buttons
    assert "Ask whether it arrived" in shop.card.read()

    for _ in range(6):
        await shop.later(minutes=1)
    shop.dintero.faults.down = False
    await shop.later(minutes=6)
    assert "Send again" in shop.card.buttons
    assert sum("Not sure the link was sent" in line for line in shop.lines) == 1


async def test_trying_again_is_offered_after_an_outage_too(shop):
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.drop_before())
    await shop.presses("Capture")
    await shop.later(minutes=8)

    shop.dintero.faults.down = True
    for _ in range(6):
        await shop.later(minutes=1)
    shop.dintero.faults.down = False
    await shop.later(minutes=6)

    assert "Try again" in shop.card.buttons
    assert sum("Still not sure" in line for line in shop.lines) == 1


@pytest.mark.parametrize("amount", [24950, 9900])
@pytest.mark.parametrize("search", [True, False])
async def test_the_web_shops_payment_of_the_same_reference_is_not_ours(shop, amount, search):
    """Sellers type the shop's order number, and the shop pays through the same account."""
    shop.dintero.switches = type(shop.dintero.switches)(session_search=search)
    shop.dintero.stranger_pays(amount=amount, reference="4711")
    await shop.later(hours=5)

    await doubt(shop, Fault.drop_before())
    await shop.later(minutes=2)

    assert database.statuses(shop) == [("4711", "uncertain")]
    assert "Send again" in shop.card.buttons


@in_either_order
@pytest.mark.parametrize("search", [True, False])
async def test_ours_is_found_beside_the_web_shops(shop, search, order):
    """Paid after the attempt, with the same reference and amount: only our own callback address tells them apart."""
    shop.dintero.switches = Switches(session_search=search, list_order=order)
    await shop.bot.gateway.probe()
    await doubt(shop, Fault.drop_after())
    ours = shop.session()["id"]
    shop.dintero.stranger_pays(amount=24950, reference="4711")
    shop.dintero.faults.callbacks.off = True
    shop.dintero.pay(ours)

    await shop.later(minutes=2)

    assert database.statuses(shop) == [("4711", "authorized")]
    assert database.rows(shop, "SELECT session_id FROM link") == [(ours,)]


@in_either_order
async def test_what_costs_something_else_does_not_hide_ours(shop, order):
    """The web shop's session is gone already, so no callback address tells whose its payment is."""
    shop.dintero.switches = Switches(list_order=order)
    await doubt(shop, Fault.drop_after())
    shop.dintero.faults.callbacks.off = True
    shop.dintero.pay(shop.session()["id"])
    theirs = shop.dintero.stranger_pays(amount=9900, reference="4711")
    del shop.dintero.sessions[theirs["session_id"]]
    ours = shop.session()["id"]

    await shop.later(minutes=2)

    assert database.statuses(shop) == [("4711", "authorized")]
    assert database.rows(shop, "SELECT session_id FROM link") == [(ours,)]
