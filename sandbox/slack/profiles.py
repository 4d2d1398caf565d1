"""What `users.info` says of a person (Slack reference §13), and the ways in which it may say less."""

from enum import StrEnum
from typing import Any, Final

from .model import Person

LEFT_OUT: Final = object()
"""In place of a value: the answer lacks the key."""


class Outsiders(StrEnum):
    """How an answer about a person of another organisation looks. UNCONFIRMED, so all of these."""

    STRANGER = "stranger"
    """`is_stranger` says it."""
    PLAIN = "plain"
    """`is_stranger` is false, as for people whom a shared channel has made known; only `team_id` tells."""
    BARE = "bare"
    """Hardly more than the ids: neither `is_stranger` nor what they may do here."""
    HIDDEN = "hidden"
    """`user_not_visible`."""


def profile(person: Person, outsiders: str) -> dict[str, Any]:
    """The user object of the answer; `outsiders` is one of `Outsiders`."""
    facts: dict[str, Any] = {"id": person.id, "team_id": person.team_id, "name": person.name}
    if person.stranger and outsiders == Outsiders.BARE:
        return facts
    facts |= {"real_name": person.name.title(), "deleted": person.deleted, "tz": person.tz, "is_bot": person.bot}
    facts |= {"is_stranger": person.stranger and outsiders == Outsiders.STRANGER, "profile": {}}
    if person.deleted:  # little is said of a person who has left
        return facts
    facts |= {"is_restricted": person.guest or person.single_channel, "is_ultra_restricted": person.single_channel}
    facts |= {"is_admin": False}
    if person.teams:
        facts["enterprise_user"] = {"id": person.id, "enterprise_id": "E1", "teams": list(person.teams)}
    return facts
