"""The safety net: what no callback told. Cost follows what happens, not how many links are open."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.domain.clock_skew import DINTERO, ClockSkew
from bot.domain.due_links import can_be_listed, has_just_passed, is_curious, is_in_doubt, may_be_over
from bot.domain.errors import PaylinkError, TooMany, Unreadable
from bot.domain.lasting_failures import LastingFailures
from bot.domain.links import Link
from bot.domain.nudges import arrival_asked_at
from bot.domain.observations import Observation, Payment
from bot.domain.schedule import next_look
from bot.domain.stories import Claimed, Due, Task
from bot.services.ports.gateway import Gateway
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock, Counters
from bot.services.refreshing import AGAIN, Refreshing
from bot.services.together import side_by_side

log = structlog.get_logger()

LEASE: Final = timedelta(seconds=60)
"""How long a process has a due link for itself."""
_BATCH: Final = 50
"""Ids per list call: keeps URLs under 4 kB (Dintero reference §12)."""
_OVERLAP: Final = timedelta(minutes=5)
"""How far behind its watermark the paid sweep looks again, for payments that appear late in lists."""
_READ_AGAIN: Final = timedelta(days=1)
"""How far back the paid sweep goes when its watermark is in the future: nothing says since when it was wrong."""
SLICE_LEASE: Final = timedelta(minutes=2)
"""How long a process has the sweep for itself; every slice anew."""
_SLICE_SECONDS: Final = 90.0
"""A slice is given up before its lease ends, and asked for again by halves."""
_NARROWEST: Final = timedelta(seconds=1)
"""Dintero is asked in whole seconds."""
PAID_TASK: Final = "paid"
"""The sweep's row; its cursor is the watermark: all payments made before it have been seen."""
_SWEEP_EVERY: Final = timedelta(minutes=1)
_UNREADABLE: Final = timedelta(hours=1)
_CALLS_PER_SECOND: Final = 10
"""Our own limit; Dintero publishes none (Dintero reference §12)."""
_OPENED_SHARE: Final = 0.3
"""Looks that only ask whether a link was opened get what the others leave, and are dropped where that is not enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """Looks at what is due, and finds payments that nobody told us about."""

    store: Store
    gateway: Gateway
    refreshing: Refreshing
    clock: Clock
    skew: ClockSkew
    unread: LastingFailures
    counters: Counters
    account_id: str

    async def look_at_due(self) -> int:
        """Look at the links that are due now; one failure never stops the rest. Returns how many were looked at.

        Those that this second's calls do not suffice for stay due as they are: the next second begins with them.
        """
        now = self.clock.now()
        claims = await self.store.claim_due_links(now, self.clock.machine_now(), LEASE, _BATCH)
        try:
            return await self._look_at(claims, now)
        except asyncio.CancelledError:  # the process stops: another may go on at once
            await self.store.release_links([_claim(each) for each in claims])
            raise

    async def _look_at(self, claims: Sequence[Due | Claimed], now: datetime) -> int:
        due = await self._of_this_account([each for each in claims if isinstance(each, Due)], now)
        over = [each for each in due if may_be_over(each, now)]
        passed = [each for each in due if has_just_passed(each, now)]
        looked_at = [each for each in due if each not in over and each not in passed]
        listed = [each for each in looked_at if can_be_listed(each)]
        single = [each for each in looked_at if not can_be_listed(each)]
        wanted = [*(each for each in single if not is_curious(each)), *over, *listed]
        # What is left of the budget goes to the next class: operations, paid; confirm; reserved; opened.
        pressing = await self._pressing(single)
        over = over if over and await self._spend() else []
        listed = listed if listed and await self._spend() else []
        single = [*pressing, *await self._curious(single, now)]
        waiting = await self._leave_due(wanted, [*single, *over, *listed])
        await side_by_side(
            self._guard(over, self._confirm_expiry(over)),
            *(self._guard([each], self._settle_unpaid(each.link)) for each in passed),
            self._guard(listed, self._compare(listed)),
            *(self._guard([each], self._refresh(each.link)) for each in single),
            *(self._set_aside(each) for each in claims if isinstance(each, Claimed)),
        )
        return len(claims) - waiting

    async def _of_this_account(self, due: Sequence[Due], now: datetime) -> list[Due]:
        """The others wait for a process that has their account; nobody waits for those that are not followed."""
        others = [each for each in due if each.link.account_id != self.account_id or each.link.facts.unfollowed_at]
        await self._leave({_claim(each): None if each.link.facts.unfollowed_at else now + AGAIN for each in others})
        return [each for each in due if each not in others]

    async def find_paid(self) -> int:
        """Make due what a page-through of the account's newest payments shows to have changed; returns how many.

        Raises:
            GatewayError: when a page could not be read; the watermark stays behind the last slice that was read whole.

        """
        now = self.clock.now()
        task = await self.store.claim_task(PAID_TASK, now, self.clock.machine_now(), SLICE_LEASE)
        if task is None:
            return 0
        due_at = None
        try:
            found = await self._sweep(task)
            due_at = now + _SWEEP_EVERY
        except Exception:
            self.counters.add("failed_sweeps")
            raise
        finally:
            async with self.store() as work:
                await work.release_task(task, due_at=due_at)
                await work.commit()
        return found

    async def _sweep(self, task: Task) -> int:
        """Page through what is behind the watermark, in slices of time that become shorter where too much happened.

        Everything before the end of a slice has been read, so the watermark moves there, whatever becomes of the next.
        It is compared with Dintero's times, so it never passes Dintero's own: a clock of ours that is ahead would have
        every payment lie behind it.
        """
        now = self._dinteros_now()
        mark = _believed(datetime.fromisoformat(task.cursor), now) if task.cursor else now
        since, found = mark - _OVERLAP, 0
        width = now - since
        while await self._keep(task, mark) and since < now:
            until = since + width
            try:
                payments = await self._slice(since, until if until < now else None)
            except TooMany:
                if width <= _NARROWEST:
                    raise
                width /= 2
                continue
            found += await self._mark_due(payments, self.clock.now())
            since, mark = until, max(mark, min(until, now, self._dinteros_now()))
        return found

    def _dinteros_now(self) -> datetime:
        """The time, as far as Dintero has it already."""
        return self.clock.now() - self.skew.ahead(DINTERO)

    async def _slice(self, since: datetime, until: datetime | None) -> Sequence[Payment]:
        await self._spend()  # counted, so that the curious leave room; payments wait for nobody
        try:
            async with asyncio.timeout(_SLICE_SECONDS):
                return (await self.gateway.payments(created_since=since, created_until=until)).found
        except TimeoutError:
            raise TooMany("longer than the sweep is held") from None

    async def _keep(self, task: Task, mark: datetime) -> bool:
        """Commit the watermark and hold the sweep for another slice; False when it is another's by now."""
        lease_until = self.clock.machine_now() + SLICE_LEASE
        async with self.store() as work:
            kept = await work.keep_task(task, cursor=mark.isoformat(), lease_until=lease_until)
            await work.commit()
        return kept

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
            lost = await work.links_by_reference(self.account_id, orphans)
            about = [(payment, ours.get(payment.session_id) or lost.get(payment.reference)) for payment in payments]
            seen = [(payment, link) for payment, link in about if link is not None and _is_about(payment, link)]
            second = [link for payment, link in seen if _is_second(payment, link)]
            changed = {
                link.id: payment.session_id if payment.understood and link.session_id is None else None
                for payment, link in seen
                if not _is_second(payment, link) and not _is_same(link, payment.seen)
            }
            changed |= {
                link.id: payment.session_id
                for payment, link in about
                if link is not None and not _is_about(payment, link) and not link.facts.other_payments
            }
            for link_id, session_id in sorted(changed.items()):  # in order: rivals must not lock them crosswise
                await work.make_due(link_id, now, session_hint=session_id)
            await work.commit()
        for link in second:
            await self._look_at_all_payments(link)
        return len(changed) + len(second)

    async def _look_at_all_payments(self, link: Link) -> None:
        """A session has another transaction than the one that is known: all of them are read."""
        try:
            await self.refreshing.refresh(link.id, all_payments=True)
        except PaylinkError as error:
            self.counters.add("failed_looks")
            log.warning("look_failed", links=1, reason=type(error).__name__)

    async def _confirm_expiry(self, over: Sequence[Due]) -> None:
        """One list for all whose time is over: those that it shows to be unpaid have expired, the others are read."""
        if not over:
            return
        unpaid = await self.gateway.unpaid([each.link.session_id for each in over if each.link.session_id])
        for each in over:
            if each.link.session_id in unpaid:
                await self._guard([each], self._settle_unpaid(each.link))
        for each in await self._affordable([each for each in over if each.link.session_id not in unpaid]):
            await self._guard([each], self._refresh(each.link))

    async def _affordable(self, due: Sequence[Due]) -> Sequence[Due]:
        """Those that there are calls for; the others wait."""
        calls = await self._spend(len(due))
        await self.store.release_links([_claim(each) for each in due[calls:]], wake=False)
        return due[:calls]

    async def _settle_unpaid(self, link: Link) -> None:
        """What time alone makes of a link: at its deadline the card says so, after the grace it has expired."""
        async with self.store() as work:
            story = await work.story_of_link(link.id)
            # What came after the claim may have come after the list: a payment, most likely.
            nothing_new = await work.look_unhinted(link.id, self.clock.now())
            await work.commit()
        if story is not None and nothing_new:
            nothing_new = await self.refreshing.apply(story, story.link(link.id), Observation()) is not None
        if not nothing_new:
            await self._refresh(link)

    async def _compare(self, listed: Sequence[Due]) -> None:
        """One list for all with a payment: only those that changed are read."""
        if not listed:
            return
        ids = [each.link.transaction_id for each in listed if each.link.transaction_id]
        found = (await self.gateway.payments(transaction_ids=ids)).found
        seen = {payment.transaction_id: payment.seen for payment in found}
        same = [each for each in listed if _is_same(each.link, seen.get(each.link.transaction_id or "", ""))]
        await self._leave({_claim(each): next_look(each.link, self.clock.now()) for each in same})
        for each in listed:
            if each not in same:
                await self._guard([each], self._refresh(each.link))

    async def _pressing(self, single: Sequence[Due]) -> Sequence[Due]:
        """Those of more than curiosity that there are calls for: first operations in doubt, then the longest due."""
        pressing = sorted((each for each in single if not is_curious(each)), key=lambda each: not is_in_doubt(each))
        return pressing[: await self._spend(len(pressing))]

    async def _curious(self, single: Sequence[Due], now: datetime) -> Sequence[Due]:
        """The youngest that there are calls left for; the looks of the others are dropped until their next."""
        curious = sorted(filter(is_curious, single), key=lambda each: each.link.created_at, reverse=True)
        left = await self._spend(len(curious), _OPENED_SHARE)
        await self._leave({_claim(each): next_look(each.link, now) for each in curious[left:]})
        return curious[:left]

    async def _leave_due(self, wanted: Sequence[Due], begun: Sequence[Due]) -> int:
        """Let go of those that there was no call for, without waking anybody; returns how many they are."""
        begun_ids = {each.link.id for each in begun}
        late = [_claim(each) for each in wanted if each.link.id not in begun_ids]
        await self.store.release_links(late, wake=False)
        return len(late)

    async def _set_aside(self, claimed: Claimed) -> None:
        """Its row cannot be read: that is for a person to mend, and the others go on."""
        self.counters.add("unreadable_rows")
        log.error("link_unreadable", link=claimed.id)
        await self._put_off({claimed: self.clock.now() + _UNREADABLE})

    async def _spend(self, calls: int = 1, share: float = 1.0) -> int:
        """How many of so many calls may be made in this second."""
        if not calls:
            return 0
        now = self.clock.machine_now()
        return await self.store.spend(self.account_id, now, rate=_CALLS_PER_SECOND, share=share, calls=calls)

    async def _put_off(self, until: Mapping[Claimed, datetime]) -> None:
        if until:
            async with self.store() as work:
                await work.put_off(until)
                await work.commit()

    async def _leave(self, until: Mapping[Claimed, datetime | None]) -> None:
        """End our looks, unless somebody else ended them and knows better when to look again."""
        if until:
            async with self.store() as work:
                await work.leave(until)
                await work.commit()

    async def _refresh(self, link: Link) -> None:
        await self.refreshing.refresh(link.id)
        self.unread.ended(link.id)

    async def _guard(self, due: Sequence[Due], looking: Awaitable[None]) -> None:
        """Await `looking`; when it fails, the next look is in a minute, whatever asks for one sooner until then."""
        wait = AGAIN
        try:
            await looking
        except Unreadable as error:
            wait = _UNREADABLE
            self.counters.add("unreadable_rows")
            log.warning("row_unreadable", row=str(error))
        except PaylinkError as error:
            log.warning("look_failed", links=len(due), reason=type(error).__name__)
        except Exception:
            log.exception("look_broke", links=len(due))
        else:
            return
        self.counters.add("failed_looks")
        now = self.clock.now()
        for each in due:
            self.unread.failed(each.link.id, self.clock.monotonic())
            moment = arrival_asked_at(each.link)
            if moment is not None and moment <= now:
                await self.refreshing.ask_by_time(each.link.id)
        await self._put_off({_claim(each): _until(each, now, wait) for each in due})


def _until(due: Due, now: datetime, wait: timedelta) -> datetime:
    """When to look again after a look that failed; not after a question that becomes askable by time."""
    moment = arrival_asked_at(due.link)
    return min(now + wait, moment) if moment is not None and moment > now else now + wait


def _believed(mark: datetime, now: datetime) -> datetime:
    """The watermark; what was swept under a clock that was ahead of the time is read again."""
    return mark if mark <= now else now if mark <= now + _OVERLAP else now - _READ_AGAIN


def _claim(each: Due | Claimed) -> Claimed:
    return each if isinstance(each, Claimed) else Claimed(id=each.link.id, fence=each.fence)


def _is_about(payment: Payment, link: Link) -> bool:
    """Whether a payment of the link's reference may be its own; another session's is mostly the web shop's."""
    return link.session_id in {None, payment.session_id} or not payment.understood


def _is_second(payment: Payment, link: Link) -> bool:
    """Whether it is another payment of the link's session than the one that is known."""
    return link.session_id == payment.session_id and link.transaction_id not in {None, payment.transaction_id}


def _is_same(link: Link, seen: str) -> bool:
    """Whether a list element shows the payment as it was last read; one without a fingerprint never does."""
    return bool(seen) and link.facts.seen == seen
