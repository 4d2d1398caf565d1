"""The one-liner: `/paylink 249,50 91234567 Tow bar #4711 7d` read into a draft.

The leading numbers may be an amount, a phone or both, and both may contain spaces: every split is tried. One valid
split is taken; when several are valid, the doubtful fields stay empty for the person to fill.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.domain.drafts import Draft, DraftLine
from bot.domain.field_parsers import PHONE
from bot.domain.money import BadAmount, parse_amount, plain_amount
from bot.domain.phones import BadPhone, parse_mobile, unlink

_NUMERIC = re.compile(r"(?:kr\.?)?[+(]?[\d.,()\u00a0\u2013-]*\d[\d.,()\u00a0\u2013-]*(?:kr\.?)?", re.IGNORECASE)
_DEADLINE = re.compile(r"\d{1,4}[hdw]|\d{4}-\d{2}-\d{2}")
_ON_THE_PHONE: Final = frozenset({"phone", "tlf"})
"""Only as the last word and in small letters: people sell phones, too."""
_ESCAPES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_CURRENCY = frozenset({"kr", "kr.", "nok", "sek", "dkk", "isk", "eur", "€", "usd", "$", "gbp", "£", "chf", "pln"})
"""Said of the amount before them, so that another currency's is not taken as ours."""
_LONGEST_RUN: Final = 8
"""More leading numbers than any amount and phone together have; the rest is text."""


@dataclass(frozen=True, slots=True)
class _Reading:
    amount: int | None
    phone: str | None


class Nonsense(ValueError):
    """Words without an amount, a phone number or a reference: the person needs to see how it is used."""


def read_quickline(text: str, draft: Draft, *, currency: str, country: str) -> Draft:
    """Fill `draft` from the words behind the command; numbers that fit nowhere stay in the line's text.

    Raises:
        Nonsense: when there is text, and no number or reference in it to start from.

    """
    words = _plain(text).split()
    words, reference = _take(words, lambda word: word.startswith("#") and len(word) > 1)
    words, deadline = _take_deadline(words)
    numbers, rest = _leading_numbers(words)
    if rest and not numbers and reference is None:
        raise Nonsense(text)
    reading, understood = _read_numbers(numbers, currency, country)
    leftover = [] if understood else numbers
    line = replace(
        draft.lines[0] if draft.lines else DraftLine(line_id="1"),
        text=" ".join([*leftover, *rest]),
        price=plain_amount(reading.amount, currency) if reading.amount is not None else "",
    )
    return replace(
        draft,
        phone=reading.phone or "",
        reference=(reference or "").removeprefix("#"),
        deadline=(deadline or draft.deadline).lower(),
        lines=(line,),
    )


def _plain(text: str) -> str:
    """Undo Slack's escaping and its links around numbers."""
    for escaped, plain in _ESCAPES[:2]:
        text = text.replace(escaped, plain)
    return unlink(text).replace(*_ESCAPES[2])


def _take(words: list[str], wanted: Callable[[str], bool]) -> tuple[list[str], str | None]:
    """Take the last word that `wanted` likes out of `words`."""
    for index in range(len(words) - 1, -1, -1):
        if wanted(words[index]):
            return words[:index] + words[index + 1 :], words[index]
    return words, None


def _take_deadline(words: list[str]) -> tuple[list[str], str | None]:
    if words and words[-1] in _ON_THE_PHONE:
        return words[:-1], PHONE
    return _take(words, lambda word: bool(_DEADLINE.fullmatch(word.lower())))


def _leading_numbers(words: list[str]) -> tuple[list[str], list[str]]:
    count = 0
    while count < min(len(words), _LONGEST_RUN) and (
        _NUMERIC.fullmatch(words[count]) or words[count].lower() in _CURRENCY
    ):
        count += 1
    return words[:count], words[count:]


def _read_numbers(numbers: Sequence[str], currency: str, country: str) -> tuple[_Reading, bool]:
    """The one reading that all valid splits agree on, field by field; and whether the numbers are used up."""
    if not numbers:
        return _Reading(None, None), True
    readings = [
        reading
        for cut in range(len(numbers))  # the first has all on one side, in both ways
        for first, second in ((numbers[:cut], numbers[cut:]),)
        for reading in (_pair(first, second, currency, country), _pair(second, first, currency, country))
        if reading is not None
    ]
    if not readings:
        return _Reading(None, None), False
    amounts = {reading.amount for reading in readings}
    phones = {reading.phone for reading in readings}
    agreed = _Reading(
        amount=amounts.pop() if len(amounts) == 1 else None,
        phone=phones.pop() if len(phones) == 1 else None,
    )
    return agreed, True


def _pair(amount: Sequence[str], phone: Sequence[str], currency: str, country: str) -> _Reading | None:
    try:
        return _Reading(
            amount=parse_amount(" ".join(amount), currency) if amount else None,
            phone=parse_mobile(" ".join(phone), country) if phone else None,
        )
    except (BadAmount, BadPhone):
        return None
