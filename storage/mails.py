"""Mails: wanted in the transaction that makes them necessary, and every later step a guarded write."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Select, select, update

from bot.domain.mails import Mail, MailState
from bot.domain.stories import Claimed
from bot.domain.waiting import Waiting
from storage.tables import mails
from storage.timing import LAPSED_LEASE, SENDING_LEASE
from storage.transaction import Transaction, free


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
        wanted = wanted_mails(machine_now).order_by(mails.c.due_at, mails.c.id).limit(limit)
        return await self._hold_mails(wanted, machine_now + lease)

    async def release_mails(self, claims: Sequence[Claimed]) -> None:
        """End the leases of those that are still *wanted*: one that is *sending* may be on its way."""
        await self._give_back(mails, claims, Waiting.MAILS, mails.c.state == MailState.WANTED)

    async def lapsed_mails(self, machine_now: datetime) -> Sequence[Claimed]:
        """Hold *sending* mails whose lease has ended."""
        lapsed = lapsed_mails(machine_now).order_by(mails.c.due_at, mails.c.id)
        return await self._hold_mails(lapsed, machine_now + LAPSED_LEASE)

    async def _hold_mails(self, query: Select[tuple[str, int]], until: datetime) -> Sequence[Claimed]:
        rows = await self._hold(query, mails, lease_until=until, fence=mails.c.fence + 1)
        return [Claimed(id=row.id, fence=row.fence + 1) for row in rows]


def wanted_mails(machine_now: datetime) -> Select[tuple[str, int]]:
    """Mails whose time has come and that nobody holds."""
    found = select(mails.c.id, mails.c.fence).where(mails.c.state == MailState.WANTED, mails.c.due_at <= machine_now)
    return found.where(free(mails.c.lease_until, machine_now))


def lapsed_mails(machine_now: datetime) -> Select[tuple[str, int]]:
    """Mails whose sender is gone."""
    found = select(mails.c.id, mails.c.fence)
    return found.where(mails.c.state == MailState.SENDING, mails.c.lease_until < machine_now)
