"""Mobile numbers: as people write them, one number to Dintero, three digits to the channel."""

import pytest

from bot.domain.field_parsers import BadPhone, parse_mobile
from bot.domain.phones import mask_number, show


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("91234567", "NO", "+4791234567"),
        ("912 34 567", "NO", "+4791234567"),
        ("912\u00a034\u00a0567", "NO", "+4791234567"),
        ("+47 912 34 567", "NO", "+4791234567"),
        ("0047 912 34 567", "NO", "+4791234567"),
        ("(+47) 912-34-567", "NO", "+4791234567"),
        ("tel:+4791234567", "NO", "+4791234567"),
        ("070-123 45 67", "SE", "+46701234567"),
        ("+46 70 123 45 67", "NO", "+46701234567"),
        ("<tel:91234567|912 34 567>", "NO", "+4791234567"),
        ("<tel:+4791234567>", "NO", "+4791234567"),
    ],
)
def test_a_mobile_number_is_read_as_people_write_it(typed, country, number):
    assert parse_mobile(typed, country) == number


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Enter"),
        ("   ", "Enter"),
        ("call me", "not a phone"),
        ("9123456", "No phone has"),
        ("912345678", "No phone has"),
        ("00000000", "No phone has"),
        ("22123456", "not a mobile"),
        ("249,50", "No phone has"),
        ("91234567 41234567", "No phone has"),
    ],
)
def test_what_cannot_get_an_sms_is_refused_with_its_reason(typed, why):
    with pytest.raises(BadPhone, match=why):
        parse_mobile(typed, "NO")


@pytest.mark.parametrize("typed", ["eur 91234567", "91234567 Tow bar", "91234567 x 12", "9TOWBAR1"])
def test_a_number_with_words_in_it_is_not_guessed_at(typed):
    """The words might belong to another field, and letters would be dialled as digits."""
    with pytest.raises(BadPhone):
        parse_mobile(typed, "NO")


def test_the_channel_sees_three_digits_and_the_country():
    assert mask_number("+4791234678") == "+47 ••• •• 678"
    assert mask_number("+46701234567") == "+46 ••• •• 567"


def test_who_typed_the_number_may_read_it_whole():
    assert show("+4791234567") == "+47 91 23 45 67"


@pytest.mark.parametrize(
    "typed",
    [
        "91234567, 93456789", "91234567; 93456789", "91234567#93456789", "91234567/93456789", "91234567 & 93456789",
        "91234567 og 93456789", "91234567 eller 93456789", "+4791234567 +4793456789", "91234567 | 93456789",
        "<tel:91234567|91234567>, <tel:93456789|93456789>",
    ],
)  # fmt: skip
def test_of_two_numbers_none_is_taken(typed):
    with pytest.raises(BadPhone, match="Write one number only"):
        parse_mobile(typed, "NO")


@pytest.mark.parametrize(
    "typed",
    [
        "91234567 #12",
        "91234567#12",
        "91234567;ext=12",
        "91234567 ext. 12",
        "91234567 x12",
        "91234567,,12",
        "91234567*12",
    ],
)
def test_an_extension_is_no_part_of_a_mobile_number(typed):
    with pytest.raises(BadPhone):
        parse_mobile(typed, "NO")


@pytest.mark.parametrize(
    "typed",
    [
        "\u202a+47 912 34 567\u202c", "\u200e91234567\u200f", "912\u200934\u2009567", "912\u201134\u2011567",
        "９１２３４５６７",
        "91234567\u200b", "912\u200b34567", "91234567,", "＋47 91234567", "912\t34\t567",
    ],
)  # fmt: skip
def test_what_is_pasted_with_a_number_does_not_change_it(typed):
    assert parse_mobile(typed, "NO") == "+4791234567"


@pytest.mark.parametrize("typed", ["0091234567", "047 912 34 567", "+47 0912 34 567 8", "1 91234567", "\u202e91234567"])
def test_no_figure_is_left_out(typed):
    with pytest.raises(BadPhone):
        parse_mobile(typed, "NO")
