"""How customers are spoken to: a language's sentences, and how it writes amounts and times."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_location
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from bot.domain.money import format_money

LANGUAGES: Final = ("nb", "sv", "da", "fi", "en")
SPOKEN_AS: Final = {**{language: language for language in LANGUAGES}, "no": "nb", "nn": "nb"}
"""What a language code asks for, and which of ours answers it."""
_LOCALES: Final = {"nb": "nb_NO", "sv": "sv_SE", "da": "da_DK", "fi": "fi_FI", "en": "en_GB"}
_CODE: Final = re.compile(r"(?<=[A-Z])(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Words:
    """One language."""

    language: str
    sentences: Mapping[str, str]

    def __call__(self, name: str, /, **values: str | int) -> Markup:
        """The sentence of that name with its values in place: they are escaped, unless they are Markup."""
        return Markup(escape(self.sentences[name])).format(**values)  # noqa: S704  escaped in the same breath

    def plain(self, name: str, /, **values: str | int) -> str:
        """The same where nothing is markup: in a text, a header, an address."""
        return self.sentences[name].format(**values)

    def money(self, minor: int, currency: str) -> str:
        """An amount; a currency's code keeps its distance from the figures."""
        return _CODE.sub("\u00a0", format_money(minor, currency, self._locale))

    def number(self, value: Decimal) -> str:
        """A quantity."""
        return format_decimal(value, locale=self._locale)

    def moment(self, at: datetime, zone: ZoneInfo) -> Markup:
        """A day and a time, and the place whose clock it is."""
        return self("moment", **self._moment(at, zone))

    def plain_moment(self, at: datetime, zone: ZoneInfo) -> str:
        """The same where nothing is markup."""
        return self.plain("moment", **self._moment(at, zone))

    def _moment(self, at: datetime, zone: ZoneInfo) -> dict[str, str]:
        there = at.astimezone(zone)
        return {
            "day": format_date(there, "full", locale=self._locale),
            "time": format_time(there, "short", locale=self._locale),
            "city": get_timezone_location(zone, locale=self._locale, return_city=True),
        }

    @property
    def _locale(self) -> str:
        return _LOCALES[self.language]


def spoken(locale: str) -> str:
    """The language to speak where the reader wishes for none of ours: that of `locale` if we have it, else English."""
    return SPOKEN_AS.get(locale.partition("_")[0].lower(), "en")
