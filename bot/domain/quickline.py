"""The one-liner: `/paylink 249,50 91234567 Tow bar #4711 7d` read into a draft.

The leading numbers may be an amount, a phone or both, and both may contain spaces: every split is tried. One valid
split is taken; when several are valid, the doubtful fields stay empty for the person to fill. What is private never
stays in the text, because the card shows it to a channel.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.domain.characters import aligned_text, number_text, visible_text
from bot.domain.drafts import Draft, DraftLine
from bot.domain.field_parsers import BadAmount, BadPhone, parse_amount, parse_mobile
from bot.domain.form_notices import notice_of_command
from bot.domain.markup import as_typed
from bot.domain.money import plain_amount
from bot.domain.orders import Delivery
from bot.domain.partial_prices import counts, speaks_of_part
from bot.domain.private_data import FoundPhone, find_phones, take_emails, without_private_figures
from bot.domain.quick_words import GAP, take_deadline, take_delivery, take_reference

_NUMERIC: Final = re.compile(
    r"(?:kr\.?|[€$£])?[+(]?[\d.,:()' -]*\d[\d.,:()' -]*(?:kr\.?(?:,?-{1,2})?|[€$£])?", re.IGNORECASE
)
_CURRENCY: Final = frozenset(
    {"kr", "kr.", "kr,-", "kr.-", ",-", "nok", "sek", "dkk", "isk", "eur", "€", "usd", "$", "gbp", "£", "chf", "pln"}
    | {"kroner", "krone", "kronor", "krona", "kruunua", "euro", "euros", "euroa"}
)
"""Said of the amount before them, so that another currency's is not taken as ours."""
_GOES_ON: Final = re.compile(r"(?:[-/x×*+:]|(?:or|eller|tai|and|og|och|ja)\b)?\s?[.,']?\d", re.IGNORECASE)
"""What stands behind a figure that is not the whole number, or not the only one."""
_UP_TO: Final = re.compile(r",? (?:to|til|till) (?:(?:kr\.?|[€$£]) ?)?\d", re.IGNORECASE)
"""What stands behind the lower of two figures, or behind an amount and before the phone number that it goes to."""
_ANOTHER_PRICE: Final = re.compile(
    r"(?<![^\W\d_])(?:kr\.?|[€$£]) ?\d"
    r"|(?<![\w.,])\d[\d ]*(?:,\d\d(?![\d%])|\.(?!0[1-9]|1[0-2])\d\d(?![\d.%])|,-| ?(?:kr|nok|sek|dkk|eur|[€$£])(?!\w))",
    re.IGNORECASE,
)
"""A figure in the text that is written as money: with decimals that are no month, or beside a currency."""
_LONE_MARK: Final = re.compile(r"(?<!\S)[,;:.]+(?!\S)")
"""What stood between things that are no text."""
_LONGEST_RUN: Final = 8
"""More leading numbers than any amount and phone together have; the rest is text."""
_MOST_IN_A_PHONE: Final = 5


@dataclass(frozen=True, slots=True)
class _Reading:
    amount: int | None = None
    phone: str | None = None
    left: tuple[str, ...] = ()
    """The words that are neither."""


class Nonsense(ValueError):
    """Words without a figure or an address: the person needs to see how it is used."""


def read_quickline(text: str, draft: Draft, *, currency: str, country: str, today: date | None = None) -> Draft:
    """Fill `draft` from the words behind the command, as Slack sends them; `today` is the shop's, for `til fredag`.

    What no field holds, and what was left in the text instead of a field, is said in the draft's `notice`.

    Raises:
        Nonsense: when there is text, and no figure or address in it.

    """
    emails, plain = take_emails(as_typed(text), GAP)
    words = [word for word in plain.split() if visible_text(word)]
    words, reference, deadline = take_reference(words)
    words, deadline = (words, deadline) if deadline else take_deadline(words, today)
    words, delivery = take_delivery(words)
    numbers, rest = _leading_numbers(words)
    reading = _read_numbers(numbers, rest, currency, country)
    said = " ".join(word for word in [*reading.left, *rest] if word != GAP)
    phone, said = _phone_in(said, reading, currency, country)
    if rest and not (emails or any(map(str.isdigit, text))):
        raise Nonsense(text)
    public = without_private_figures(said)
    line = replace(
        draft.lines[0] if draft.lines else DraftLine(line_id="1"),
        text=" ".join(_LONE_MARK.sub(" ", public).split()),
        price=plain_amount(reading.amount, currency) if reading.amount is not None else "",
    )
    by_mail = bool(emails) and not phone
    delivery = delivery or (Delivery.EMAIL if by_mail else Delivery(draft.delivery))
    read = replace(
        draft,
        phone=phone,
        email=emails[0] if len(emails) == 1 else "",
        reference=reference,
        deadline=deadline or draft.deadline,
        delivery=delivery,
        lines=(line,),
        expanded=draft.expanded or bool(emails) or delivery != draft.delivery,
    )
    return replace(read, notice=notice_of_command(as_typed(text), read, left_out=public != said))


def _leading_numbers(words: list[str]) -> tuple[list[str], list[str]]:
    count = 0
    while count < min(len(words), _LONGEST_RUN) and _is_numeric(words[count]):
        count += 1
    return words[:count], words[count:]


def _is_numeric(word: str) -> bool:
    plain = number_text(word)
    return word == GAP or bool(_NUMERIC.fullmatch(plain)) or plain.lower() in _CURRENCY


def _read_numbers(numbers: Sequence[str], rest: Sequence[str], currency: str, country: str) -> _Reading:
    """The one reading that all valid splits agree on, field by field; and the words that are not used up."""
    readings = [
        reading
        for cut in range(len(numbers))  # the first has all on one side, in both ways
        for first, second in ((numbers[:cut], numbers[cut:]),)
        for reading in (_pair(first, second, currency, country), _pair(second, first, currency, country))
        if reading is not None
    ]
    if not readings:
        return _only_a_phone(numbers, country)
    amounts, phones = {one.amount for one in readings}, {one.phone for one in readings}
    amount = amounts.pop() if len(amounts) == 1 else None
    phone = phones.pop() if len(phones) == 1 else None
    if amount is not None and _is_not_the_whole(numbers, rest, country):
        return _Reading(None, phone, readings[0].left)
    return _Reading(amount, phone)


def _pair(amount: Sequence[str], phone: Sequence[str], currency: str, country: str) -> _Reading | None:
    amount_text, phone_text = (" ".join(words).strip(f" {GAP}") for words in (amount, phone))
    if len(phone) > 1 and any(re.fullmatch(r"\D*\d\D*", word) and "+" not in word for word in phone):
        return None  # a single figure apart is no part of a mobile number, but the beginning of what follows
    try:
        return _Reading(
            amount=parse_amount(amount_text, currency) if amount_text else None,
            phone=parse_mobile(phone_text, country) if phone_text else None,
            left=tuple(amount),
        )
    except (BadAmount, BadPhone):
        return None


def _is_not_the_whole(numbers: Sequence[str], rest: Sequence[str], country: str) -> bool:
    """Whether the leading amount counts something, goes on, or is a price that something comes to or goes from."""
    plain = [aligned_text(word) for word in rest]
    text = " ".join(plain)
    more = (plain and counts(plain[0])) or _GOES_ON.match(text) or _ANOTHER_PRICE.search(text)
    whole = " ".join([*map(aligned_text, numbers), *plain])
    return bool(more) or speaks_of_part(whole) or _runs_up_to(whole, len(" ".join(numbers)), country)


def _runs_up_to(text: str, end: int, country: str) -> bool:
    """Whether the figures before `end` are the lower of two, as in `400 til 500`; neither of them is a phone number."""
    for one in find_phones(text, country):
        text = text[: one.start] + ";" * (one.end - one.start) + text[one.end :]
    return text[end - 1] != ";" and _UP_TO.match(text, end) is not None


def _only_a_phone(numbers: Sequence[str], country: str) -> _Reading:
    """Numbers of which no split is right: what may be a phone leaves the text, and is taken when it is the only one."""
    left, phones, at = list[str](), list[str](), 0
    while at < len(numbers):
        size, phone = _longest_phone(numbers[at : at + _MOST_IN_A_PHONE], country)
        beside = [*numbers[max(at - 1, 0) : at], *numbers[at + size : at + size + 1]]
        if phone:
            phones.append(
                "" if size > 1 or any(re.fullmatch(r"\d{1,3}", number_text(one)) for one in beside) else phone
            )
        else:
            left.append(numbers[at])
        at += size
    return _Reading(None, phones[0] if len(phones) == 1 else None, tuple(left))


def _longest_phone(words: Sequence[str], country: str) -> tuple[int, str]:
    """How many of the words are a mobile number, and which; 1 and nothing when the first begins none."""
    for size in range(len(words), 0, -1):
        try:
            return size, parse_mobile(" ".join(words[:size]), country)
        except BadPhone:
            continue
    return 1, ""


def _phone_in(text: str, reading: _Reading, currency: str, country: str) -> tuple[str, str]:
    """The phone number to use, if one is certain, and the text without any."""
    found = [one for one in find_phones(text, country) if one.number]
    numbers = {one.number for one in found if _is_certain(one, text, currency)}
    for one in reversed(found):
        text = f"{text[: one.start]} {text[one.end :]}"
    alone = not reading.phone and len({one.number for one in found}) == 1
    return (numbers.pop() if alone and numbers else reading.phone or ""), text


def _is_certain(phone: FoundPhone, text: str, currency: str) -> bool:
    """Whether a word says that it is a phone, or it is the last of the text and no amount."""
    if phone.is_named:
        return True
    try:
        parse_amount(phone.typed, currency)
    except BadAmount:
        return not text[phone.end :].strip()
    return False
