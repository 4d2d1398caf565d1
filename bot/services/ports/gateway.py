"""Dintero, as the services see it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from bot.domain.answers import Answered, Created
from bot.domain.links import Link
from bot.domain.observations import Payment, Payments, Session
from bot.domain.operations import Operation
from bot.domain.orders import Order

MaySend: TypeAlias = Callable[[], Awaitable[bool]]
"""Asked directly before every sending of a write, its repeats included; False keeps it back (NotSent)."""


class Gateway(Protocol):
    """Dintero, in our words. Reads retry by themselves; writes are sent exactly once unless provably not done."""

    async def create(self, order: Order, link: Link, *, token: str, may_send: MaySend | None = None) -> Created:
        """`POST /sessions-profile`. Raises NotSent, Declined, OutcomeUnknown."""
        ...

    async def session(self, session_id: str) -> Session:
        """Read a session. Raises Missing, Unreachable."""
        ...

    async def payment(self, transaction_id: str) -> Payment:
        """Read a transaction. Raises Missing, Unreachable."""
        ...

    async def payments(
        self,
        *,
        transaction_ids: Sequence[str] = (),
        session_ids: Sequence[str] = (),
        reference: str | None = None,
        created_since: datetime | None = None,
        created_until: datetime | None = None,
    ) -> Payments:
        """List transactions, all pages; none without any filter. List elements are hints: they never settle a link.

        Raises Unreachable; TooMany when there are more pages than are read.
        """
        ...

    async def unpaid(self, session_ids: Sequence[str]) -> frozenset[str]:
        """Those of at most fifty sessions that one list certainly shows to have no transaction. Raises Unreachable."""
        ...

    async def find_sessions(self, reference: str) -> Sequence[str]:
        """Ids of sessions that may have the merchant reference, the newest first; none where the API cannot search.

        Other systems on the account may use the same reference: whose a session is must be proved by the caller.
        """
        ...

    async def capture(self, transaction_id: str, operation: Operation, *, may_send: MaySend | None = None) -> Answered:
        """Take reserved money. Raises NotSent, Declined, OutcomeUnknown."""
        ...

    async def refund(self, transaction_id: str, operation: Operation, *, may_send: MaySend | None = None) -> Answered:
        """Return taken money. Raises NotSent, Declined, OutcomeUnknown."""
        ...

    async def void(self, transaction_id: str, *, may_send: MaySend | None = None) -> Answered:
        """Let go of reserved money. Raises NotSent, Declined, OutcomeUnknown."""
        ...

    async def cancel(self, session_id: str, *, may_send: MaySend | None = None) -> Answered:
        """End a link; lets go of money reserved through it. Raises NotSent, Declined, OutcomeUnknown."""
        ...
