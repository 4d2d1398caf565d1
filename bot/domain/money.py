"""Amounts: integers in the currency's smallest unit (24950 is NOK 249.50)."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from babel.core import Locale, UnknownLocaleError
from babel.numbers import NumberPattern, parse_pattern
from iso4217 import Currency

MAX_MINOR = 2**31 - 1
"""The API's amounts are int32 (Dintero's types, `format: int32`)."""
_PLACES: Final = {one.code: one.exponent for one in Currency if one.exponent is not None}
"""ISO 4217's own decimals (its list one, by the `iso4217` package); CLDR has fewer for RSD, ALL, LBP and others."""


def digits(currency: str) -> int:
    """How many decimals the currency has: NOK 2, JPY 0. Two for a code that ISO 4217 no longer lists."""
    return _PLACES.get(currency, 2)


def known_currency(currency: str) -> bool:
    """Whether ISO 4217 knows the code and says how many decimals it has: gold, XAU, has none to say."""
    return currency in _PLACES


@lru_cache(maxsize=1024)  # a card says its amounts several times, and Babel reads its pattern anew for each
def format_money(minor: int, currency: str, locale: str = "nb_NO") -> str:
    """The amount as its readers write it: `24950, "NOK"` → `249,50 kr`."""
    try:
        known = Locale.parse(locale)
    except UnknownLocaleError:
        known = Locale("en")
    value = Decimal(minor).scaleb(-digits(currency))
    pattern = _money_pattern(known, digits(currency))
    return str(pattern.apply(value, known, currency=currency, currency_digits=False))


@lru_cache
def _money_pattern(locale: Locale, places: int) -> NumberPattern:
    """The locale's way to write money, with so many decimals."""
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    pattern.frac_prec = (places, places)
    return pattern


def plain_amount(minor: int, currency: str) -> str:
    """The amount as it is typed into a field: `24950, "NOK"` → `249,50`."""
    return f"{Decimal(minor).scaleb(-digits(currency)):.{digits(currency)}f}".replace(".", ",")


def round_half_up(value: Decimal) -> int:
    """Round to a whole minor unit, halves away from zero."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
