"""Patterns for references."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.field_parsers import parse_reference
from bot.domain.numbering import Numbering, Pattern

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        ("{yyyy}-{seq}", "2026-42"),
        ("{yyyy}-{seq:4}", "2026-0042"),
        ("S{yy}{mm}-{seq:3}", "S2611-042"),
        ("{seq}-{yy}", "42-26"),
        ("{seq}", "42"),
        (" SALES-{seq:6}-NO ", "SALES-000042-NO"),
    ],
)
def test_a_pattern_makes_a_reference_of_the_date_and_a_number(typed, reference):
    assert Pattern.read(typed).reference(DAY, 42) == reference


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "one {seq}"),
        ("2026", "one {seq}"),
        ("{yyyy}", "one {seq}"),
        ("{seq}-{seq}", "one {seq}"),
        ("{seq}-{seq:4}", "one {seq}"),
        ("{dd}-{seq}", "one {seq}"),
        ("{seq:9}", "one {seq}"),
        ("{seq:0}", "one {seq}"),
        ("{SEQ}", "one {seq}"),
        ("{mm}-{seq}", "month needs its year"),
        ("{yyyy}/{seq}", "letters"),
        ("-{seq}", "letters"),
        ("{seq}-", "letters"),
        ("{yyyy}-{seq", "one {seq}"),
        ("{{yyyy}}-{seq}", "letters"),
        ("ordre {seq}", "letters"),
        ("Ø-{seq}", "letters"),
        ("#{seq}", "without #"),
        ("A-VERY-LONG-BEGINNING-{seq}", "Too long"),
    ],
)
def test_what_would_make_no_references_is_refused_with_a_sentence(typed, why):
    with pytest.raises(ValueError, match=why.replace("{", r"\{").replace("}", r"\}")) as refusal:
        Pattern.read(typed)
    assert str(refusal.value).endswith(".")


@given(st.text(alphabet="ab-{}seqym:4 #", max_size=20), st.integers(1, 99_999), st.dates(date(2020, 1, 1)))
def test_whatever_is_accepted_makes_references_that_can_be_typed(typed, number, day):
    try:
        pattern = Pattern.read(typed)
    except ValueError:
        return
    made = pattern.reference(day, number)
    assert parse_reference(made) == made


def test_numbers_start_again_when_the_date_in_them_changes():
    monthly = Numbering(workspace_id="W1", channel="C1", pattern="{yy}{mm}-{seq}", period="26 11", last=41)
    always = Numbering(workspace_id="W1", channel="C1", pattern="S-{seq}", period="", last=41)

    assert [monthly.least(day) for day in (DAY, date(2026, 12, 1), date(2027, 11, 20))] == [42, 1, 1]
    assert always.least(date(2030, 1, 1)) == 42
