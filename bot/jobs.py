"""APScheduler's table: which call, how often. It only ticks; rows are claimed, so any number of replicas may."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.services.mailing import Mailing
from bot.services.reminding import Reminding
from bot.services.running import Running
from bot.services.signature_checks import SignatureChecks
from bot.services.sweeping import Sweeping

_SOON: Final = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the table."""

    name: str
    call: Callable[[], Awaitable[Any]]
    seconds: int


def table(
    wake: Callable[[], Awaitable[None]],
    running: Running,
    sweeping: Sweeping,
    mailing: Mailing,
    reminding: Reminding,
    signatures: SignatureChecks,
) -> tuple[Job, ...]:
    """Everything that happens by itself; `wake` rings the loops that have work."""
    return (
        Job("wake the loops", wake, 1),
        Job("find operations whose sender died", running.find_orphans, 5),
        Job("find mails whose sender died", mailing.find_orphans, 5),
        Job("keep when signed requests came", signatures.save, 10),
        Job("write down reminders", reminding.remind_due, 20),
        Job("find payments nobody told us about", sweeping.find_paid, 60),
        Job("drop forms nobody sent", sweeping.purge_drafts, 3600),
    )


def scheduler(jobs: tuple[Job, ...], under_way: set[asyncio.Task[Any]] | None = None) -> AsyncIOScheduler:
    """A scheduler that runs the table, all of it once at the start; start it inside the loop.

    What runs stands in `under_way`, for a stop to wait for: APScheduler's own would only cancel it.
    """
    ticking, running = AsyncIOScheduler(timezone=UTC), set() if under_way is None else under_way
    for job in jobs:
        ticking.add_job(
            _known(job.call, running), "interval", seconds=job.seconds, name=job.name, max_instances=1, coalesce=True,
            misfire_grace_time=None, next_run_time=datetime.now(UTC),
        )  # fmt: skip
    return ticking


def _known(call: Callable[[], Awaitable[Any]], under_way: set[asyncio.Task[Any]]) -> Callable[[], Awaitable[Any]]:
    async def known() -> None:
        task = asyncio.current_task()
        if task is not None:
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await call()

    return known


def catching_up(ticking: AsyncIOScheduler) -> Callable[[], None]:
    """What to call when a clock has jumped: it runs the whole table at once.

    APScheduler plans by the wall clock: put back by an hour, it would sleep for that hour.
    """

    def soon(skipped: JobSubmissionEvent) -> None:
        # It was still running, and had begun in the old time.
        ticking.modify_job(skipped.job_id, next_run_time=datetime.now(UTC) + _SOON)

    def at_once() -> None:
        for job in ticking.get_jobs():
            job.modify(next_run_time=datetime.now(UTC))

    ticking.add_listener(soon, EVENT_JOB_MAX_INSTANCES)
    return at_once
