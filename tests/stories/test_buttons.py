"""What can be pressed, state by state, on the card and on the thread line that asks for a decision."""

import pytest

from sandbox.dintero.faults import Fault
from tests.stories.shop import opened_shop
from tests.stories.till import (
    a_paid_link,
    a_reserved_link,
    asking,
    captures_part,
    card,
    forges,
    lines,
    opens,
    plain,
    refunds,
    releases,
    sends,
    value_of,
    whispers,
)

OPEN = ["Show link", "Send again…", "Cancel link", "Change order…", "Extend…", "Refresh"]
RESERVED = ["Capture", "Release", "Capture part…", "Refresh"]
PART = ["Capture the rest", "Capture part…", "Release the rest", "Refund…", "Refresh"]
PAID = ["Refund…", "Refresh"]


def drawn(message):
    """The action row as it lies: buttons, and what its menu holds."""
    [row] = [block for block in message.blocks if block["type"] == "actions"]
    buttons = [one["text"]["text"] for one in row["elements"] if one["type"] == "button"]
    menus = [[option["text"]["text"] for option in one["options"]] for one in row["elements"] if "options" in one]
    return buttons, menus


async def released(shop):
    await a_reserved_link(shop)
    await releases(shop)


async def part_taken(shop):
    await a_reserved_link(shop)
    await captures_part(shop, How_much="An amount", **{"Amount_(NOK)": "100"})


async def part_returned(shop):
    await a_paid_link(shop)
    await refunds(shop, How_much="An amount", **{"Amount_(NOK)": "100"})


async def all_returned(shop):
    await a_paid_link(shop)
    await refunds(shop)


async def on_hold(shop):
    await shop.issues()
    shop.dintero.hold(shop.session()["id"])
    await shop.dintero_calls_back()


async def failed(shop):
    await shop.issues()
    shop.dintero.fail(shop.session()["id"])
    await shop.dintero_calls_back()


@pytest.mark.parametrize(
    ("happens", "buttons", "menus"),
    [
        (a_reserved_link, ["Capture", "Release"], [["Capture part…", "Refresh"]]),
        (part_taken, PART[:3], [PART[3:]]),
        (a_paid_link, PAID, []),
        (part_returned, PAID, []),
        (all_returned, ["Request again…", "Refresh"], []),
        (released, ["Request again…", "Refresh"], []),
        (on_hold, ["Refresh"], []),
        (failed, ["Request again…", "Refresh"], []),
    ],
)
async def test_every_state_offers_what_can_be_done_and_hides_the_rest_in_a_menu(shop, happens, buttons, menus):
    """At most three buttons; what asks before it acts cannot stand in a menu, which has no question of its own."""
    await happens(shop)

    assert drawn(shop.card) == (buttons, menus)


async def test_what_stands_in_the_menu_works_like_any_button(shop):
    await part_taken(shop)

    await shop.presses("Refresh", shop.thread[-1])
    assert whispers(shop) == ["4711 · Nothing new: the card shows what Dintero says right now."]

    await shop.presses("Refund…", shop.thread[-1])
    assert "Refund" in shop.slack.modals(shop.kari)[-1].read()


async def test_a_message_that_did_not_arrive_brings_the_links_buttons(database):
    """The seller has to hand it over: the line that says so offers it."""
    async with opened_shop(database, account="P12345678") as shop:
        shop.dintero.unreachable.add("+4791234567")

        await shop.issues()

        assert "Not delivered" in card(shop)
        assert asking(shop) == [OPEN]
        assert shop.card.buttons == OPEN


async def test_only_the_newest_line_that_asks_has_buttons(shop):
    """Reserved, refused, unknown, captured: each takes the buttons over from the one before."""
    await a_reserved_link(shop)
    assert asking(shop) == [RESERVED]

    shop.dintero.faults.add("capture", Fault.status(403))
    await shop.presses("Capture")
    assert asking(shop) == [[], RESERVED]

    shop.dintero.faults.add("capture", Fault.drop_before())
    await shop.presses("Capture", shop.thread[-1])
    assert asking(shop) == [[], [], ["Check again"]]

    await shop.later(minutes=10)
    await shop.later(minutes=1)
    assert asking(shop) == [[], [], [], ["Check again", "Try again"]]

    await shop.presses("Try again", shop.thread[-1])
    assert asking(shop) == [[], [], [], [], PAID]


async def test_a_part_refund_takes_the_buttons_over(shop):
    await part_taken(shop)
    await refunds(shop, How_much="An amount", **{"Amount_(NOK)": "50"})

    assert lines(shop)[-1].startswith("↩️ @kari refunded 50,00 kr")
    assert asking(shop) == [[], [], PART]


async def cancelled_undelivered(shop):
    shop.dintero.unreachable.add("+4791234567")
    await shop.issues()
    await shop.presses("Cancel link")


async def expired_undelivered(shop):
    shop.dintero.unreachable.add("+4791234567")
    await shop.issues()
    await shop.later(days=7, minutes=6)


async def failed_undelivered(shop):
    shop.dintero.unreachable.add("+4791234567")
    await failed(shop)


async def held_undelivered(shop):
    shop.dintero.unreachable.add("+4791234567")
    await on_hold(shop)


async def given_back_late(shop):
    await shop.issues()
    await shop.later(days=7, minutes=6)
    shop.dintero.pay_late(shop.session()["id"])
    await shop.dintero_calls_back()
    await shop.presses("Give back")


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (all_returned, "refunded 249,50 kr"),
        (released, "released the reservation"),
        (given_back_late, "released the reservation"),
        (cancelled_undelivered, "cancelled the link"),
        (expired_undelivered, "expired"),
        (failed_undelivered, "failed for good"),
        (held_undelivered, "is checking the payment"),
    ],
)
async def test_when_nothing_is_left_to_decide_no_line_has_buttons(database, happens, said):
    """*Refund…* under a payment that was refunded, or *Keep* under one that was given back, is of no use."""
    async with opened_shop(database, account="P12345678") as shop:
        await happens(shop)

        assert said in lines(shop)[-1]
        assert asking(shop) == [[] for _ in shop.thread]


async def test_late_money_that_is_kept_is_no_longer_asked_about(shop):
    """The question is answered; what can be done with kept money stands below the last line."""
    await shop.issues()
    await shop.later(days=7, minutes=6)
    shop.dintero.pay_late(shop.session()["id"])
    await shop.dintero_calls_back()
    assert asking(shop)[-1] == ["Keep", "Give back", "Refresh"]

    await shop.presses("Keep")

    assert asking(shop) == [*([] for _ in shop.thread[1:]), PAID]


async def test_a_link_that_was_sent_again_leaves_its_question_behind(shop):
    shop.dintero.faults.add("create", Fault.drop_before())
    await shop.issues()
    await shop.later(minutes=1, seconds=1)
    assert asking(shop) == [["It arrived", "Send again", "Check again"]]

    await shop.presses("Send again", shop.thread[-1])

    assert asking(shop) == [[] for _ in shop.thread]


async def test_what_is_looked_for_in_vain_gives_the_buttons_back_below(shop):
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.drop_before())
    await shop.presses("Capture")
    await shop.later(minutes=11)

    await shop.presses("Check again")

    assert asking(shop) == [*([] for _ in shop.thread[1:]), RESERVED]


async def test_answers_to_three_buttons_in_a_row_say_which_link_each_is_about(shop):
    for reference in ("A1", "A2", "A3"):
        await shop.issues(f"249,50 91234567 Tow bar #{reference} 7d")
    first, second, third = shop.cards
    shop.dintero.pay(shop.session("A2")["id"])

    await shop.presses("Refresh", first)
    await shop.presses("Cancel link", second)
    await shop.presses("Cancel link", third)
    await forges(shop, shop.kari, "capture", value_of(third, "Refresh"), third)

    assert [told.partition(" · ")[0] for told in whispers(shop)] == ["A1", "A2", "A3"]


async def test_a_form_that_came_to_nothing_says_which_link_it_was_about(shop):
    await a_paid_link(shop)
    form = await opens(shop, "Refund…")
    shop.dintero.backoffice_refund(shop.transaction()["id"], 10000)
    await shop.presses("Refresh")

    await sends(shop, form, Reason="Wrong size")

    assert "4711 · Nothing was done: the button was for 249,50 kr" in plain(form)
