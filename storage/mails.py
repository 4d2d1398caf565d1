"""Mails: wanted in the transaction that makes them necessary, and every later step a guarded write."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Integer, Row, bindparam, select, text, update

from bot.domain.mails import Mail, MailState
from bot.domain.stories import Claimed
from bot.domain.waiting import Waiting
from storage.tables import IS_UNSENT, mails
from storage.timing import LAPSED_LEASE, SENDING_LEASE
from storage.transaction import MACHINE_NOW, Hold, Transaction, free

_MAIL: Final = select(mails.c.id, mails.c.fence).where(text(f"mail.{IS_UNSENT}"))
WANTED_MAILS: Final = _MAIL.where(
    mails.c.state == MailState.WANTED, mails.c.due_at <= MACHINE_NOW, free(mails.c.lease_until, MACHINE_NOW)
)
"""Mails whose time has come and that nobody holds."""
LAPSED_MAILS: Final = _MAIL.where(mails.c.state == MailState.SENDING, mails.c.lease_until < MACHINE_NOW)
"""Mails whose sender is gone."""
_LONGEST_WAITING: Final = mails.c.due_at, mails.c.id
_HELD: Final = {"lease": mails.c.lease_until, "fence": mails.c.fence}
_HOLD_WANTED: Final = Hold.of(
    WANTED_MAILS.order_by(*_LONGEST_WAITING).limit(bindparam("limit", type_=Integer)), **_HELD
)
_HOLD_LAPSED: Final = Hold.of(LAPSED_MAILS.order_by(*_LONGEST_WAITING), **_HELD)


class Mails(Transaction):
    """The part of the unit of work that keeps mails."""

    async def want_mail(self, link_id: str, n: int) -> None:
        """Keep the wish to send the link's n-th mail; nothing happens when it is kept already."""
        now = self._machine_now()
        await self._order_of(link_id)
        wish = {"id": uuid4().hex, "link_id": link_id, "n": n, "state": MailState.WANTED, "tries": 0, "fence": 0}
        keep = self._ringing(self._unless_there(mails), Waiting.MAILS)
        await self._run(keep, wish | {"wanted_at": now, "due_at": now})

    async def mail(self, mail_id: str) -> Mail | None:
        """One mail."""
        row = await self._first(select(mails).where(mails.c.id == mail_id))
        if row is None:
            return None
        return Mail(
            id=row.id,
            link_id=row.link_id,
            n=row.n,
            state=MailState(row.state),
            wanted_at=row.wanted_at,
            tries=row.tries,
        )

    async def move_mail(
        self, mail: Mail, *, from_: Sequence[MailState], fence: int, due_at: datetime | None = None
    ) -> bool:
        """Write the mail's state and tries; `due_at` (machine time) is when a *wanted* one is tried again.

        To *sending* it takes a lease of 90 s of machine time, to any other state it is let go. False, with nothing
        written, when it is no longer in one of `from_`, or `fence` is another's by now.
        """
        await self._order_of(mail.link_id)
        now = self._machine_now()
        waits = mail.state in {MailState.WANTED, MailState.SENDING}
        return await self._changed(
            update(mails)
            .where(mails.c.id == mail.id, mails.c.state.in_(from_), mails.c.fence == fence)
            .values(
                state=mail.state,
                tries=mail.tries,
                due_at=due_at or mails.c.due_at,
                ended_at=None if waits else now,
                lease_until=now + SENDING_LEASE if mail.state is MailState.SENDING else None,
            )
        )

    async def wanted_mails(self, machine_now: datetime, lease: timedelta, limit: int) -> Sequence[Claimed]:
        """Hold *wanted* mails whose time has come, the longest waiting first."""
        rows = await self._hold(_HOLD_WANTED, machine_now + lease, {"machine_now": machine_now, "limit": limit})
        return _claims(rows)

    async def release_mails(self, claims: Sequence[Claimed]) -> None:
        """End the leases of those that are still *wanted*: one that is *sending* may be on its way."""
        await self._give_back(mails, claims, Waiting.MAILS, mails.c.state == MailState.WANTED)

    async def lapsed_mails(self, machine_now: datetime) -> Sequence[Claimed]:
        """Hold *sending* mails whose lease has ended."""
        rows = await self._hold(_HOLD_LAPSED, machine_now + LAPSED_LEASE, {"machine_now": machine_now})
        return _claims(rows)


def _claims(rows: Sequence[Row[Any]]) -> Sequence[Claimed]:
    return [Claimed(id=row.id, fence=row.fence + 1) for row in rows]
