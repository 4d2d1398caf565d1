"""What was measured, round by round, and how it is printed: the ratio is the figure, the times are its company."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


def quantile(values: Sequence[float], q: float) -> float:
    """The value that the fraction `q` of the values does not pass."""
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


@dataclass(slots=True)
class Pair:
    """Ours beside a measure of the same machine in the same moment: one figure of each per round."""

    what: str
    unit: str
    against: str
    rounds: list[tuple[float, float]] = field(default_factory=list)

    def add(self, ours: float, bare: float) -> None:
        """One round, both measured right after each other."""
        self.rounds.append((ours, bare))

    def row(self) -> str:
        """Medians; the ratio is taken inside each round, so a slow moment weighs on both. The first one warmed up."""
        warm = self.rounds[1:]
        ours, bare = (_short(median(side)) for side in zip(*warm, strict=True))
        ratios = [ours / bare for ours, bare in warm]
        spread = f"({quantile(ratios, 0.25):.2f}-{quantile(ratios, 0.75):.2f})"
        numbers = f"{ours:>8} {bare:>8} {self.unit:<5} {median(ratios):>6.2f} {spread:<13}"
        return f"{self.what:<36} {numbers} {len(warm):>3}  {self.against}"


def table(pairs: Sequence[Pair]) -> str:
    """All pairs, one a line."""
    head = f"{'':<36} {'ours':>8} {'bare':>8} {'':<5} {'ratio':>6} {'(quartiles)':<13} {'n':>3}  bare is"
    return "\n".join([head, *(pair.row() for pair in pairs)])


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
