"""Random lives of orders: thousands of steps in any order, and no promise is broken at any of them."""

import math
import secrets

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import KINDS
from tests.prove.lives.machine import Lives
from tests.prove.lives.world import PATIENT

STEPS, LIVES, SHARDS = 60, 290, 2
"""More than 10,000 steps: a life has sixty at most, of which some find nothing to do, and Hypothesis begins with a life
of none. The lives are lived in so many parts on each database."""


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    for limit, seconds in PATIENT.items():
        monkeypatch.setattr(limit, seconds)


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("kind", KINDS)
def test_a_life_of_any_kind_keeps_every_promise(proof, share, whole, request, kind, shard):
    lived = settings(
        max_examples=math.ceil(share(LIVES) / (SHARDS * len(KINDS))),
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    given = request.config.getoption("--hypothesis-seed")
    begun = int(given or secrets.randbits(32)) if whole else 10 * KINDS.index(kind) + shard
    print(f"seed {begun}")  # noqa: T201  shown when it fails, for --hypothesis-seed
    with proof(promise="1–5", varied=f"steps of random lives, {kind}") as tally:
        life = type("Life", (Lives,), {"kind": kind, "tally": tally})
        run_state_machine_as_test(seed(begun)(life), settings=lived)
