"""Phone numbers, e-mail addresses and other private figures in a free text, found and taken out of it. Pure.

A line of an order is read by a whole channel: what could be private gets there only when the person types it there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import phonenumbers

from bot.domain.characters import aligned_text
from bot.domain.field_parsers import BadPhone, parse_mobile
from bot.domain.partial_prices import one_of

_EMAIL: Final = re.compile(r"[^\s@<>,;()|/\"]+@[^\s@<>,;()|/\"]*[^\W\d_][^\s@<>,;()|/\"]*")
_NAMES: Final = one_of(
    "til till to for tlf telefon tel phone mob mobil mobile ring call sms puh puhelin gsm nummer kunde kund customer"
)
_CALLED: Final = re.compile(rf"(?:\b{_NAMES}\b[ .:]*)+$", re.IGNORECASE)
"""Words before a phone number that say that it is one."""
_THING: Final = one_of(
    """art artikkel artikel article del part vare varu tuote item model modell malli type serie serial sn s/n imei ean
    sku id isbn ordre order bestilling beställning tilaus faktura invoice lasku ref referanse reference version reg
    chassis vin"""
)
_NUMBER: Final = one_of("nummer numret numero nro nr no number")
_OTHER_NUMBER: Final = re.compile(
    rf"\b(?:{_THING}{_NUMBER}?\b[ .:#]*(?:{_NUMBER}\b[ .:#]*)?|(?:kunde|kund|customer|asiakas) ?{_NUMBER}\b[ .:#]*)$",
    re.IGNORECASE,
)
"""Words before figures that say that they are something else than a phone number."""
_LONG: Final = re.compile(r"(?<![\w.,/-])\d(?:[ ./-]?\d){9,18}(?![\w/-]|[.,]\d)")
_PERSON: Final = re.compile(r"(?<![\w-])(?:\d{2})?\d{6}[-+A](?:\d{4}|\d{3}[A-Y])(?![\w-])")
"""A Swedish, Danish or Finnish personal number, the Swedish one also with its century."""


@dataclass(frozen=True, slots=True)
class FoundPhone:
    """A phone number in a text: where, as it was typed, and as E.164 when it is a mobile's (else empty)."""

    start: int
    end: int
    typed: str
    number: str
    is_named: bool
    """Whether a country code or a word before it says that it is a phone number."""


def take_emails(text: str, instead: str = ";") -> tuple[list[str], str]:
    """What looks like an e-mail address, as typed, and the text with something else in its place."""
    found = list(dict.fromkeys(one.strip(".:'!?") for one in _EMAIL.findall(text)))
    return found, _EMAIL.sub(f" {instead} ", text)


def find_phones(text: str, country: str) -> Iterator[FoundPhone]:
    """All phone numbers in a text, but not what is called an article, an order or the like."""
    plain = aligned_text(text)
    for match in phonenumbers.PhoneNumberMatcher(plain.replace("\t", ";").replace("\n", ";"), country):
        before = plain[: match.start]
        if _OTHER_NUMBER.search(before):
            continue
        try:
            number = parse_mobile(match.raw_string, country)
        except BadPhone:
            number = ""
        called = _CALLED.search(before)
        is_named = called is not None or match.raw_string.startswith(("+", "00"))
        yield FoundPhone(called.start() if called else match.start, match.end, match.raw_string, number, is_named)


def without_private_figures(text: str) -> str:
    """The text without card numbers and personal numbers."""
    plain = aligned_text(text)
    spans = [match.span() for match in _LONG.finditer(plain) if _is_private(re.sub(r"\D", "", match[0]))]
    spans += [match.span() for match in _PERSON.finditer(plain)]
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _is_private(figures: str) -> bool:
    return _is_card(figures) or _is_norwegian(figures)


def _is_card(figures: str) -> bool:
    """A payment card's number: 13 to 19 figures with Luhn's check figure."""
    doubled = (int(one) * (1 + at % 2) for at, one in enumerate(reversed(figures)))
    return len(figures) >= 13 and sum(one // 10 + one % 10 for one in doubled) % 10 == 0


def _is_norwegian(figures: str) -> bool:
    """A Norwegian personal number: eleven figures, the last two of them check figures modulo 11."""
    if len(figures) != 11:
        return False
    weights = ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
    return all(sum(int(one) * by for one, by in zip(figures, row, strict=False)) % 11 == 0 for row in weights)
