"""The README is true, short, and names what a newcomer runs first."""

import re
from pathlib import Path

from bot.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
MOST_BYTES = 8_000


def test_the_readme_is_a_page_and_not_a_manual():
    assert len(README.encode()) <= MOST_BYTES


def test_the_commands_of_the_pages_are_targets_of_the_makefile():
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    pages = [README, *(page.read_text() for page in [ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])]
    named = {target for page in pages for target in re.findall(r"(?:^|`|\d )make ([\w-]+)(?=`|  )", page, re.MULTILINE)}

    assert {"demo", "test", "setup"} <= named <= targets


def test_the_installation_sets_every_required_setting_and_no_unknown_one():
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}

    assert set(re.findall(r"([A-Z_]+)=\S", README)) == required


def test_every_page_is_linked_from_the_readme():
    linked = set(re.findall(r"\]\(docs/([\w-]+\.md)\)", README))

    assert linked == {page.name for page in (ROOT / "docs").glob("*.md")}
