"""The one idea: ask Dintero what is true now, and settle the difference. Safe to call any number of times."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.errors import GatewayError, ImpossibleReport, Missing, NotOurs, NotUnderstood
from bot.domain.links import Link, Status
from bot.domain.nudges import nudges, ran_out
from bot.domain.observations import Observation, Report
from bot.domain.operations import IN_DOUBT, Kind
from bot.domain.reminders import still_reminding
from bot.domain.schedule import next_look
from bot.domain.settling import Settlement, settle
from bot.domain.stories import Story
from bot.services.arranging import Arranging
from bot.services.ports.gateway import Gateway
from bot.services.ports.storage import Store
from bot.services.ports.world import Bell, Clock, Counters
from bot.services.replacing import Replacing

log = structlog.get_logger()

_RIVALS: Final = 4
"""How often a look is repeated when somebody else settled the link meanwhile."""
AGAIN: Final = timedelta(minutes=1)
"""When to look again after a look that failed."""
_PUZZLED: Final = timedelta(hours=1)
"""When to look again after Dintero said something impossible."""
_SKEW: Final = timedelta(minutes=5)
"""How far Dintero's clock may be behind ours."""
_PAID: Final = {Status.AUTHORIZED, Status.CAPTURED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshing:
    """`refresh` and the two halves of it that others need: `look` and `apply`."""

    store: Store
    gateway: Gateway
    clock: Clock
    bell: Bell
    counters: Counters
    replacing: Replacing
    arranging: Arranging

    async def refresh(self, link_id: str) -> Link | None:
        """Look at the link and record what changed; returns it as it is now, None when it is not ours.

        What it returns was understood: amounts may be compared with it, and money moved by it.

        Raises:
            NotUnderstood: when what was read cannot be; the link is looked at again in an hour.
            GatewayError: when Dintero could not be read; when the link is due stays as it was.

        """
        for _ in range(_RIVALS):
            story = await self.store.begin_look(link_id, self.clock.now())
            if story is None:
                return None
            link = story.link(link_id)
            if link.status in {Status.REQUESTED, Status.REJECTED} and link.session_id is None:
                return await self._leave(link)
            observation = await self.look(link)
            settled = await self.apply(story, link, observation)
            if settled is not None:
                return settled
        raise GatewayError("the link kept changing while it was read")

    async def look_again(self, link_id: str) -> None:
        """Make up for a look that somebody asked for in vain: the card is right soon after Dintero answers."""
        async with self.store() as work:
            await work.make_due(link_id, self.clock.now() + AGAIN)
            await work.commit()

    async def look(self, link: Link) -> Observation:
        """Read what Dintero knows of the link. No transaction is open.

        Raises:
            GatewayError: when it could not be read.

        """
        if link.session_id is None:
            return await self._search(link)
        cancelling = link.operation is not None and link.operation.kind is Kind.CANCEL
        if link.status in _PAID and link.transaction_id and not cancelling:
            return Observation(payment=await self.gateway.payment(link.transaction_id))
        return await self._read(link.session_id, link.transaction_id)

    async def apply(self, story: Story, link: Link, observation: Observation) -> Link | None:
        """Settle one look against `link` as it was read with its `story`; None when a rival was faster.

        What Dintero cannot mean (another order's payment, an impossible move) changes nothing but the due time, and
        is logged and counted; so is a status that we do not know.

        Raises:
            NotUnderstood: in both cases, for nobody may take what we hold for what is true now.

        """
        now = self.clock.now()
        paid_elsewhere = story.paid_beside(link) is not None
        try:
            settlement = settle(link, observation, now, paid_elsewhere=paid_elsewhere)
        except (ImpossibleReport, NotOurs) as error:
            await self._puzzled(link, error)
            raise NotUnderstood(str(error)) from error
        settled = await self._save(story, link, settlement)
        if observation.report is Report.UNKNOWN:
            self.counters.add("unknown_status")
            log.warning("unknown_status", link=link.id)
            raise NotUnderstood("a status that is not known here")
        return settled

    async def _leave(self, link: Link) -> Link:
        async with self.store() as work:
            await work.postpone(link.id, None)
            await work.commit()
        return link

    async def _save(self, story: Story, link: Link, settlement: Settlement) -> Link | None:
        now = self.clock.now()
        verdict = settlement.verdict
        after = settlement.link
        async with self.store() as work:
            current = await work.link(link.id)
            if current is None or (current.version, current.operation) != (link.version, link.operation):
                return None
            asked_up_to = await work.asked_up_to(link.id)
            asked = nudges(after, asked_up_to, now)
            visible = settlement.changed or bool(asked) or ran_out(after, asked_up_to, now)
            if verdict and not await work.move_operation(verdict.outcome, from_=tuple(IN_DOUBT)):
                return None
            after, arranged = await self.arranging.arrange(work, story.order, link, after)
            after = still_reminding(story.order, after, now)
            due_at = next_look(after, now)
            if not await work.save_link(after, expected_version=link.version, due_at=due_at, visible=visible):
                return None
            await work.add_events(link.id, (*settlement.news, *arranged, *asked))
            await work.set_asked(link.id, now)
            if verdict and verdict.is_end:
                await self.replacing.follow(work, after, verdict.operation)
            await work.commit()
        if visible:
            self.bell.ring()
        return replace(after, version=link.version + visible)

    async def _puzzled(self, link: Link, error: ImpossibleReport | NotOurs) -> None:
        self.counters.add("impossible_reports")
        log.error("impossible_report", link=link.id, status=link.status, reason=str(error))
        async with self.store() as work:
            await work.postpone(link.id, self.clock.now() + _PUZZLED)
            await work.commit()

    async def _read(self, session_id: str, transaction_id: str | None) -> Observation:
        try:
            session = await self.gateway.session(session_id)
        except Missing:
            payment_id = transaction_id or await self._payment_of(session_id)
            return Observation(gone=True, payment=await self.gateway.payment(payment_id) if payment_id else None)
        payment_id = session.transaction_id or transaction_id
        return Observation(session=session, payment=await self.gateway.payment(payment_id) if payment_id else None)

    async def _payment_of(self, session_id: str) -> str | None:
        """A session that is gone after its deadline names its payment no more; the list still does."""
        found = await self.gateway.payments(session_ids=[session_id])
        return found[0].transaction_id if found else None

    async def _search(self, link: Link) -> Observation:
        """Look for the session of an unanswered create: by a callback's hint, by search, by its payment.

        The web shop on the same account may well use the same reference, so a candidate must be proved ours.
        """
        async with self.store.read() as work:
            hint = await work.session_hint(link.id)
        found = await self._proved(link, hint, None) if hint is not None else None
        if found is not None:
            return found
        for session in await self.gateway.find_sessions(link.reference):
            found = await self._proved(link, session.session_id, session.transaction_id)
            if found is not None:
                return found
        for payment in await self.gateway.payments(reference=link.reference):
            found = await self._proved(link, payment.session_id, payment.transaction_id)
            if found is not None:
                return found
        return Observation()

    async def _proved(self, link: Link, session_id: str, transaction_id: str | None) -> Observation | None:
        """What is read under that id, if it is this very attempt's: our token in its callback address says so.

        Where the address cannot be read, what began before the attempt is another's.
        """
        try:
            observation = await self._read(session_id, transaction_id)
        except Missing:
            return None
        seen = observation.session or observation.payment
        if seen is None or (seen.reference, seen.currency, seen.amount) != (link.reference, link.currency, link.amount):
            return None
        address = observation.session.callback_url if observation.session else None
        if address is not None:
            return observation if self.store.token(link.id) in address else None
        began = observation.session.created_at if observation.session else None
        began = began or (observation.payment.started_at if observation.payment else None)
        return observation if began is None or began >= link.created_at - _SKEW else None
