"""Whole lines or an amount: what was chosen, and that its items always sum to it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.actions import Action
from bot.domain.errors import FieldErrors
from bot.domain.links import Status
from bot.services.pressing import Part
from bot.slack import ids
from bot.slack.forms import read_part
from bot.slack.views.part_form import MAX_REASON, part_form

from .screen import state_of
from .shelf import LOOK, captured, line_of, link, order, reserved, story

SHOP = order(line_of(price=15000), line_of("Wiring", 9900, line_id="2"))
RESERVED = link(Status.AUTHORIZED, known=reserved())
PART_TAKEN = link(Status.CAPTURED, known=captured(10000, rest=14900, taken={"1": 10000}))
PAID = link(Status.CAPTURED, known=captured(back=4900, taken={"1": 15000, "2": 9900}, returned={"1": 4900}))
OUTSIDE = link(Status.CAPTURED, known=captured())


def read(on, action, **typed):
    told = story(on, of=SHOP)
    view = part_form(told, on, action, LOOK)
    about = ids.ButtonValue.decode(view["private_metadata"])
    return read_part(state_of(view, **typed), told, about)


def wrong(on, action, **typed):
    with pytest.raises(FieldErrors) as error:
        read(on, action, **typed)
    shown = {b["block_id"] for b in part_form(story(on, of=SHOP), on, action, LOOK)["blocks"] if b["type"] == "input"}
    assert set(error.value.fields) <= shown
    return error.value.fields


def test_the_form_remembers_what_was_seen():
    view = part_form(story(of=SHOP), PAID, Action.REFUND, LOOK)

    assert view["callback_id"] == ids.VIEW_REFUND
    assert ids.ButtonValue.decode(view["private_metadata"]) == ids.ButtonValue(PAID.id, 3, 20000, Action.REFUND)


def test_whole_lines():
    assert read(RESERVED, Action.CAPTURE_PART, lines=["2"]) == Part(amount=9900, items={"2": 9900})
    assert read(PART_TAKEN, Action.CAPTURE_PART, lines=["1", "2"]) == Part(amount=14900, items={"1": 5000, "2": 9900})
    assert read(PAID, Action.REFUND, part="lines", lines=["1"], reason="Broken") == Part(
        amount=10100, items={"1": 10100}, reason="Broken"
    )


def test_an_amount_fills_the_lines_in_their_order():
    part = read(RESERVED, Action.CAPTURE_PART, part="amount", amount="200")

    assert part == Part(amount=20000, items={"1": 15000, "2": 5000})


def test_all_that_is_left():
    assert read(PAID, Action.REFUND, reason="Sent back") == Part(
        amount=20000, items={"1": 10100, "2": 9900}, reason="Sent back"
    )


def test_money_taken_outside_the_lines_goes_back_without_lines():
    part = read(OUTSIDE, Action.REFUND, part="amount", amount="100,50", reason="  Too\n much ")

    assert part == Part(amount=10050, items={}, reason="Too much")


def test_money_of_which_only_some_was_taken_from_lines_goes_back_without_lines():
    some = link(Status.CAPTURED, known=captured(taken={"1": 10000}))

    assert read(some, Action.REFUND, reason="Sent back") == Part(amount=24900, items={}, reason="Sent back")


def test_all_means_what_was_seen_even_if_more_is_open_now():
    told = story(PAID, of=SHOP)
    view = part_form(told, PAID, Action.REFUND, LOOK)
    about = ids.ButtonValue(PAID.id, 2, 5000, Action.REFUND)

    assert read_part(state_of(view, reason="x"), told, about).amount == 5000


@pytest.mark.parametrize("amount", ["", "0", "-5", "249,01", "many", "1,234,5"])
def test_an_amount_out_of_range_is_refused(amount):
    assert set(wrong(RESERVED, Action.CAPTURE_PART, part="amount", amount=amount)) == {"amount"}


def test_lines_worth_more_than_is_open_are_refused():
    released = link(Status.AUTHORIZED, known=reserved(5000))

    assert set(wrong(released, Action.CAPTURE_PART, lines=["1"])) == {"part"}


def test_two_answers_at_once_are_refused():
    assert set(wrong(PAID, Action.REFUND, amount="50", reason="x")) == {"part"}
    assert set(wrong(PAID, Action.REFUND, lines=["1"], reason="x")) == {"part"}
    assert set(wrong(PAID, Action.REFUND, part="lines", lines=["1"], amount="50", reason="x")) == {"part"}
    assert set(wrong(PAID, Action.REFUND, part="amount", lines=["1"], amount="50", reason="x")) == {"part"}


def test_no_answer_is_refused():
    assert set(wrong(RESERVED, Action.CAPTURE_PART)) == {"lines"}
    assert set(wrong(RESERVED, Action.CAPTURE_PART, part=None)) == {"part"}


@pytest.mark.parametrize("reason", [None, "", "  ", "x" * (MAX_REASON + 1)])
def test_a_refund_needs_a_reason_of_reasonable_length(reason):
    assert set(wrong(PAID, Action.REFUND, part="amount", amount="9999", reason=reason)) == {"amount", "reason"}


def test_a_line_that_is_not_offered_cannot_be_chosen():
    assert set(wrong(PART_TAKEN, Action.CAPTURE_PART, part="lines", lines=["99"])) == {"part"}


def test_many_lines_stand_in_two_blocks_and_are_read_from_both():
    many = order(*(line_of(f"Thing {n}", 100, line_id=str(n)) for n in range(1, 16)))
    on = link(Status.AUTHORIZED, known=reserved(1500), amount=1500)
    told = story(on, of=many)
    view = part_form(told, on, Action.CAPTURE_PART, LOOK)
    about = ids.ButtonValue.decode(view["private_metadata"])

    part = read_part(state_of(view, lines=["1"], lines_2=["15"]), told, about)

    assert part == Part(amount=200, items={"1": 100, "15": 100})


@given(
    totals=st.lists(st.integers(1, 500_00), min_size=1, max_size=15),
    used=st.integers(0, 500_00),
    amount=st.integers(1, 2000_00),
    refunds=st.booleans(),
)
def test_items_sum_to_the_amount_or_are_empty(totals, used, amount, refunds):
    sold = order(*(line_of(price=price, line_id=str(n)) for n, price in enumerate(totals)))
    taken = {"0": min(used, totals[0])}
    left = sum(totals) - taken["0"]
    assume(amount <= (taken["0"] if refunds else left))
    on = link(Status.CAPTURED, known=captured(taken["0"], rest=left, taken=taken), amount=sum(totals))
    told = story(on, of=sold)
    view = part_form(told, on, Action.REFUND if refunds else Action.CAPTURE_PART, LOOK)
    typed = {"part": "amount", "amount": f"{amount // 100},{amount % 100:02}"} | ({"reason": "x"} if refunds else {})

    part = read_part(state_of(view, **typed), told, ids.ButtonValue.decode(view["private_metadata"]))

    assert part.amount == amount
    assert sum(part.items.values()) == amount
