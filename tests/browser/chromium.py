"""The Chromium that the browser tests drive: found on this computer, or installed where that may be done.

`python -m tests.browser.chromium` is what `make test` runs first.
"""

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first has no windows at all, and takes two thirds of what the others do for the same pages."""
ANSWER_SECONDS = 10
INSTALL_SECONDS = 300
EMOJI = "fonts-noto-color-emoji"
OWN_DOWNLOAD = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""

LACKING = (
    f"No browser answers: looked for {', '.join(NAMES)} on PATH, for Chrome in /Applications "
    "and for Playwright's own download"
)
MEND = (
    "install Chromium or set CHROMIUM to its path (where Playwright's own is there and lacks libraries: "
    "sudo .venv/bin/playwright install-deps chromium)"
)

ROOT = os.geteuid() == 0
ARGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Chromium refuses to start as root with its sandbox.
    *(("--no-sandbox",) if ROOT else ()),
)


class NotABrowser(Exception):
    """CHROMIUM names something that does not answer as a browser does."""


class Ended(NamedTuple):
    """How a command ended: its exit code and everything it wrote."""

    code: int
    said: str


def started(command: Sequence[str], seconds: float) -> Ended:
    """Run a command to its end, for at most so many seconds; one that hangs or cannot be started has a code too."""
    try:
        done = subprocess.run(
            command,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ended(124, f"no end after {seconds:g} seconds")
    except OSError as error:
        return Ended(127, str(error))
    return Ended(done.returncode, done.stdout)


def root_on_debian() -> bool:
    """Whether Debian's own package may be installed here."""
    try:
        return ROOT and platform.freedesktop_os_release()["ID"] == "debian"
    except OSError:
        return False


@dataclass(frozen=True)
class Computer:
    """What the decisions rest on, so that a test can describe another computer than the one it runs on."""

    root_on_debian: bool
    fonts: Path = Path("/usr/share/fonts")
    applications: tuple[str, ...] = (
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    )
    run: Callable[[Sequence[str], float], Ended] = started


HERE = Computer(root_on_debian=root_on_debian())


def in_ci() -> bool:
    """Whether a missing browser is a failure."""
    return os.environ.get("CI") == "true"


def say(sentence: str) -> None:
    """Write one line where it does not mix with what a program may read."""
    sys.stderr.write(f"{sentence}\n")


def answers(browser: str, here: Computer) -> bool:
    """Whether it tells its version: on Ubuntu `chromium-browser` may only be a script that asks for a snap."""
    ended = here.run([browser, "--version"], ANSWER_SECONDS)
    return ended.code == 0 and re.search(r"\d+\.\d+", ended.said) is not None


def candidates(here: Computer) -> Iterator[str]:
    """Paths that may be a browser, cheapest to ask first."""
    yield from filter(None, map(shutil.which, NAMES))
    yield from here.applications
    own = here.run([sys.executable, "-c", OWN_DOWNLOAD], ANSWER_SECONDS)
    if own.code == 0:
        yield own.said.strip().rpartition("\n")[2]


def find(here: Computer = HERE) -> str | None:
    """The path of a browser that answers, or None; nothing is installed.

    CHROMIUM comes before everything else; NotABrowser when it is set to something that does not answer.
    """
    chosen = os.environ.get("CHROMIUM")
    if not chosen:
        return next((path for path in candidates(here) if answers(path, here)), None)
    if not answers(chosen, here):
        raise NotABrowser(f"CHROMIUM={chosen} does not answer to --version: set it to a browser's path, or unset it")
    return chosen


def apt(*packages: str) -> list[list[str]]:
    """The commands that install packages of Debian."""
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    return [["apt-get", "update"], install]


def installation(here: Computer) -> list[list[str]]:
    """The commands that bring a browser to this computer."""
    if here.root_on_debian:
        return apt("chromium-headless-shell", EMOJI)
    return [[sys.executable, "-m", "playwright", "install", "chromium"]]


def carried_out(commands: list[list[str]], here: Computer) -> bool:
    """Run them in turn until one fails; what a failed one wrote is shown."""
    for command in commands:
        ended = here.run(command, INSTALL_SECONDS)
        if ended.code != 0:
            say(f"{ended.said.rstrip()}\n`{shlex.join(command)}` failed ({ended.code}).")
            return False
    return True


def ensure(here: Computer = HERE) -> str | None:
    """The path of a browser, installed if need be; None when there is none to be had.

    On Debian as root a font with colour emoji comes along: without one, screenshots show boxes.
    """
    found = find(here)
    if found is None:
        say("Installing a Chromium for the browser tests (once; a minute or two)")
        return find(here) if carried_out(installation(here), here) else None
    if here.root_on_debian and not any(here.fonts.rglob("*Emoji*")):
        carried_out(apt(EMOJI), here)
    return found


def main(here: Computer = HERE) -> int:
    """Ensure a browser and give the exit code: without one 0 on a laptop, where its tests are skipped, and 1 in CI."""
    try:
        found = ensure(here)
    except NotABrowser as error:
        say(str(error))
        return 1
    if found is not None:
        return 0
    tried = " && ".join(map(shlex.join, installation(here)))
    outcome = "CI=true, so this is a failure" if in_ci() else "browser tests will be skipped"
    say(f"{LACKING}, and tried `{tried}`: {outcome}; {MEND}.")
    return 1 if in_ci() else 0


if __name__ == "__main__":
    sys.exit(main())
