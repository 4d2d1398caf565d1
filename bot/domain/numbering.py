"""A channel's own references: `{yyyy}-{seq:4}` becomes 2026-0042, and starts from 0001 again in January."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from bot.domain.field_parsers import MAX_REFERENCE, parse_reference

_TOKEN: Final = re.compile(r"\{([^{}]*)\}")
_SEQ: Final = re.compile(r"seq(?::([1-8]))?")
_DATES: Final = {"yyyy": "%Y", "yy": "%y", "mm": "%m"}
_ROOM: Final = 5
"""Digits that a number may grow to, whatever it is filled up to."""
_KNOWN: Final = "Use {yyyy}, {yy} and {mm} for the date, and {seq} for the number, or {seq:4} for 0042."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What stands before and behind the number, dates still to be filled in; `digits` are those it has at least."""

    text: str
    before: str
    after: str
    digits: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a pattern as it is typed.

        Raises:
            ValueError: with a sentence that says what to write.

        """
        typed = text.strip()
        tokens = _TOKEN.findall(typed)
        numbers = [token for token in tokens if _SEQ.fullmatch(token)]
        if len(numbers) != 1 or not set(tokens) <= {*_DATES, *numbers}:
            raise ValueError(f"A pattern has one {{seq}} in it; “off” ends numbering. {_KNOWN}")
        if "mm" in tokens and not {"yy", "yyyy"} & set(tokens):
            raise ValueError("A month needs its year, or the numbers would come back. Write {yyyy}-{mm}-{seq}.")
        before, _, after = typed.partition(f"{{{numbers[0]}}}")
        digits = _SEQ.fullmatch(numbers[0])
        pattern = cls(text=typed, before=before, after=after, digits=int((digits and digits[1]) or 0))
        pattern._check()
        return pattern

    def period(self, day: date) -> str:
        """What the dates in it say on that day: when it changes, the numbers start again."""
        return " ".join(day.strftime(_DATES[token]) for token in _TOKEN.findall(self.before + self.after))

    def around(self, day: date) -> tuple[str, str]:
        """What stands before and behind a number that is given on that day."""
        return _dated(self.before, day), _dated(self.after, day)

    def reference(self, day: date, number: int) -> str:
        """The whole reference."""
        before, after = self.around(day)
        return f"{before}{number:0{self.digits}d}{after}"

    def _check(self) -> None:
        """Whether what it makes are references.

        Raises:
            ValueError: with a sentence that says what to write.

        """
        longest = self.reference(date(2026, 12, 31), 10 ** max(_ROOM, self.digits) - 1)
        if len(longest) > MAX_REFERENCE:
            raise ValueError(f"Too long: {longest} has {len(longest)} characters, and {MAX_REFERENCE} is the most.")
        parse_reference(longest)
        if longest.startswith("#"):
            raise ValueError("Write it without #.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbering:
    """A channel's pattern, and how far it has counted."""

    workspace_id: str
    channel: str
    pattern: str
    period: str = ""
    last: int = 0

    def least(self, day: date) -> int:
        """The smallest number that may come next."""
        return self.last + 1 if Pattern.read(self.pattern).period(day) == self.period else 1


def _dated(text: str, day: date) -> str:
    return _TOKEN.sub(lambda found: day.strftime(_DATES[found[1]]), text)
