"""A gift card or a discount lowers what is paid: the card says so, and nothing asks for the money again."""

from datetime import timedelta

import pytest

from sandbox.dintero import Switches
from tests.stories import database as kept
from tests.stories.browsing import looks, read
from tests.stories.doubting import doubt
from tests.stories.shop import opened_shop
from tests.stories.till import card, forges, lines, moved, opens, sends, value_of, whispers

LESS = "199,50 kr was paid of the 249,50 kr asked for"


@pytest.fixture(params=["transaction", "session"])
async def shop(request, database):
    """Which amounts a gift card lowers is not known (Dintero reference §4.2)."""
    async with opened_shop(database, switches=Switches(gift_card_lowers=request.param)) as opened:
        yield opened
        assert opened.slack.complaints == []


async def a_link_paid_with_a_gift_card(shop, method="vipps"):
    """50 of 249,50 kr are covered by a gift card."""
    await shop.issues()
    shop.dintero.use_gift_card(shop.session()["id"], 5000)
    await shop.customer_pays(method=method)


@pytest.mark.parametrize(
    ("method", "says"), [("vipps", "⚠️ Reserved, another amount"), ("swish.swish", "⚠️ Paid, another amount")]
)
async def test_the_card_says_what_was_paid_of_what_was_asked(shop, method, says):
    await a_link_paid_with_a_gift_card(shop, method)

    assert card(shop).startswith(f"{says} · 199,50 kr of 249,50 kr")
    assert LESS in card(shop)
    assert "Dintero's Backoffice" in card(shop)
    assert shop.card.buttons == ["Refresh"]
    [line] = [line for line in lines(shop) if "199,50 kr" in line]
    assert "249,50 kr was asked for" in line
    assert "Backoffice" in line


async def test_the_customers_page_stops_asking(shop):
    await a_link_paid_with_a_gift_card(shop)

    page = read(await looks(shop)).replace("\xa0", " ")

    assert "The money is reserved" in page
    assert "NOK 199.50" in page
    assert "Pay now" not in page


async def test_nothing_is_called_unpaid_and_nothing_is_sent_at_the_deadline(shop):
    await a_link_paid_with_a_gift_card(shop)

    shop.clock.pass_(seconds=timedelta(days=8).total_seconds())
    await shop.work()
    await shop.later(hours=2)

    assert LESS in card(shop)
    assert not any("expired" in line for line in lines(shop))
    assert moved(shop) == []


async def test_what_is_done_in_backoffice_is_followed(shop):
    await a_link_paid_with_a_gift_card(shop)

    shop.dintero.backoffice_capture(shop.transaction()["id"])
    await shop.dintero_calls_back()
    assert card(shop).startswith("⚠️ Paid, another amount · 199,50 kr of 249,50 kr")

    shop.dintero.backoffice_refund(shop.transaction()["id"])
    await shop.dintero_calls_back()
    assert card(shop).startswith("↩️ Refunded · 199,50 kr")
    assert shop.card.buttons == ["Refresh"]


async def test_an_older_button_moves_no_money(shop):
    """What it was drawn for has changed: the lines that it would capture are not those that were paid."""
    await shop.issues()
    await shop.customer_pays()
    value = value_of(shop.card, "Capture")
    form = await opens(shop, "Release")
    shop.transaction()["amount"] = 19950

    await forges(shop, shop.kari, "capture", value)
    await shop.work()
    await sends(shop, form)

    assert moved(shop) == []
    assert any("Backoffice" in told for told in whispers(shop))
    assert LESS in card(shop)


async def test_an_unanswered_link_is_found_although_a_gift_card_was_used(shop):
    """Our own callback address proves whose it is, whatever it comes to."""
    await doubt(shop)
    shop.dintero.faults.callbacks.off = True
    shop.dintero.use_gift_card(shop.session()["id"], 5000)
    shop.dintero.pay(shop.session()["id"])

    await shop.later(minutes=2)

    assert kept.statuses(shop) == [("4711", "authorized")]
    assert LESS in card(shop)
