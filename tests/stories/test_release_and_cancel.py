"""Letting go: of a reservation, of the rest of one, of a link nobody has paid."""

import asyncio

from sandbox.dintero.faults import Fault
from tests.stories.till import (
    a_paid_link,
    a_reserved_link,
    an_order_of_three_lines,
    captures_part,
    card,
    done,
    lines,
    moved,
    opens,
    plain,
    releases,
    sends,
    strictly,
    the_operation,
    ticks,
    until,
    whispers,
)

HUNDRED = {"How_much": "An amount", "Amount_(NOK)": "100"}
OPEN = ["Show link", "Send again…", "Cancel link", "Change order…", "Extend…", "Refresh"]


async def test_a_released_reservation_is_over(shop):
    await a_reserved_link(shop)

    await releases(shop)

    assert [call.body for call in shop.writes("void")] == [None]
    assert card(shop).startswith("↩️ Reservation released · 249,50 kr")
    assert lines(shop)[-1] == "↩️ @kari released the reservation of 249,50 kr."
    assert shop.card.buttons == ["Request again…", "Refresh"]
    assert shop.transaction()["status"] == "AUTHORIZATION_VOIDED"


async def test_cancelling_a_reserved_payment_asks_twice_because_it_lets_the_money_go(shop):
    await a_reserved_link(shop)

    await shop.presses("Release", confirm=False)
    assert shop.slack.modals(shop.kari)[1:] == []
    form = await opens(shop, "Release")
    assert "249,50 kr is reserved for 4711. Customer: +47 ••• •• 567" in plain(form)
    await sends(shop, form)
    assert moved(shop) == []
    assert form.errors.keys() == {"sure"}

    await ticks(shop, form)
    await sends(shop, form)
    assert moved(shop) == ["void"]


async def test_without_the_tick_nothing_is_let_go_even_if_a_client_sends_the_form(shop):
    await a_reserved_link(shop)
    form = await opens(shop, "Release")
    payload = shop.slack._base("view_submission", shop.kari, form) | {"view": form.payload(), "response_urls": []}

    answer = await shop.slack._interact(payload, "a form without its tick")
    await shop.work()

    assert "Tick this box" in answer.body
    assert moved(shop) == []


async def test_a_release_is_for_the_amount_that_its_form_named(shop):
    await a_reserved_link(shop)
    form = await opens(shop, "Release")
    await ticks(shop, form)
    shop.dintero.backoffice_capture(shop.transaction()["id"], 100_00)

    await sends(shop, form)

    assert moved(shop) == []
    assert "Nothing was done: 249,50 kr was open when you pressed, now it is 149,50 kr." in whispers(shop)[-1]


async def test_who_may_not_move_money_is_not_even_asked(shop):
    await a_reserved_link(shop)
    ola = shop.people["ola"]

    await shop.presses("Release", person=ola)

    assert shop.slack.modals(ola) == []
    assert "Only @kari, who issued this link" in whispers(shop, ola)[-1]


async def test_the_rest_is_released_after_a_part_capture(shop):
    await an_order_of_three_lines(shop)
    await captures_part(shop, How_much="Whole lines", Lines=["Hitch"])

    await releases(shop, "Release the rest")

    assert moved(shop) == ["capture", "void"]
    assert done(shop, "VOID") == [449_50]
    assert card(shop).startswith("✅ Partly paid · 50,00 kr of 499,50 kr")
    assert "Captured 50,00 kr · 449,50 kr released" in card(shop)
    assert lines(shop)[-1].startswith("↩️ @kari released the uncaptured rest of 449,50 kr.")
    assert shop.card.buttons == shop.thread[-1].buttons == ["Refund…", "Refresh"]


async def test_a_last_capture_releases_the_rest_where_the_method_has_no_release_of_its_own(shop):
    """`final_capture` of dintero_psp (Dintero reference §8): a release of the rest would only be refused."""
    await shop.issues()
    await shop.customer_pays(method="dintero_psp.creditcard")
    await captures_part(shop, **HUNDRED)
    assert shop.card.buttons == ["Capture the rest", "Capture part…", "Refund…", "Refresh"]
    assert "This method releases the rest only with a last capture: tick that in Capture part…." in card(shop)

    await captures_part(
        shop, How_much="An amount", **{"Amount_(NOK)": "50"}, The_rest=["Last capture: release the rest"]
    )

    first, last = (strictly(call) for call in shop.writes("capture"))
    assert (first.get("final_capture"), last["final_capture"]) == (None, True)
    assert done(shop, "CAPTURE") == [100_00, 50_00]
    assert done(shop, "VOID") == [99_50]
    assert "Captured 150,00 kr · 99,50 kr released" in card(shop)
    assert any(line.startswith("↩️ @kari released the uncaptured rest of 99,50 kr.") for line in lines(shop))
    assert shop.card.buttons == ["Refund…", "Refresh"]


async def test_a_last_capture_of_everything_releases_nothing(shop):
    await shop.issues()
    await shop.customer_pays(method="dintero_psp.creditcard")

    await captures_part(
        shop, How_much="An amount", **{"Amount_(NOK)": "249,50"}, The_rest=["Last capture: release the rest"]
    )

    assert "final_capture" not in strictly(shop.writes("capture")[0])


async def test_other_methods_have_no_last_capture(shop):
    await a_reserved_link(shop)

    assert "Last capture" not in (await opens(shop, "Capture part…")).read()


async def test_an_open_link_offers_to_be_shown_and_cancelled(shop):
    await shop.issues()

    assert shop.card.buttons == OPEN


async def test_a_cancelled_link_cannot_be_paid(shop):
    await shop.issues()

    await shop.presses("Cancel link")

    assert [call.body for call in shop.writes("cancel")] == [None]
    assert card(shop).startswith("🚫 Cancelled · 249,50 kr")
    assert lines(shop) == ["🚫 @kari cancelled the link."]
    assert shop.card.buttons == ["Request again…", "Refresh"]
    assert shop.session()["cancelled_at"]


async def test_a_cancel_that_crossed_a_payment_says_so_loudly(shop):
    """The customer pays between our look and our cancel, which then lets the money go (Dintero reference §5.3)."""
    await shop.issues()
    shop.dintero.faults.callbacks.off = True
    shop.dintero.faults.add("cancel", Fault.delay(0.3))

    cancelling = asyncio.create_task(shop.presses("Cancel link"))
    await until(lambda: shop.writes("cancel"))
    shop.dintero.pay(shop.session()["id"])
    await cancelling

    assert shop.transaction()["status"] == "AUTHORIZATION_VOIDED"
    [told] = lines(shop)
    assert told.startswith(
        "🚨 The customer had just paid when @kari cancelled. The reservation of 249,50 kr was released"
    )
    assert told.endswith("If the customer still wants to buy, issue a new link.")
    assert card(shop).startswith("↩️ Reservation released")
    assert "Cancelled by @kari just as the customer paid" in card(shop)
    assert (await the_operation(shop)).state == "done"


async def test_a_link_that_was_paid_meanwhile_is_not_cancelled(shop):
    """Our look before the cancel finds the money, so it is not let go."""
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])

    await shop.presses("Cancel link")

    assert moved(shop) == []
    assert whispers(shop) == [
        "4711 · The link had already ended or been paid, so it was not cancelled. The card shows where it stands."
    ]
    assert "Reserved" in card(shop)
    assert (await the_operation(shop)).state == "withdrawn"


async def test_a_cancel_that_comes_after_the_capture_is_refused_and_the_money_shown(shop):
    """Swish takes the money at once, and Dintero cancels nothing that is taken (Dintero reference §5.3)."""
    await shop.issues()
    shop.dintero.faults.callbacks.off = True
    shop.dintero.faults.add("cancel", Fault.delay(0.3))

    cancelling = asyncio.create_task(shop.presses("Cancel link"))
    await until(lambda: shop.writes("cancel"))
    shop.dintero.pay(shop.session()["id"], method="swish.swish")
    await cancelling

    assert card(shop).startswith("✅ Paid · 249,50 kr")
    assert "Session can not be cancelled" in " ".join(lines(shop))
    assert (await the_operation(shop)).state == "refused"


async def test_the_link_itself_is_shown_to_the_one_who_asks(shop):
    """Never on the card: whoever holds it can pay, and reads the order."""
    await shop.issues()
    url = f"/view/{shop.session()['id']}"

    await shop.presses("Show link", person=shop.people["ola"])

    [shown] = whispers(shop, shop.people["ola"])
    assert url in shown
    assert "Only you can see this." in shown
    assert url not in card(shop) + str(shop.card.blocks) + "".join(lines(shop))
    assert whispers(shop) == []


async def test_what_is_taken_is_never_voided_and_what_is_reserved_never_refunded(shop):
    """Dintero reference §7."""
    await a_paid_link(shop)

    assert "Release" not in shop.card.buttons
    assert "Cancel link" not in shop.card.buttons
