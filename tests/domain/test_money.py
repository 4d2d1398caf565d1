"""Amounts: what people type becomes minor units, or a sentence; never another amount than they meant."""

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.field_parsers import BadAmount, parse_amount
from bot.domain.money import (
    MAX_MINOR,
    digits,
    format_money,
    known_currency,
    plain_amount,
    round_half_up,
)


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("249", 249_00),
        ("249,5", 249_50),
        ("249,50", 249_50),
        ("249.50", 249_50),
        ("249,", 249_00),
        ("0,01", 1),
        ("1249.50", 1_249_50),
        ("1 249,50", 1_249_50),
        ("1.249,50", 1_249_50),
        ("1,249.50", 1_249_50),
        ("1'249.50", 1_249_50),
        ("1\u00a0249,50", 1_249_50),
        ("1\u202f249,50", 1_249_50),
        ("12 345 678,90", 12_345_678_90),
        ("1.249.500", 1_249_500_00),
        ("1 249", 1_249_00),
        ("249,-", 249_00),
        ("249,\u2013", 249_00),
        ("1 249,-", 1_249_00),
        ("kr 249", 249_00),
        ("kr249", 249_00),
        ("Kr. 249,50", 249_50),
        ("249 kr", 249_00),
        ("249,50 kr.", 249_50),
        ("249,- kr", 249_00),
        ("249 kr,-", 249_00),
        ("249:-", 249_00),
        ("249.-", 249_00),
        ("249,\u2212", 249_00),
        ("249,--", 249_00),
        ("1.249,-", 1_249_00),
        ("249 kroner", 249_00),
        ("249,50\u200b", 249_50),
        ("\ufeff249,50", 249_50),
        ("\u202d249,50\u202c", 249_50),
        ("\u200f249,50\u200e", 249_50),
        ("12\u200b490", 12_490_00),
        ("12\u2060490", 12_490_00),
        ("12\u2009490", 12_490_00),
        ("12\t490", 12_490_00),
        ("12  490", 12_490_00),
        ("12\u2019490", 12_490_00),
        ("１２４９，５０", 1_249_50),
        ("NOK 1 249,50", 1_249_50),
        ("  249  ", 249_00),
        ("21474836,47", MAX_MINOR),
        ("00249", 249_00),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, minor):
    assert parse_amount(typed, "NOK") == minor


@pytest.mark.parametrize("typed", ["1.249", "1,249", "249.500", "12,345", "kr 1.249", "1.249 kr"])
def test_what_could_be_a_thousand_or_a_decimal_is_asked_back(typed):
    with pytest.raises(BadAmount, match="two ways"):
        parse_amount(typed, "NOK")


@pytest.mark.parametrize("typed", ["249,505", "1 249,505", "1249.505", "0,0001"])
def test_more_decimals_than_the_currency_has_are_refused(typed):
    with pytest.raises(BadAmount):
        parse_amount(typed, "NOK")


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("249", "JPY", 249),
        ("1 249", "JPY", 1_249),
        ("¥249", "JPY", None),
        ("249,5", "JPY", None),
        ("249,50", "JPY", None),
        ("249,", "JPY", 249),
        ("1249,505", "KWD", 1_249_505),
        ("249,50", "EUR", 249_50),
        ("€ 249,50", "EUR", 249_50),
        ("249,50€", "EUR", 249_50),
        ("SEK 249", "SEK", 249_00),
        ("249 kr", "SEK", 249_00),
    ],
)
def test_each_currency_has_its_own_decimals(typed, currency, minor):
    if minor is None:
        with pytest.raises(BadAmount):
            parse_amount(typed, currency)
    else:
        assert parse_amount(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("EUR 249", "NOK"),
        ("249 €", "NOK"),
        ("249 SEK", "NOK"),
        ("249 usd", "NOK"),
        ("249 kr", "EUR"),
        ("kr 249", "GBP"),
    ],
)
def test_an_amount_in_another_currency_is_not_taken_at_face_value(typed, currency):
    """249 euro typed into a form in kroner would ask the customer for a tenth."""
    with pytest.raises(BadAmount, match=f"in {currency}"):
        parse_amount(typed, currency)


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "kr", "0", "0,00", "-5", "\u22125", "kr -5", "21474836,48", "9" * 40, "9" * 5000, "0" * 5000],
)
def test_an_amount_is_more_than_nothing_and_at_most_what_the_api_can_carry(typed):
    with pytest.raises(BadAmount):
        parse_amount(typed, "NOK")


@pytest.mark.parametrize(
    "typed",
    [
        "abc",
        "12 34",
        "1 2",
        "1.249,50,0",
        "1..249",
        "1,249.50.1",
        "12.34.56",
        "1e5",
        "2x",
        ",50",
        "5-",
        "1 249.50,5",
        "$249",
        "249,00-",
        "249,50,-",
        "249-",
        "249 50",
        "\u202e942",
        "1_000",
        "2\u200b49",
        "1 249 50",
        "1.249 500",
        "NaN",
        "Infinity",
    ],
)
def test_what_is_no_amount_is_refused_rather_than_trimmed(typed):
    with pytest.raises(BadAmount):
        parse_amount(typed, "NOK")


@given(minor=st.integers(1, MAX_MINOR), currency=st.sampled_from(["NOK", "SEK", "EUR", "JPY"]))
def test_an_amount_put_into_a_field_is_read_back_the_same(minor, currency):
    assert parse_amount(plain_amount(minor, currency), currency) == minor


@given(
    minor=st.integers(1, MAX_MINOR),
    thousands=st.sampled_from(["", " ", ".", "\u00a0", "'"]),
    word=st.sampled_from(["", "kr ", "NOK "]),
)
def test_a_written_amount_is_read_exactly_whatever_its_grouping(minor, thousands, word):
    typed = f"{word}{minor // 100:,}".replace(",", thousands) + f",{minor % 100:02}"

    assert parse_amount(typed, "NOK") == minor


@given(typed=st.text(alphabet="0123456789., -kr\u00a0", max_size=14))
def test_an_amount_is_never_misread_by_a_factor(typed):
    """Whatever is accepted keeps every digit: at most two behind the last mark are decimals, all others are whole."""
    try:
        minor = parse_amount(typed, "NOK")
    except BadAmount:
        return
    figures = re.sub(r"[^0-9.,]", "", typed.lower().replace("kr.", ""))
    decimals = re.search(r"[.,]([0-9]{0,2})$", figures)
    whole = re.sub(r"[^0-9]", "", figures[: decimals.start()] if decimals else figures)
    assert minor == int(whole) * 100 + int((decimals[1] if decimals else "").ljust(2, "0"))


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_sentence(typed):
    try:
        told = "Taken." if 0 < parse_amount(typed, "NOK") <= MAX_MINOR else ""
    except BadAmount as error:
        told = str(error)
    assert told.endswith(".")


@pytest.mark.parametrize(("code", "places"), [("NOK", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3)])
def test_a_currency_knows_its_decimals(code, places):
    assert digits(code) == places


def test_a_misspelt_currency_is_unknown():
    assert known_currency("NOK")
    assert not known_currency("NOKK")


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "shown"),
    [
        (24950, "NOK", "nb_NO", "249,50\u00a0kr"),
        (124950, "NOK", "nb_NO", "1\u00a0249,50\u00a0kr"),
        (24950, "NOK", "xx_nowhere", "NOK249.50"),
        (249, "JPY", "en", "¥249"),
    ],
)
def test_money_is_shown_as_its_readers_write_it(minor, currency, locale, shown):
    assert format_money(minor, currency, locale) == shown


@pytest.mark.parametrize(("value", "rounded"), [("0.5", 1), ("1.5", 2), ("2.5", 3), ("2.4999", 2), ("-0.5", -1)])
def test_half_a_unit_is_rounded_up(value, rounded):
    """Not to even: two lines of 0.5 øre come to 2 øre, as on a receipt."""
    assert round_half_up(Decimal(value)) == rounded


@given(st.integers(1, 999_999), st.integers(0, 999))
def test_a_lone_group_of_three_after_a_short_number_is_never_read(whole, thousand):
    assume(whole <= 999)
    for mark in ".,":
        with pytest.raises(BadAmount):
            parse_amount(f"{whole}{mark}{thousand:03}", "NOK")


@pytest.mark.parametrize("typed", ["249,00-", "1.249", "249,505", "249,50\u00ad5", "249,\u200b500", "2,4,9"])
def test_a_refusal_proposes_no_amount_that_was_not_typed(typed):
    with pytest.raises(BadAmount) as refused:
        parse_amount(typed, "NOK")

    assert set(re.findall(r"\d[\d ,.]*\d", str(refused.value))) <= {typed.replace("\u200b", ""), "249,50", "1 249,50"}


@pytest.mark.parametrize(("typed", "currency", "minor"), [("249:50", "SEK", 249_50), ("249:50 kr", "SEK", 249_50)])
def test_a_swede_may_write_a_colon_before_the_ore(typed, currency, minor):
    assert parse_amount(typed, currency) == minor


@pytest.mark.parametrize(
    ("code", "places"), [("RSD", 2), ("ALL", 2), ("LBP", 2), ("MMK", 2), ("IQD", 3), ("ISK", 0), ("HUF", 2), ("UYW", 4)]
)
def test_a_currency_has_the_decimals_of_iso_4217(code, places):
    """Not those that people of the country still use: the provider counts in ISO's smallest unit."""
    assert digits(code) == places
    assert parse_amount("249", code) == 249 * 10**places
    assert format_money(249 * 10**places, code, "en").endswith("249" + "." * bool(places) + "0" * places)


@pytest.mark.parametrize("code", ["XAU", "XXX", "XDR", "DEM", "nok"])
def test_a_currency_without_decimals_to_go_by_is_unknown(code):
    assert not known_currency(code)


@pytest.mark.parametrize("typed", ["000 001", "0 249", "1,- 100", "249,- 50"])
def test_a_piece_of_something_else_is_no_amount(typed):
    with pytest.raises(BadAmount):
        parse_amount(typed, "NOK")


@pytest.mark.parametrize(("typed", "minor"), [("0,50", 50), ("249,-", 249_00), ("249,- kr", 249_00), ("249:-", 249_00)])
def test_what_people_write_without_decimals_is_read(typed, minor):
    assert parse_amount(typed, "NOK") == minor
