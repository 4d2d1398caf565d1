"""The operation runner: claims what is wanted, hands it to who knows how, and finds the orphans of a crash."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.events import Happened, News, Source
from bot.domain.links import Status
from bot.domain.operations import Kind, Operation, State
from bot.domain.stories import Claimed
from bot.services.creating import Creating
from bot.services.moving_money import MovingMoney
from bot.services.ports.storage import Store
from bot.services.ports.world import Bell, Clock, Counters
from bot.services.sending import UnderWay
from bot.services.together import side_by_side

log = structlog.get_logger()

CLAIM_LEASE: Final = timedelta(seconds=60)
"""How long a process has an operation for itself before it asks for the permit to send."""
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Runs operations, each at most once."""

    store: Store
    clock: Clock
    bell: Bell
    counters: Counters
    creating: Creating
    moving_money: MovingMoney
    under_way: UnderWay

    async def start(self) -> int:
        """Start what is wanted now, side by side: one slow answer keeps nobody else waiting.

        Returns how many operations were started; the bell rings when one of them has ended.
        """
        room = _AT_ONCE - len(self.under_way)
        if room <= 0 or self.under_way.resting:
            return 0
        claims = await self.store.claim_operations(self.clock.machine_now(), CLAIM_LEASE, room)
        if self.under_way.resting:
            await self.store.release_operations(claims)
            return 0
        for claimed in claims:
            self.under_way.begin(claimed, self._run(claimed), ended=self.bell.ring)
        return len(claims)

    async def rest(self) -> None:
        """Begin nothing more, and give back what has not asked for a permit yet: another replica may do it at once."""
        await self.store.release_operations(self.under_way.call_off())

    async def let_go(self) -> None:
        """Break off what is left. What is *sending* stays so until its lease ends, and is read then."""
        called_off = self.under_way.call_off(everything=True)
        await self.under_way.settled()
        await self.store.release_operations(called_off)

    async def run_once(self) -> int:
        """Find orphans, run what is wanted now and wait for its end; returns how many operations there were."""
        orphans = await self.find_orphans()
        started = await self.start()
        await self.under_way.settled()
        return orphans + started

    async def _run(self, claimed: Claimed) -> None:
        try:
            async with self.store.read() as work:
                operation = await work.operation(claimed.id)
            if operation is None or operation.state is not State.WANTED:
                return
            runner = self.creating if operation.kind is Kind.CREATE else self.moving_money
            stale = operation.is_stale(self.clock.now())
            await (runner.withdraw_stale if stale else runner.run)(operation, claimed.fence)
        except Exception:
            # The row keeps its state: still wanted, it is claimed again; sending, its lease ends and it is unknown.
            self.counters.add("operation_errors")
            log.exception("operation_failed", operation=claimed.id, kind=claimed.note)

    async def find_orphans(self) -> int:
        """Make *unknown* what was being sent when its sender died, and tell the forms that wait; returns how many.

        From here on it is only read.
        """
        orphans: Sequence[Claimed] = await self.store.lapsed_operations(self.clock.machine_now())
        creates: list[Operation] = []
        for claimed in orphans:
            try:
                creates += await self._orphaned(claimed)
            except Exception:
                # It is found again when this claim's lease ends; the others must not wait for it.
                self.counters.add("operation_errors")
                log.exception("operation_failed", operation=claimed.id, kind=claimed.note)
        if orphans:
            self.bell.ring()
        await side_by_side(*(self.creating.tell(operation) for operation in creates))
        return len(orphans)

    async def _orphaned(self, claimed: Claimed) -> Sequence[Operation]:
        """Make it *unknown*, unless its sender did come back; returns it when it was a create."""
        async with self.store() as work:
            operation = await work.operation(claimed.id)
            if operation is None:
                return ()
            unknown = replace(operation, state=State.UNKNOWN)
            if not await work.move_operation(unknown, from_=(State.SENDING,), fence=claimed.fence):
                return ()
            if operation.kind is not Kind.CREATE:
                await work.add_events(operation.link_id, (unanswered(operation, self.clock),))
            elif (link := await work.link(operation.link_id)) is not None and link.status is Status.REQUESTED:
                uncertain = replace(link, status=Status.UNCERTAIN)
                now = self.clock.now()
                if not await work.save_link(uncertain, expected_version=link.version, due_at=now, visible=True):
                    return ()  # with nothing committed: it is found again
            await work.make_due(operation.link_id, self.clock.now())
            await work.commit()
        self.counters.add("orphaned_operations")
        log.warning("operation_orphaned", operation=operation.id, kind=operation.kind)
        return (operation,) if operation.kind is Kind.CREATE else ()


def unanswered(operation: Operation, clock: Clock) -> News:
    """The thread's line for a money operation that ended without an answer."""
    data = {"operation": operation.kind.value, "amount": operation.amount, "still": False}
    return News(kind=Happened.UNKNOWN, source=Source.SLACK, at=clock.now(), actor=operation.requested_by, data=data)
