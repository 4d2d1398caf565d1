"""Lines come, change and go; each change is counted, and what they come to is said once all can be read."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.choices import NO_CHOICES
from bot.domain.draft_lines import (
    filled_lines,
    fits_first_view,
    line_of,
    next_line,
    price_as_typed,
    sums,
    with_line,
    with_sold_lines,
    without_line,
)
from bot.domain.drafts import EXCL, INCL, Draft, DraftLine
from bot.domain.orders import Line

ONE = DraftLine(line_id="1", text="Tow bar", price="249,50", vat="15")
TWO = DraftLine(line_id="2", text="Wiring", price="100", quantity="1,5")
DRAFT = Draft(id="d1", lines=(ONE, TWO), revision=4)


def ids(draft):
    return [line.line_id for line in draft.lines]


def test_a_new_line_has_an_id_of_its_own_and_the_rate_of_the_last_one():
    assert next_line(DRAFT, "NO") == DraftLine(line_id="3", vat="25")
    assert next_line(replace(DRAFT, lines=(ONE,)), "NO").vat == "15"
    assert next_line(replace(DRAFT, lines=()), "FI") == DraftLine(line_id="1", vat="25,5")


def test_a_line_is_put_in_its_place_or_behind_the_others():
    changed = replace(ONE, text="Hitch")

    assert with_line(DRAFT, changed).lines == (changed, TWO)
    assert ids(with_line(DRAFT, next_line(DRAFT, "NO"))) == ["1", "2", "3"]


def test_an_empty_line_makes_room_for_the_first_that_is_not():
    empty = Draft(id="d1")

    assert with_line(empty, replace(TWO, line_id="2")).lines == (TWO,)


def test_a_line_goes_and_the_last_one_leaves_an_empty_one():
    assert ids(without_line(DRAFT, "1")) == ["2"]
    assert without_line(replace(DRAFT, lines=(ONE,)), "1").lines == (DraftLine(line_id="1", vat="15"),)
    assert without_line(DRAFT, "9") == DRAFT


def test_every_change_is_counted():
    assert with_line(DRAFT, ONE).revision == without_line(DRAFT, "1").revision == 5
    assert with_sold_lines(DRAFT, (), "NOK").revision == 5


@pytest.mark.parametrize(
    ("lines", "fits"),
    [((), True), ((ONE,), True), ((TWO,), False), ((ONE, replace(ONE, line_id="2")), False)],
)
def test_the_first_view_has_fields_for_one_thing_sold_once(lines, fits):
    assert fits_first_view(replace(DRAFT, lines=lines)) is fits


def test_lines_are_added_up_by_rate():
    found = sums(DRAFT, "NOK", NO_CHOICES)

    assert (found.total, found.vat) == (24950 + 15000, {1500: 3254, 2500: 3000})
    assert list(found.vat) == [1500, 2500]


def test_nothing_is_added_up_while_a_line_cannot_be_read():
    assert sums(replace(DRAFT, lines=(ONE, replace(TWO, price="?"))), "NOK", NO_CHOICES) is None
    assert sums(Draft(id="d1"), "NOK", NO_CHOICES) is None
    assert sums(replace(DRAFT, lines=(ONE, DraftLine(line_id="2"))), "NOK", NO_CHOICES).total == 24950


def test_the_lines_of_an_order_become_lines_as_they_are_typed():
    line = Line(line_id="9", text="Cable", quantity=Decimal("2.50"), unit_price=1250, vat=1250)

    taken = with_sold_lines(replace(DRAFT, prices=EXCL, phone="91234567"), (line,), "SEK")

    assert taken.lines == (DraftLine(line_id="1", text="Cable", quantity="2,5", price="12,50", vat="12,5"),)
    assert (taken.prices, taken.currency, taken.phone) == (INCL, "SEK", "91234567")


def test_lines_without_vat_come_back_as_they_were_typed():
    line = Line(line_id="9", text="Screw", quantity=Decimal(1000), unit_price=10, vat=2500, without_vat=True)

    taken = with_sold_lines(DRAFT, (line,), "NOK")

    assert (taken.prices, taken.lines[0].price) == (EXCL, "0,10")
    assert sums(taken, "NOK", NO_CHOICES).total == line.total == 125_00


def test_where_only_some_were_typed_without_vat_all_prices_come_back_with_it():
    dear = Line(line_id="9", text="Screw", quantity=Decimal(1), unit_price=10_00, vat=2500, without_vat=True)

    taken = with_sold_lines(DRAFT, (dear, replace(dear, without_vat=False)), "NOK")

    assert (taken.prices, [line.price for line in taken.lines]) == (INCL, ["12,50", "10,00"])


def test_a_price_comes_back_without_vat_where_that_is_how_it_is_typed():
    assert price_as_typed(12500, 2500, DRAFT, "NOK") == "125,00"
    assert price_as_typed(12500, 2500, replace(DRAFT, prices=EXCL), "NOK") == "100,00"
    assert price_as_typed(500, 0, DRAFT, "ISK") == "500"


def test_a_line_is_found_by_its_id_and_empty_ones_do_not_count():
    assert line_of(DRAFT, "2") == TWO
    assert line_of(DRAFT, "3") is None
    assert filled_lines(replace(DRAFT, lines=(DraftLine(line_id="5"), TWO))) == (TWO,)
