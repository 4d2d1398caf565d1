"""Which tests `make test` runs. `make prove` runs all of them, with `--whole`."""

import zlib
from collections import defaultdict

_IN_ONE_CASE = ("tests/stories/", "tests/prove/", "tests/browser/")


def select(config, items):
    """Keep one case of each story, proof and walk through the browser, one in four on PostgreSQL, and none of those
    walks that are marked `whole`: other tests look at what they show. With `--whole` all are kept.

    Where the databases differ is what tests/storage is about, all of it on both. Which case is kept depends on names
    alone, so it is the same in every run and on every machine. A file or test named on the command line is run whole.
    """
    if config.getoption("--whole") or any(".py" in each for each in config.args):
        return
    cases = defaultdict(list)
    for item in items:
        if item.nodeid.startswith(_IN_ONE_CASE):
            cases[item.path, item.originalname].append(item)
    kept = {_one_of(each) for each in cases.values()}
    left = {item for each in cases.values() for item in each if item not in kept or item.get_closest_marker("whole")}
    config.hook.pytest_deselected(items=[item for item in items if item in left])
    items[:] = [item for item in items if item not in left]


def _one_of(cases):
    drawn = _drawn(cases[0].originalname)
    kind = "postgresql" if drawn % 4 == 0 else "sqlite"
    there = [case for case in cases if kind in case.name] or cases
    return there[drawn // 4 % len(there)]


def _drawn(name):
    """A number that any name has for good."""
    return zlib.crc32(name.encode())
