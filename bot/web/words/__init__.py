"""The sentences of the customers' pages, one file per language, and which of them a reader gets."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bot.domain.wording import LANGUAGES, SPOKEN_AS, Words

_WISH: Final = re.compile(r"\s*(\*|[A-Za-z]{2,8})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*)?")
_MOST_WISHES: Final = 30
"""More languages than anybody reads; the rest of such a header is not looked at."""


def _read(language: str) -> Words:
    file = Path(__file__).parent / f"{language}.toml"
    return Words(language, tomllib.loads(file.read_text(encoding="utf-8")))


WORDS: Final[Mapping[str, Words]] = {language: _read(language) for language in LANGUAGES}


def chosen(wishes: str, otherwise: str) -> str:
    """The language of ours that the reader likes best, by an Accept-Language header; `otherwise` when there is none."""
    weighed = []
    for wish in wishes.split(",", _MOST_WISHES)[:_MOST_WISHES]:
        found = _WISH.fullmatch(wish)
        language = SPOKEN_AS.get(found[1].lower(), otherwise if found[1] == "*" else None) if found else None
        if found and language and (weight := float(found[2] or 1)) > 0:
            weighed.append((weight, language))
    return max(weighed, key=lambda one: one[0], default=(0, otherwise))[1]
