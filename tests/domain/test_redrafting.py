"""An order as the form that would make it again."""

from datetime import UTC

import pytest

from bot.domain.choices import Choices, Shipping
from bot.domain.draft_lines import sums, with_sold_lines
from bot.domain.drafts import Draft, DraftLine, read_draft
from bot.domain.orders import Capture, Delivery, Remind
from bot.domain.redrafting import draft_of
from tests.dintero.builders import NOW, line, order

CHOICES = Choices(methods=("card", "vipps"), shipping=(Shipping("Home delivery", 9900, "NOK", 2500),))


def read(draft):
    return read_draft(draft, currency="NOK", country="NO", now=NOW, zone=UTC, choices=CHOICES)


def typed(**more):
    lines = (DraftLine(line_id="1", text="Tow bar", price="200"),)
    return Draft(id="d", phone="91234567", lines=lines, currency="NOK", **more)


def test_an_address_is_paid_for_once_however_often_an_order_is_made_again():
    first = read(typed(address="Home delivery"))
    made = order(lines=first.lines, address=first.address)

    again = read(draft_of(made, "d2"))

    assert [one.total for one in first.lines] == [20000, 9900]
    assert again.lines == first.lines
    assert sums(draft_of(made, "d2"), "NOK", CHOICES).total == 29900


def test_the_last_orders_lines_come_without_what_its_address_cost():
    lines = read(typed(address="Home delivery")).lines

    assert [one.text for one in with_sold_lines(Draft(id="d2"), lines, "NOK").lines] == ["Tow bar"]


def test_what_was_chosen_comes_back_with_all_fields_to_be_seen():
    chosen = order(
        lines=(line("1"),), delivery=Delivery.LINK, methods=("vipps",), profile="P1.b", address="Home delivery",
        terms="https://shop.example.com/terms", name="Kari Nordmann",
    )  # fmt: skip
    draft = draft_of(chosen, "d2")

    assert (draft.methods, draft.profile, draft.address) == (("vipps",), "P1.b", "Home delivery")
    assert (draft.terms, draft.name) == ("https://shop.example.com/terms", "Kari Nordmann")
    assert draft.expanded
    assert draft_of(order(lines=(line("1"),), methods=("vipps",)), "d2").expanded
    assert draft_of(order(lines=(line("1"),), profile="P1.b"), "d2").expanded
    assert not draft_of(order(lines=(line("1"),)), "d2").expanded


@pytest.mark.parametrize(
    "chosen",
    [
        {"email": "kari@example.com"},
        {"name": "Kari Nordmann"},
        {"note": "Blue car"},
        {"capture": Capture.AUTOMATIC},
        {"remind": Remind.NUDGE},
    ],
)
def test_nothing_is_sent_again_that_does_not_stand_on_the_form(chosen):
    assert draft_of(order(lines=(line("1"),), **chosen), "d2").expanded
