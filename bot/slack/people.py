"""Who somebody is in the workspace."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.permissions import Actor, Standing
from bot.services.ports.threads import ThreadError
from bot.slack.calls import calling

log = structlog.get_logger()

_HOUR: Final = 3600.0
_MOST: Final = 10_000
_SAID: Final = ("is_bot", "is_restricted", "is_ultra_restricted")
"""What Slack says of everybody who is not deleted: silence about it is no no."""
_PATIENCE: Final = 1.5
"""Seconds; the click that asks has three in all."""
_SLACKBOT: Final = "USLACKBOT"
"""Of which Slack says that it is no bot (Slack reference §13)."""


@dataclass(slots=True)
class SlackPeople:
    """`users.info`, cached for an hour; a failure or an odd answer is *unknown*, and is not cached."""

    client: AsyncWebClient
    team_id: str
    """The workspace that people are, or are not, of."""
    monotonic: Callable[[], float] = time.monotonic
    _known: OrderedDict[str, tuple[float, Standing]] = field(default_factory=OrderedDict)

    async def actor(self, user_id: str, said_team: str) -> Actor:
        """Who acts. `said_team` is the workspace that the click names for them, empty when it names none.

        It counts only while Slack does not answer: a person of another workspace then stays unknown, and what was
        known of a guest, a bot or an outsider goes on to hold.
        """
        standing = await self.standing(user_id)
        if standing is Standing.UNKNOWN:
            _, before = self._known.get(user_id, (0.0, Standing.MEMBER))
            here = Standing.ASSUMED if said_team == self.team_id else Standing.UNKNOWN
            standing = here if before is Standing.MEMBER else before
        return Actor(user_id=user_id, team_id=self.team_id, standing=standing)

    async def standing(self, user_id: str) -> Standing:
        """Member, guest, stranger, bot, or unknown."""
        now = self.monotonic()
        cached = self._known.get(user_id)
        if cached is not None and now - cached[0] < _HOUR:
            return cached[1]
        try:
            answer = await calling(self.client.users_info(user=user_id), seconds=_PATIENCE)
        except ThreadError as error:
            log.warning("person_unknown", reason=type(error).__name__)
            return Standing.UNKNOWN
        standing = _standing(user_id, self.team_id, answer.get("user"))
        if standing is Standing.UNKNOWN:
            log.warning("person_unknown", reason="odd answer")
            return standing
        self._known[user_id] = (now, standing)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return standing


def _standing(user_id: str, team_id: str, user: object) -> Standing:
    if not isinstance(user, Mapping) or user.get("id") != user_id:
        return Standing.UNKNOWN
    teams = _teams(user)
    if user.get("is_stranger") or (teams and team_id not in teams):
        return Standing.STRANGER
    if user.get("is_bot") or user.get("deleted") or user_id == _SLACKBOT:
        return Standing.BOT
    if not teams or not all(isinstance(user.get(word), bool) for word in _SAID):
        return Standing.UNKNOWN
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.MEMBER


def _teams(user: Mapping[str, object]) -> frozenset[str]:
    """The workspaces that a person is in, on Grid perhaps several; empty when the answer does not say (§13, §14)."""
    home, on_grid = user.get("team_id"), user.get("enterprise_user")
    if not isinstance(home, str) or not home:
        return frozenset()
    if not on_grid:
        return frozenset({home})
    teams = on_grid.get("teams") if isinstance(on_grid, Mapping) else None
    if not isinstance(teams, list) or not all(isinstance(one, str) for one in teams):
        return frozenset()
    return frozenset({home, *teams})
