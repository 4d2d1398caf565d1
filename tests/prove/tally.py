"""What a proof counts, and where the counts of all processes of a run come together."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "build" / "proofs"


@dataclass
class Tally:
    """One proof's count: how often a promise was attacked, and each time that it did not hold.

    `promise` is its number in docs/guarantees.md ("1–5" attacks all at once); `varied` says in the table what was
    varied. Proofs of the same two are added up.
    """

    promise: int | str
    varied: str
    tried: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    let_in: list[str] = field(default_factory=list)

    def write(self):
        """Add the count to those of the run."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / f"{os.getpid()}.jsonl").open("a") as file:
            file.write(json.dumps(asdict(self)) + "\n")

    def hold(self):
        """Fail when the promise was broken even once, or was never tried."""
        assert self.tried
        assert (self.lost, self.doubled, self.let_in) == ([], [], [])


def written():
    """Every count of the run."""
    return [
        Tally(**json.loads(line))
        for file in sorted(FOLDER.glob("*.jsonl"))
        for line in file.read_text().split("\n")[:-1]
    ]
