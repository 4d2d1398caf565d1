"""The one-liner: what it understands, what it leaves to the person, and what it never guesses."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.drafts import Draft, DraftLine
from bot.domain.quickline import Nonsense, read_quickline

EMPTY = Draft(id="d1", channel="C1")


def read(text, currency="NOK", country="NO", draft=EMPTY):
    return read_quickline(text, draft, currency=currency, country=country)


@pytest.mark.parametrize(
    ("typed", "price", "phone", "text"),
    [
        ("249,50 91234567 Tow bar", "249,50", "+4791234567", "Tow bar"),
        ("91234567 249,50 Tow bar", "249,50", "+4791234567", "Tow bar"),
        ("249 912 34 567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("912 34 567 249 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("1 249 91234567 Tow bar", "1249,00", "+4791234567", "Tow bar"),
        ("1 249,50 912 34 567 Tow bar", "1249,50", "+4791234567", "Tow bar"),
        ("12 345 678 912 34 567", "12345678,00", "+4791234567", ""),
        ("91 23 45 67 1 249 Tow bar", "1249,00", "+4791234567", "Tow bar"),
        ("249 +47 912 34 567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("249 +46701234567 Tow bar", "249,00", "+46701234567", "Tow bar"),
        ("249,- 91234567", "249,00", "+4791234567", ""),
        ("249,\u2013 91234567", "249,00", "+4791234567", ""),
        ("kr 249 91234567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("249 kr 91234567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("249kr 91234567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("91234567 kr249 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("1\u00a0249,50 91234567", "1249,50", "+4791234567", ""),
        ("249,50", "249,50", "", ""),
        ("91234567", "", "+4791234567", ""),
        ("91234567 Tow bar", "", "+4791234567", "Tow bar"),
        ("249 Tow bar 2 m", "249,00", "", "Tow bar 2 m"),
    ],
)
def test_leading_numbers_are_split_the_one_way_that_works(typed, price, phone, text):
    draft = read(typed)

    assert (draft.lines[0].price, draft.phone, draft.lines[0].text) == (price, phone, text)


@pytest.mark.parametrize(
    "typed",
    ["249 <tel:91234567|912 34 567> Tow bar", "<tel:91234567|91234567> 249 Tow bar", "<tel:+4791234567> 249 Tow bar"],
)
def test_slack_makes_links_of_numbers_and_they_are_understood(typed):
    draft = read(typed)

    assert (draft.lines[0].price, draft.phone, draft.lines[0].text) == ("249,00", "+4791234567", "Tow bar")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("249 Nuts &amp; bolts", "Nuts & bolts"),
        ("249 Cable &lt;2 m&gt;", "Cable <2 m>"),
        ("249 Read &amp;lt; aloud", "Read &lt; aloud"),
    ],
)
def test_slack_escapes_are_undone_once(typed, text):
    assert read(typed).lines[0].text == text


@pytest.mark.parametrize(
    ("typed", "reference", "deadline", "text"),
    [
        ("249 91234567 Tow bar #4711 7d", "4711", "7d", "Tow bar"),
        ("249 91234567 Tow bar 12H #PO-22", "PO-22", "12h", "Tow bar"),
        ("#4711 249 91234567 Tow bar", "4711", "7d", "Tow bar"),
        ("249 #4711 91234567", "4711", "7d", ""),
        ("2w 249 Tow bar", "", "2w", "Tow bar"),
        ("249 Tow bar 2026-12-01", "", "2026-12-01", "Tow bar"),
        ("249 Bar # 1", "", "7d", "Bar # 1"),
        ("#4711", "4711", "7d", ""),
        ("#4711 Tow bar", "4711", "7d", "Tow bar"),
    ],
)
def test_reference_and_deadline_stand_anywhere(typed, reference, deadline, text):
    draft = read(typed)

    assert (draft.reference, draft.deadline, draft.lines[0].text) == (reference, deadline, text)


@pytest.mark.parametrize(
    ("typed", "deadline", "text"),
    [
        ("249 91234567 Tow bar phone", "phone", "Tow bar"),
        ("249 91234567 Tow bar #4711 tlf", "phone", "Tow bar"),
        ("249 91234567 Tow bar tlf #4711", "phone", "Tow bar"),
        ("249 91234567 phone case", "7d", "phone case"),
        ("249 91234567 Mobile Phone", "7d", "Mobile Phone"),
    ],
)
def test_on_the_phone_is_the_last_word_in_small_letters(typed, deadline, text):
    """People sell phones, too; the form shows what was understood."""
    draft = read(typed)

    assert (draft.deadline, draft.lines[0].text) == (deadline, text)


@pytest.mark.parametrize(
    ("typed", "currency", "price", "phone"),
    [
        ("91234567", "JPY", "", ""),
        ("1.249 91234567", "NOK", "", ""),
        ("91234567 41234567", "NOK", "", ""),
        ("249 usd 91234567", "NOK", "", ""),
        ("249 eur 91234567", "NOK", "", ""),
    ],
)
def test_a_doubtful_number_leaves_its_field_empty(typed, currency, price, phone):
    """Eight figures could be yen or a phone; a wrong guess would be sent to somebody."""
    draft = read(typed, currency=currency)

    assert (draft.lines[0].price, draft.phone) == (price, phone)


@pytest.mark.parametrize("typed", ["1.249 91234567 Tow bar", "91234567 41234567 Tow bar", "249 eur 91234567 Tow bar"])
def test_numbers_that_fit_nowhere_stay_in_the_text(typed):
    assert read(typed).lines[0].text == typed


@pytest.mark.parametrize("typed", ["Tow bar", "help", "7d Tow bar", "-", "Tow bar 249"])
def test_words_without_a_number_in_front_are_answered_with_how_it_is_used(typed):
    with pytest.raises(Nonsense):
        read(typed)


def test_an_empty_command_opens_an_empty_form():
    assert read("") == EMPTY


def test_the_form_keeps_the_vat_it_was_opened_with():
    """The one-liner fills fields; it does not put 25 % where the shop's form had 15 %."""
    draft = Draft(id="d1", lines=(DraftLine(line_id="a", vat="15"),))

    [line] = read("249 Bread", draft=draft).lines

    assert (line.vat, line.line_id, line.price, line.text) == ("15", "a", "249,00", "Bread")


@given(
    st.sampled_from(["249", "1 249", "1 249,50", "249,-", "12,5", "kr 99"]),
    st.sampled_from(["91234567", "912 34 567", "+47 91 23 45 67", "<tel:91234567|91234567>"]),
    st.booleans(),
)
def test_amount_and_phone_are_told_apart_in_either_order(amount, phone, swapped):
    draft = read(f"{phone} {amount}" if swapped else f"{amount} {phone}")

    assert draft.phone == "+4791234567"
    assert draft.lines[0].price == read(amount).lines[0].price


@given(st.text(alphabet="0123456789 ,.#kr+-<>|&;telTow", max_size=40))
def test_any_command_becomes_a_form_or_nonsense(typed):
    with contextlib.suppress(Nonsense):
        assert len(read(typed).lines) == 1
