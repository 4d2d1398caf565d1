"""What follows once a link can be paid: the mail that brings it, its code to scan, the first reminder."""

from dataclasses import dataclass, replace
from datetime import tzinfo

from bot.domain.events import Happened, News, Source
from bot.domain.links import Delivered, Link, Status
from bot.domain.mails import FIRST
from bot.domain.orders import Delivery, Order
from bot.domain.reminders import first_reminder
from bot.services.ports.work import Work
from bot.services.ports.world import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranging:
    """Writes intents only, in the transaction that finds the link open: nothing here reaches the outside."""

    clock: Clock
    zone: tzinfo
    """The customer's."""
    mails: bool
    """Whether there is a mail server; without one the seller sends the mail."""

    async def arrange(self, work: Work, order: Order, before: Link, after: Link) -> tuple[Link, tuple[News, ...]]:
        """The link with what was arranged, and the news of it; as it is where nothing has become possible."""
        if after.replaced or after.status is not Status.OPEN or before.status is Status.OPEN:
            return after, ()
        news: tuple[News, ...] = ()
        if after.url is not None and order.delivery is Delivery.QR:
            news = (News(kind=Happened.QR_SHOWN, source=Source.AUTOMATIC, at=self.clock.now()),)
        if after.url is not None and order.delivery is Delivery.EMAIL and order.email and self.mails:
            await work.want_mail(after.id, FIRST)
            after = replace(after, facts=replace(after.facts, delivered=Delivered.ON_ITS_WAY))
        if after.remind_at is None and not after.reminded:
            after = replace(after, remind_at=first_reminder(order, after, self.clock.now(), self.zone))
        return after, news
