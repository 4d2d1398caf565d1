"""The few values that listeners take from Slack's payloads (Slack reference §6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.permissions import Actor
from bot.services.ports.threads import People
from bot.slack.answer_address import answer_address

Body = Mapping[str, Any]
"""A whole payload as Slack sent it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """Who, of which workspace, where, and how to answer them."""

    user_id: str
    team_id: str
    """Their own workspace as the payload says it, or empty: the payload's `team` may be the installing one (§13)."""
    channel: str
    trigger_id: str
    response_url: str | None
    """With the thread that was clicked in (`bot/slack/answer_address.py`)."""


def knock(body: Body) -> Knock:
    """Read it from a command, a click or a submission."""
    user = body.get("user")
    if isinstance(user, Mapping):
        container = body.get("container") or {}
        return Knock(
            user_id=str(user["id"]),
            team_id=str(user.get("team_id") or ""),
            channel=str((body.get("channel") or {}).get("id") or container.get("channel_id") or ""),
            trigger_id=str(body.get("trigger_id") or ""),
            response_url=answer_address(body.get("response_url"), container),
        )
    return Knock(
        user_id=str(body["user_id"]),
        team_id=str(body.get("team_id") or ""),
        channel=str(body.get("channel_id") or ""),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=body.get("response_url"),
    )


async def actor_of(people: People, body: Body) -> Actor:
    """Who acts in a payload: what `users.info` says of them, and only without it the payload itself."""
    who = knock(body)
    return await people.actor(who.user_id, who.team_id)
