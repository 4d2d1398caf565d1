"""Mobile numbers: read as people write them, kept as E.164, shown masked."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_SLACK_LINK = re.compile(r"<tel:[^|>]*\|([^>]*)>|<tel:([^>]*)>")


class BadPhone(ValueError):
    """The text is not a mobile number; the message is a sentence for the person who typed it."""


def unlink(text: str) -> str:
    """Undo what Slack makes of numbers in a command's text: `<tel:91234567|912 34 567>` → `912 34 567`."""
    return _SLACK_LINK.sub(lambda found: found[1] or found[2] or "", text)


def parse_mobile(text: str, country: str) -> str:
    """Read a national or international mobile number as E.164 (`+4791234567`).

    `country` is the ISO 3166 code that national numbers belong to.

    Raises:
        BadPhone: with the sentence to show beside the field.

    """
    typed = unlink(text).strip().removeprefix("tel:")
    if not typed:
        raise BadPhone("Enter the customer's mobile number.")
    try:
        # Letters would be dialled as digits, or dropped together with what they say.
        number = phonenumbers.parse("" if any(map(str.isalpha, typed)) else typed, country)
    except NumberParseException:
        raise BadPhone("This is not a phone number. Write it like 912 34 567 or +46 70 123 45 67.") from None
    if not phonenumbers.is_valid_number(number):
        raise BadPhone(
            f"No phone has this number. Check the digits, or add the country code if it is not +{_code(country)}."
        )
    if phonenumbers.number_type(number) not in _MOBILE:
        raise BadPhone("This is not a mobile number, so it cannot get an SMS. Enter a mobile number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask(country_code: int, last3: str) -> str:
    """The number as a channel may see it: `+47 ••• •• 678`."""
    return f"+{country_code} ••• •• {last3}"


def mask_number(e164: str) -> str:
    """`mask` for a whole number."""
    number = phonenumbers.parse(e164, None)
    return mask(number.country_code or 0, e164[-3:])


def show(e164: str) -> str:
    """The whole number, spaced for reading; only for the person who typed it."""
    return phonenumbers.format_number(phonenumbers.parse(e164, None), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _code(country: str) -> int:
    return phonenumbers.country_code_for_region(country)
