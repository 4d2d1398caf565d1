"""How long updates of Slack wait, and the reasons that a step of them ends early."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Final

from bot.services.lanes import Lane
from bot.services.ports.threads import SlackDown

BACKOFF: Final = timedelta(seconds=15)
SOON: Final = 1.1
"""Seconds until the next post to a channel may be made."""
AFTER_FAILURES: Final = (BACKOFF, timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""After so many failures in a row that may have left a message in Slack: each repetition may be a copy, and no card
should come later after an outage than the last of these.
"""
WHILE_REFUSED: Final = 300.0
"""The longest pause, in seconds, while Slack refuses the token or the workspace: nothing may have been posted."""
HOPELESS: Final = timedelta(hours=1)
"""When to try again what only a person can mend."""


class MaybePosted(Exception):
    """A post was not answered as it should be: repeating it may make a copy."""


class Wait(Exception):
    """Nothing can be done now: try again in so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class NotYet(Exception):
    """The rate limit has no turn now: the next one is free in so many seconds."""

    def __init__(self, lane: Lane, seconds: float) -> None:
        super().__init__()
        self.lane, self.seconds = lane, seconds


async def posted(post: Awaitable[str]) -> str:
    """The ts of a post.

    Raises:
        MaybePosted: when it may have been made.
        ThreadError: when it was not.

    """
    try:
        return await post
    except SlackDown as down:
        if down.doubtful:
            raise MaybePosted from down
        raise
