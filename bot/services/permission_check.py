"""Asks once more, directly before something is sent, whether the person who asked for it still may."""

from dataclasses import dataclass

from bot.domain.actions import PRESSED_FOR
from bot.domain.links import Link
from bot.domain.operations import Kind, Operation
from bot.domain.orders import Order
from bot.domain.permissions import ISSUE, Actor, Forbidden, Policy, Standing, decide
from bot.services.ports.threads import People


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionCheck:
    """The permission of the person who requested an operation, as it is now."""

    people: People
    policy: Policy

    async def refusal(self, order: Order, link: Link, operation: Operation) -> str | None:
        """Why the operation must not be sent any more, in mrkdwn; None when it may be.

        Slack was asked at the click, so here only a *no* stops it: without an answer the operation goes on.
        """
        standing = await self.people.standing(operation.requested_by)
        if standing is Standing.UNKNOWN:
            standing = Standing.MEMBER
        actor = Actor(user_id=operation.requested_by, team_id=order.team_id, standing=standing)
        first = operation.kind is Kind.CREATE and link.n == 1
        wanted = ISSUE if first else PRESSED_FOR[operation.kind]
        decision = decide(actor, wanted, team_id=order.team_id, issuer=order.issuer, policy=self.policy)
        return decision.sentence if isinstance(decision, Forbidden) else None
