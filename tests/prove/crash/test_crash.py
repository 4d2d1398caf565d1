"""The real process is killed with SIGKILL at each of its commits and around each of its calls, and another takes its
place on the same database. Whatever it was doing then happens once, and everybody is told.
"""

import asyncio
import contextlib

from tests.prove.crash.cases import cut, uncut
from tests.prove.crash.people import People
from tests.prove.crash.world import opened_crash_world

HOW = "SIGKILL at each commit and around each call"
AT_ONCE = 2
"""So many worlds side by side: most of a crash is waiting."""


async def test_a_process_that_is_killed_at_any_point_leaves_nothing_twice_and_nothing_undone(
    tmp_path, starter, proof, whole, chosen, life, kind
):
    """Dintero and the database are equal, every effect is there once, and Slack was told."""
    async with contextlib.AsyncExitStack() as stack:
        begins = [
            await stack.enter_async_context(beginning(tmp_path / str(lane), starter, life, kind))
            for lane in range(AT_ONCE if whole else 1)
        ]
        deed = await uncut(*begins[0], life)
        points = chosen(deed.points)
        tallies = {
            promise: stack.enter_context(proof(promise=promise, varied=f"{HOW}: {life}" if promise < 3 else HOW))
            for promise in [life.promise, 3, *([4] if life.form else [])]
        }

        async def crash(lane, world, prepared):
            for point in points[lane :: len(begins)]:
                # None: two updates of a card became one, and a point at the end did not come.
                if (found := await cut(world, prepared, life, point, deed.lines)) is not None:
                    where, findings = found
                    count(tallies, f"{life}, {kind}, {where}", findings)

        await asyncio.gather(*(crash(lane, *begun) for lane, begun in enumerate(begins)))


@contextlib.asynccontextmanager
async def beginning(folder, starter, life, kind):
    """A world where the life's deed is about to be done, and what it begins from."""
    folder.mkdir()
    async with (
        opened_crash_world(folder, starter) as world,
        world.prepared(kind, lambda world: life.before(People(world))) as prepared,
    ):
        yield world, prepared


def count(tallies, where, findings):
    """Add one crash to the count of each promise."""
    for promise, tally in tallies.items():
        tally.tried += 1
        tally.lost += [f"{where}: {one}" for one in findings[promise].lost]
        tally.doubled += [f"{where}: {one}" for one in findings[promise].doubled]
