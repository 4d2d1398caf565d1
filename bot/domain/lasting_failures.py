"""What fails again and again, by name, in memory: one failure is nothing, ten minutes of them are a problem."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

FORGOTTEN: Final = 180.0
"""Seconds after its last failure from which something counts as no longer tried, here at least: what fails is tried
again each minute.
"""
_MOST: Final = 1000


@dataclass(slots=True)
class LastingFailures:
    """Times are seconds of a clock that never jumps."""

    _spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    """The first failure in a row and the last one."""

    def failed(self, name: str, now: float) -> None:
        """It failed, once more or for the first time."""
        if len(self._spans) >= _MOST:
            self._forget(now)
        first, last = self._spans.get(name, (now, now))
        self._spans[name] = (first if now - last < FORGOTTEN else now), now

    def ended(self, name: str) -> None:
        """It went well."""
        self._spans.pop(name, None)

    def lasting(self, now: float, *, at_least: float) -> Sequence[float]:
        """For how many seconds each has failed that failed for `at_least` so many."""
        self._forget(now)
        return [last - first for first, last in self._spans.values() if last - first >= at_least]

    def _forget(self, now: float) -> None:
        self._spans = {name: span for name, span in self._spans.items() if now - span[1] < FORGOTTEN}
