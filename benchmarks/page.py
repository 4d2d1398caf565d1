"""`benchmarks/README.md`: its table is rewritten by every whole run, the rest by hand."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import Bar, table

PAGE = Path(__file__).parent / "README.md"
_ROOT = Path(__file__).parents[1]
_BETWEEN = re.compile(r"(?<=<!-- measured -->\n).*?(?=<!-- /measured -->)", re.DOTALL)


def write(bars: Sequence[Bar], seconds: float) -> None:
    """Put the table there, with when, where and of what."""
    said = [line for bar in bars for line in bar.lines()]
    parts = [_where(seconds), table(bars), "\n".join(f"- {line}" for line in said)]
    text = "\n\n".join(part for part in parts if part)
    PAGE.write_text(_BETWEEN.sub(lambda _: f"\n{text}\n\n", PAGE.read_text()))


def _where(seconds: float) -> str:
    commit = _said("git", "rev-parse", "--short", "HEAD") or "no commit"
    dirty = " and changes" if _said("git", "status", "--porcelain", "--", "bot", "storage") else ""
    machine = (
        f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    return f"{datetime.now(UTC):%Y-%m-%d} · {commit}{dirty} · {machine} · {seconds / 60:.0f} minutes"


def _said(*command: str) -> str:
    ended = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)
    return ended.stdout.strip()
