"""What was typed into one field, read: a value, or one sentence to show beside it."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from bot.domain.characters import check_shown, number_text, one_line, visible_text
from bot.domain.markup import as_typed
from bot.domain.money import MAX_MINOR, digits, known_currency, plain_amount

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
_CURRENCY: Final = re.compile(
    r"^(?:kr\.?|[^\W\d_]{3,7}|[€$£]) ?(?=[\d-])|(?<=[\d-]) ?(?:kr\.?|[^\W\d_]{3,7}|[€$£])$", re.IGNORECASE
)
"""A word or sign right before or behind the figures."""
_CURRENCIES: Final = {
    "kr": {"NOK", "SEK", "DKK", "ISK"},
    "krone": {"NOK", "DKK"},
    "kroner": {"NOK", "DKK"},
    "krona": {"SEK"},
    "kronor": {"SEK"},
    "kruunu": {"NOK", "SEK", "DKK"},
    "kruunua": {"NOK", "SEK", "DKK"},
    "€": {"EUR"},
    "euro": {"EUR"},
    "euros": {"EUR"},
    "euroa": {"EUR"},
    "$": {"USD"},
    "£": {"GBP"},
}
_NO_DECIMALS: Final = re.compile(r" ?[,.:]-{1,2}(?= *(?:$|[^\d ]))", re.IGNORECASE)
"""`,-` and its kin: what stands in the place of decimals that are none, with no further figure behind it."""
_PLAIN: Final = re.compile(r"(\d+)(?:[.,](\d*))?")
_GROUPED: Final = re.compile(r"(\d{1,3}(?:([ .,'])\d{3})(?:\2\d{3})*)(?:(?!\2)[.,](\d*))?")
_COLON: Final = re.compile(r"(\d[\d ]*):(\d\d)")
_LONGEST: Final = 15
"""More digits than any amount that can be paid."""
_MOBILE: Final = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_ONE_NUMBER: Final = re.compile(r"\(?\+?[\d ()./-]*\d[\d ()./-]*")
_BETWEEN_NUMBERS: Final = re.compile(r"[,;/|&#*+]|[^\W\d_]+")
_SHORTEST: Final = 5
"""Digits; fewer are an extension or part of something else, and no number of their own."""
_DURATION = re.compile(r"(-?\d{1,4}) ?([mhdw])")
_MINUTES: Final = {"m": 1, "h": 60, "d": 1440, "w": 10_080}
_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,63}")
"""What a mail server may take; whether it exists, only a mail can tell."""
_TERMS = re.compile(r"https://(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}(?::[0-9]{1,5})?(?:[/?#][!-~]*)?")
"""https only, with no room for a password in front of the host."""


class BadAmount(ValueError):
    """The text is not an amount; the message is a sentence for the person who typed it."""


class BadPhone(ValueError):
    """The text is not a mobile number; the message is a sentence for the person who typed it."""


def parse_amount(text: str, currency: str) -> int:
    """Read `1 249,50`, `1.249,50`, `1249.50`, `249,-` or `kr 249` as minor units.

    A lone separator before exactly three digits (`1.249`) could be a thousand or a slip of the finger in the
    decimals, a factor of a thousand apart: it is refused rather than guessed. So is another currency's name.

    Raises:
        BadAmount: with the sentence to show beside the field; it names no amount that was not typed.

    """
    typed = number_text(text)
    bare, marks = _NO_DECIMALS.subn("", _without_currency(_NO_DECIMALS.sub("", typed), currency))
    bare = bare.strip()
    if currency == "SEK":
        bare = _COLON.sub(r"\1,\2", bare)
    if not bare:
        raise BadAmount("Enter a price, for example 249,50.")
    if bare.startswith("-"):
        raise BadAmount("Enter more than 0.")
    figures = _minor_figures(bare, currency, whole=marks > 0 or _NO_DECIMALS.search(typed) is not None)
    if not figures:
        raise BadAmount("Enter more than 0.")
    if len(figures) > _LONGEST or (minor := int(figures)) > MAX_MINOR:
        raise BadAmount(f"At most {plain_amount(MAX_MINOR, currency)} can be paid through one link.")
    return minor


def _minor_figures(bare: str, currency: str, *, whole: bool) -> str:
    """All figures of an amount in minor units, without leading zeros; `whole` when it has a `,-` for decimals."""
    plain, grouped = _PLAIN.fullmatch(bare), _GROUPED.fullmatch(bare)
    if whole and grouped and not grouped[3]:
        plain = None
    if plain is None and grouped is None:
        raise BadAmount("This is not an amount. Write it like 249,50 or 1 249,50.")
    head, decimals = (plain[1], plain[2]) if plain else (grouped[1], grouped[3]) if grouped else ("", "")
    if re.match(r"0\d*[ .,']\d", head) or (whole and decimals is not None):  # `000 001` is a piece of something else
        raise BadAmount("This is not an amount. Write it like 249,50 or 1 249,50.")
    if plain and grouped:
        way = "without the separator" + (", or with two decimals" if digits(currency) == 2 else "")
        raise BadAmount(f"“{bare}” can be read two ways. Write it {way}.")
    if len(decimals or "") > digits(currency):
        raise BadAmount(f"{currency} has {_count(digits(currency))}. Write it like {_example(digits(currency))}.")
    return (re.sub(r"\D", "", head) + (decimals or "").ljust(digits(currency), "0")).lstrip("0")


def _without_currency(typed: str, currency: str) -> str:
    def drop(found: re.Match[str]) -> str:
        word = found[0].strip().lower().removesuffix(".")
        if word == currency.lower() or currency in _CURRENCIES.get(word, ()):
            return ""
        if word in _CURRENCIES or known_currency(word.upper()):
            raise BadAmount(f"This link is in {currency}. Enter the price in {currency}.")
        return found[0]

    return _CURRENCY.sub(drop, typed)


def _count(places: int) -> str:
    return "no decimals" if places == 0 else f"at most {places} decimals"


def _example(places: int) -> str:
    return "249" if places == 0 else "249," + "50".ljust(places, "0")[:places]


def parse_mobile(text: str, country: str) -> str:
    """Read one national or international mobile number as E.164 (`+4791234567`), of which no figure is left out.

    `country` is the ISO 3166 code that national numbers belong to.

    Raises:
        BadPhone: with the sentence to show beside the field.

    """
    typed = number_text(as_typed(text)).removeprefix("tel:").strip(" ,;.")
    if not typed:
        raise BadPhone("Enter the customer's mobile number.")
    numbers = [one for one in _BETWEEN_NUMBERS.split(typed) if sum(map(str.isdigit, one)) >= _SHORTEST]
    if len(numbers) > 1:
        raise BadPhone("Write one number only.")
    try:
        # Letters would be dialled as digits, or dropped together with what they say.
        number = phonenumbers.parse("" if any(map(str.isalpha, typed)) else typed, country)
    except NumberParseException:
        raise BadPhone("This is not a phone number. Write it like 912 34 567 or +46 70 123 45 67.") from None
    if len(numbers) == 1 and not _ONE_NUMBER.fullmatch(typed) and re.search("[#;*]", typed):
        raise BadPhone("Write the number only: an extension is no part of a mobile number.")
    if not (_ONE_NUMBER.fullmatch(typed) and phonenumbers.is_valid_number(number) and _is_whole(number, typed)):
        code = phonenumbers.country_code_for_region(country)
        raise BadPhone(f"No phone has this number. Check the digits, or add the country code if it is not +{code}.")
    if phonenumbers.number_type(number) not in _MOBILE:
        raise BadPhone("This is not a mobile number, so it cannot get an SMS. Enter a mobile number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_whole(number: phonenumbers.PhoneNumber, typed: str) -> bool:
    """Whether every figure that was typed is in the number, or is a prefix that is dialled before it."""
    figures = re.sub(r"\D", "", typed)
    national, code = phonenumbers.national_significant_number(number), str(number.country_code)
    prefixes = {"", "0", code, f"00{code}", f"{code}0", f"00{code}0"}
    return figures.endswith(national) and figures.removesuffix(national) in prefixes


def parse_reference(text: str) -> str:
    """The reference, or an empty string when none was typed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    typed = visible_text(text).removeprefix("#")
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
    until = _moment(visible_text(text).lower(), now, zone)
    if until <= now:
        raise ValueError("This is in the past. Choose a later deadline.")
    if until < now + MIN_VALIDITY:
        raise ValueError("Give the customer at least five minutes.")
    if until > now + MAX_VALIDITY:
        raise ValueError("A link is valid for at most 30 days. Choose an earlier deadline.")
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
    rate = _decimal(number_text(text).removesuffix("%").strip(), "This is not a VAT rate. Write it like 25 or 12,5.")
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
    quantity = _decimal(number_text(text) or "1", "This is not a quantity. Write it like 2 or 1,5.")
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
    typed = one_line(text)
    check_shown(typed)
    if not typed:
        raise ValueError("Say what the customer pays for.")
    if len(typed) > MAX_TEXT:
        raise ValueError(f"At most {MAX_TEXT} characters; this has {len(typed)}.")
    return typed


def parse_email(text: str) -> str | None:
    """An e-mail address, or None when none was typed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    typed = visible_text(as_typed(text)).removeprefix("mailto:")
    if typed.count("@") > 1:
        raise ValueError("Write one e-mail address only.")
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
    typed = visible_text(as_typed(text))
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
    typed = one_line(text)
    check_shown(typed)
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
