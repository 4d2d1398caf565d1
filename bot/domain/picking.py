"""Amount, phone and order number picked out of a message that somebody wrote in their own words.

Nothing is guessed: what could be meant in two ways stays empty, and so does what the customer would read, because a
message speaks about them and not to them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import phonenumbers

from bot.domain.drafts import Draft, DraftLine
from bot.domain.field_parsers import parse_reference
from bot.domain.money import BadAmount, parse_amount, plain_amount
from bot.domain.phones import BadPhone, parse_mobile, unlink

MOST: Final = 4000
"""Characters of a message that are looked at."""
_CURRENCY: Final = r"(?:kr\b\.?|nok\b|sek\b|dkk\b|isk\b|eur\b|€|usd\b|\$|gbp\b|£)"
_NUMBER: Final = r"(?:\d{1,3}(?:[ .\u00a0\u202f]\d{3})+|\d+)(?:[.,]\d{1,2})?"
_BEFORE: Final = re.compile(rf"(?<![\w.,]){_CURRENCY}[ \u00a0]?({_NUMBER})(?![\w]|[.,]\d)", re.IGNORECASE)
_BEHIND: Final = re.compile(
    rf"(?<![\w.,])({_NUMBER})(?:,[-\u2013](?:[ \u00a0]?{_CURRENCY})?|[ \u00a0]?{_CURRENCY})(?!\w)", re.IGNORECASE
)
_MARKED: Final = re.compile(rf"[ \u00a0]?(?:,[-\u2013]|{_CURRENCY}(?![ \u00a0]?\d))", re.IGNORECASE)
_MARKING: Final = re.compile(rf"(?:^|[^\d\s-])\s*{_CURRENCY}[ \u00a0]?$", re.IGNORECASE)
"""A currency that is not said of the figures before it."""
_PART_OF_MORE: Final = re.compile(
    rf"(?:\d\s?(?:{_CURRENCY})?\s?[-\u2013x\u00d7*/'\u2019]\s?|(?:^|\s)[-\u2013])$", re.IGNORECASE
)
"""What stands before the end of a range, a share of a sum, or less than nothing."""
_WITHOUT_VAT: Final = (
    r"(?:(?:eks|ekskl|ex|exkl|excl|uten|utan|u)\b[./]?|\+)\s?(?:\d{1,2}\s?%)?\s?(?:mva|moms|vat|alv)\b"
)
_HAS_MORE: Final = re.compile(rf"\s?(?:[-\u2013x\u00d7*]\s?\d|{_WITHOUT_VAT})", re.IGNORECASE)
"""What stands behind the beginning of a range, a price of one of several, or a price without VAT."""
_NAMED: Final = r"(?:ordre|order|bestilling|beställning|tilaus|faktura|invoice|ref(?:eranse|erence|erens)?)"
_LABEL: Final = r"[ ]?(?:(?:nr|no|nummer|number|numero)\b\.?|:)[ ]?:?[ ]?"
_ORDERS: Final = (
    re.compile(r"(?<![\w&])#([A-Za-z0-9][A-Za-z0-9-]*)"),
    re.compile(rf"\b{_NAMED}{_LABEL}([A-Za-z0-9][A-Za-z0-9-]*)", re.IGNORECASE),
    re.compile(rf"\b{_NAMED} ([A-Za-z0-9][A-Za-z0-9-]{{3,}})", re.IGNORECASE),
)
_ENTITY: Final = re.compile(r"<[^<>]*>")
_ESCAPES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def pick(text: str, draft: Draft, *, currency: str, country: str) -> Draft:
    """The draft with what the message says for certain; `text` as Slack sends it."""
    rest = _plain(text[:MOST])
    orders, rest = _orders(rest)
    phones, rest = _phones(rest, country)
    amounts = set(_amounts(rest, currency))
    first = draft.lines[0] if draft.lines else DraftLine(line_id="1")
    amount = amounts.pop() if len(amounts) == 1 else None
    return replace(
        draft,
        phone=phones.pop() if len(phones) == 1 else "",
        reference=orders.pop() if len(orders) == 1 else "",
        lines=(replace(first, price="" if amount is None else plain_amount(amount, currency)),),
    )


def _plain(text: str) -> str:
    """Without mentions and addresses, whose figures mean nothing, and with the characters that Slack escapes."""
    text = _ENTITY.sub(" ; ", unlink(text))
    for escaped, plain in _ESCAPES:
        text = text.replace(escaped, plain)
    return text


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
    for match in phonenumbers.PhoneNumberMatcher(text, country):
        try:
            number = parse_mobile(match.raw_string, country)
        except BadPhone:
            number = ""
        marked = _MARKED.match(text, match.end) or _MARKING.search(text[: match.start])
        if number and not marked:
            found.add(number)
        rest = _without(rest, match.start, match.end)
    return found, rest


def _amounts(text: str, currency: str) -> Iterator[int | None]:
    """What is marked as money, in minor units; None for what may not be the whole of what is paid."""
    for pattern in (_BEFORE, _BEHIND):
        for match in pattern.finditer(text):
            try:
                amount = parse_amount(match[0], currency)
            except BadAmount:  # another currency's
                continue
            whole = not _PART_OF_MORE.search(text[max(match.start() - 16, 0) : match.start()]) and not _HAS_MORE.match(
                text, match.end()
            )
            yield amount if whole else None


def _is_reference(name: str) -> bool:
    try:
        return bool(parse_reference(name))
    except ValueError:
        return False


def _without(text: str, start: int, end: int) -> str:
    """The text with something else in that place, so that what stood around it does not become one number."""
    return text[:start] + ";" * (end - start) + text[end:]
