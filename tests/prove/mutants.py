"""Break every guard of mutants.toml, one at a time, and see that the tests named beside it notice.

Each mutant is made in a copy of the tree, never in the tree itself. `python -m tests.prove.mutants [words]` tries those
whose file or line holds all the words.
"""

import atexit
import importlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).parent / "mutants.toml"
_COPIED = ("bot", "storage", "sandbox", "tests", "tools", "pyproject.toml", "manifest.yml", "README.md", "docs")
_AT_ONCE = 2
_PATIENCE = 600
"""Seconds after which a run is ended: a mutant may wait for ever."""
_SURVIVED, _KILLED = 10, 11
"""Exit codes of a run: pytest's and ten, so that no other way for a process to end looks like a test that failed."""
_OTHERS = (
    *("aiohttp", "alembic.command", "asyncpg", "babel.numbers", "cryptography.fernet", "jsonschema", "phonenumbers"),
    *("psutil", "slack_bolt.async_app", "slack_sdk.web.async_client", "sqlalchemy.ext.asyncio", "sqlmodel", "stamina"),
    *("starlette.applications", "structlog", "uvicorn"),
)
"""Read once, before the copies' own modules are: it takes longer than most of the tests. No plugins of pytest's."""


@dataclass(frozen=True)
class Mutant:
    """One line of the product, what becomes of it, and the tests of which at least one must fail then."""

    file: str
    line: str
    becomes: str
    tests: tuple[str, ...]
    database: str = "sqlite"
    """On which the tests run: most guards are the same on both, and a server takes longer to start than the test."""

    def __str__(self):
        return f"{self.file}: {self.line.strip()} → {self.becomes.strip()}"

    def found(self, root=ROOT):
        """How often the line stands in its file: only once says which guard is meant."""
        return (root / self.file).read_text().splitlines().count(self.line)

    def made_in(self, root):
        """Break the line in a copy."""
        file = root / self.file
        _write(file, file.read_text().replace(f"{self.line}\n", f"{self.becomes}\n", 1))

    def mended_in(self, root):
        """Make the copy whole again."""
        _write(root / self.file, (ROOT / self.file).read_text())


@dataclass(frozen=True)
class Nothing:
    """No line is broken: every test must pass then, or none of them says anything."""

    tests: tuple[str, ...]
    database: str

    def made_in(self, root):
        """Leave the copy as it is."""

    mended_in = made_in


def _write(file, text):
    """Write a module and forget what was compiled of it: Python compares its age by the second."""
    file.write_text(text)
    for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
        compiled.unlink()


def listed():
    """Every mutant of the list."""
    entries = tomllib.loads(LIST.read_text())["mutant"]
    return [Mutant(**{**entry, "tests": tuple(entry["tests"])}) for entry in entries]


def unbroken(mutants, shares):
    """All their tests once, in so many shares for each database."""
    for database in sorted({one.database for one in mutants}):
        named = {test for one in mutants if one.database == database for test in one.tests}
        tests = sorted(test for test in named if "::" not in test or test.partition("::")[0] not in named)
        yield from (Nothing(share, database) for n in range(shares) if (share := tuple(tests[n::shares])))


class Copy:
    """A copy of the tree in which tests run, in a process of their own."""

    def __init__(self, folder):
        self.root, self.said = folder, folder / "said.txt"
        for name in _COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "images"))
            else:
                shutil.copy(ROOT / name, folder / name)

    def starts(self, tests, database):
        """Begin to run some tests on one database; the process ends with pytest's exit code."""
        process = multiprocessing.get_context("fork").Process(target=self._run, args=(tests, database))
        process.start()
        return process

    def _run(self, tests, database):
        out = os.open(self.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        signal.alarm(_PATIENCE)
        os.chdir(self.root)
        sys.path.insert(0, str(self.root))
        sys.dont_write_bytecode = False  # compiled once, and not for every mutant
        for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
            del sys.modules[name]  # this one's; the copy has its own
        early = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
        other = "sqlite" if database == "postgresql" else "postgresql"
        # What a test that failed leaves open is no question here, and would end pytest without its exit code.
        quiet = ("-x", "-n0", "--tb=line", "-p", "no:unraisableexception", "-p", "no:threadexception", "-W", early)
        code = pytest.main([*quiet, "--whole", "-k", f"not {other}", *tests])
        atexit._run_exitfuncs()  # a forked process leaves without them
        sys.exit(_SURVIVED + code)


def why_it_lives(code, said):
    """In words; None when a test has failed."""
    if code == _KILLED:
        return None
    return "no test failed" if code == _SURVIVED else f"the tests did not run:\n{said[-2000:]}"


def tried(broken, copies):
    """Try each, in as many processes as there are copies; yields it, the exit code, what was said and the seconds."""
    waiting, free, running = list(reversed(broken)), list(copies), {}
    while waiting or running:
        while waiting and free:
            one, copy = waiting.pop(), free.pop()
            one.made_in(copy.root)
            process = copy.starts(one.tests, one.database)
            running[process.sentinel] = (process, one, copy, time.monotonic())
        for sentinel in wait(list(running)):
            process, one, copy, began = running.pop(sentinel)
            process.join()
            one.mended_in(copy.root)
            free.append(copy)
            yield one, process.exitcode, copy.said.read_text(), time.monotonic() - began


def main(words):
    """Try those of the list; returns 1 when one lives."""
    mutants = [one for one in listed() if all(word in str(one) for word in words)]
    if strange := [str(one) for one in mutants if one.found() != 1]:
        print("\n".join(["Not once in its file:", *strange]))
        return 1
    for name in _OTHERS:
        importlib.import_module(name)
    # Not a TemporaryDirectory: the first forked process to leave would remove it.
    folder = Path(tempfile.mkdtemp(prefix="paylink-mutants-"))
    try:
        return _tell(mutants, [Copy(Path(tempfile.mkdtemp(dir=folder))) for _ in range(_AT_ONCE)])
    finally:
        shutil.rmtree(folder)


def _tell(mutants, copies):
    shares = 4 * len(copies)  # small ones, so that no process is long alone with the last
    for nothing, code, said, _ in tried(list(unbroken(mutants, shares)), copies):
        if code != _SURVIVED:
            print(f"Without a mutant the tests must pass on {nothing.database}:\n{said[-4000:]}")
            return 1
    living = 0
    for mutant, code, said, seconds in tried(mutants, copies):
        why = why_it_lives(code, said)
        living += why is not None
        print(f"{'LIVES ' if why else 'killed'} {seconds:4.1f} s  {mutant}{f': {why}' if why else ''}", flush=True)
    print(f"{len(mutants)} mutants, {living} live")
    return min(living, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
