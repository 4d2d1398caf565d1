"""The sentences of the customers' pages, one file per language, and how each writes amounts and times."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_location
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from bot.domain.money import format_money

LANGUAGES: Final = ("nb", "sv", "da", "fi", "en")
_LOCALES: Final = {"nb": "nb_NO", "sv": "sv_SE", "da": "da_DK", "fi": "fi_FI", "en": "en_GB"}
_SPOKEN_AS: Final = {**{language: language for language in LANGUAGES}, "no": "nb", "nn": "nb"}
_WISH: Final = re.compile(r"\s*(\*|[A-Za-z]{2,8})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*[qQ]=([01](?:\.[0-9]{0,3})?)\s*)?")
_MOST_WISHES: Final = 30
"""More languages than anybody reads; the rest of such a header is not looked at."""
_CODE: Final = re.compile(r"(?<=[A-Z])(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: str
    sentences: Mapping[str, str]

    def __call__(self, name: str, /, **values: str | int) -> Markup:
        """The sentence of that name with its values in place: they are escaped, unless they are Markup."""
        return Markup(escape(self.sentences[name])).format(**values)  # noqa: S704  escaped in the same breath

    def money(self, minor: int, currency: str) -> str:
        """An amount; a currency's code keeps its distance from the figures."""
        return _CODE.sub("\u00a0", format_money(minor, currency, self._locale))

    def number(self, value: Decimal) -> str:
        """A quantity."""
        return format_decimal(value, locale=self._locale)

    def moment(self, at: datetime, zone: ZoneInfo) -> Markup:
        """A day and a time, and the place whose clock it is."""
        there = at.astimezone(zone)
        return self(
            "moment",
            day=format_date(there, "full", locale=self._locale),
            time=format_time(there, "short", locale=self._locale),
            city=get_timezone_location(zone, locale=self._locale, return_city=True),
        )

    @property
    def _locale(self) -> str:
        return _LOCALES[self.language]


def _read(language: str) -> Words:
    file = Path(__file__).parent / f"{language}.toml"
    return Words(language, tomllib.loads(file.read_text(encoding="utf-8")))


WORDS: Final[Mapping[str, Words]] = {language: _read(language) for language in LANGUAGES}


def spoken(locale: str) -> str:
    """The language to speak where the reader wishes for none of ours: that of `locale` if we have it, else English."""
    return _SPOKEN_AS.get(locale.partition("_")[0].lower(), "en")


def chosen(wishes: str, otherwise: str) -> str:
    """The language of ours that the reader likes best, by an Accept-Language header; `otherwise` when there is none."""
    weighed = []
    for wish in wishes.split(",", _MOST_WISHES)[:_MOST_WISHES]:
        found = _WISH.fullmatch(wish)
        language = _SPOKEN_AS.get(found[1].lower(), otherwise if found[1] == "*" else None) if found else None
        if found and language and (weight := float(found[2] or 1)) > 0:
            weighed.append((weight, language))
    return max(weighed, key=lambda one: one[0], default=(0, otherwise))[1]
