"""Proofs attack the promises of docs/guarantees.md.

`make prove` runs them whole and writes down what came of it; in `make test` each makes a twentieth of its attempts,
the same ones every time.
"""

import contextlib
import math
import random

import pytest

from tests.prove.tally import Tally

_SEED = 4711
_PART = 20


@pytest.fixture(scope="session")
def whole(request):
    """Whether all attempts are made."""
    return request.config.getoption("--whole")


@pytest.fixture(scope="session")
def chosen(whole):
    """All of the attempts, or a twentieth that stays the same from run to run, in their order."""

    def choose(attempts):
        attempts = list(attempts)
        if whole:
            return attempts
        some = random.Random(_SEED).sample(range(len(attempts)), math.ceil(len(attempts) / _PART))
        return [attempts[at] for at in sorted(some)]

    return choose


@pytest.fixture(scope="session")
def share(whole):
    """How many of so many random attempts to make."""
    return lambda attempts: attempts if whole else math.ceil(attempts / _PART)


@pytest.fixture
def proof():
    """Count the attempts at a promise: `with proof(promise=1, varied="…") as tally`; all must have been withstood."""

    @contextlib.contextmanager
    def count(**about):
        tally = Tally(**about)
        try:
            yield tally
        finally:
            tally.write()
        tally.hold()

    return count
