"""Everything that the sandbox plays, in one place: what the page shows and its hands reach into."""

from dataclasses import dataclass, field
from pathlib import Path

from sandbox.clock import Clock
from sandbox.dintero import Dintero
from sandbox.mail import Mailbox
from sandbox.pulse import Pulse
from sandbox.slack import Workspace
from sandbox.traffic import Traffic


@dataclass(frozen=True, kw_only=True)
class World:
    """A Slack workspace, a Dintero account, and the time and the traffic between them and the bot."""

    slack: Workspace
    dintero: Dintero
    clock: Clock
    traffic: Traffic
    pulse: Pulse
    bot_url: str
    folder: Path
    mailbox: Mailbox = field(default_factory=Mailbox)
    """The customer's, whatever the address."""
    commands: dict[str, str] = field(default_factory=dict)
    """The app's slash commands and how each is used, as its manifest says."""
    shortcuts: tuple[dict[str, str], ...] = ()
    """The app's shortcuts, as its manifest says: `name`, `type` global or message, `callback_id`."""

    def shortcuts_of(self, kind: str) -> dict[str, str]:
        """Names by callback id of the shortcuts of one type."""
        return {one["callback_id"]: one["name"] for one in self.shortcuts if one["type"] == kind}

    @property
    def page_url(self) -> str:
        """Where the page is."""
        return f"{self.slack.base_url.removesuffix('/slack')}/"
