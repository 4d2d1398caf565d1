"""Whatever colour a shop has, its name can be read on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.merchant import Merchant, contrast, readable_on


@given(st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True))
def test_what_is_written_on_any_colour_meets_wcag_aa(colour):
    assert contrast(readable_on(colour), colour) >= 4.5


@pytest.mark.parametrize(
    ("colour", "ink"), [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#0a7a3c", "#ffffff"), ("#ffe600", "#000000")]
)
def test_dark_colours_carry_white_and_light_ones_black(colour, ink):
    assert readable_on(colour) == ink
    assert f"--house: {colour}; --on-house: {ink};" in Merchant(colour=colour).css


def test_black_on_white_is_as_far_as_it_goes():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_shop_without_a_colour_gets_a_readable_one():
    assert "--house: #" in Merchant().css


def test_only_the_logos_own_place_is_named():
    assert Merchant().logo_origin is None
    assert Merchant(logo_url="https://cdn.example.com:8443/a/logo.svg").logo_origin == "https://cdn.example.com:8443"
