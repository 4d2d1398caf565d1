"""What you saw is what you do: a click is about the amount on the screen, and about nothing else."""

import pytest

from sandbox.dintero.faults import Fault
from tests.stories.asks import RESERVED
from tests.stories.till import (
    a_paid_link,
    a_reserved_link,
    captures_part,
    card,
    done,
    forges,
    lines,
    moved,
    opens,
    operations,
    plain,
    releases,
    sends,
    the_operation,
    value_of,
    whispers,
)

LESS_IS_OPEN = (
    "4711 · Nothing was done: 249,50 kr was open when you pressed, now it is 149,50 kr. "
    "Look at the card and decide again."
)


@pytest.fixture
async def trusting(shop):
    """Everybody in the workspace may move money."""
    await shop.restart(paylink_money_users="*")
    return shop


async def test_an_amount_that_changed_unseen_stops_the_click(shop):
    """A colleague captured a part in Backoffice, and no callback came: the fresh read before the write finds it."""
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])
    await shop.presses("Refresh")
    shop.dintero.backoffice_capture(shop.transaction()["id"], 100_00)

    await shop.presses("Capture")

    assert moved(shop) == []
    assert (await the_operation(shop)).state == "withdrawn"
    assert whispers(shop) == [LESS_IS_OPEN]
    assert card(shop).startswith("✅ Partly paid · 100,00 kr of 249,50 kr")
    assert "outside Slack" in lines(shop)[-1]

    await shop.presses("Capture the rest")
    assert done(shop, "CAPTURE") == [100_00, 149_50]


async def test_an_amount_that_changed_in_sight_stops_a_click_on_an_old_copy(shop):
    """A phone that slept shows the card of an hour ago."""
    await a_reserved_link(shop)
    asleep = shop.card.copy()
    await captures_part(shop, How_much="An amount", **{"Amount_(NOK)": "100"})

    await shop.presses("Capture", asleep)

    assert moved(shop) == ["capture"]
    assert len(await operations(shop)) == 1
    assert whispers(shop) == [
        "4711 · Nothing was done: the button was for 249,50 kr, and now 149,50 kr is open. Decide again.\nCode: amount"
    ]


async def test_a_click_on_an_old_copy_of_what_is_over_is_refused(shop):
    await a_reserved_link(shop)
    asleep = shop.card.copy()
    await releases(shop)

    await shop.presses("Capture", asleep)

    assert moved(shop) == ["void"]
    assert whispers(shop) == [
        "4711 · The link has moved on since this button was drawn. The card shows what can be done now.\nCode: stale"
    ]


async def test_a_customer_who_looks_at_the_page_does_not_stop_a_click(shop):
    """Only the version moved, and nobody decides by that."""
    await shop.issues()
    asleep = shop.card.copy()
    shop.dintero.open(shop.session()["id"])
    await shop.later(minutes=1)
    assert "Opened" in card(shop)
    assert value_of(asleep, "Cancel link") != value_of(shop.card, "Cancel link")

    await shop.presses("Cancel link", asleep)

    assert moved(shop) == ["cancel"]
    assert "Cancelled" in card(shop)


async def test_an_old_button_about_the_same_amount_still_counts(shop):
    """Reserved, refused, reserved as before: the thread moved on, the money did not."""
    await a_reserved_link(shop)
    asleep = shop.card.copy()
    shop.dintero.faults.add("void", Fault.status(403))
    await releases(shop)

    await shop.presses("Capture", asleep)

    assert done(shop, "CAPTURE") == [249_50]


async def test_a_form_that_was_open_while_the_world_changed_in_sight_is_refused(shop):
    await a_paid_link(shop)
    form = await opens(shop, "Refund…")
    shop.dintero.backoffice_refund(shop.transaction()["id"], 100_00)
    await shop.dintero_calls_back()

    await sends(shop, form, Reason="Wrong size")

    assert done(shop, "REFUND") == [100_00]
    assert moved(shop) == ["capture"]
    assert "4711 · Nothing was done: the button was for 249,50 kr, and now 149,50 kr is open." in plain(form)


async def test_a_form_that_was_open_while_the_world_changed_unseen_is_withdrawn(shop):
    await a_paid_link(shop)
    form = await opens(shop, "Refund…")
    shop.dintero.faults.callbacks.off = True
    shop.dintero.backoffice_refund(shop.transaction()["id"], 100_00)

    await sends(shop, form, How_much="An amount", Reason="Wrong size", **{"Amount_(NOK)": "100"})

    assert done(shop, "REFUND") == [100_00]
    assert (await the_operation(shop)).state == "withdrawn"
    assert whispers(shop) == [LESS_IS_OPEN]
    assert card(shop).startswith("↩️ Partly refunded")


async def test_a_form_does_not_open_for_what_is_over(shop):
    await a_reserved_link(shop)
    asleep = shop.card.copy()
    await releases(shop)

    await shop.presses("Capture part…", asleep)

    assert shop.slack.modals(shop.kari)[1:] == []
    assert "The link has moved on" in whispers(shop)[-1]


async def test_while_somebody_elses_operation_is_open_nothing_else_begins(trusting):
    """Accepted by Dintero and not finished: a second capture would be a second one (Dintero reference §8.2)."""
    shop = trusting
    await a_reserved_link(shop)
    asleep, ola = shop.card.copy(), shop.people["ola"]
    shop.dintero.faults.add("capture", Fault.accepted())
    await shop.presses("Capture")

    for button in ("Capture", "Release"):
        await shop.presses(button, asleep, person=ola)

    assert moved(shop) == ["capture"]
    under_way = "4711 · Something is already under way, asked for by @kari. The card follows it."
    assert [one.removesuffix("\nCode: stale") for one in whispers(shop, ola)] == [under_way, under_way]


async def test_trying_again_cannot_be_forged_before_ten_minutes_are_over(shop):
    """The button is not there; a payload can be written all the same."""
    await a_reserved_link(shop)
    value = value_of(shop.card, "Capture")
    shop.dintero.faults.add("capture", Fault.drop_before())
    await shop.presses("Capture")
    await shop.later(minutes=9)

    await forges(shop, shop.kari, "try_again", f"{value}|C1")

    assert len(shop.writes("capture")) == 1
    assert [one.state for one in await operations(shop)] == ["unknown"]


async def two_questions(shop):
    """An unanswered capture of 100 kr that was closed, then an unanswered release; returns the card of the first."""
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.drop_before())
    await captures_part(shop, How_much="An amount", **{"Amount_(NOK)": "100"})
    await shop.later(minutes=11)
    asleep = shop.card.copy()
    await shop.presses("Check again")
    shop.dintero.faults.add("void", Fault.drop_before())
    await releases(shop)
    await shop.later(minutes=11)
    assert shop.card.buttons == ["Check again", "Try again"]
    return asleep


async def test_trying_again_repeats_what_was_asked_about_and_nothing_else(shop):
    """The dialog said "Capture 100,00 kr again?"; the same amount is open to a release."""
    asleep = await two_questions(shop)

    await shop.presses("Try again", asleep)

    assert done(shop, "VOID") == done(shop, "CAPTURE") == []
    assert (await the_operation(shop)).state == "unknown"
    assert "That question has been answered, and another is open now." in whispers(shop)[-1]
    await shop.presses("Try again")
    assert done(shop, "VOID") == [249_50]


async def test_checking_again_closes_the_question_that_was_shown_and_no_other(shop):
    asleep = await two_questions(shop)

    await shop.presses("Check again", asleep)

    assert (await the_operation(shop)).state == "unknown"
    assert "Dintero shows no sign of the release of 249,50 kr yet." in whispers(shop)[-1]
    await shop.presses("Check again")
    assert (await the_operation(shop)).state == "absent"


@pytest.mark.parametrize("open_minor", ["0", "1", "24949", "24951", "9999999999"])
async def test_an_amount_nobody_saw_cannot_be_captured(shop, open_minor):
    await a_reserved_link(shop)
    _, link, version, _ = value_of(shop.card, "Capture").split("|")

    await forges(shop, shop.kari, "capture", f"1|{link}|{version}|{open_minor}")

    assert moved(shop) == []
    assert await operations(shop) == []


@pytest.mark.parametrize(
    "value", ["", "1", "1||1|24950", "2|x|1|24950", "1|nobody|1|24950", "1|x|1|-5", "1|x|1|24950|capture"]
)
async def test_junk_in_a_button_moves_nothing_and_is_answered(shop, value):
    await a_reserved_link(shop)

    answer = await forges(shop, shop.kari, "capture", value)

    assert answer.ok
    assert await operations(shop) == []
    assert shop.card.buttons == list(RESERVED)
    assert whispers(shop)


def redrawn(shop):
    return len([call for call in shop.slack.log if call.method == "chat.update" and call.args["ts"] == shop.card.ts])


@pytest.mark.parametrize("button", ["Capture", "Capture part…", "Refresh"])
async def test_whoever_pressed_something_old_gets_the_fresh_card(shop, button):
    """An update may have been lost: what made them press is drawn again."""
    await a_reserved_link(shop)
    asleep = shop.card.copy()
    shop.dintero.faults.add("capture", Fault.drop_before())
    await shop.presses("Capture")
    before = redrawn(shop)

    await shop.presses(button, asleep)

    assert redrawn(shop) == before + 1


@pytest.mark.parametrize("button", ["Capture", "Capture part…", "Refresh"])
async def test_whoever_may_not_press_draws_nothing(shop, button):
    """Or a stranger who clicks on and on would use up the minute's updates of the whole workspace."""
    await a_reserved_link(shop)
    before = redrawn(shop)

    await shop.presses(button, person=shop.people["eve"])

    assert redrawn(shop) == before
