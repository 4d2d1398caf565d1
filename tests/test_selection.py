"""What `make test` leaves to `make prove`."""

from types import SimpleNamespace

import pytest

from tests.selection import select

KINDS = ("sqlite", "postgresql")
COLOURS = ("light", "dark")


class Item:
    def __init__(self, path, originalname, case="", marker=None):
        self.path, self.originalname = path, originalname
        self.name = originalname + case
        self.nodeid = f"{path}::{self.name}"
        self.get_closest_marker = {"whole": marker}.get


def selected(items, *args, whole=False):
    deselected = []

    def note(items):
        deselected.extend(items)

    config = SimpleNamespace(
        args=args or ("tests",),
        getoption={"--whole": whole}.__getitem__,
        hook=SimpleNamespace(pytest_deselected=note),
    )
    left = list(items)
    select(config, left)
    assert sorted(left + deselected, key=id) == sorted(items, key=id), "each is run or counted as deselected"
    return [item.nodeid for item in left]


def cases(path, name):
    return [Item(path, name, f"[{colour}-{kind}]") for colour in COLOURS for kind in KINDS]


@pytest.mark.parametrize("folder", ["stories", "prove", "browser"])
def test_one_case_of_each_is_run_the_same_in_every_run(folder):
    path = f"tests/{folder}/test_a.py"
    items = [each for at in range(40) for each in cases(path, f"test_{at}")]

    kept = selected(items)

    assert len(kept) == 40
    assert {each.partition("[")[0] for each in kept} == {f"{path}::test_{at}" for at in range(40)}
    assert all(any(what in each for each in kept) for what in (*KINDS, *COLOURS))
    assert kept == selected(items)


def test_every_case_of_a_short_test_is_run():
    items = cases("tests/storage/test_a.py", "test_rows")

    assert len(selected(items)) == 4


def test_a_walk_marked_whole_is_run_where_all_is_run_or_its_file_is_named():
    items = [
        Item("tests/browser/test_a.py", "test_walk", marker="whole"),
        *cases("tests/browser/test_a.py", "test_page"),
    ]

    assert [each.partition("[")[0] for each in selected(items)] == ["tests/browser/test_a.py::test_page"]
    assert len(selected(items, whole=True)) == 5
    assert len(selected(items, "tests/browser/test_a.py")) == 5
