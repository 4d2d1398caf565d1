"""Who may press what: one pure function, asked by the service on every click. The view only hides."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.actions import MOVES_MONEY, Action


class Standing(StrEnum):
    """What Slack says a person is in the workspace."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    """From another organisation, through Slack Connect."""
    BOT = "bot"
    UNKNOWN = "unknown"
    """Slack did not answer."""
    ASSUMED = "assumed"
    """Nobody asked Slack: good for what every member may do, and for nothing that wants trust."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who pressed, from which workspace."""

    user_id: str
    team_id: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who may move money besides the issuer. None means everybody in the workspace."""

    money_users: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go ahead."""


@dataclass(frozen=True, slots=True)
class NeedsSecond:
    """Go ahead once a second person has approved."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """No, and the sentence that says why."""

    sentence: str


Decision = Allowed | NeedsSecond | Forbidden

ISSUE: Final = "issue"
"""The act of issuing, beside the actions on a link."""


def belongs(actor: Actor, team_id: str) -> bool:
    """Whether `actor` is of that workspace; who is not learns nothing about its links."""
    return actor.team_id == team_id and actor.standing is not Standing.STRANGER


def may_send_more(actor: Actor, policy: Policy) -> bool:
    """Whether `actor` is trusted with one more message to a customer who was sent several."""
    named = policy.money_users is None or actor.user_id in policy.money_users
    return named and actor.standing is Standing.MEMBER


def decide_items(actor: Actor, *, team_id: str, policy: Policy) -> Decision:
    """Whether `actor` may keep and remove saved items of workspace `team_id`: those trusted with money, if named."""
    return _trusted(actor, team_id, policy, "keep and remove saved items")


def decide_numbering(actor: Actor, *, team_id: str, policy: Policy) -> Decision:
    """Whether `actor` may say how references are numbered in workspace `team_id`: as with saved items."""
    return _trusted(actor, team_id, policy, "say how references are numbered")


def _trusted(actor: Actor, team_id: str, policy: Policy, what: str) -> Decision:
    if actor.team_id != team_id or actor.standing in {Standing.STRANGER, Standing.BOT}:
        return Forbidden(f"Only people of this workspace {what}.")
    if not policy.money_users or actor.user_id in policy.money_users:
        return Allowed()
    return Forbidden(f"Only the people trusted with money here {what}. Ask one of them.")


def decide(actor: Actor, action: Action | str, *, team_id: str, issuer: str, policy: Policy) -> Decision:
    """Whether `actor` may do `action` on a link of workspace `team_id` issued by `issuer`."""
    if not belongs(actor, team_id):
        return Forbidden("Only people of the workspace that issued this link can do that.")
    if actor.standing is Standing.UNKNOWN:
        return Forbidden("Slack did not say who you are just now, so nothing was done. Press again in a moment.")
    if actor.standing is Standing.BOT:
        return Forbidden("Bots cannot do that.")
    if action not in MOVES_MONEY:
        return Allowed()
    if actor.standing is Standing.ASSUMED:
        return Forbidden("Nobody asked who you are, so nothing was done. Press again.")
    if actor.standing is Standing.GUEST:
        return Forbidden("Guests cannot move money. Ask a member of the workspace.")
    if actor.user_id == issuer or policy.money_users is None or actor.user_id in policy.money_users:
        return Allowed()
    return Forbidden(f"Only <@{issuer}>, who issued this link, and the people trusted with money can do that.")
