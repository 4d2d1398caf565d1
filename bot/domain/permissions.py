"""Who may do what: one pure function, asked by the service on every click and before every send. Views only hide."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.domain.actions import MOVES_MONEY, SHOWS_CUSTOMER, Action
from bot.domain.errors import NotYet, Refused


class Standing(StrEnum):
    """What Slack says a person is in the workspace."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    """Of another organisation or workspace."""
    BOT = "bot"
    """Also a person whose account was closed."""
    UNKNOWN = "unknown"
    """Slack did not answer, and the click names another workspace or none."""
    ASSUMED = "assumed"
    """Slack did not answer; the click names this workspace. Moves no money and sees no private data of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, in which workspace, and what they are there."""

    user_id: str
    team_id: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What people may do, and how often."""

    money_users: frozenset[str] | None = frozenset()
    """Who may move money besides the issuer; None means everybody in the workspace."""
    messages_per_hour: int = 60
    """How many messages to customers a person may have sent in an hour; 0 is no limit."""
    guest_messages_per_hour: int = 10
    """The same for a guest."""


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
    for_now: bool = False
    """Slack did not say who it is: the same may be allowed a moment later."""

    def as_refusal(self, code: str, *, about: str | None = None) -> Refused:
        """The error that carries it to the person."""
        return (NotYet if self.for_now else Refused)(self.sentence, code, about=about)


Decision = Allowed | NeedsSecond | Forbidden

ISSUE: Final = "issue"
"""The act of issuing, beside the actions on a link."""
_NOT_KNOWN: Final = Forbidden(
    "Slack did not say who you are just now, so nothing was done. Press again in a moment.", for_now=True
)


def belongs(actor: Actor, team_id: str) -> bool:
    """Whether `actor` is of that workspace, as far as is known; who is not learns nothing about its links."""
    return actor.team_id == team_id and actor.standing not in {Standing.STRANGER, Standing.UNKNOWN}


def may_send_more(actor: Actor, policy: Policy) -> bool:
    """Whether `actor` is trusted with one more message to a customer who was sent several."""
    named = policy.money_users is None or actor.user_id in policy.money_users
    return named and actor.standing is Standing.MEMBER


def most_messages(actor: Actor, policy: Policy) -> int:
    """How many messages to customers `actor` may have sent in an hour; 0 is no limit."""
    return policy.guest_messages_per_hour if actor.standing is Standing.GUEST else policy.messages_per_hour


def decide_items(actor: Actor, *, team_id: str, policy: Policy) -> Decision:
    """Whether `actor` may keep and remove saved items of workspace `team_id`: those trusted with money, if named."""
    return _trusted(actor, team_id, policy, "keep and remove saved items")


def decide_numbering(actor: Actor, *, team_id: str, policy: Policy) -> Decision:
    """Whether `actor` may say how references are numbered in workspace `team_id`: as with saved items."""
    return _trusted(actor, team_id, policy, "say how references are numbered")


def _trusted(actor: Actor, team_id: str, policy: Policy, what: str) -> Decision:
    """What all of the workspace share is changed by its members only."""
    if not belongs(actor, team_id) or actor.standing in {Standing.BOT, Standing.GUEST}:
        return (
            _NOT_KNOWN if actor.standing is Standing.UNKNOWN else Forbidden(f"Only members of this workspace {what}.")
        )
    if not policy.money_users or actor.user_id in policy.money_users:
        return Allowed()
    return Forbidden(f"Only the people trusted with money here {what}. Ask one of them.")


def decide(actor: Actor, action: Action | str, *, team_id: str, issuer: str, policy: Policy) -> Decision:
    """Whether `actor` may do `action` on a link of workspace `team_id` issued by `issuer`."""
    if actor.standing is Standing.UNKNOWN:
        return _NOT_KNOWN
    if not belongs(actor, team_id):
        return Forbidden("Only people of the workspace that issued this link can do that.")
    if actor.standing is Standing.BOT:
        return Forbidden("Bots cannot do that.")
    if action in MOVES_MONEY:
        return _decide_money(actor, issuer, policy)
    if action == ISSUE or actor.user_id == issuer:
        return Allowed()
    if actor.standing is Standing.GUEST:
        return Forbidden(f"Guests can only work with links that they issued themselves. Ask <@{issuer}>.")
    if actor.standing is Standing.ASSUMED and action in SHOWS_CUSTOMER:
        return _NOT_KNOWN
    return Allowed()


def _decide_money(actor: Actor, issuer: str, policy: Policy) -> Decision:
    """As `decide`, for a person of the workspace and an action that moves money."""
    if actor.standing is Standing.ASSUMED:
        return _NOT_KNOWN
    if actor.standing is not Standing.MEMBER:
        return Forbidden("Guests cannot move money. Ask a member of the workspace.")
    if actor.user_id == issuer or policy.money_users is None or actor.user_id in policy.money_users:
        return Allowed()
    return Forbidden(f"Only <@{issuer}>, who issued this link, and the people trusted with money can do that.")
