"""The words of a one-liner that are no goods: reference, deadline, delivery. Each taker gives back the other words."""

import re
from datetime import date, timedelta
from typing import Final

from bot.domain.characters import visible_text
from bot.domain.field_parsers import PHONE
from bot.domain.orders import Delivery

GAP: Final = "\x01"
"""Stands where a word was taken out, so that the numbers around it do not become one."""
_SPAN_OR_DAY: Final = re.compile(r"\d{1,4}[hdw]|\d{4}-\d{2}-\d{2}")
"""A span in small letters: a bulb has 9W, a cable 2H."""
_ON_THE_PHONE: Final = frozenset({"phone", "tlf"})
_DELIVERIES: Final = {
    "qr": Delivery.QR,
    "link": Delivery.LINK,
    "lenke": Delivery.LINK,
    "länk": Delivery.LINK,
    "linkki": Delivery.LINK,
    "sms": Delivery.SMS,
    "email": Delivery.EMAIL,
    "e-mail": Delivery.EMAIL,
    "epost": Delivery.EMAIL,
    "e-post": Delivery.EMAIL,
}
"""Only as the last word and in small letters, as the words for *on the phone*: people sell phones and links, too."""
_UNTIL: Final = frozenset(
    {"until", "till", "til", "by", "before", "før", "före", "inden", "innen", "inom", "senast", "senest", "frist"}
)
_FOR: Final = _UNTIL | {"for", "within", "valid", "gyldig", "giltig"}
_BEHIND: Final = frozenset({"mennessä", "asti"})
"""Finnish says it behind the day."""
_DAYS: Final = (
    ("monday", "mandag", "måndag", "maanantaihin"),
    ("tuesday", "tirsdag", "tisdag", "tiistaihin"),
    ("wednesday", "onsdag", "keskiviikkoon"),
    ("thursday", "torsdag", "torstaihin"),
    ("friday", "fredag", "perjantaihin"),
    ("saturday", "lørdag", "lördag", "lauantaihin"),
    ("sunday", "søndag", "söndag", "sunnuntaihin"),
)
_WEEKDAYS: Final = {name: n for n, names in enumerate(_DAYS) for name in names}


def take_reference(words: list[str]) -> tuple[list[str], str, str]:
    """The one word behind a `#`, and the deadline right behind or before it; nothing when there are several."""
    words = _trimmed(words)
    marked = [at for at, word in enumerate(words) if visible_text(word).startswith("#") and len(visible_text(word)) > 1]
    if len(marked) != 1:
        return words, "", ""
    [at] = marked
    reference = visible_text(words[at]).removeprefix("#")
    left = [*words[:at], GAP, *words[at + 1 :]]
    for beside in (at + 1, at - 1):
        if 0 <= beside < len(words) and (deadline := _span_or_day(words[beside])):
            left[beside] = GAP
            return _trimmed(left), reference, deadline
    return _trimmed(left), reference, ""


def take_deadline(words: list[str], today: date | None) -> tuple[list[str], str]:
    """A deadline behind a word such as `for` or `til`, or *on the phone* as the last word; empty when there is none."""
    if words and words[-1] in _ON_THE_PHONE:
        return _trimmed(words[:-1]), PHONE
    if len(words) == 1 and (deadline := _span_or_day(words[0])):
        return [], deadline
    for at in range(len(words) - 2, -1, -1):
        marker, word = visible_text(words[at]).lower(), words[at + 1]
        deadline = _span_or_day(word) if marker in _FOR else ""
        if not deadline and (marker in _UNTIL or visible_text(word).lower() in _BEHIND):
            deadline = _weekday(word if marker in _UNTIL else words[at], today)
        if deadline:
            return _trimmed([*words[:at], GAP, *words[at + 2 :]]), deadline
    return words, ""


def take_delivery(words: list[str]) -> tuple[list[str], Delivery | None]:
    """How the customer gets the link, when the last word says it."""
    delivery = _DELIVERIES.get(words[-1]) if words else None
    return (_trimmed(words[:-1]), delivery) if delivery else (words, None)


def _trimmed(words: list[str]) -> list[str]:
    """The words without gaps at their end, where the last word says what it says."""
    while words and words[-1] == GAP:
        words = words[:-1]
    return words


def _span_or_day(word: str) -> str:
    plain = visible_text(word)
    return plain if _SPAN_OR_DAY.fullmatch(plain) else ""


def _weekday(word: str, today: date | None) -> str:
    """The next day of that name; empty when it is today's, which could mean either."""
    wanted = _WEEKDAYS.get(visible_text(word).lower().rstrip(".,"))
    if today is None or wanted is None or wanted == today.weekday():
        return ""
    return (today + timedelta(days=(wanted - today.weekday()) % 7)).isoformat()
