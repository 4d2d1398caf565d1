"""Who waits for a limit of Slack's: each comes back when it may be its turn, and not all for the same one."""

from dataclasses import dataclass, field
from typing import Final

_MOST: Final = 10_000
"""Places that are remembered; to forget them all costs questions and nothing else."""


@dataclass(slots=True)
class Queues:
    """The queues of this process, one for each lane and urgency.

    A lane says when its next turn is free. If everybody who heard that came back then, all but one would have asked in
    vain, once for every turn of the others. Times are seconds of a clock that never jumps.
    """

    _closed: dict[str, float] = field(default_factory=dict)
    """Until when a lane has said that it has no turn."""
    _ends: dict[str, float] = field(default_factory=dict)
    """When whoever joined a queue last is to come back."""
    _places: dict[str, str] = field(default_factory=dict)
    """The queue that somebody stands in."""

    def close(self, lane: str, until: float) -> None:
        """The lane has no turn before `until`: whatever others do, none becomes free sooner."""
        self._closed[lane] = until

    def free_in(self, lane: str, now: float) -> float:
        """Seconds in which nobody need ask the lane for a turn; 0 when it has to be asked."""
        return max(0.0, self._closed.get(lane, now) - now)

    def wait(self, who: str, queue: str, *, now: float, free_in: float, every: float) -> float:
        """Seconds until `who` should ask again, when the next turn is free in `free_in` and one more `every` so often.

        Whoever has waited in this queue before and finds the turn taken stands before those who are new.
        """
        if len(self._places) >= _MOST:
            self._places.clear()
            self._ends.clear()
            self._closed.clear()
        line = f"{queue} again" if self._places.get(who) == queue else queue
        self._places[who] = queue
        end = self._ends[line] = max(now + free_in, self._ends.get(line, 0.0) + every)
        return end - now

    def leave(self, who: str) -> None:
        """`who` does not wait any more."""
        if self._places.pop(who, None) is not None and not self._places:
            self._ends.clear()
            self._closed.clear()
