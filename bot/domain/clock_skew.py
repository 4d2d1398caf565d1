"""How far this computer's clock is from those of Slack, Dintero and the database, by what each said last."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

DATABASE: Final = "the database"
DINTERO: Final = "Dintero"
SLACK: Final = "Slack"

TOLERATED: Final[Mapping[str, float]] = {DATABASE: 5.0, DINTERO: 30.0, SLACK: 30.0}
"""Seconds. Replicas share leases by the database's clock; Slack's requests are refused when they are five minutes off
(Slack reference §3), so there is time to say it before.
"""
_WHOLE: Final = 1.0
"""A `Date` header leaves out the fraction of its second."""
_BELIEVED: Final = timedelta(days=2)
"""No computer that talks TLS is further off: a `Date` that says so is not believed, and corrects nothing."""


@dataclass(slots=True)
class ClockSkew:
    """The comparisons, in memory. Seconds are positive where this computer's clock is ahead."""

    _least: dict[str, float] = field(default_factory=dict)

    def note_date(self, whom: str, header: str | None, received: datetime, seconds: float) -> None:
        """An answer came at `received` after so many seconds; `header` is its `Date` (RFC 9110, 6.6.1), if it has one.

        It was written at some moment of those seconds: only what no such moment explains is a difference of the clocks.
        """
        try:
            theirs = parsedate_to_datetime(header or "")
        except ValueError:
            return
        if theirs.utcoffset() is None:
            return
        most = (received - theirs).total_seconds()
        self.note(whom, most - seconds - _WHOLE, most)

    def note(self, whom: str, least: float, most: float) -> None:
        """Keep that this computer's clock is between `least` and `most` seconds ahead of theirs."""
        self._least[whom] = max(least, 0.0) + min(most, 0.0)

    def forget(self) -> None:
        """Forget what was compared: this computer's clock was set."""
        self._least.clear()

    def ahead(self, whom: str) -> timedelta:
        """How far this computer's clock is ahead of theirs for certain; zero where that is not known."""
        ahead = timedelta(seconds=max(self._least.get(whom, 0.0), 0.0))
        return ahead if ahead <= _BELIEVED else timedelta()

    def known(self) -> Mapping[str, float]:
        """By at least how many seconds it is off, by whom it was compared with."""
        return dict(self._least)


def differences(skew: Mapping[str, float]) -> tuple[str, ...]:
    """What is more than tolerated, a sentence each with the fix."""
    return tuple(
        f"This computer's clock is {duration(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'} {whom}'s. "
        "Have it set by NTP, for example: timedatectl set-ntp true."
        for whom, seconds in skew.items()
        if abs(seconds) > TOLERATED.get(whom, 0.0)
    )


def duration(seconds: float) -> str:
    """So many seconds, minutes or hours, in words."""
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.0f} hours"
