"""Slack, as the services see it."""

from datetime import datetime
from typing import Protocol

from bot.domain.events import Event
from bot.domain.links import Link
from bot.domain.permissions import Actor, Standing
from bot.domain.stories import Story


class ThreadError(Exception):
    """The root of what telling Slack can end in."""


class Throttled(ThreadError):
    """Slack asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:g}")
        self.seconds = seconds


class NotWelcome(ThreadError):
    """The bot may not write there: private, archived, or somebody else's conversation."""


class NoThread(NotWelcome):
    """The bot may post there, but not in that thread."""


class Gone(ThreadError):
    """The message was deleted, or is not ours."""


class NotEditable(ThreadError):
    """The message stands, and Slack lets nobody change it any more."""


class SlackDown(ThreadError):
    """Slack did not answer, or not in a way to trust. `doubtful` says that a post may have been made.

    `why` is Slack's own code where it refused us (the token, the workspace, a code that is not known here), and empty
    where it said nothing.
    """

    def __init__(self, *, doubtful: bool, why: str = "") -> None:
        super().__init__(why or ("no answer" if doubtful else "no connection"))
        self.why = why
        self.doubtful = doubtful


class Rejected(ThreadError):
    """Slack refuses what we drew: a fault of ours, repeated it fails again. The message is Slack's error."""


class Threads(Protocol):
    """Where stories are told. Each call draws from state and makes one call to Slack."""

    def takes_buttons(self, event: Event) -> bool:
        """Whether the event's line takes over the link's buttons, so that older lines lose theirs."""
        ...

    async def post_card(self, story: Story, channel: str, now: datetime) -> str:
        """Post the order's card; returns its ts. Raises ThreadError."""
        ...

    async def update_card(self, story: Story, now: datetime) -> None:
        """Redraw the card where it stands. Raises ThreadError."""
        ...

    async def mark_moved(self, story: Story, channel: str, ts: str) -> None:
        """Turn another message into a pointer to the card. Raises ThreadError."""
        ...

    async def post_line(self, story: Story, event: Event, now: datetime) -> str:
        """Tell one event in the card's thread, with buttons when there is something to decide; returns its ts."""
        ...

    async def post_frozen_notice(self, story: Story) -> str:
        """Say in the thread that the card can no longer be changed; returns the notice's ts. Raises ThreadError."""
        ...

    async def strip_line(self, story: Story, event: Event, now: datetime) -> None:
        """Redraw an older line without its buttons."""
        ...

    async def direct_channel(self, user_id: str) -> str:
        """The id of the bot's DM with a person. Raises ThreadError."""
        ...

    async def show_result(self, story: Story, link: Link, view_id: str) -> bool:
        """Put what became of a create into the form that waits for it; False when it is closed, or Slack down."""
        ...

    async def show_waiting(self, view_id: str) -> None:
        """Say in the form that Dintero takes its time and the form may be closed."""
        ...

    async def show_not_done(self, view_id: str, sentence: str, quote: str | None) -> None:
        """Say in the form that waits for a link that there will be none, and why; `quote` as in `whisper`."""
        ...

    async def whisper(
        self,
        *,
        channel: str,
        user_id: str,
        sentence: str,
        response_url: str | None,
        quote: str | None = None,
        about: str | None = None,
    ) -> None:
        """Tell one person something: by `response_url`, else ephemeral in the channel, else by DM. Never raises.

        `quote` is somebody else's words, said after ours and made harmless. `about` is the reference of the link that
        is spoken of, unless the sentence names it.
        """
        ...


class People(Protocol):
    """Who somebody is in Slack; cached an hour."""

    async def actor(self, user_id: str, said_team: str) -> Actor:
        """Who acts; `said_team` is the workspace that their click names for them, empty when it names none."""
        ...

    async def standing(self, user_id: str) -> Standing:
        """Member, guest, stranger, bot, or unknown when Slack does not answer in time."""
        ...
