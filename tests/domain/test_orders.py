"""What lines come to, and how an amount is spread over them."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.operations import Kind, operation_reference
from bot.domain.orders import Capture, Delivery, Line, Order, allocate, chain_reference
from tests.domain.given import ALICE, NOW, TEAM

LINES = st.builds(
    Line,
    line_id=st.uuids().map(str),
    text=st.just("Bolt"),
    quantity=st.decimals("0.001", "999", places=3),
    unit_price=st.integers(1, 10_000_00),
    vat=st.integers(0, 10_000),
)
ROOMS = st.dictionaries(st.text("abc123", min_size=1), st.integers(-5, 1000), max_size=6)


def a_line(quantity="1", unit_price=100_00, vat=2500, line_id="1"):
    return Line(line_id=line_id, text="Bolt", quantity=Decimal(quantity), unit_price=unit_price, vat=vat)


def an_order(*lines):
    return Order(
        id="o",
        workspace_id="w",
        team_id=TEAM,
        account_id="T12345678",
        reference="4711",
        currency="NOK",
        lines=lines,
        delivery=Delivery.SMS,
        capture=Capture.RESERVE,
        phone=None,
        issuer=ALICE,
        draft_id="d",
        channel="C",
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("quantity", "unit_price", "total"),
    [("1", 249_50, 249_50), ("3", 33_33, 99_99), ("1.5", 33, 50), ("0.5", 1, 1), ("0.333", 1_00, 33), ("0.25", 2, 1)],
)
def test_a_line_is_quantity_times_price_with_half_rounded_up(quantity, unit_price, total):
    assert a_line(quantity, unit_price).total == total


@pytest.mark.parametrize(
    ("total", "vat", "share"),
    [(125_00, 2500, 25_00), (299_90, 2500, 59_98), (115_00, 1500, 15_00), (100_00, 0, 0), (1, 2500, 0), (3, 2500, 1)],
)
def test_vat_is_the_share_contained_in_the_total(total, vat, share):
    assert a_line(unit_price=total, vat=vat).vat_amount == share


@given(st.lists(LINES, min_size=1, max_size=15))
@example([a_line("0.5", 1), a_line("0.5", 1, line_id="2")])
def test_the_amount_is_the_sum_of_the_lines_by_construction(lines):
    order = an_order(*lines)

    assert order.amount == sum(line.total for line in order.lines)
    assert order.vat_amount == sum(line.vat_amount for line in order.lines)
    assert 0 <= order.vat_amount <= order.amount
    assert all(isinstance(line.total, int) for line in order.lines)


@pytest.mark.parametrize(
    ("amount", "open_", "items"),
    [
        (150, {"a": 100, "b": 100}, {"a": 100, "b": 50}),
        (100, {"a": 100, "b": 100}, {"a": 100}),
        (200, {"a": 100, "b": 100}, {"a": 100, "b": 100}),
        (50, {"a": 0, "b": 100}, {"b": 50}),
        (300, {"a": 100, "b": 100}, {"a": 100, "b": 100}),
        (0, {"a": 100}, {}),
        (-5, {"a": 100}, {}),
        (5, {}, {}),
    ],
)
def test_an_amount_fills_the_lines_in_their_order(amount, open_, items):
    assert allocate(amount, open_) == items


@given(st.integers(0, 5000), ROOMS)
def test_the_items_sum_to_the_amount_whenever_it_fits(amount, open_):
    items = allocate(amount, open_)

    room = sum(max(minor, 0) for minor in open_.values())
    assert sum(items.values()) == min(amount, room)
    assert all(0 < part <= open_[line_id] for line_id, part in items.items())


@pytest.mark.parametrize(("n", "reference"), [(1, "4711"), (2, "4711-2"), (11, "4711-11")])
def test_references_show_the_chain(n, reference):
    assert chain_reference("4711", n) == reference


@pytest.mark.parametrize(
    ("kind", "n", "reference"), [(Kind.CAPTURE, 1, "4711-C1"), (Kind.REFUND, 2, "4711-R2"), (Kind.VOID, 1, "4711-V1")]
)
def test_every_operation_has_its_own_reference(kind, n, reference):
    assert operation_reference("4711", kind, n) == reference


def test_a_random_part_stands_behind_it():
    assert operation_reference("4711-2", Kind.REFUND, 1, "9f3a") == "4711-2-R1-9f3a"


def test_no_two_kinds_share_a_reference():
    assert len({operation_reference("4711", kind, 1) for kind in Kind}) == len(Kind)
