"""The few values that listeners take from Slack's payloads (Slack reference §6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.actions import ASKS_AGAIN, MOVES_MONEY, Action
from bot.domain.permissions import Standing
from bot.services.ports.threads import People

Body = Mapping[str, Any]
"""A whole payload as Slack sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """Who, from which workspace, where, and how to answer them."""

    user_id: str
    team_id: str
    channel: str
    trigger_id: str
    response_url: str | None


def knock(body: Body) -> Knock:
    """Read it from a command, a click or a submission."""
    user = body.get("user")
    if isinstance(user, Mapping):
        team = user.get("team_id") or (body.get("team") or {}).get("id") or ""
        container = body.get("container") or {}
        return Knock(
            user_id=str(user["id"]),
            team_id=str(team),
            channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
            trigger_id=str(body.get("trigger_id") or ""),
            response_url=body.get("response_url"),
        )
    return Knock(
        user_id=str(body["user_id"]),
        team_id=str(body.get("team_id") or ""),
        channel=str(body.get("channel_id") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=body.get("response_url"),
    )


def assumed_member() -> Standing:
    """Where neither money moves nor trust is wanted nobody waits for `users.info`: the workspace alone decides."""
    return Standing.ASSUMED


async def standing_for(people: People, user_id: str, action: Action) -> Standing:
    """Who presses, as far as `action` wants to know it.

    Money waits for Slack's word. A message to the customer wants it for trust only, and goes on without it.
    """
    if action not in MOVES_MONEY | ASKS_AGAIN:
        return assumed_member()
    standing = await people.standing(user_id)
    lenient = standing is Standing.UNKNOWN and action not in MOVES_MONEY
    return assumed_member() if lenient else standing
