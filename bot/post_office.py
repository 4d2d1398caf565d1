"""How mails go out here, as the settings say: by a mail server, or by the seller's own mail program."""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.contacts import read_contact
from bot.domain.links import Link
from bot.domain.mails import Letter
from bot.domain.orders import Order
from bot.domain.wording import spoken
from bot.mail.config import House, Sender, read_sender, read_smtp_url
from bot.mail.smtp import NoMailer, SmtpMailer
from bot.mail.writing import mailto
from bot.outbound import authorities
from bot.settings import Settings
from bot.web.merchant import Merchant


def mailer(settings: Settings, now: Callable[[], datetime]) -> SmtpMailer | NoMailer:
    """Whoever hands over mails; `now` is what they are dated by."""
    if settings.paylink_smtp_url is None or settings.paylink_mail_from is None:
        return NoMailer()
    house, address = _house(settings), read_sender(settings.paylink_mail_from)
    sender = Sender(address=address, **{field.name: getattr(house, field.name) for field in fields(house)})
    server = read_smtp_url(settings.paylink_smtp_url.get_secret_value())
    return SmtpMailer(server=server, sender=sender, now=now, tls=authorities())


def prefilled(settings: Settings, page: Callable[[str], str]) -> Callable[[Order, Link], str]:
    """What makes the address that opens the seller's mail program; `page` is the address of a link's own page."""
    house = _house(settings)

    def address(order: Order, link: Link) -> str:
        return mailto(house, Letter(id=link.id, order=order, link=link, page=page(link.id), reminder=False))

    return address


def merchant(settings: Settings) -> Merchant:
    """The shop as customers see it."""
    contact = settings.paylink_contact
    return Merchant(
        name=settings.paylink_merchant_name or "",
        logo_url=settings.paylink_merchant_logo_url,
        colour=settings.paylink_merchant_colour,
        contact=read_contact(contact, settings.paylink_country) if contact else None,
    )


def _house(settings: Settings) -> House:
    shop = merchant(settings)
    return House(
        name=shop.name,
        contact=shop.contact,
        language=spoken(settings.paylink_locale),
        zone=ZoneInfo(settings.paylink_timezone),
        colour=shop.house,
        ink=shop.ink,
    )
