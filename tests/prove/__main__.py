"""Run all proofs, stories and walks through the browser whole, then write the table of docs/guarantees.md."""

import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from tests.prove.tally import FOLDER, written

PAGE = Path(__file__).parents[2] / "docs" / "guarantees.md"
BEGIN, END = "<!-- make prove writes from here -->", "<!-- to here -->"
HEAD = "| Promise | What was varied | Tried | Lost | Doubled | Let in |\n|---|---|--:|--:|--:|--:|"


def table(tallies):
    """The counts as a table, by promise."""
    rows = defaultdict(lambda: [0, 0, 0, 0])
    for one in tallies:
        counts = (one.tried, len(one.lost), len(one.doubled), len(one.let_in))
        key = (str(one.promise), one.varied)
        rows[key] = [sum(pair) for pair in zip(rows[key], counts, strict=True)]
    lines = [
        f"| {promise} | {varied} | {' | '.join(f'{count:,}' for count in counts)} |"
        for (promise, varied), counts in sorted(rows.items())
    ]
    return "\n".join([HEAD, *lines])


def rewrite(page, tallies):
    """Put the table between its two marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{table(tallies)}\n\n{END}{after}"


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    tests = ("tests/prove", "tests/stories", "tests/browser", "--whole", "-n", "auto", "--maxschedchunk", "1")
    command = [sys.executable, "-m", "pytest", *tests, *sys.argv[1:]]
    code = subprocess.run(command, check=False).returncode
    PAGE.write_text(rewrite(PAGE.read_text(), written()))
    return code


if __name__ == "__main__":
    sys.exit(main())
