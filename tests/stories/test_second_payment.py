"""One link, more than one payment; and payments that are not decided beside a new request for the same order."""

import pytest

from sandbox.dintero import Switches
from tests.stories.browsing import looks, read
from tests.stories.shop import opened_shop
from tests.stories.till import a_paid_link, a_reserved_link, card, lines, moved, opens, sends

TWICE = "A second payment on this link holds 249,50 kr"


@pytest.fixture(params=[200, 404])
async def shop(request, database):
    """What Dintero answers for a session after its deadline is not known (Dintero reference §19.3)."""
    async with opened_shop(database, switches=Switches(get_after_expiry=request.param)) as opened:
        yield opened
        assert opened.slack.complaints == []


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("first", [a_reserved_link, a_paid_link])
async def test_a_second_payment_on_one_session_is_shown(shop, first, named):
    """Dintero promises one at most (Dintero reference §1); should there be two, the customer has paid twice."""
    await first(shop)
    shop.clock.pass_(minutes=3)
    shop.dintero.pay_once_more(shop.session()["id"], named=named)

    await shop.sweep()

    assert card(shop).startswith("🚨 Paid twice · 249,50 kr")
    assert TWICE in card(shop)
    assert "Backoffice" in card(shop)
    assert shop.card.buttons == ["Refresh"]
    assert len([line for line in lines(shop) if "a second payment of 249,50 kr" in line]) == 1
    for _ in range(5):
        await shop.sweep()
    assert len([line for line in lines(shop) if "a second payment of 249,50 kr" in line]) == 1


@pytest.mark.parametrize("shows", ["Refresh", "the day's look"])
async def test_once_the_second_payment_is_returned_the_buttons_come_back(shop, shows):
    """A list says nothing of it: the payment that is compared with what is known is the first one."""
    await a_reserved_link(shop)
    second = shop.dintero.pay_once_more(shop.session()["id"])
    await shop.sweep()

    shop.dintero.faults.callbacks.off = True
    shop.dintero.backoffice_void(second["id"])
    if shows == "Refresh":
        await shop.presses("Refresh")
    else:
        await shop.later(days=1, minutes=2)

    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert "Capture" in shop.card.buttons


@pytest.mark.parametrize("callbacks", ["called back", "lost"])
async def test_a_payment_that_failed_never_hides_one_that_did_not(shop, callbacks):
    """Two windows of one customer: the session names the one that failed last."""
    shop.dintero.faults.callbacks.off = callbacks == "lost"
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])
    failed = shop.dintero.pay_once_more(shop.session()["id"], named=True)
    failed["status"], failed["events"][-1]["success"] = "FAILED", False
    await shop.dintero_calls_back()

    for _ in range(3):
        await shop.sweep()

    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert not any("failed for good" in line for line in lines(shop))


async def test_money_on_hold_beside_a_newer_link_stops_every_request(shop):
    """It may be approved any day: whoever pays the newer link then has paid twice."""
    await shop.issues()
    await shop.later(minutes=2)
    await sends(shop, await opens(shop, "Extend…"))
    shop.dintero.hold_late(shop.session()["id"])

    await shop.dintero_calls_back()
    await shop.sweep()

    assert not {"Show link", "Send again…", "Change order…", "Extend…"} & set(shop.card.buttons)
    assert "A payment for the older link 4711 is being checked." in card(shop)
    assert "must not be paid again" in read(await looks(shop, "4711-2"))
    assert moved(shop) == ["cancel"]
