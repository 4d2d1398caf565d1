"""Dintero, as the services see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.answers import Answered, Created
from bot.domain.links import Link
from bot.domain.observations import Payment, Session
from bot.domain.operations import Operation
from bot.domain.orders import Order


class Gateway(Protocol):
    """Dintero, in our words. Reads retry by themselves; writes are sent exactly once unless provably not done."""

    async def create(self, order: Order, link: Link, *, token: str) -> Created:
        """`POST /sessions-profile`. Raises NotSent, Declined, OutcomeUnknown."""
        ...

    async def session(self, session_id: str) -> Session:
        """Read a session. Raises Missing, Unreachable, Declined."""
        ...

    async def payment(self, transaction_id: str) -> Payment:
        """Read a transaction. Raises Missing, Unreachable, Declined."""
        ...

    async def payments(
        self,
        *,
        transaction_ids: Sequence[str] = (),
        session_ids: Sequence[str] = (),
        reference: str | None = None,
        created_since: datetime | None = None,
    ) -> Sequence[Payment]:
        """List transactions, all pages. List elements are hints: they never settle a link."""
        ...

    async def find_session(self, reference: str) -> Session | None:
        """Search a session by merchant reference, where the account's API can; None otherwise or when not found."""
        ...

    async def capture(self, transaction_id: str, operation: Operation) -> Answered:
        """Take reserved money. Raises NotSent, Declined, OutcomeUnknown."""
        ...

    async def refund(self, transaction_id: str, operation: Operation) -> Answered:
        """Return taken money. Raises NotSent, Declined, OutcomeUnknown."""
        ...

    async def void(self, transaction_id: str) -> Answered:
        """Let go of reserved money. Raises NotSent, Declined, OutcomeUnknown."""
        ...

    async def cancel(self, session_id: str) -> Answered:
        """End a link; lets go of money reserved through it. Raises NotSent, Declined, OutcomeUnknown."""
        ...
