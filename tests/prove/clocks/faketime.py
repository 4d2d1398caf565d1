"""libfaketime: a process whose wall clock a test can set while it runs, and whose elapsed time goes on as it is.

Debian's package `libfaketime` has it. `python -m tests.prove.clocks.faketime` is what `make prove` runs first: it
installs the package where that may be done.
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.browser.chromium import HERE, apt, carried_out, in_ci, say

PLACES = ("*/faketime/libfaketimeMT.so.1", "faketime/libfaketimeMT.so.1")
FOLDERS = (Path("/usr/lib"), Path("/usr/local/lib"))
MEND = "install the package libfaketime (Debian, Ubuntu: apt-get install libfaketime)"


def find():
    """The library's path, or None."""
    return next((str(path) for folder in FOLDERS for place in PLACES for path in sorted(folder.glob(place))), None)


def ensure(here=HERE):
    """The library's path, installed where that may be done; None when there is none to be had."""
    if find() is None and here.root_on_debian:
        say("Installing libfaketime for the proofs about clocks (once)")
        carried_out(apt("libfaketime"), here)
    return find()


def main(here=HERE):
    """Ensure it and give the exit code: without it 0 on a laptop, where its proofs are skipped, and 1 in CI."""
    if ensure(here) is not None:
        return 0
    outcome = "CI=true, so this is a failure" if in_ci() else "the proofs about clocks will be skipped"
    say(f"libfaketime is not there: {outcome}; {MEND}.")
    return 1 if in_ci() else 0


@dataclass
class Machine:
    """A computer whose clock can be set; what it starts sees that within a second."""

    library: str
    file: Path

    def set_clock(self, ahead: timedelta):
        """Put it ahead of the true time, or behind it."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{ahead.total_seconds():+.0f}\n")
        fresh.replace(self.file)

    async def start(self, command, environment, log):
        """Start `paylink <command>` on it, as people do."""
        faked = {
            "LD_PRELOAD": self.library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        with log.open("ab") as file:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", command, env=os.environ | environment | faked, stdout=file, stderr=file
            )


if __name__ == "__main__":
    sys.exit(main())
