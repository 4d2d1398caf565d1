"""The list of mutants holds what it says: each names one line of the product and tests that exist."""

import ast
from collections import Counter

from tests.prove.mutants import ROOT, listed

MUTANTS = listed()


def test_every_mutant_breaks_one_line_that_is_there():
    """A line that was changed since, or stands twice, would make a mutant that breaks nothing, or something else."""
    assert [f"{one} ({one.found()} times)" for one in MUTANTS if one.found() != 1] == []


def test_every_mutant_is_another_program():
    """What Python cannot read fails every test, and so proves nothing."""
    for one in MUTANTS:
        assert one.becomes != one.line
        ast.parse((ROOT / one.file).read_text().replace(one.line, one.becomes), str(one))


def test_every_test_beside_a_mutant_exists():
    named = {test.partition("::")[::2] for one in MUTANTS for test in one.tests}

    assert [(file, name) for file, name in named if f"def {name}" not in (ROOT / file).read_text()] == []


def test_no_mutant_is_listed_twice():
    assert [one for one, times in Counter(MUTANTS).items() if times > 1] == []
