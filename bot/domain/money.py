"""Amounts: integers in the currency's smallest unit (24950 is NOK 249.50), read from what people type."""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision, is_currency

MAX_MINOR = 2**31 - 1
"""The API's amounts are int32 (Dintero's types, `format: int32`)."""

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f']+")
_CURRENCY_WORD = re.compile(r"^(?:kr\.?|€|[a-z]{3})|(?:kr\.?|€|[a-z]{3})$", re.IGNORECASE)
_SIGNS = {"kr": {"NOK", "SEK", "DKK", "ISK"}, "€": {"EUR"}}
_LONGEST = 15
"""More digits than any amount that can be paid."""
_PLAIN = re.compile(r"\d+")
_GROUPED = re.compile(r"\d{1,3}(?:([ .,])\d{3})(?:\1\d{3})*")


class BadAmount(ValueError):
    """The text is not an amount; the message is a sentence for the person who typed it."""


def digits(currency: str) -> int:
    """How many decimals the currency has: NOK 2, JPY 0."""
    return int(get_currency_precision(currency))


def known_currency(currency: str) -> bool:
    """Whether ISO 4217 knows the code."""
    return bool(is_currency(currency))


@lru_cache(maxsize=1024)  # a card says its amounts several times, and Babel reads its pattern anew for each
def format_money(minor: int, currency: str, locale: str = "nb_NO") -> str:
    """The amount as its readers write it: `24950, "NOK"` → `249,50 kr`."""
    value = Decimal(minor).scaleb(-digits(currency))
    try:
        return format_currency(value, currency, locale=locale)
    except UnknownLocaleError:
        return format_currency(value, currency, locale="en")


def plain_amount(minor: int, currency: str) -> str:
    """The amount as it is typed into a field: `24950, "NOK"` → `249,50`."""
    return f"{Decimal(minor).scaleb(-digits(currency)):.{digits(currency)}f}".replace(".", ",")


def parse_amount(text: str, currency: str) -> int:
    """Read `1 249,50`, `1.249,50`, `1249.50`, `249,-` or `kr 249` as minor units.

    A lone separator before exactly three digits (`1.249`) could be a thousand or a slip of the finger in the
    decimals, a factor of a thousand apart: it is refused rather than guessed. So is another currency's name.

    Raises:
        BadAmount: with the sentence to show beside the field.

    """
    cleaned = _without_currency(_SPACES.sub(" ", text).strip(), currency)
    cleaned = re.sub(r",[-\u2013]$", "", cleaned)
    if not cleaned:
        raise BadAmount("Enter a price, for example 249,50.")
    if cleaned.startswith(("-", "\u2212")):
        raise BadAmount("Enter more than 0.")
    whole, decimals = _split(cleaned, text)
    if len(decimals) > digits(currency):
        raise BadAmount(f"{currency} has {_count(digits(currency))}. Write it like {_example(digits(currency))}.")
    figures = (whole + decimals.ljust(digits(currency), "0")).lstrip("0")
    if not figures:
        raise BadAmount("Enter more than 0.")
    if len(figures) > _LONGEST or (minor := int(figures)) > MAX_MINOR:
        raise BadAmount(f"At most {plain_amount(MAX_MINOR, currency)} can be paid through one link.")
    return minor


def round_half_up(value: Decimal) -> int:
    """Round to a whole minor unit, halves away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _without_currency(typed: str, currency: str) -> str:
    def drop(found: re.Match[str]) -> str:
        word = found[0].lower().removesuffix(".")
        if word == currency.lower() or currency in _SIGNS.get(word, ()):
            return ""
        if word in _SIGNS or known_currency(word.upper()):
            raise BadAmount(f"This link is in {currency}. Enter the price in {currency}.")
        return found[0]

    return _CURRENCY_WORD.sub(drop, typed).strip()


def _split(cleaned: str, typed: str) -> tuple[str, str]:
    """Split a cleaned amount into its whole part, digits only, and its decimals."""
    head, decimals = cleaned, ""
    mark = max(cleaned.rfind(","), cleaned.rfind("."))
    if mark >= 0 and cleaned[mark] not in cleaned[:mark]:
        head, decimals = cleaned[:mark], cleaned[mark + 1 :]
        grouped = bool(_GROUPED.fullmatch(head))
        if len(decimals) == 3 and not grouped and _PLAIN.fullmatch(head) and len(head) <= 3:
            raise BadAmount(f"“{typed.strip()}” can be read two ways. Write {head}{decimals}, or use two decimals.")
    if not (_PLAIN.fullmatch(head) or _GROUPED.fullmatch(head)) or not re.fullmatch(r"[0-9]*", decimals):
        raise BadAmount("This is not an amount. Write it like 249,50 or 1 249,50.")
    return re.sub(r"\D", "", head), decimals


def _count(places: int) -> str:
    return "no decimals" if places == 0 else f"at most {places} decimals"


def _example(places: int) -> str:
    return "249" if places == 0 else "249," + "50".ljust(places, "0")[:places]
