"""Money nobody waits for any more: shown loudly, kept or given back, and then an ordinary link again."""

from copy import deepcopy

import pytest

from sandbox.dintero import Switches
from sandbox.dintero.faults import Fault
from tests.stories import database
from tests.stories.shop import opened_shop
from tests.stories.till import card, done, lines, moved, opens, plain, sends, the_operation, whispers

LATE = ["Keep", "Give back", "Refresh"]
RESERVED = ["Capture", "Release", "Capture part…", "Refresh"]


async def expired(shop):
    await shop.issues()
    await shop.later(days=7, minutes=31)
    assert "Expired" in card(shop)


async def cancelled(shop):
    await shop.issues()
    await shop.presses("Cancel link")
    assert "Cancelled" in card(shop)


async def failed(shop):
    await shop.issues()
    shop.dintero.fail(shop.session()["id"])
    await shop.dintero_calls_back()
    assert "Payment failed" in card(shop)


ENDS = [expired, cancelled, failed]


@pytest.fixture(params=[404, 200], ids=["gone", "there"])
async def shop(request, database):
    """An expired session may be gone or still there (Dintero reference §5)."""
    async with opened_shop(database, switches=Switches(get_after_expiry=request.param)) as opened:
        yield opened
        assert opened.slack.complaints == []


async def late(shop, ended, method="vipps"):
    await ended(shop)
    shop.dintero.pay_late(shop.session()["id"], method)
    await shop.dintero_calls_back()
    await shop.sweep()


@pytest.mark.parametrize("ended", ENDS)
async def test_money_after_the_end_is_loud_and_asks_for_a_decision(shop, ended):
    await late(shop, ended)

    assert card(shop).startswith("🚨 Reserved, late · 249,50 kr")
    assert "This money came after the link had ended. Keep captures it, Give back releases it." in card(shop)
    assert lines(shop)[-1].startswith("🚨 Late money: the link had ended. 249,50 kr reserved with Vipps.")
    assert shop.card.buttons == shop.thread[-1].buttons == LATE


@pytest.mark.parametrize("ended", ENDS)
async def test_late_money_that_is_kept_is_captured_and_the_link_ordinary(shop, ended):
    await late(shop, ended)

    await shop.presses("Keep")

    assert done(shop, "CAPTURE") == [249_50]
    assert card(shop).startswith("✅ Paid · 249,50 kr")
    assert "ended" not in card(shop)
    assert shop.card.buttons == ["Refund…", "Refresh"]


@pytest.mark.parametrize("ended", ENDS)
async def test_late_money_that_is_given_back_is_released(shop, ended):
    await late(shop, ended)

    await shop.presses("Give back", shop.thread[-1])

    assert moved(shop)[-1] == "void"
    assert card(shop).startswith("↩️ Reservation released · 249,50 kr")
    assert shop.card.buttons == ["Request again…", "Refresh"]
    assert "late" not in card(shop).lower()


@pytest.mark.parametrize("ended", [expired, cancelled])
async def test_late_money_that_was_taken_at_once_is_refunded(shop, ended):
    """Swish never reserves (Dintero reference §7)."""
    await late(shop, ended, method="swish.swish")
    assert card(shop).startswith("🚨 Paid, late · 249,50 kr")
    assert shop.card.buttons == LATE

    await shop.presses("Give back")

    assert done(shop, "REFUND") == [249_50]
    assert card(shop).startswith("↩️ Refunded · 249,50 kr")
    assert shop.card.buttons == ["Request again…", "Refresh"]


@pytest.mark.parametrize("ended", [expired, cancelled])
async def test_late_money_that_was_taken_at_once_may_simply_stay(shop, ended):
    await late(shop, ended, method="swish.swish")
    before = moved(shop)

    await shop.presses("Keep")

    assert moved(shop) == before
    assert card(shop).startswith("✅ Paid · 249,50 kr")
    assert lines(shop)[-1].startswith("✅ @kari decided to keep the late money.")
    assert shop.card.buttons == shop.thread[-1].buttons == ["Refund…", "Refresh"]


async def test_a_keep_that_dintero_refuses_leaves_an_ordinary_reservation(shop):
    """The decision was made; only its capture has to be asked for again."""
    await late(shop, expired)
    shop.dintero.faults.add("capture", Fault.status(403))

    await shop.presses("Keep")

    assert (await the_operation(shop)).state == "refused"
    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert shop.card.buttons == RESERVED


async def test_a_give_back_that_dintero_refuses_leaves_the_question(shop):
    await late(shop, expired)
    shop.dintero.faults.add("void", Fault.status(403))

    await shop.presses("Give back")

    assert (await the_operation(shop)).state == "refused"
    assert shop.card.buttons == LATE


async def test_a_give_back_without_an_answer_is_found(shop):
    await late(shop, expired)
    shop.dintero.faults.add("void", Fault.drop_after())

    await shop.presses("Give back")

    assert len(shop.writes("void")) == 1
    assert card(shop).startswith("↩️ Reservation released")


async def test_late_money_a_colleague_dealt_with_elsewhere_asks_no_more(shop):
    await late(shop, expired)
    shop.dintero.backoffice_void(shop.transaction()["id"])
    await shop.dintero_calls_back()

    assert card(shop).startswith("↩️ Reservation released")
    assert shop.card.buttons == ["Request again…", "Refresh"]


async def test_only_the_trusted_decide_about_late_money(shop):
    await late(shop, expired)
    before = moved(shop)
    ola = shop.people["ola"]

    await shop.presses("Keep", person=ola)
    await shop.presses("Give back", person=ola)

    assert moved(shop) == before
    assert len(whispers(shop, ola)) == 2
    assert shop.card.buttons == LATE


async def test_a_payment_begun_in_time_is_not_announced_expired(shop):
    """The customer stands at the till; the deadline is about when they came."""
    await shop.issues()
    await shop.later(days=6, hours=23, minutes=59)
    shop.dintero.open(shop.session()["id"])
    tx = shop.dintero.start_payment(shop.session()["id"])
    await shop.sweep()

    await shop.later(hours=1)
    await shop.sweep()
    assert "Expired" not in card(shop)

    shop.dintero._settle(tx, "AUTHORIZED")
    await shop.dintero_calls_back()
    assert card(shop).startswith("🔒 Reserved · 249,50 kr")
    assert shop.card.buttons == RESERVED


async def sent_again(shop):
    """A second link, 4711-2, beside one whose create was not answered, and no callbacks."""
    shop.dintero.faults.callbacks.off = True
    shop.dintero.faults.add("create", Fault.drop_after())
    await shop.issues()
    await shop.later(minutes=1)
    await shop.presses("Send again")


async def sent_again_and_the_first_paid(shop):
    await sent_again(shop)
    shop.dintero.pay(shop.session("4711")["id"])
    await shop.sweep()


async def test_money_on_a_replaced_link_is_a_double_payment(shop):
    """The first link was made after all, and the customer paid both."""
    await sent_again(shop)
    shop.dintero.pay(shop.session("4711-2")["id"])
    await shop.sweep()
    assert card(shop).startswith("🔒 Reserved · 249,50 kr")

    shop.dintero.pay(shop.session("4711")["id"])
    await shop.sweep()

    assert card(shop).startswith("🚨 Paid twice · 249,50 kr")
    assert "Paid twice. The older link 4711 holds 249,50 kr. Its buttons are in the thread." in card(shop)
    assert lines(shop)[-1].startswith("🚨 Paid twice.")
    assert shop.thread[-1].buttons == ["Give back", "Keep", "Refresh"]

    await shop.presses("Give back", shop.thread[-1])

    assert [event["event"] for event in shop.transaction("4711")["events"]][-1] == "VOID"
    assert shop.transaction("4711-2")["status"] == "AUTHORIZED"
    assert "Paid twice" not in card(shop)
    assert shop.card.buttons == RESERVED


async def test_money_on_the_newest_link_is_a_double_payment_when_an_older_one_holds_some(shop):
    """Whichever comes second asks, also after the first was kept."""
    await sent_again_and_the_first_paid(shop)
    assert lines(shop)[-1].startswith("🚨 Late money: the link had been replaced.")
    await shop.presses("Keep", shop.thread[-1])
    assert done(shop, "CAPTURE", "4711") == [249_50]

    shop.dintero.pay(shop.session("4711-2")["id"])
    await shop.sweep()

    assert card(shop).startswith("🚨 Paid twice · 249,50 kr")
    assert shop.card.text.startswith("Paid twice · ")
    assert shop.card.buttons[0] == "Give back"
    assert "Paid twice. The older link 4711 holds money as well." in card(shop)
    assert shop.card.buttons == shop.thread[-1].buttons == ["Give back", "Keep", "Refresh"]

    await shop.presses("Give back")
    assert shop.transaction("4711-2")["status"] == "AUTHORIZATION_VOIDED"
    assert shop.transaction("4711")["status"] == "CAPTURED"


async def test_an_order_whose_older_link_is_paid_says_so_first_and_shares_no_other(shop):
    """Else the seller hands over a link to pay once more."""
    await sent_again_and_the_first_paid(shop)

    assert card(shop).startswith("🚨 Reserved, late, by the older link · 249,50 kr")
    assert shop.card.text.startswith("Reserved, late, by the older link · 249,50\xa0kr")
    assert "The older link 4711 holds 249,50 kr. Its buttons are in the thread." in card(shop)
    assert "This newer link can still be paid. Cancel it." in card(shop)
    assert "no SMS" not in card(shop)
    assert "Show link" not in card(shop)
    assert shop.card.buttons == ["Cancel link", "Refresh"]

    await shop.presses("Keep", shop.thread[-1])
    await shop.presses("Cancel link")

    assert card(shop).startswith("✅ Paid by the older link · 249,50 kr")
    assert shop.card.buttons == ["Refresh"]


@pytest.mark.parametrize("end", ["given back", "cancelled"])
async def test_nobody_asks_again_for_an_order_whose_older_link_is_paid(shop, end):
    await sent_again_and_the_first_paid(shop)
    if end == "given back":
        shop.dintero.pay(shop.session("4711-2")["id"])
        await shop.sweep()
        await shop.presses("Give back")
    else:
        await shop.presses("Cancel link")
    await shop.presses("Keep", next(line for line in shop.thread if "Keep" in line.buttons))

    assert done(shop, "CAPTURE", "4711") == [249_50]
    assert card(shop).startswith("✅ Paid by the older link · 249,50 kr")
    assert "Request again…" not in shop.card.buttons
    assert not any("Request again…" in line.buttons for line in shop.thread)


async def test_request_again_that_was_drawn_before_the_older_link_was_paid_is_refused(shop):
    await sent_again(shop)
    await shop.presses("Cancel link")
    before = deepcopy(shop.card)
    assert "Request again…" in before.buttons
    shop.dintero.pay(shop.session("4711")["id"])
    await shop.sweep()

    forms = len(shop.slack.modals(shop.kari))

    await shop.presses("Request again…", before)

    assert len(shop.slack.modals(shop.kari)) == forms
    assert "Nothing was done. The customer's money is on 4711 already." in whispers(shop)[-1]


@pytest.mark.parametrize("decided", ["nothing yet", "Keep"])
async def test_request_again_that_was_open_before_the_older_link_was_paid_is_not_sent(shop, decided):
    await sent_again(shop)
    await shop.presses("Cancel link")
    form = await opens(shop, "Request again…")
    shop.dintero.pay(shop.session("4711")["id"])
    await shop.sweep()
    if decided == "Keep":
        await shop.presses("Keep", next(line for line in shop.thread if "Keep" in line.buttons))

    await sends(shop, form)

    assert [reference for reference, _ in database.statuses(shop)] == ["4711", "4711-2"]
    assert "Nothing was done. The customer's money is on 4711 already." in plain(form)


@pytest.mark.parametrize("ended", ENDS)
async def test_request_again_that_was_open_before_late_money_came_is_not_sent(shop, ended):
    await ended(shop)
    form = await opens(shop, "Request again…")
    shop.dintero.pay_late(shop.session()["id"])
    await shop.dintero_calls_back()
    await shop.sweep()

    await sends(shop, form)

    assert [reference for reference, _ in database.statuses(shop)] == ["4711"]
    assert "Nothing was done. The customer's money is on 4711 already." in plain(form)


async def test_request_again_beside_a_link_that_was_sent_again_meanwhile_is_not_sent(shop):
    shop.dintero.faults.add("create", Fault.status(400))
    await shop.issues()
    form = await opens(shop, "Request again…")
    await shop.presses("Send again")

    await sends(shop, form)

    assert [reference for reference, _ in database.statuses(shop)] == ["4711", "4711-2"]
    assert "A newer link was sent" in plain(form)


async def test_after_the_older_link_was_refunded_it_can_be_asked_for_again(shop):
    await sent_again_and_the_first_paid(shop)
    await shop.presses("Cancel link")
    await shop.presses("Give back", next(line for line in shop.thread if "Give back" in line.buttons))

    assert card(shop).startswith("🚫 Cancelled")
    assert "Request again…" in shop.card.buttons


async def test_a_refund_form_on_kept_late_money_is_the_usual_one(shop):
    await late(shop, cancelled, method="swish.swish")
    await shop.presses("Keep")

    form = await opens(shop, "Refund…")
    await sends(shop, form, How_much="An amount", Reason="Half of it", **{"Amount_(NOK)": "100"})

    assert done(shop, "REFUND") == [100_00]
    assert card(shop).startswith("↩️ Partly refunded")
