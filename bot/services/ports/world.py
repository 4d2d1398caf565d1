"""The clock, the bell and the counters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.clock_skew import ClockSkew
from bot.domain.lasting_failures import LastingFailures


class Clock(Protocol):
    """Three times, kept apart."""

    def now(self) -> datetime:
        """Business time, aware UTC: deadlines, events, ages."""
        ...

    def machine_now(self) -> datetime:
        """The machine's own wall time, aware UTC: leases and rate limits in rows shared by replicas."""
        ...

    def note_step(self, seconds: float) -> None:
        """The machine's clock was set forward by so many seconds, or back where they are negative."""
        ...

    def certain_now(self, since: datetime) -> datetime:
        """Business time by which no more has passed since `since` than is certain."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump, and go on while the machine is suspended: time spent inside this process."""
        ...


class Bell(Protocol):
    """Wakes the loops at once instead of at their next tick."""

    def ring(self) -> None:
        """There is work."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Numbers that `ready` shows. Kept in memory; a restart starts them anew."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str) -> None:
        """One more."""
        self.counts[name] = self.counts.get(name, 0) + 1

    def shown(self) -> Mapping[str, int]:
        """A copy."""
        return dict(self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    """What the last real calls said of us, in memory: `ready` tells it without a call of its own."""

    refusals: dict[str, str | None] = field(default_factory=dict)
    skew: ClockSkew = field(default_factory=ClockSkew)
    unread: LastingFailures = field(default_factory=LastingFailures)
    """Links that could not be read, by their ids."""
    unwritten: LastingFailures = field(default_factory=LastingFailures)
    """The database, while it takes no writes."""

    def of(self, whom: str) -> Callable[[str | None], None]:
        """Where `whom`'s answers are noted: None for one that let us in, else why it did not."""

        def note(refusal: str | None) -> None:
            self.refusals[whom] = refusal

        return note
