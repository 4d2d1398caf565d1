"""Break every guard of mutants.toml, one at a time, and see that the tests named beside it notice.

Each mutant is made in a copy of the tree, never in the tree itself. `python -m tests.prove.mutants [words]` runs those
whose file or line holds all the words.
"""

import os
import queue
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).parent / "mutants.toml"
_COPIED = ("bot", "storage", "sandbox", "tests", "pyproject.toml", "manifest.yml", "README.md", "docs")
_KILLED, _SURVIVED = 1, 0
"""What pytest's exit code means here; any other says that the tests did not run."""


@dataclass(frozen=True)
class Mutant:
    """One line of the product, what becomes of it, and the tests of which at least one must fail then."""

    file: str
    line: str
    becomes: str
    tests: tuple[str, ...]

    def __str__(self):
        return f"{self.file}: {self.line.strip()} → {self.becomes.strip() or 'nothing'}"

    def found(self, root=ROOT):
        """How often the line stands in its file: only once says which guard is meant."""
        return (root / self.file).read_text().splitlines().count(self.line)

    def made_in(self, root):
        """Break the line; returns the text to put back."""
        whole = (root / self.file).read_text()
        self.written(root, whole.replace(f"{self.line}\n", f"{self.becomes}\n", 1))
        return whole

    def written(self, root, text):
        """Write the file, and forget what was compiled of it: Python compares times by the second."""
        file = root / self.file
        file.write_text(text)
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()


def listed():
    """Every mutant of the list."""
    entries = tomllib.loads(LIST.read_text())["mutant"]
    return [Mutant(**{**entry, "tests": tuple(entry["tests"])}) for entry in entries]


def ran(root, tests):
    """Run some tests in a copy of the tree; returns pytest's exit code and what it said."""
    one_database = ("-k", "not postgresql")  # a guard is the same on both, and a server takes longer than the test
    command = [sys.executable, "-m", "pytest", "-x", "-n0", "--no-header", "--tb=line", *one_database, *tests]
    env = {**os.environ, "PYTHONPATH": str(root)}
    run = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def copied(folder):
    """A copy of the tree in `folder`."""
    skip = shutil.ignore_patterns("__pycache__", "images")
    for name in _COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=skip)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def survived(mutant, root):
    """Why the mutant lives, or None when a test has killed it."""
    if mutant.found(root) != 1:
        return f"stands {mutant.found(root)} times in its file"
    whole = mutant.made_in(root)
    try:
        code, said = ran(root, mutant.tests)
    finally:
        mutant.written(root, whole)
    if code == _KILLED:
        return None
    return "no test failed" if code == _SURVIVED else f"the tests did not run:\n{said[-2000:]}"


def main(words):
    """Try them on two copies at once; returns how many live."""
    mutants = [one for one in listed() if all(word in str(one) for word in words)]
    with tempfile.TemporaryDirectory(prefix="paylink-mutants-") as folder:
        copies = queue.SimpleQueue()
        for name in ("one", "two"):
            (Path(folder) / name).mkdir()
            copies.put(copied(Path(folder) / name))
        tests = sorted({test for mutant in mutants for test in mutant.tests})
        code, said = ran(copied_once := copies.get(), tests)
        copies.put(copied_once)
        if code:
            print(f"Without a mutant the tests must pass:\n{said[-4000:]}")
            return 1

        def tried(mutant):
            root = copies.get()
            try:
                why = survived(mutant, root)
            finally:
                copies.put(root)
            print(f"{'LIVES ' if why else 'killed'} {mutant}{f': {why}' if why else ''}", flush=True)
            return why is not None

        with ThreadPoolExecutor(2) as workers:
            living = sum(workers.map(tried, mutants))
    print(f"{len(mutants)} mutants, {living} live")
    return living


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
