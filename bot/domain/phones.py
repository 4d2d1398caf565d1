"""Mobile numbers: kept as E.164, shown masked."""

import phonenumbers


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
