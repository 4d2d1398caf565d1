"""Work that outlives its answer is owned by somebody: bounded, watched and awaited."""

import asyncio

import structlog

from bot.slack.owned import Owned


async def test_a_failure_is_logged_and_hurts_nobody_else():
    owned, done = Owned(), []

    async def break_():
        raise RuntimeError("broken")

    async def work():
        done.append(1)

    with structlog.testing.capture_logs() as logs:
        owned.start("break", break_())
        owned.start("work", work())
        await owned.settled()

    assert done == [1]
    assert [(one["event"], one["task"]) for one in logs] == [("task_failed", "break")]


async def test_too_much_at_once_is_dropped_and_said():
    """A flood of clicks must not pile up without end."""
    owned, gate, done = Owned(most=2), asyncio.Event(), []

    async def work(n):
        await gate.wait()
        done.append(n)

    with structlog.testing.capture_logs() as logs:
        for n in range(3):
            owned.start("work", work(n))
    gate.set()
    await owned.settled()

    assert sorted(done) == [0, 1]
    assert [one["event"] for one in logs] == ["too_much_at_once"]


async def test_there_is_room_again_when_something_is_done():
    owned, done = Owned(most=1), []

    async def work():
        done.append(1)

    owned.start("work", work())
    await owned.settled()
    owned.start("work", work())
    await owned.settled()

    assert done == [1, 1]


async def test_the_stop_waits_for_what_is_running():
    owned, done = Owned(), []

    async def work():
        await asyncio.sleep(0.05)
        done.append(1)

    owned.start("work", work())
    await owned.finish()

    assert done == [1]


async def test_the_stop_does_not_wait_for_ever():
    owned = Owned()
    owned.start("hang", asyncio.sleep(60))

    await asyncio.wait_for(owned.finish(seconds=0.01), 5)

    await asyncio.wait_for(owned.settled(), 1)
