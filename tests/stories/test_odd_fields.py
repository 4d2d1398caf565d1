"""What cannot be read is never taken for absent: no link is called unpaid, and nothing asks for its money again."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from sandbox.dintero import Fault, Switches
from sandbox.dintero.odd_fields import OddFields
from tests.stories.browsing import looks, read
from tests.stories.doubting import doubt
from tests.stories.shop import opened_shop
from tests.stories.till import a_paid_link, a_reserved_link, card, done, lines, moved, opens, sends, whispers

ODD = [each for each in get_args(OddFields) if each != "none"]
READABLE = ["whole_floats", "settlements", "odd_dates", "new_words"]
"""These leave no doubt about the money."""
ASKS = {"Send again…", "Change order…", "Extend…", "Request again…", "Show link", "Send by e-mail", "Cancel link"}
WEEK = timedelta(days=7)
in_any_odd_way = pytest.mark.parametrize("odd", ODD)


@pytest.fixture(params=[200, 404])
async def shop(request, database):
    """What Dintero answers for a session after its deadline is not known (Dintero reference §19.3)."""
    async with opened_shop(database, switches=Switches(get_after_expiry=request.param)) as opened:
        yield opened
        assert opened.slack.complaints == []


def turned_odd(shop, odd):
    shop.dintero.switches = replace(shop.dintero.switches, odd_fields=odd)


@in_any_odd_way
@pytest.mark.parametrize("callbacks", ["called back", "lost"])
async def test_a_link_with_reserved_money_is_never_called_unpaid(shop, odd, callbacks):
    shop.dintero.faults.callbacks.off = callbacks == "lost"
    await shop.issues()
    shop.clock.pass_(seconds=(WEEK - timedelta(seconds=30)).total_seconds())
    turned_odd(shop, odd)
    shop.dintero.pay(shop.session()["id"])
    await shop.dintero_calls_back()

    for _ in range(6):
        await shop.later(hours=1)
    await shop.later(days=2)

    assert "Expired" not in card(shop)
    assert not any("not paid" in line or "expired" in line for line in lines(shop))
    assert moved(shop) == []
    if odd != "new_status":  # of which Dintero will say another word: it changes nothing by itself
        assert not ASKS & set(shop.card.buttons)


@in_any_odd_way
async def test_what_cannot_be_read_is_said_once_and_the_page_stops_asking(shop, odd):
    await shop.issues()
    turned_odd(shop, odd)
    shop.dintero.pay(shop.session()["id"])
    await shop.dintero_calls_back()
    for _ in range(5):
        await shop.later(hours=3)

    told = [line for line in lines(shop) if "cannot read" in line]
    if odd in READABLE:
        assert card(shop).startswith("🔒 Reserved · 249,50 kr")
        assert told == []
    elif odd != "new_status":
        assert card(shop).startswith("🚨 Check the payment in Backoffice · 249,50 kr")
        assert shop.card.buttons == ["Refresh"]
        assert len(told) == 1
        assert "must not be paid again" in read(await looks(shop))


@in_any_odd_way
async def test_once_it_can_be_read_the_card_says_what_is_true(shop, odd):
    await shop.issues()
    turned_odd(shop, odd)
    shop.dintero.pay(shop.session()["id"])
    await shop.dintero_calls_back()

    turned_odd(shop, "none")
    await shop.later(hours=1)

    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert "Capture" in shop.card.buttons


@in_any_odd_way
async def test_a_known_payment_that_was_odd_for_a_while_is_soon_what_it_was(shop, odd):
    """A list shows it as it was last understood, which says nothing of what was not understood since then."""
    await a_reserved_link(shop)
    shop.dintero.faults.callbacks.off = True
    turned_odd(shop, odd)
    await shop.presses("Refresh")

    turned_odd(shop, "none")
    await shop.later(minutes=16)

    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert "Capture" in shop.card.buttons


@in_any_odd_way
async def test_no_money_moves_by_an_amount_that_cannot_be_read(shop, odd):
    """The person saw an amount; what Dintero shows now must be the same, and certain."""
    await a_paid_link(shop)
    form = await opens(shop, "Refund…")
    turned_odd(shop, odd)

    await sends(shop, form, Reason="Wrong size")

    assert len(shop.writes("refund")) == (odd in READABLE)
    if odd not in READABLE:
        assert any("Backoffice" in told for told in whispers(shop))


async def test_a_change_without_a_readable_time_is_seen(shop):
    """The daily list compares the time of the last change; where that cannot be read, the payment itself is read."""
    turned_odd(shop, "odd_dates")
    await a_reserved_link(shop)
    shop.dintero.faults.callbacks.off = True
    shop.transaction()["status"] = "AUTHORIZED"
    shop.dintero.backoffice_capture(shop.transaction()["id"], 10000)
    shop.transaction()["status"] = "AUTHORIZED"  # a list that lags, or a word that stays: all else is as it was

    await shop.later(days=1, minutes=2)

    assert "Captured 100,00 kr" in card(shop)


@in_any_odd_way
async def test_an_answer_that_cannot_be_read_leaves_no_way_to_do_it_twice(shop, odd):
    """Dintero took the capture; nothing offers it again before somebody has looked."""
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.odd(odd))

    await shop.presses("Capture")
    await shop.later(minutes=11)

    assert done(shop, "CAPTURE") == [24950]
    assert not {"Capture", "Try again"} & set(shop.card.buttons)
    assert card(shop).startswith("✅ Paid")


@in_any_odd_way
async def test_an_uncertain_link_is_never_called_unpaid_by_lists_that_cannot_be_read(shop, odd):
    """Its message may have gone out; only what can be read says that nothing came of it."""
    await doubt(shop)
    shop.dintero.faults.callbacks.off = True
    shop.dintero.pay(shop.session()["id"])
    turned_odd(shop, odd)

    shop.clock.pass_(seconds=WEEK.total_seconds())
    for _ in range(3):
        await shop.later(hours=1)

    assert not any("not paid" in line for line in lines(shop))
