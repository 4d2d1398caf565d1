"""The real process is killed with SIGKILL at each of its commits and around each of its calls, and another takes its
place on the same database. Whatever it was doing then happens once, and everybody is told.
"""

import contextlib

import pytest

from tests.databases import KINDS
from tests.prove.crash.cases import cut, uncut
from tests.prove.crash.lives import LIVES
from tests.prove.crash.people import People
from tests.prove.crash.world import opened_crash_world

HOW = "SIGKILL at each commit and around each call"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("life", LIVES, ids=str)
async def test_a_process_that_is_killed_at_any_point_leaves_nothing_twice_and_nothing_undone(
    tmp_path, starter, proof, chosen, life, kind
):
    """Dintero and the database are equal, every effect is there once, and Slack was told."""
    async with contextlib.AsyncExitStack() as stack:
        world = await stack.enter_async_context(opened_crash_world(tmp_path, starter))
        prepared = await stack.enter_async_context(world.prepared(kind, lambda world: life.before(People(world))))
        points = await uncut(world, prepared, life)
        promises = [life.promise, 3, *([4] if life.form else [])]
        tallies = {
            number: stack.enter_context(proof(promise=number, varied=f"{HOW}: {life}" if number < 3 else HOW))
            for number in promises
        }
        for point in chosen(points):
            if (found := await cut(world, prepared, life, point)) is None:
                continue
            where, findings = found
            findings[life.promise].lost += findings[3 - life.promise].lost
            findings[life.promise].doubled += findings[3 - life.promise].doubled
            for number, tally in tallies.items():
                tally.tried += 1
                tally.lost += [f"{life}, {kind}, {where}: {one}" for one in findings[number].lost]
                tally.doubled += [f"{life}, {kind}, {where}: {one}" for one in findings[number].doubled]
