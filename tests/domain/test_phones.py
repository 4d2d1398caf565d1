"""Mobile numbers: as people write them, one number to Dintero, three digits to the channel."""

import pytest

from bot.domain.phones import BadPhone, mask_number, parse_mobile, show, unlink


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


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("249 <tel:91234567|912 34 567> Tow bar", "249 912 34 567 Tow bar"),
        ("<tel:1|1> <tel:2>", "1 2"),
        ("no link", "no link"),
    ],
)
def test_slack_links_around_numbers_are_undone(text, plain):
    assert unlink(text) == plain


def test_the_channel_sees_three_digits_and_the_country():
    assert mask_number("+4791234678") == "+47 ••• •• 678"
    assert mask_number("+46701234567") == "+46 ••• •• 567"


def test_who_typed_the_number_may_read_it_whole():
    assert show("+4791234567") == "+47 91 23 45 67"
