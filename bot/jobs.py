"""APScheduler's table: which call, how often. It only ticks; rows are claimed, so any number of replicas may."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.services.ports.world import Bell
from bot.services.running import Running
from bot.services.sweeping import Sweeping


@dataclass(frozen=True, slots=True)
class Job:
    """One line of the table."""

    name: str
    call: Callable[[], Awaitable[Any]]
    seconds: int


def table(bell: Bell, running: Running, sweeping: Sweeping) -> tuple[Job, ...]:
    """Everything that happens by itself."""

    async def wake() -> None:
        bell.ring()

    return (
        Job("wake the loops", wake, 1),
        Job("find operations whose sender died", running.find_orphans, 5),
        Job("find payments nobody told us about", sweeping.find_paid, 60),
        Job("drop forms nobody sent", sweeping.purge_drafts, 3600),
    )


def scheduler(jobs: tuple[Job, ...]) -> AsyncIOScheduler:
    """A scheduler that runs the table, all of it once at the start; start it inside the loop."""
    ticking = AsyncIOScheduler(timezone=UTC)
    for job in jobs:
        ticking.add_job(
            job.call, "interval", seconds=job.seconds, name=job.name, max_instances=1, coalesce=True,
            misfire_grace_time=None, next_run_time=datetime.now(UTC),
        )  # fmt: skip
    return ticking
