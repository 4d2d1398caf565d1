"""From /paylink to refunded."""


async def test_a_link_is_issued_opened_paid_captured_and_refunded(shop):
    """The main job, as Kari sees it."""
    await shop.issues("249,50 91234567 Tow bar #4711 7d")
    assert "Ready to share" in shop.card.read()

    shop.dintero.open(shop.session()["id"])
    await shop.later(minutes=1)
    assert "Opened" in shop.card.read()

    await shop.customer_pays()
    assert "Reserved" in shop.card.read()

    await shop.presses("Capture")
    assert "Paid" in shop.card.read()

    await shop.presses("Refund…")
    form = shop.slack.modals(shop.kari)[-1]
    await shop.slack.fill(form, {"Reason": "Wrong size"})
    await shop.slack.submit(shop.kari, form)
    await shop.work()
    assert "Refunded" in shop.card.read()
    assert shop.transaction()["status"] == "REFUNDED"
