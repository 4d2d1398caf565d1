"""Waiting for a transaction, but no longer than the person who pressed can."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import structlog

from bot.domain.errors import UserFacing
from bot.slack.owned import Owned

log = structlog.get_logger()

SUBMIT: Final = 0.5
"""Seconds that the transaction behind a form may take; the form then says that it is not certain."""
CLICK: Final = 1.0
"""Seconds that the transaction behind a button may take: Slack waits three in all, and was asked who presses."""

T = TypeVar("T")


class NotSaved(Exception):
    """The transaction failed: nothing of it was kept."""


class Late(Exception):
    """The transaction is still under way: it may be kept, and what it wants be done, after the person was answered."""


async def in_time(owned: Owned, saving: Coroutine[Any, Any, T], seconds: float) -> T:
    """Await `saving`; a transaction that is late is not torn, it comes to its end behind us.

    Raises:
        UserFacing: what `saving` refuses with.
        NotSaved: when it failed.
        Late: when nobody can say yet.

    """
    task = asyncio.ensure_future(saving)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        log.warning("save_late")
        owned.start("finish a late save", _finish(task))
        raise Late
    try:
        return task.result()
    except UserFacing:
        raise
    except Exception as error:
        log.exception("save_failed")
        raise NotSaved from error


async def _finish(task: "asyncio.Future[Any]") -> None:
    try:
        await task
    except UserFacing as refusal:
        log.info("late_save_refused", code=refusal.code)
