"""Who somebody is in the workspace."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.permissions import Standing
from bot.services.ports.threads import ThreadError
from bot.slack.calls import calling

log = structlog.get_logger()

_HOUR: Final = 3600.0
_MOST: Final = 10_000
_SAID: Final = ("is_bot", "is_restricted", "is_ultra_restricted")
"""What Slack says of everybody who is not deleted: silence about it is no no."""
_PATIENCE: Final = 1.5
"""Seconds; the click that asks has three in all."""


@dataclass(slots=True)
class SlackPeople:
    """`users.info`, cached for an hour; a failure or an odd answer is *unknown*, and is not cached."""

    client: AsyncWebClient
    monotonic: Callable[[], float] = time.monotonic
    _known: OrderedDict[str, tuple[float, Standing]] = field(default_factory=OrderedDict)

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
        standing = _standing(user_id, answer.get("user"))
        if standing is Standing.UNKNOWN:
            log.warning("person_unknown", reason="odd answer")
            return standing
        self._known[user_id] = (now, standing)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return standing


def _standing(user_id: str, user: object) -> Standing:
    if not isinstance(user, Mapping) or user.get("id") != user_id:
        return Standing.UNKNOWN
    if user.get("is_stranger"):
        return Standing.STRANGER
    if user.get("is_bot") or user.get("deleted"):
        return Standing.BOT
    if not all(isinstance(user.get(word), bool) for word in _SAID):
        return Standing.UNKNOWN
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return Standing.GUEST
    return Standing.MEMBER
