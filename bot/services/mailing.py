"""Mails to customers: claimed, handed over at most once, and what became of each told on the card."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo
from typing import Final

import structlog

from bot.domain.errors import Busy, MailNotSent, MailRefused, MailUnknown, Unreadable
from bot.domain.events import Data, Happened, News, Source
from bot.domain.links import Link
from bot.domain.mails import DELIVERED, FIRST, TOOK_TOO_LONG, Fit, Letter, Mail, MailState, fit, next_try
from bot.domain.operations import PAUSE_LIMIT
from bot.domain.reminders import still_due, still_reminding
from bot.domain.schedule import next_look
from bot.domain.stories import Claimed, Story
from bot.services.ports.mail import Mailer
from bot.services.ports.storage import Store
from bot.services.ports.world import Bell, Clock, Counters
from bot.services.sending import UnderWay

log = structlog.get_logger()

LEASE: Final = timedelta(seconds=60)
"""How long a process has a mail for itself before a mail server has agreed to take it."""
_AT_ONCE: Final = 8
_WAIT: Final = timedelta(minutes=1)
_UNREADABLE: Final = timedelta(hours=1)
_UNDER_WAY: Final = (MailState.WANTED, MailState.SENDING)


@dataclass(slots=True, kw_only=True)
class _Permit:
    """Asked by the mailer once the server has agreed to whom and from whom: *sending* is committed here."""

    store: Store
    clock: Clock
    mail: Mail
    fence: int
    asked: Callable[[str], None]

    async def __call__(self) -> bool:
        """Whether the mail may be handed over now; a process that was paused meanwhile does not."""
        self.asked(self.mail.id)
        started = self.clock.monotonic()
        sending = replace(self.mail, state=MailState.SENDING)
        async with self.store() as work:
            mine = await work.move_mail(sending, from_=(MailState.WANTED,), fence=self.fence)
            await work.commit()
        if mine:
            self.mail = sending
        return mine and self.clock.monotonic() - started < PAUSE_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """Sends what is wanted."""

    store: Store
    mailer: Mailer
    page: Callable[[str], str]
    """The address of our own page of a link, by its id."""
    clock: Clock
    zone: tzinfo
    """The customer's."""
    bell: Bell
    counters: Counters
    under_way: UnderWay = field(default_factory=UnderWay)

    async def send_once(self) -> int:
        """Send the mails whose time has come, side by side; returns how many there were."""
        if self.under_way.resting:
            return 0
        claims = await self.store.claim_mails(self.clock.machine_now(), LEASE, _AT_ONCE)
        if self.under_way.resting:
            await self.store.release_mails(claims)
            return 0
        for claimed in claims:
            self.under_way.begin(claimed, self._guarded(claimed), ended=_nothing_more)
        await self.under_way.settled()
        return len(claims)

    async def rest(self) -> None:
        """Begin nothing more, and give back what no mail server has agreed to take yet."""
        await self.store.release_mails(self.under_way.call_off())

    async def let_go(self) -> None:
        """Break off what is left. What is being handed over is *unknown* once its lease has ended."""
        called_off = self.under_way.call_off(everything=True)
        await self.under_way.settled()
        await self.store.release_mails(called_off)

    async def run_once(self) -> int:
        """Find orphans, then send the mails whose time has come; returns how many mails there were."""
        return await self.find_orphans() + await self.send_once()

    async def find_orphans(self) -> int:
        """Make *unknown* what was being handed over when its sender died: it may have gone out. Returns how many."""
        orphans = await self.store.lapsed_mails(self.clock.machine_now())
        for claimed in orphans:
            self.counters.add("orphaned_mails")
            try:
                await self._orphaned(claimed)
            except Exception:
                # It is found again when this claim's lease ends; the others must not wait for it.
                self.counters.add("mail_errors")
                log.exception("mail_broke", mail=claimed.id)
        return len(orphans)

    async def _orphaned(self, claimed: Claimed) -> None:
        async with self.store.read() as work:
            mail = await work.mail(claimed.id)
        if mail is not None:
            await self._end(mail, claimed.fence, MailState.UNKNOWN)

    async def _guarded(self, claimed: Claimed) -> None:
        """Send one; what is wrong with it stops no other, and nothing of it is logged but its id."""
        async with self.store.read() as work:
            mail = await work.mail(claimed.id)
            if mail is None or mail.state is not MailState.WANTED:
                return
            try:
                story = await work.story_of_link(mail.link_id)
            except Unreadable as error:
                self.counters.add("unreadable_rows")
                log.warning("row_unreadable", row=str(error))
                story = None
        if story is None:
            await self._wait(mail, claimed.fence, _UNREADABLE)
            return
        try:
            await self._send(story, mail, claimed.fence)
        except Exception:
            # The row keeps its state: still wanted, it is claimed again; sending, its lease ends and it is unknown.
            self.counters.add("mail_errors")
            log.exception("mail_broke", mail=mail.id)

    async def _send(self, story: Story, mail: Mail, fence: int) -> None:
        link = story.link(mail.link_id)
        fate = self._fate(story, link, mail)
        if fate is Fit.WAIT:
            await self._wait(mail, fence, _WAIT)
            return
        if fate is Fit.DROP:
            await self._end(mail, fence, MailState.WITHDRAWN)
            return
        letter = Letter(
            id=mail.id, order=story.order, link=link, page=self.page(link.id), reminder=mail.n != FIRST
        )  # fmt: skip
        permit = _Permit(
            store=self.store, clock=self.clock, mail=mail, fence=fence, asked=self.under_way.asked
        )  # fmt: skip
        try:
            await self.mailer.send(letter, permit)
        except MailNotSent as error:
            await self._again(permit.mail, fence, str(error))
        except MailRefused as refusal:
            await self._end(permit.mail, fence, MailState.REFUSED, refusal.sentence)
        except MailUnknown:
            self.counters.add("uncertain_mails")
            await self._end(permit.mail, fence, MailState.UNKNOWN)
        else:
            await self._end(permit.mail, fence, MailState.SENT)

    def _fate(self, story: Story, link: Link, mail: Mail) -> Fit:
        now = self.clock.now()
        fate = fit(story, link, now)
        if fate is not Fit.SEND or mail.n == FIRST:
            return fate
        return fate if still_due(story.order, link, mail.n, now, self.zone) else Fit.DROP

    async def _again(self, mail: Mail, fence: int, why: str) -> None:
        """It was not taken: try again later, for an hour."""
        self.counters.add("mails_not_taken")
        log.warning("mail_not_taken", mail=mail.id, reason=why)
        at = next_try(mail, self.clock.machine_now())
        if at is None:
            await self._end(mail, fence, MailState.REFUSED, TOOK_TOO_LONG)
            return
        waiting = replace(mail, state=MailState.WANTED, tries=mail.tries + 1)
        async with self.store() as work:
            await work.move_mail(waiting, from_=_UNDER_WAY, fence=fence, due_at=at)
            await work.commit()

    async def _wait(self, mail: Mail, fence: int, pause: timedelta) -> None:
        """Leave it alone for a while; that is no try."""
        async with self.store() as work:
            await work.move_mail(mail, from_=(MailState.WANTED,), fence=fence, due_at=self.clock.machine_now() + pause)
            await work.commit()

    async def _end(self, mail: Mail, fence: int, state: MailState, sentence: str = "") -> None:
        """Record the mail's end with its event; nothing happens when another process holds the mail by now.

        Raises:
            Busy: when the link changed meanwhile; the lock on its order that `move_mail` takes should rule that out.

        """
        async with self.store() as work:
            if not await work.move_mail(replace(mail, state=state), from_=_UNDER_WAY, fence=fence):
                return
            story = await work.story_of_link(mail.link_id)
            if story is None:
                return
            link, now = story.link(mail.link_id), self.clock.now()
            after = still_reminding(story.order, _told(link, mail, state), now)
            due_at = next_look(after, now)
            if not await work.save_link(after, expected_version=link.version, due_at=due_at, visible=True):
                raise Busy("the link changed while the end of its mail was recorded")
            await work.add_events(link.id, self._news(mail, state, sentence))
            await work.commit()
        log.info("mail_ended", mail=mail.id, state=state)
        self.bell.ring()

    def _news(self, mail: Mail, state: MailState, sentence: str) -> tuple[News, ...]:
        """The thread's line: the first mail that went out needs none, for the card says it."""
        kinds = {MailState.REFUSED: Happened.NOT_DELIVERED, MailState.UNKNOWN: Happened.MAYBE_SENT}
        if mail.n != FIRST:
            kinds[MailState.SENT] = Happened.EMAILED
        if state not in kinds:
            return ()
        data: Data = {"reason": sentence or None, "reminder": mail.n}
        return (News(kind=kinds[state], source=Source.AUTOMATIC, at=self.clock.now(), data=data),)


def _nothing_more() -> None:
    """The round that sends mails waits for them itself."""


def _told(link: Link, mail: Mail, state: MailState) -> Link:
    if mail.n != FIRST:
        return link
    return replace(link, facts=replace(link.facts, delivered=DELIVERED[state]))
