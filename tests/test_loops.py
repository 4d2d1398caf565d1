"""A loop works until nothing is left, sleeps until the bell, survives failures, and ends after the round it is in."""

import asyncio
import contextlib

import pytest
import structlog

from bot.jobs import scheduler, table
from bot.loops import Bells, Loop


class Work:
    """Counts its rounds; each call takes what `left` says next, an exception included."""

    def __init__(self, *left):
        self.left, self.rounds, self.gate = list(left), 0, asyncio.Event()
        self.gate.set()

    async def __call__(self):
        self.rounds += 1
        await self.gate.wait()
        found = self.left.pop(0) if self.left else 0
        if isinstance(found, Exception):
            raise found
        return found


@contextlib.asynccontextmanager
async def running(work, side_by_side=1):
    loop = Loop("work", work, side_by_side)
    task = asyncio.create_task(loop.run())
    yield loop
    loop.stop()
    await asyncio.wait_for(task, 1)


async def breathe():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_nothing_is_done_before_the_bell():
    work = Work(1)
    async with running(work):
        await breathe()

        assert work.rounds == 0


async def test_it_works_until_nothing_is_left():
    work = Work(5, 2)
    async with running(work) as loop:
        loop.ring()
        await breathe()

        assert work.rounds == 3


async def test_a_bell_during_the_last_round_is_heard():
    """What came after it had looked would wait for the next tick."""
    work = Work(0)
    work.gate.clear()
    async with running(work) as loop:
        loop.ring()
        await breathe()
        loop.ring()
        work.gate.set()
        await breathe()

        assert work.rounds == 2


async def test_what_comes_during_a_slow_round_does_not_wait_for_its_end():
    work = Work(1, 1, 0)
    work.gate.clear()
    async with running(work, side_by_side=2) as loop:
        loop.ring()
        await breathe()
        loop.ring()
        await breathe()
        begun = work.rounds
        work.gate.set()

    assert begun == 2


async def test_no_more_rounds_run_than_may_and_the_last_bell_is_kept():
    work = Work(0, 0, 0)
    work.gate.clear()
    async with running(work, side_by_side=2) as loop:
        for _ in range(4):
            loop.ring()
            await breathe()
        begun = work.rounds
        work.gate.set()
        await breathe()

        assert (begun, work.rounds) == (2, 3)


async def test_a_loop_that_is_cancelled_takes_its_rounds_along():
    """A stop that ran out of time breaks them off: each gives back what it had claimed."""
    work = Work()
    work.gate.clear()
    loop = Loop("work", work, 2)
    task = asyncio.create_task(loop.run())
    loop.ring()
    await breathe()
    [round_] = [each for each in asyncio.all_tasks() if each.get_name() == "work"]

    task.cancel()
    await asyncio.wait([task], timeout=1)

    assert task.cancelled()
    assert round_.cancelled()


async def test_a_failure_ends_the_round_and_never_the_loop():
    work = Work(RuntimeError("broken"), 0)
    with structlog.testing.capture_logs() as logs:
        async with running(work) as loop:
            loop.ring()
            await breathe()
            loop.ring()
            await breathe()

    assert work.rounds == 2
    assert [(one["event"], one["loop"]) for one in logs if one["log_level"] == "error"] == [("loop_broke", "work")]


async def test_a_stop_lets_the_round_come_to_its_end_and_begins_no_other():
    work = Work(1, 1, 1)
    work.gate.clear()
    loop = Loop("work", work)
    task = asyncio.create_task(loop.run())
    loop.ring()
    await breathe()

    loop.stop()
    await breathe()
    assert not task.done()
    work.gate.set()
    await asyncio.wait_for(task, 1)

    assert work.rounds == 1


async def test_one_bell_wakes_all():
    first, second = Work(), Work()
    async with running(first) as one, running(second) as two:
        Bells([one, two]).ring()
        await breathe()

    assert (first.rounds, second.rounds) == (1, 1)


class Everything:
    async def find_orphans(self):
        return None

    async def find_paid(self):
        return 0

    async def purge_drafts(self):
        return 0

    async def save(self):
        return None

    async def remind_due(self):
        return 0


@pytest.mark.parametrize(
    ("name", "seconds"),
    [
        ("wake the loops", 1),
        ("find operations whose sender died", 5),
        ("find mails whose sender died", 5),
        ("keep when signed requests came", 10),
        ("write down reminders", 20),
        ("find payments nobody told us about", 60),
        ("drop forms", 3600),
    ],
)
async def test_what_happens_by_itself_and_how_often(name, seconds):
    [job] = [job for job in table(Bells(), *[Everything()] * 5) if job.name.startswith(name)]

    assert job.seconds == seconds


async def test_a_slow_job_never_runs_twice_at_once_and_makes_up_for_nothing():
    ticking = scheduler(table(Bells(), *[Everything()] * 5))
    ticking.start(paused=True)

    assert {(job.max_instances, job.coalesce, job.misfire_grace_time) for job in ticking.get_jobs()} == {
        (1, True, None)
    }
    ticking.shutdown(wait=False)
