"""Capture that Dintero does by itself, where the account may have it (Dintero reference §4.5)."""

import pytest

from sandbox.dintero import Switches
from tests.stories.shop import opened_shop
from tests.stories.till import a_reserved_link, card, done, forges, lines, moved, releases, value_of

RESERVED = ["Capture", "Release", "Capture part…", "Refresh"]


async def automatic(shop):
    """Issued with *Capture automatically*, and paid."""
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.click(shop.kari, form, "More…")
    await shop.bot.owned.settled()
    await shop.slack.fill(form, {"Money": "Capture automatically"})
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    await shop.customer_pays()


async def pass_by(shop, hours):
    """Time as the loops live it, hour by hour."""
    for _ in range(hours):
        await shop.later(hours=1)


async def test_while_the_capture_follows_nobody_is_asked_to_do_it(shop):
    """A capture of ours would stop Dintero's (Dintero reference §4.5)."""
    await automatic(shop)

    assert shop.writes("create")[0].body["configuration"]["auto_capture"] is True
    assert card(shop).startswith("🔒 Reserved, capture follows · 249,50 kr")
    assert "Dintero captures it by itself; there is nothing to do." in card(shop)
    assert shop.card.buttons == shop.thread[0].buttons == ["Release", "Refresh"]


@pytest.mark.parametrize("action", ["capture", "capture_part"])
async def test_while_the_capture_follows_a_forged_one_is_refused(shop, action):
    await automatic(shop)

    await forges(shop, shop.kari, action, value_of(shop.card, "Release"))

    assert moved(shop) == []
    assert shop.slack.modals(shop.kari)[1:] == []


async def test_after_a_quarter_of_an_hour_it_asks_whether_the_account_may_do_that(shop):
    """Support has to enable it; without, the flag may do nothing and nobody says so (Dintero reference §4.5)."""
    await automatic(shop)
    await shop.later(minutes=14)
    assert len(lines(shop)) == 1

    await shop.later(minutes=2)

    question = "Is automatic capture enabled on your Dintero account?"
    assert question in card(shop)
    assert lines(shop)[-1].startswith(f"⏰ 249,50 kr is reserved and the automatic capture has not come. {question}")
    assert shop.card.buttons == shop.thread[-1].buttons == ["Release", "Refresh"]

    await pass_by(shop, 5)
    assert len(lines(shop)) == 2


async def test_after_two_days_the_seller_captures_it(shop):
    await automatic(shop)
    await pass_by(shop, 47)
    assert "Capture" not in shop.card.buttons

    await pass_by(shop, 2)

    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert "The automatic capture of 249,50 kr did not happen." in lines(shop)[-1]
    assert shop.card.buttons == shop.thread[-1].buttons == RESERVED

    await shop.presses("Capture")
    assert done(shop, "CAPTURE") == [249_50]
    assert "@kari captured 249,50 kr" in lines(shop)[-1]


async def test_what_waits_to_be_captured_may_be_released(shop):
    await automatic(shop)

    await releases(shop)

    assert "Reservation released" in card(shop)


@pytest.mark.parametrize("tells", ["authorized", "captured"])
async def test_a_capture_by_dintero_is_shown_as_automatic(database, tells):
    """Whether the callback comes before or after the capture is not agreed on (Dintero reference §4.5)."""
    switches = Switches(auto_capture_ignored=False, auto_capture_calls_back=tells)
    async with opened_shop(database, switches=switches) as shop:
        await automatic(shop)
        shop.dintero.auto_capture_now()
        await shop.dintero_calls_back()
        await shop.sweep()

        assert card(shop).startswith("✅ Paid · 249,50 kr")
        assert "Captured automatically" in card(shop)
        assert "249,50 kr captured automatically." in lines(shop)[-1]
        assert shop.card.buttons == ["Refund…", "Refresh"]
        assert moved(shop) == []


async def test_reserving_first_is_the_habit(shop):
    await a_reserved_link(shop)

    assert shop.writes("create")[0].body["configuration"]["auto_capture"] is False
    assert shop.card.buttons == RESERVED
