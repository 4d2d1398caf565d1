"""What the pages say of the code is true, and what code and pages point to exists."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from bot.domain.links import Status
from bot.domain.moves import MOVES
from bot.services import mailing, running, sweeping, telling
from sandbox.dintero.switches import Switches
from storage import timing

ROOT = Path(__file__).parent.parent
FOLDERS = ("benchmarks", "bot", "sandbox", "storage", "tests", "tools")
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text() for name in ("dintero", "slack")}
PROSE = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
FILE = re.compile(rf"`((?:{'|'.join(FOLDERS)}|docs)/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)\s#]*)(#[^)\s]*)?\)")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()

HEADING = re.compile(r"^#{2,3} (\d+(?:\.\d+)*)\.? \S", re.MULTILINE)
SECTION = r"§(\d+(?:\.\d+)*)"
CITATION = re.compile(rf"(?:(Dintero|Slack)[\s#]+reference[\s#]+)?{SECTION}")


def cited() -> Iterator[tuple[str, str, str]]:
    """(page, section, file) of every §; one without a name is of the page named before it, else of the folder's."""
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            parts = {part.removesuffix(".py") for part in file.relative_to(ROOT).parts}
            page = next((name for name in PAGES if name in parts), "")
            for found in CITATION.finditer(file.read_text()):
                page = found[1].lower() if found[1] else page
                yield page, found[2], str(file.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES)
def test_every_section_that_is_cited_has_its_heading(page):
    headings = HEADING.findall(PAGES[page])
    wanted = {(section, file) for name, section, file in cited() if name == page}

    assert len(wanted) > 50
    assert {(section, file) for section, file in wanted if section not in headings} == set()


def test_every_citation_says_of_what():
    assert {(section, file) for page, section, file in cited() if page not in PAGES} == set()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_points_to_a_section_that_it_does_not_have(page):
    headings = HEADING.findall(PAGES[page])

    assert len(headings) == len(set(headings))
    assert set(re.findall(SECTION, PAGES[page])) <= set(headings)


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page):
    assert {name for name in FILE.findall(page.read_text()) if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("page", PROSE, ids=lambda page: page.name)
def test_every_link_between_pages_has_its_target(page):
    def exists(path, anchor):
        target = page.parent / path if path else page
        return target.exists() and (not anchor or anchor[1:] in _anchors(target.read_text()))

    assert {found for found in LINK.findall(page.read_text()) if not exists(*found)} == set()


def test_every_arrow_of_the_state_graph_is_a_transition():
    """Creating is ours; all other arrows come from what Dintero says."""
    arrows = re.findall(r"^    (\w+) --> (\w+)(?= :|$)", _state_graph(), re.MULTILINE)
    moves = {(status, to) for (status, _), to in MOVES.items()}
    ours = {(Status.REQUESTED, Status.REJECTED), (Status.REQUESTED, Status.UNCERTAIN)}

    assert len(arrows) > 20
    assert {(Status(start), Status(end)) for start, end in arrows} <= moves | ours


def test_every_status_is_in_the_state_graph():
    assert {status for status in Status if not re.search(rf"\b{status}\b", _state_graph())} == set()


def test_every_switch_of_the_sandbox_stands_in_the_table():
    table = PAGES["dintero"].rpartition("\n## ")[2]

    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [field.name for field in fields(Switches)]


def test_the_leases_in_the_docs_are_those_of_the_program():
    page = (ROOT / "docs" / "guarantees.md").read_text()
    rows = re.findall(r"^\| (.+?) \| (\d+) s \| (\d+) s", page, re.MULTILINE)
    every_second, find_orphans, sweep = 1, 5, 60

    assert {what: (int(lease), int(taken)) for what, lease, taken in rows} == {
        "an operation that is not sent yet": _lease(running.CLAIM_LEASE, every_second),
        "an operation that is being sent": _lease(timing.SENDING_LEASE, find_orphans),
        "a link that is due": _lease(sweeping.LEASE, every_second),
        "an order's card and thread": _lease(telling.LEASE, every_second),
        "a mail that is not handed over yet": _lease(mailing.LEASE, every_second),
        "a mail that is being handed over": _lease(timing.SENDING_LEASE, find_orphans),
        "the sweep for payments": _lease(sweeping.SLICE_LEASE, sweep),
    }
    assert all(int(taken) <= 2 * int(lease) for _, lease, taken in rows)


def _state_graph():
    return ARCHITECTURE.partition("stateDiagram-v2\n")[2].partition("```")[0]


def _anchors(text):
    """The ids that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _lease(lease, tick):
    """The lease, and when the next tick after its end is at the latest."""
    return lease.total_seconds(), lease.total_seconds() + tick
