"""Whom customers may ask: one phone number or one e-mail address."""

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from bot.domain.field_parsers import parse_email


@dataclass(frozen=True, slots=True)
class Contact:
    """As people read it, and as a link that dials or writes."""

    words: str
    address: str


def mask_email(address: str) -> str:
    """An address as a channel may see it: `k•••@e•••.com`."""
    local, _, domain = address.rpartition("@")
    name, _, ending = domain.rpartition(".")
    return f"{local[:1]}•••@{name[:1]}•••.{ending}"


def read_contact(text: str, country: str) -> Contact:
    """Read an e-mail address, or a phone number that may be a national one of `country` (ISO 3166).

    Raises:
        ValueError: when it is neither; says what to write.

    """
    typed = text.strip()
    if "@" in typed:
        return Contact(typed, f"mailto:{parse_email(typed)}")
    try:
        number = phonenumbers.parse("" if any(map(str.isalpha, typed)) else typed, country)
    except NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise ValueError("write a phone number such as +47 22 33 44 55, or an e-mail address")
    shown = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return Contact(shown, f"tel:{phonenumbers.format_number(number, PhoneNumberFormat.E164)}")
