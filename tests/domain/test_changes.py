"""An order as the form that would make it again, and what a changed one is said to differ in."""

from dataclasses import replace
from datetime import UTC
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.drafts import read_draft
from bot.domain.links import PriceChange
from bot.domain.orders import Capture, Delivery, Line, Order, Remind, agreed
from bot.domain.redrafting import changes, draft_of, price_change
from tests.domain.given import ALICE, NOW, TEAM

LINE = Line(line_id="1", text="Tow bar", quantity=Decimal(1), unit_price=249_50, vat=2500)
ORDER = Order(
    id="order-1",
    workspace_id="W1",
    team_id=TEAM,
    account_id="T12345678",
    reference="4711",
    currency="NOK",
    lines=(LINE,),
    delivery=Delivery.SMS,
    capture=Capture.RESERVE,
    phone="+4791234567",
    email="kari@example.com",
    name="Kari",
    note="Blue",
    issuer=ALICE,
    draft_id="d1",
    channel="C1",
    created_at=NOW,
)
LINES = st.lists(
    st.builds(
        Line,
        line_id=st.integers(1, 20).map(str),
        text=st.sampled_from(["Tow bar", "Fitting", "Bolt 8 x 40"]),
        quantity=st.decimals(Decimal("0.01"), 100, places=2),
        unit_price=st.integers(100, 1_000_00),
        vat=st.integers(0, 2550),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda line: line.line_id,
)


@given(LINES, st.sampled_from(["7d", "phone", "12h", "2026-12-01"]), st.sampled_from(Capture))
def test_an_order_read_from_its_own_form_is_the_same_order(lines, deadline, capture):
    """Whoever only wants another number must not change the amount by a rounding."""
    order = replace(ORDER, lines=tuple(lines), deadline=deadline, capture=capture)

    offer = read_draft(draft_of(order, "d2"), currency="SEK", country="NO", now=NOW, zone=UTC)

    assert agreed(offer) == agreed(order)
    assert changes(order, offer) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines": (replace(LINE, text="Hitch"),)}, "other lines"),
        ({"lines": (replace(LINE, vat=1500),)}, "other lines"),
        ({"methods": ("vipps",)}, "methods"),
        ({"phone": "+4799876543"}, "another number"),
        ({"email": "ola@example.com"}, "another e-mail address"),
        ({"name": "Ola"}, "another name"),
        ({"delivery": Delivery.LINK}, "another way"),
        ({"deadline": "1d"}, "a new deadline"),
        ({"capture": Capture.AUTOMATIC}, "reserve or capture"),
        ({"note": "Red"}, "the note"),
        ({"remind": Remind.NUDGE}, "reminders"),
        ({"phone": None, "delivery": Delivery.LINK}, "another number, another way"),
    ],
)
def test_what_differs_is_named_and_never_what_stands_in_it(change, said):
    assert changes(ORDER, replace(ORDER, **change)) == said


@pytest.mark.parametrize("field", [name for name in agreed(ORDER) if name != "reference"])
def test_no_change_goes_unsaid(field):
    """A field that is added to what a form says is told as well."""
    value = {"lines": (replace(LINE, unit_price=1),)}.get(field, object())
    after = replace(ORDER, **{field: value})

    assert changes(ORDER, after) or price_change(ORDER, after, by=ALICE)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((replace(LINE, unit_price=1),), ""),
        ((replace(LINE, unit_price=1, text="Hitch"),), "other lines"),
        ((LINE, replace(LINE, line_id="2")), "other lines"),
    ],
)
def test_a_price_is_told_with_its_amounts_and_not_as_other_lines(lines, said):
    after = replace(ORDER, lines=lines)

    assert price_change(ORDER, after, by=ALICE) == PriceChange(before=249_50, currency="NOK", by=ALICE)
    assert changes(ORDER, after) == said


def test_prices_that_come_to_the_same_sum_are_other_lines():
    two = replace(ORDER, lines=(LINE, replace(LINE, line_id="2", unit_price=1)))
    swapped = replace(ORDER, lines=(replace(LINE, unit_price=1), replace(LINE, line_id="2")))

    assert price_change(two, swapped, by=ALICE) is None
    assert changes(two, swapped) == "other lines"
