"""Keeps the time, and corrects what was stored while the clock was ahead."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.domain.clock_skew import ClockSkew
from bot.domain.errors import Refused
from bot.domain.lasting_failures import LastingFailures
from bot.domain.links import Link
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock, Counters

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChanges:
    """Every minute, at the start and after a jump: a time that was stored in the future is not believed."""

    store: Store
    clock: Clock
    counters: Counters
    skew: ClockSkew
    unwritten: LastingFailures

    async def note_time(self) -> bool:
        """Keep the time, and correct stored times when it was put back; returns whether it was.

        This is the one write that is made all the time: where it fails, the database takes none.
        """
        try:
            back = await self.store.note_time(self.clock.now(), self.clock.machine_now())
        except Exception:
            self.unwritten.failed("time", self.clock.monotonic())
            raise
        self.unwritten.ended("time")
        if back is None:
            return False
        self.skew.forget()
        self.counters.add("clock_put_back")
        log.warning("clock_put_back", seconds=round(back.total_seconds()))
        return True

    def note_jump(self, seconds: float) -> None:
        """The clock was set forward by so many seconds, or back; 0 when the machine was suspended."""
        self.clock.note_step(seconds)
        self.skew.forget()
        self.counters.add("clock_jumps")


def certain_now(clock: Clock, link: Link) -> datetime:
    """Business time by which no more has passed since the link's open operation was sent than is certain."""
    sent_at = link.operation.sent_at if link.operation is not None else None
    return clock.now() if sent_at is None else clock.certain_now(sent_at)


def check_waited(clock: Clock, link: Link, offered: Callable[[datetime], bool]) -> None:
    """Refuse what time alone offers, by a clock that was set forward meanwhile.

    Raises:
        Refused: with the minutes that are left for certain.

    """
    certain = certain_now(clock, link)
    if offered(clock.now()) and not offered(certain):
        minutes = math.ceil((clock.now() - certain).total_seconds() / 60)
        raise Refused(
            "The clock of the computer that Paylink runs on was set forward, so the time to wait after sending is not "
            f"over for certain. Nothing was done. Press again in {min(minutes, 10)} minutes.",
            "clock",
        )
