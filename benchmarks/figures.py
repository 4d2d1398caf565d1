"""What was measured, round by round: the ratio is the figure, the times are its company."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median


def quantile(values: Iterable[float], q: float) -> float:
    """The value that the fraction `q` of the values does not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


@dataclass(slots=True, kw_only=True)
class Bar:
    """Ours beside a measure of the same machine in the same moment, and what their ratio has to be."""

    what: str
    against: str
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    rounds: list[tuple[float, float]] = field(default_factory=list)
    """One figure of each per round, measured right after each other."""
    wrong: list[str] = field(default_factory=list)
    """What was not as it should be; a bar with anything here is not met, however fast it was."""
    limit: str = ""
    """What keeps it from its bar, or what the figure hangs on."""

    def add(self, ours: float, theirs: float) -> None:
        """One round."""
        self.rounds.append((ours, theirs))

    @property
    def ratios(self) -> list[float]:
        """Ours by theirs; taken inside each round, so that a slow moment weighs on both."""
        return [ours / theirs for ours, theirs in self.rounds]

    @property
    def met(self) -> bool | None:
        """Whether the median of the ratios is where it has to be; None where it need not be anywhere."""
        if self.wrong or not self.rounds:
            return False
        if self.at_least is None and self.at_most is None:
            return None
        ratio = median(self.ratios)
        return (self.at_least or 0) <= ratio <= (self.at_most or ratio)

    @property
    def wanted(self) -> str:
        """The bar in words."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "report" if self.at_most is None else f"≤ {self.at_most:g}"

    def cells(self) -> list[str]:
        """Its row in the table."""
        verdict = {True: "met", False: "**not met**", None: "–"}[self.met]
        if not self.rounds:
            return [self.what, self.against, "–", "–", "–", self.wanted, verdict]
        ours, theirs = (f"{_short(median(side))} {self.unit}" for side in zip(*self.rounds, strict=True))
        ratio = f"{median(self.ratios):.2f}"
        if len(self.rounds) > 1:
            ratio += f" ({quantile(self.ratios, 0.25):.2f}–{quantile(self.ratios, 0.75):.2f})"
        return [self.what, self.against, ours, theirs, ratio, self.wanted, verdict]

    def lines(self) -> list[str]:
        """What there is to say beside the row."""
        return [
            *(f"{self.what}: wrong: {each}" for each in self.wrong),
            *([f"{self.what}: {self.limit}"] * bool(self.limit)),
        ]


HEAD = ("What", "Against", "Ours", "Theirs", "Ratio (quartiles)", "Bar", "")


def table(bars: Sequence[Bar]) -> str:
    """All bars, as Markdown."""
    rows = [list(HEAD), ["---"] * len(HEAD), *(bar.cells() for bar in bars)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
