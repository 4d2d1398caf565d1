"""What was typed into one field, read: a value, or one sentence to show beside it."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Final

MAX_TEXT: Final = 200
"""No limit is published for descriptions; this is our own, on the careful side (Dintero reference §4.9)."""
MAX_REFERENCE: Final = 24
"""Leaves room for the chain's suffix within the careful 30 characters (Dintero reference §4.9)."""
MAX_EMAIL: Final = 100
"""The tightest that is published (Dintero reference §4.9)."""
MAX_NAME: Final = 100
MAX_TERMS: Final = 500
MAX_NOTE: Final = 1000
PHONE: Final = "phone"
"""The deadline of a link for a customer who is on the phone."""
ON_THE_PHONE: Final = timedelta(minutes=30)
MAX_VALIDITY: Final = timedelta(days=30)
MIN_VALIDITY: Final = timedelta(minutes=5)

_REFERENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffd-\uffff]"
)
"""Controls, marks that turn text around, halves of characters, which no JSON can carry, and what stands for them."""
_DURATION = re.compile(r"(-?\d{1,4}) ?([mhdw])")
_MINUTES: Final = {"m": 1, "h": 60, "d": 1440, "w": 10_080}
_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,63}")
"""What a mail server may take; whether it exists, only a mail can tell."""
_TERMS = re.compile(r"https://(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}(?::[0-9]{1,5})?(?:[/?#][!-~]*)?")
"""https only, with no room for a password in front of the host."""


def parse_reference(text: str) -> str:
    """The reference, or an empty string when none was typed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    typed = text.strip().removeprefix("#")
    if len(typed) > MAX_REFERENCE:
        raise ValueError(f"At most {MAX_REFERENCE} characters.")
    if typed and not _REFERENCE.fullmatch(typed):
        raise ValueError("Use letters A–Z, digits and hyphens only, for example 4711 or PO-2231.")
    return typed


def parse_deadline(text: str, now: datetime, zone: tzinfo) -> datetime:
    """When the link ends, aware UTC: so long from now, or a day's last minute in `zone`.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    until = _moment(text.strip().lower(), now, zone)
    if until <= now:
        raise ValueError("This is in the past. Choose a later deadline.")
    if until < now + MIN_VALIDITY:
        raise ValueError("Give the customer at least five minutes.")
    if until > now + MAX_VALIDITY:
        raise ValueError("A link lives at most 30 days. Choose an earlier deadline.")
    return until


def is_day(text: str) -> bool:
    """Whether a deadline is a day, such as `2026-12-01`, and not so long from now."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def parse_vat(text: str) -> int:
    """Hundredths of a percent: `25` → 2500, `12,5` → 1250.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    rate = _decimal(text.strip().removesuffix("%").strip(), "This is not a VAT rate. Write it like 25 or 12,5.")
    hundredths = rate * 100
    if hundredths != hundredths.to_integral_value() or not 0 <= hundredths <= 10_000:
        raise ValueError("A VAT rate is 0 to 100 % with at most two decimals.")
    return int(hundredths)


def parse_quantity(text: str) -> Decimal:
    """How many; up to two decimals, as for hours or kilos.

    A separator before exactly three digits could mean a thousand, as in an amount: it is refused, not guessed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    quantity = _decimal(text.strip() or "1", "This is not a quantity. Write it like 2 or 1,5.")
    if quantity <= 0 or quantity > 100_000:
        raise ValueError("The quantity must be more than 0 and at most 100 000.")
    decimals = -int(quantity.as_tuple().exponent)
    if decimals == 3:
        raise ValueError(f"“{text.strip()}” can be read two ways. Write it without a separator, or with two decimals.")
    if decimals > 2:
        raise ValueError("At most two decimals.")
    return quantity


def parse_text(text: str) -> str:
    """What is sold, in one line.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    typed = " ".join(text.split())
    if not typed:
        raise ValueError("Say what the customer pays for.")
    if _CONTROL.search(typed):
        raise ValueError("There is an invisible character in the text. Type it again.")
    if len(typed) > MAX_TEXT:
        raise ValueError(f"At most {MAX_TEXT} characters; this has {len(typed)}.")
    return typed


def parse_email(text: str) -> str | None:
    """An e-mail address, or None when none was typed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    typed = text.strip()
    if typed and (len(typed) > MAX_EMAIL or not _EMAIL.fullmatch(typed)):
        raise ValueError("This is not an e-mail address. Write it like kari@example.com.")
    return typed or None


def parse_name(text: str) -> str | None:
    """A customer's name, or None when none was typed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    return _free_text(text, MAX_NAME)


def parse_terms(text: str) -> str:
    """The address of the seller's terms; empty when none was typed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    typed = text.strip()
    if typed and (len(typed) > MAX_TERMS or not _TERMS.fullmatch(typed)):
        raise ValueError("Write a whole address, such as https://shop.example.com/terms.")
    return typed


def parse_note(text: str) -> str | None:
    """A note for the thread, or None when none was typed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    return _free_text(text, MAX_NOTE)


def _free_text(text: str, most: int) -> str | None:
    typed = " ".join(text.split())
    if _CONTROL.search(typed):
        raise ValueError("There is an invisible character in the text. Type it again.")
    if len(typed) > most:
        raise ValueError(f"At most {most} characters; this has {len(typed)}.")
    return typed or None


def _moment(text: str, now: datetime, zone: tzinfo) -> datetime:
    if text == PHONE:
        return now + ON_THE_PHONE
    if found := _DURATION.fullmatch(text):
        return now + timedelta(minutes=int(found[1]) * _MINUTES[found[2]])
    try:
        last = datetime.combine(
            date.fromisoformat(text), time(23, 59, fold=1), tzinfo=zone
        )  # the later, if it comes twice
        return last.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("This is not a deadline. Write it like 7d, 12h or 2026-12-01.") from None


def _decimal(text: str, sentence: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]+(?:[.,][0-9]+)?", text):
        raise ValueError(sentence)
    return Decimal(text.replace(",", "."))
