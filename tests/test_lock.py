"""The lock installs the same things everywhere, from wherever pip is told to fetch them."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_lock_names_no_address():
    assert "://" not in LOCK


def test_every_pinned_dependency_is_locked_at_its_version_with_hashes():
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    pins = [re.sub(r"\[.*?\]|;.*", "", one).lower() for one in wanted if "==" in one]
    locked = dict(
        re.findall(r"^([a-z0-9.-]+==[^ ;\\]+).*?\n((?:    --hash=sha256:[0-9a-f]{64}.*\n?)+)", LOCK, re.MULTILINE)
    )

    assert len(pins) > 25
    assert [pin for pin in pins if pin not in locked] == []
