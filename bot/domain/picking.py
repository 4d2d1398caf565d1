"""Amount, customer and order number picked out of a message that somebody wrote in their own words.

Nothing is guessed: what could be meant in two ways stays empty, and so does what the customer would read, because a
message speaks about them and not to them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.domain.characters import aligned_text
from bot.domain.drafts import Draft, DraftLine
from bot.domain.field_parsers import BadAmount, parse_amount, parse_reference
from bot.domain.form_notices import notice_of_message
from bot.domain.markup import words_only
from bot.domain.money import plain_amount
from bot.domain.orders import Delivery
from bot.domain.partial_prices import is_about, speaks_of_part, speaks_of_several
from bot.domain.private_data import find_phones, take_emails

MOST: Final = 4000
"""Characters of a message that are looked at."""
_CODES: Final = "nok|sek|dkk|isk|eur|usd|gbp|chf|pln"
_CURRENCY: Final = rf"(?:(?:kroner|krone|kronor|krona|kruunua|euroa|euros?|kr|{_CODES})(?![^\W\d_])\.?|[€$£])"
_COMMON_WORDS: Final = re.compile(r"\b(?:nok|sek|isk)\b", re.IGNORECASE)
"""Currencies whose names are also words: enough, seconds."""
_NUMBER: Final = r"\d(?:[\d.,:' \t\r\n]*\d)?"
"""As far as it may go: a part of a number is never an amount."""
_NONE: Final = r" ?[,.:]-{1,2}"
"""What stands in the place of decimals that are none."""
_BEFORE: Final = re.compile(rf"(?<![\w.,]){_CURRENCY} ?({_NUMBER})(?:{_NONE})?(?![\w]|[.,]\d)", re.IGNORECASE)
_BEHIND: Final = re.compile(
    rf"(?<![\w.,:'])({_NUMBER})(?:{_NONE}(?: ?{_CURRENCY})?| ?{_CURRENCY}(?:,?-{{1,2}})?)(?!\w)", re.IGNORECASE
)
_MARKED: Final = re.compile(rf" ?(?:{_NONE}|{_CURRENCY}(?! ?\d))", re.IGNORECASE)
_MARKING: Final = re.compile(rf"(?:^|[^\d\s-])\s*{_CURRENCY} ?$", re.IGNORECASE)
"""A currency that is not said of the figures before it."""
_OR: Final = r"\b(?:or|eller|tai|to|til|till)"
_AND: Final = r"\b(?:and|og|och|ja)"
_ADDS_TO: Final = re.compile(rf"({_CURRENCY} ?)?{_NUMBER}(\s?{_CURRENCY})?,?\s+{_AND}\s+$", re.IGNORECASE)
"""What stands before a figure that adds to another; the groups are the other's currency, in front or behind."""
_PART_OF_MORE: Final = re.compile(
    rf"(?:\d\s?(?:{_CURRENCY})?\s?(?:[-x\u00d7*/'+]\s?|,?\s*{_OR}\s*)|(?:^|\s)-)$|\d\s+{_CURRENCY}\s?$", re.IGNORECASE
)
"""What stands before the end of a range, one of two amounts, a share of a sum, or less than nothing."""
_AFTER_FIGURES: Final = re.compile(r"\d[\d.,:'\s]*$")
"""What the figures may be the rest of."""
_HAS_MORE: Final = re.compile(
    rf"\s?(?:[-x\u00d7*/+]\s?\d|/\s?\w|%)|,?\s*(?:{_AND}|{_OR}\s*(?:{_CURRENCY})?)\s*\d|[.,:'-]?;", re.IGNORECASE
)
"""What stands behind the beginning of a range, a price of one of several, or a number of which a part was taken."""
_NAMED: Final = r"(?:ordre|order|bestilling|beställning|tilaus|faktura|invoice|ref(?:eranse|erence|erens)?)"
_LABEL: Final = r"[ ]?(?:(?:nr|no|nummer|number|numero)\b\.?|:)[ ]?:?[ ]?"
_ORDERS: Final = (
    re.compile(r"(?<![\w&])#([A-Za-z0-9][A-Za-z0-9-]*)"),
    re.compile(rf"\b{_NAMED}{_LABEL}([A-Za-z0-9][A-Za-z0-9-]*)", re.IGNORECASE),
    re.compile(rf"\b{_NAMED} ([A-Za-z0-9][A-Za-z0-9-]{{3,}})", re.IGNORECASE),
)


def pick(text: str, draft: Draft, *, currency: str, country: str) -> Draft:
    """The draft with what the message says for certain; `text` as Slack sends it."""
    emails, rest = take_emails(words_only(text[:MOST]))
    plain = aligned_text(rest)
    orders, rest = _orders(plain)
    phones, rest = _phones(rest, country)
    amounts = set(_amounts(rest, currency, in_capitals=_is_in_capitals(plain)))
    first = draft.lines[0] if draft.lines else DraftLine(line_id="1")
    amount = amounts.pop() if len(amounts) == 1 else None
    by_mail = len(emails) == 1 and not phones
    read = replace(
        draft,
        phone=phones.pop() if len(phones) == 1 else "",
        email=emails[0] if len(emails) == 1 else "",
        delivery=Delivery.EMAIL if by_mail else draft.delivery,
        expanded=draft.expanded or len(emails) == 1,
        reference=orders.pop() if len(orders) == 1 else "",
        lines=(replace(first, price="" if amount is None else plain_amount(amount, currency)),),
    )
    return replace(read, notice=notice_of_message(read))


def _orders(text: str) -> tuple[set[str], str]:
    """What is called an order number, and the text without it."""
    found, rest = set(), text
    for pattern in _ORDERS:
        for match in pattern.finditer(rest):
            name = match[1].strip("-")
            if any(map(str.isdigit, name)) and not _MARKED.match(rest, match.end()) and _is_reference(name):
                found.add(name)
                rest = _without(rest, match.start(), match.end())
    return found, rest


def _phones(text: str, country: str) -> tuple[set[str], str]:
    """The mobile numbers, and the text without any phone number; one that may be an amount counts as neither."""
    found, rest = set(), text
    for one in find_phones(text, country):
        marked = _MARKED.match(text, one.end) or _MARKING.search(text[: one.start])
        if one.number and not marked:
            found.add(one.number)
        rest = _without(rest, one.start, one.end)
    return found, rest


def _amounts(text: str, currency: str, *, in_capitals: bool) -> Iterator[int | None]:
    """What is marked as money, in minor units; None for what may not be the whole of what is paid."""
    part = speaks_of_part(text) or speaks_of_several(text)
    for pattern in (_BEFORE, _BEHIND):
        for match in pattern.finditer(text):
            if not _is_money(match[0], match[1], in_capitals=in_capitals):
                continue
            whole = not part and _stands_alone(text, match)
            yield _amount(match[0], currency) if whole else None


def _is_money(marked: str, number: str, *, in_capitals: bool) -> bool:
    """Whether a word that is also a currency's name is meant as one: in capitals, or beside decimals."""
    word = _COMMON_WORDS.search(marked)
    if word is None or re.search(r"[.,]\d\d$", number) or re.search(_NONE, marked):
        return True
    return word[0].isupper() and not in_capitals


def _is_in_capitals(text: str) -> bool:
    """Whether all words are in capitals, so that those of a currency's name say nothing."""
    words = [word for word in re.findall(r"[^\W\d_]{2,}", text) if not _COMMON_WORDS.fullmatch(word)]
    return bool(words) and all(map(str.isupper, words))


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    before = text[max(match.start() - 24, 0) : match.start()]
    more = _PART_OF_MORE.search(before) or _AFTER_FIGURES.search(before) or _HAS_MORE.match(text, match.end())
    other = _ADDS_TO.search(before)
    second = other and (match[0][0].isdigit() or not any(other.groups()))
    return not (more or second or is_about(before))


def _amount(typed: str, currency: str) -> int | None:
    """None for another currency's, and for figures that are not one amount."""
    if re.search(r"[\t\r\n]|  ", typed):
        return None
    try:
        return parse_amount(typed, currency)
    except BadAmount:
        return None


def _is_reference(name: str) -> bool:
    try:
        return bool(parse_reference(name))
    except ValueError:
        return False


def _without(text: str, start: int, end: int) -> str:
    """The text with something else in that place, so that what stood around it does not become one number."""
    return text[:start] + ";" * (end - start) + text[end:]
