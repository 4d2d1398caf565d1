"""Slack's limits, as lanes that the replicas share: one for each channel's posts, one for each workspace's updates."""

from dataclasses import dataclass

from bot.domain.events import Urgency
from bot.domain.stories import CardState, Untold


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A rate limit of Slack's, shared by the replicas."""

    name: str
    per_minute: int
    apart: float = 0.0
    reserve: int = 0

    @property
    def key(self) -> str:
        """What is known of its turns holds for all who leave as many of them free."""
        return f"{self.name} {self.reserve}"

    @property
    def every(self) -> float:
        """Seconds from one turn to the next when there is always somebody who waits."""
        return max(self.apart, 60 / (self.per_minute - self.reserve))


def posts(channel: str) -> Lane:
    """One post a second and channel, with a little air (Slack reference §11)."""
    return Lane(name=f"post:{channel}", per_minute=60, apart=1.1)


def updates(workspace_id: str, hurry: int) -> Lane:
    """Slack's tier for updates is 50 a minute and workspace; the last class leaves a third of it free."""
    reserve = 15 if hurry == Urgency.PROGRESS else 0
    return Lane(name=f"update:{workspace_id}", per_minute=45, reserve=reserve)


def first_lane(untold: Untold) -> Lane | None:
    """The limit that the first call about the order is under; None when its row does not say."""
    if untold.card == CardState.POSTED and untold.outdated:
        return updates(untold.workspace_id, untold.urgency)
    in_sight = {CardState.POSTED, CardState.FROZEN, CardState.NONE, CardState.POSTING}
    return posts(untold.channel) if untold.card in in_sight and untold.channel else None
