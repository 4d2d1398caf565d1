"""What was typed or pasted, without the characters that people do not see or do not tell apart. Pure."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_APOSTROPHES: Final = "'\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u00b4`\uff07"
_MINUS: Final = "\u2212\u2043"
_BLANKS: Final = "\u2800\u3164\u115f\u1160\uffa0"
"""Drawn as nothing, though Unicode counts them as letters or signs."""
_UNSEEN: Final = "\u034f\u180b\u180c\u180d\u180f"
_TURNS: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""What makes figures or words be read in another order than they are stored in."""
_JOINERS: Final = "\u200c\u200d"
_TAGS: Final = ("\U000e0020", "\U000e007f")
"""The letters of a flag's country, behind a black flag."""
_INVISIBLE: Final = "\0"
_BETWEEN_FIGURES: Final = re.compile(r"(?<=\d)\0+(?=\d)")
_RUN: Final = re.compile(r" {2,}")
_REFUSED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd-\uffff]")
"""Controls, what turns text around, halves of characters, which no JSON can carry, and what stands for them."""


def number_text(text: str) -> str:
    """The text as a number is read: plain figures, blanks, dashes and apostrophes, of every kind that Unicode has.

    Invisible characters go; between two figures one counts as a blank, because it may have stood for a separator. What
    turns the figures around (U+202E) stays, so that no parser takes them.
    """
    plain = "".join(map(_plain, text))
    return _RUN.sub(" ", _BETWEEN_FIGURES.sub(" ", plain).replace(_INVISIBLE, "")).strip()


def visible_text(text: str) -> str:
    """The text as `number_text` has it, but without any trace of the invisible: for references and addresses."""
    return _RUN.sub(" ", "".join(map(_plain, text)).replace(_INVISIBLE, "")).strip()


def aligned_text(text: str) -> str:
    """The text as `number_text` has it, character by character, so that what is found in it has the same place in both.

    Tabs and line ends stay, and what is invisible becomes a blank.
    """
    return "".join(one if one in "\t\n\r" else _plain(one).replace(_INVISIBLE, " ") for one in text)


def one_line(text: str) -> str:
    """A text for people on one line: as it was typed, with single blanks and without what is invisible.

    Joiners inside a word or an emoji are part of it and stay.
    """
    typed = " ".join(text.split())
    return " ".join("".join(one for at, one in enumerate(typed) if not _is_invisible(typed, at)).split())


def check_shown(text: str) -> None:
    """Check that every character can be shown, in the order it is stored in.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    if _REFUSED.search(text):
        raise ValueError("There is an invisible character in the text. Type it again.")


@lru_cache(maxsize=4096)
def _plain(one: str) -> str:
    category = unicodedata.category(one)
    if category == "Nd":
        return str(unicodedata.decimal(one))
    if category in {"Zs", "Zl", "Zp"} or one in "\t\n\v\f\r\x85" or one in _BLANKS:
        return " "
    if category == "Pd" or one in _MINUS:
        return "-"
    if one in _APOSTROPHES:
        return "'"
    if "\uff01" <= one <= "\uff5e":  # full-width forms of ASCII
        return chr(ord(one) - 0xFEE0)
    if one == "\u202e":
        return one
    return _INVISIBLE if category == "Cf" or _selects_a_form(one) or one in _UNSEEN else one


def _is_invisible(text: str, at: int) -> bool:
    """Whether the character can be left out of a text without changing what people see."""
    one = text[at]
    inside = 0 < at < len(text) - 1 and text[at - 1] != " " and text[at + 1] != " "
    if one in _JOINERS:
        return not inside
    if one in _TURNS or _TAGS[0] <= one <= _TAGS[1]:
        return False
    return unicodedata.category(one) == "Cf" or (one in _UNSEEN and not inside)


def _selects_a_form(one: str) -> bool:
    return "\ufe00" <= one <= "\ufe0f" or "\U000e0100" <= one <= "\U000e01ef"
