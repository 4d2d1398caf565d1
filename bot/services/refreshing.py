"""The one idea: ask Dintero what is true now, and settle the difference. Safe to call any number of times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from bot.domain.clock_skew import DINTERO, ClockSkew
from bot.domain.errors import GatewayError, ImpossibleReport, Missing, NotFollowed, NotOurs, NotUnderstood
from bot.domain.links import Link, Status
from bot.domain.nudges import ask_arrived, nudges, ran_out
from bot.domain.observations import Observation, Payment, Payments, Report, Session, by_weight
from bot.domain.operations import IN_DOUBT, Kind
from bot.domain.reminders import still_reminding
from bot.domain.schedule import next_look
from bot.domain.settling import Settlement, puzzling, settle, unclear
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
    skew: ClockSkew
    bell: Bell
    counters: Counters
    replacing: Replacing
    arranging: Arranging
    account_id: str

    async def refresh(self, link_id: str, *, all_payments: bool = False) -> Link | None:
        """Look at the link and record what changed; returns it as it is now, None when it is not ours.

        What it returns was understood: amounts may be compared with it, and money moved by it. `all_payments` asks for
        payments of its session beside the one that is known.

        Raises:
            NotUnderstood: when what was read cannot be; the link is looked at again in an hour.
            NotFollowed: when it is of another account: Dintero is not asked.
            GatewayError: when Dintero could not be read; when the link is due stays as it was.

        """
        for _ in range(_RIVALS):
            story = await self.store.begin_look(link_id, self.clock.now())
            if story is None:
                return None
            link = story.link(link_id)
            if link.account_id != self.account_id or link.facts.unfollowed_at is not None:
                raise NotFollowed
            if link.status in {Status.REQUESTED, Status.REJECTED} and link.session_id is None:
                return await self._leave(link)
            observation = await self.look(link, all_payments=all_payments)
            settled = await self.apply(story, link, observation)
            if settled is not None:
                return settled
        raise GatewayError("the link kept changing while it was read")

    async def look_again(self, link_id: str) -> None:
        """Make up for a look that somebody asked for in vain: the card is right soon after Dintero answers."""
        async with self.store() as work:
            await work.make_due(link_id, self.clock.now() + AGAIN)
            await work.commit()

    async def ask_by_time(self, link_id: str) -> None:
        """After a look that failed, ask what becomes askable by time alone."""
        now = self.clock.now()
        async with self.store() as work:
            link = await work.link(link_id)
            asked = ask_arrived(link, await work.asked_up_to(link_id), now) if link else ()
            if link is None or not asked:
                return
            if not await work.save_link(link, expected_version=link.version, due_at=now + AGAIN, visible=True):
                return  # a look ended meanwhile, and asked
            await work.add_events(link_id, asked)
            await work.set_asked(link_id, now)
            await work.commit()
        self.bell.ring()

    async def look(self, link: Link, *, all_payments: bool = False) -> Observation:
        """Read what Dintero knows of the link. No transaction is open.

        Raises:
            GatewayError: when it could not be read.

        """
        if link.session_id is None:
            return await self._search(link)
        seen = await self._look_at_own(link, link.session_id, all_payments=all_payments)
        return replace(seen, others=(*seen.others, *await self._of_another_session(link)))

    async def _look_at_own(self, link: Link, session_id: str, *, all_payments: bool) -> Observation:
        cancelling = link.operation is not None and link.operation.kind is Kind.CANCEL
        all_payments = all_payments or link.facts.other_payments > 0
        if link.status in _PAID and link.transaction_id and not cancelling and not all_payments:
            return Observation(payment=await self.gateway.payment(link.transaction_id))
        return await self._read(session_id, link.transaction_id, all_payments=all_payments)

    async def _of_another_session(self, link: Link) -> Sequence[Payment]:
        """Payments of another session that proves to be of the same attempt: a proxy may have sent the create twice.

        What a hint names may be anything: where it cannot be read, it says something only if it did before.
        """
        async with self.store.read() as work:
            hint = await work.session_hint(link.id)
        if hint is None or hint == link.session_id:
            return ()
        known = link.facts.other_payments > 0
        try:
            proved = await self._proved(link, hint, None)
        except GatewayError:
            if known:
                raise
            return ()
        if proved.session is None and not known:
            return ()
        return tuple(payment for payment in (proved.payment, *proved.others) if payment is not None)

    async def apply(self, story: Story, link: Link, observation: Observation) -> Link | None:
        """Settle one look against `link` as it was read with its `story`; None when a rival was faster.

        What Dintero cannot mean (another order's payment, an impossible move) changes nothing but the due time, and
        is logged and counted; so is a status that we do not know.

        Raises:
            NotUnderstood: in both cases, for nobody may take what we hold for what is true now.

        """
        # A link expires when Dintero's clock says so, which ours may be ahead of.
        now = self.clock.now() - self.skew.ahead(DINTERO)
        paid_elsewhere = story.paid_beside(link) is not None
        try:
            settlement = settle(link, observation, now, paid_elsewhere=paid_elsewhere)
        except (ImpossibleReport, NotOurs) as error:
            await self._puzzled(link, observation, error)
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
            current = await work.held_link(link.id)
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
            written = visible or after != link
            if not written:
                await work.postpone(link.id, due_at)
            elif not await work.save_link(after, expected_version=link.version, due_at=due_at, visible=visible):
                return None
            await work.add_events(link.id, (*settlement.news, *arranged, *asked))
            await work.set_asked(link.id, now)
            if verdict and verdict.is_end:
                await self.replacing.follow(work, after, verdict.operation)
            await work.commit()
        if visible:
            self.bell.ring()
        return replace(after, version=link.version + written)

    async def _puzzled(self, link: Link, seen: Observation, error: ImpossibleReport | NotOurs) -> None:
        """Leave everything as it is for an hour; where a payment of the link's own is the puzzle, its card says so.

        A link that changed meanwhile is left alone: that change knows better when to look again.
        """
        self.counters.add("impossible_reports")
        log.error("impossible_report", link=link.id, status=link.status, reason=str(error))
        now = self.clock.now()
        after = unclear(link, now) if seen.payment is not None and link.session_id is not None else link
        news = puzzling(link, after, now)
        async with self.store() as work:
            held = await work.held_link(link.id)
            if held is None or held.version != link.version:
                return
            due_at = now + _PUZZLED
            if news and await work.save_link(after, expected_version=link.version, due_at=due_at, visible=True):
                await work.add_events(link.id, news)
            else:
                await work.postpone(link.id, due_at)
            await work.commit()
        self.bell.ring()

    async def _read(self, session_id: str, known: str | None, *, all_payments: bool = False) -> Observation:
        """The session and its payments, each read by its id.

        A session that is gone after its deadline names its payment no more; the list still does. Nor does a session
        name more than one payment, should it have more than it is promised to have (Dintero reference §1): one that
        failed must not hide one that did not.
        """
        try:
            session: Session | None = await self.gateway.session(session_id)
        except Missing:
            session = None
        ids = dict.fromkeys(each for each in (known, session.transaction_id if session else None) if each)
        read = [await self._payment(each) for each in ids]
        failed = any(payment is not None and payment.report is Report.FAILED for payment in read)
        listed = Payments()
        if all_payments or failed or len(ids) > 1 or (session is None and not ids):
            listed = await self.gateway.payments(session_ids=[session_id])
            of_session = (payment.transaction_id for payment in listed.found if payment.session_id == session_id)
            read += [await self._payment(each) for each in of_session if each not in ids]
        payments = by_weight([payment for payment in read if payment], known)
        return Observation(
            session=session,
            payment=payments[0] if payments else None,
            others=tuple(payments[1:]),
            gone=session is None,
            unsure=not listed.complete,
            missing=None in read,
        )

    async def _payment(self, transaction_id: str) -> Payment | None:
        """A payment that something names; None when Dintero does not know it, which is no sign that there is none."""
        try:
            return await self.gateway.payment(transaction_id)
        except Missing:
            return None

    async def _search(self, link: Link) -> Observation:
        """Look for the session of an unanswered create: by a callback's hint, by search, by its payment.

        The web shop on the same account may well use the same reference, so a candidate must be proved ours.
        """
        async with self.store.read() as work:
            hint = await work.session_hint(link.id)
        found = [await self._proved(link, hint, None)] if hint is not None else []
        if not _is_found(found):
            for session_id in await self.gateway.find_sessions(link.reference):
                found.append(await self._proved(link, session_id, None))
                if _is_found(found):
                    break
        if not _is_found(found):
            listed = await self.gateway.payments(reference=link.reference)
            found.append(Observation(unsure=not listed.complete))
            for payment in listed.found:
                found.append(await self._proved(link, payment.session_id, payment.transaction_id))
                if _is_found(found):
                    break
        return found[-1] if _is_found(found) else Observation(unsure=any(each.is_in_doubt for each in found))

    async def _proved(self, link: Link, session_id: str, transaction_id: str | None) -> Observation:
        """What is read under that id, if it is this very attempt's: our token in its callback address says so.

        Where the address cannot be read, order and amount must agree, and what began before the attempt is another's.
        Empty when it is another's, and unsure when even that cannot be told.
        """
        try:
            observation = await self._read(session_id, transaction_id)
        except Missing:
            return Observation()
        session, payment = observation.session, observation.payment
        address = session.callback_url if session else None
        if address is not None:
            return observation if self.store.token(link.id) in address else Observation()
        seen = session or payment
        if seen is None:
            return Observation()
        expected = {"reference": link.reference, "currency": link.currency, "amount": link.amount}
        read = {name: getattr(seen, name) for name in expected}
        if any(value and value != expected[name] for name, value in read.items()):
            return Observation()
        if not all(read.values()):
            return Observation(unsure=True)
        began = (session.created_at if session else None) or (payment.started_at if payment else None)
        return observation if began is None or began >= link.created_at - _SKEW else Observation()


def _is_found(found: Sequence[Observation]) -> bool:
    """Whether the last of what was looked at is the link's own."""
    return bool(found) and (found[-1].session is not None or found[-1].payment is not None)
