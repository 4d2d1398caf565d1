"""The safety net: what no callback told. Cost follows what happens, not how many links are open."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.errors import GatewayError, PaylinkError
from bot.domain.links import Link, Status
from bot.domain.observations import Observation, Payment
from bot.domain.operations import IN_DOUBT
from bot.domain.schedule import next_look
from bot.domain.settling import EXPIRY_GRACE
from bot.domain.stories import Due
from bot.services.ports.gateway import Gateway
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock, Counters
from bot.services.refreshing import Refreshing

log = structlog.get_logger()

_LEASE: Final = timedelta(seconds=60)
_BATCH: Final = 50
"""Ids per list call: keeps URLs under 4 kB (Dintero reference §12)."""
_OVERLAP: Final = timedelta(minutes=5)
"""How far behind its watermark the paid sweep looks again, for payments that appear late in lists."""
_PAID_TASK: Final = "paid"
_SWEEP_EVERY: Final = timedelta(minutes=1)
_AGAIN: Final = timedelta(minutes=1)
_CALLS_PER_SECOND: Final = 10
"""Our own limit; Dintero publishes none (Dintero reference §12)."""
_BUDGET_WAIT: Final = timedelta(seconds=2)
_CURIOUS_WAIT: Final = timedelta(seconds=30)
_OPENED_SHARE: Final = 0.3
"""Looks that only ask whether a link was opened get what the others leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """Looks at what is due, and finds payments that nobody told us about."""

    store: Store
    gateway: Gateway
    refreshing: Refreshing
    clock: Clock
    counters: Counters
    account_id: str

    async def look_at_due(self) -> int:
        """Look at the links that are due now; one failure never stops the rest. Returns how many were due."""
        now = self.clock.now()
        due = await self.store.claim_due_links(now, self.clock.machine_now(), _LEASE, _BATCH)
        over = [each.link for each in due if _may_be_over(each, now)]
        listed = [each.link for each in due if _can_be_listed(each) and not _may_be_over(each, now)]
        single = [each for each in due if not _may_be_over(each, now) and not _can_be_listed(each)]
        await asyncio.gather(
            self._guard([link.id for link in over], self._confirm_expiry(over)),
            self._guard([link.id for link in listed], self._compare(listed)),
            *(self._single(each, now) for each in single),
        )
        return len(due)

    async def find_paid(self) -> int:
        """Make due what a page-through of the account's newest payments shows to have changed; returns how many.

        Raises:
            GatewayError: when a page could not be read; the watermark stays where it was.

        """
        now = self.clock.now()
        task = await self.store.claim_task(_PAID_TASK, now, self.clock.machine_now(), _LEASE)
        if task is None:
            return 0
        mark = datetime.fromisoformat(task.cursor) if task.cursor else now
        await self._spend()  # counted, so that the curious leave room; payments wait for nobody
        try:
            payments = await self.gateway.payments(created_since=mark - _OVERLAP)
            found = await self._mark_due(payments, now)
        except GatewayError:
            async with self.store() as work:
                await work.release_task(task, cursor=mark.isoformat())
                await work.commit()
            raise
        async with self.store() as work:
            await work.release_task(task, cursor=now.isoformat(), due_at=now + _SWEEP_EVERY)
            await work.commit()
        return found

    async def purge_drafts(self) -> int:
        """Drop forms that were opened a day ago and never sent; returns how many."""
        async with self.store() as work:
            dropped = await work.purge_drafts(self.clock.now() - timedelta(days=1))
            await work.commit()
        return dropped

    async def _mark_due(self, payments: Sequence[Payment], now: datetime) -> int:
        """A list element never settles a link; strangers' payments on the same account are nobody here."""
        async with self.store() as work:
            ours = await work.links_by_session([payment.session_id for payment in payments])
            orphans = [payment.reference for payment in payments if payment.session_id not in ours]
            lost = await work.links_by_reference(orphans)
            found = 0
            for payment in payments:
                link = ours.get(payment.session_id) or lost.get(payment.reference)
                if link is None or link.facts.seen == payment.seen:
                    continue
                if link.session_id is None or link.session_id == payment.session_id:
                    await work.make_due(link.id, now, session_hint=payment.session_id)
                    found += 1
            await work.commit()
        return found

    async def _confirm_expiry(self, links: Sequence[Link]) -> None:
        """One list for all whose time is over: no payment there, and it has expired."""
        if not links or not await self._in_budget(links):
            return
        sessions = [link.session_id for link in links if link.session_id]
        paying = {payment.session_id for payment in await self.gateway.payments(session_ids=sessions)}
        for link in links:
            if link.session_id in paying:
                await self._guard([link.id], self._refresh(link.id))
            else:
                await self._guard([link.id], self._expire(link))

    async def _expire(self, link: Link) -> None:
        async with self.store() as work:
            story = await work.story_of_link(link.id)
            await work.set_looked(link.id, self.clock.now())
            await work.commit()
        if story is not None and await self.refreshing.apply(story, story.link(link.id), Observation()) is None:
            await self._refresh(link.id)

    async def _compare(self, links: Sequence[Link]) -> None:
        """One list for all with a payment: only those that changed are read."""
        if not links or not await self._in_budget(links):
            return
        ids = [link.transaction_id for link in links if link.transaction_id]
        seen = {payment.transaction_id: payment.seen for payment in await self.gateway.payments(transaction_ids=ids)}
        for link in links:
            if seen.get(link.transaction_id or "") == link.facts.seen:
                await self._leave(link, next_look(link, self.clock.now()))
            else:
                await self._guard([link.id], self._refresh(link.id))

    async def _single(self, each: Due, now: datetime) -> None:
        link = each.link
        only_curious = not each.hinted and link.status is Status.OPEN and link.facts.paying_since is None
        if not await self._spend(_OPENED_SHARE if only_curious else 1.0):
            await self._put_off([link], now + (_CURIOUS_WAIT if only_curious else _BUDGET_WAIT))
            return
        await self._guard([link.id], self._refresh(link.id))

    async def _spend(self, share: float = 1.0) -> bool:
        return await self.store.spend(self.account_id, self.clock.machine_now(), rate=_CALLS_PER_SECOND, share=share)

    async def _in_budget(self, links: Sequence[Link]) -> bool:
        """Whether a list may be asked for now; else its links wait."""
        spent = await self._spend()
        if not spent:
            await self._put_off(links, self.clock.now() + _BUDGET_WAIT)
        return spent

    async def _put_off(self, links: Sequence[Link], until: datetime) -> None:
        async with self.store() as work:
            for link in links:
                await work.put_off(link.id, until)
            await work.commit()

    async def _refresh(self, link_id: str) -> None:
        await self.refreshing.refresh(link_id)

    async def _leave(self, link: Link, due_at: datetime | None) -> None:
        async with self.store() as work:
            await work.postpone(link.id, due_at)
            await work.commit()

    async def _guard(self, link_ids: Sequence[str], looking: Awaitable[None]) -> None:
        """Await `looking`; when it fails, its links are looked at again in a minute."""
        try:
            await looking
        except PaylinkError as error:
            log.warning("look_failed", links=len(link_ids), reason=type(error).__name__)
        except Exception:
            log.exception("look_broke", links=len(link_ids))
        else:
            return
        self.counters.add("failed_looks")
        async with self.store() as work:
            for link_id in link_ids:
                await work.postpone(link_id, self.clock.now() + _AGAIN)
            await work.commit()


def _may_be_over(due: Due, now: datetime) -> bool:
    """Whether one list call can confirm that it has expired."""
    link = due.link
    waiting = link.status is Status.OPEN and link.session_id is not None and link.facts.paying_since is None
    return waiting and not due.hinted and now >= link.expires_at + EXPIRY_GRACE


def _can_be_listed(due: Due) -> bool:
    """Whether its payment is known and nothing but time asks for a look.

    A list only says what changed. Where nothing changing is itself worth a question, the link is looked at whole.
    """
    link = due.link
    doubtful = link.operation is not None and link.operation.state in IN_DOUBT
    capture_missing = link.status is Status.AUTHORIZED and link.auto_capture
    return link.transaction_id is not None and not due.hinted and not doubtful and not capture_missing
