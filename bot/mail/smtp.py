"""Hand a mail to a mail server, once, and know what became of it."""

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any, Final

import aiosmtplib
import idna
from aiosmtplib import SMTP

from bot.domain.connection_errors import connection_failure
from bot.domain.errors import MailNotSent, MailRefused, MailUnknown
from bot.domain.mails import Letter
from bot.mail.config import Sender, SmtpServer
from bot.mail.writing import write_mail

_CONNECT_SECONDS: Final = 10.0
_TALK_SECONDS: Final = 20.0
"""Until the server has agreed to sender and recipient."""
_HAND_OVER_SECONDS: Final = 30.0
"""Together with the others less than a row's lease. A server that is slower may have taken the mail."""
_BYE_SECONDS: Final = 2.0
_NOT_NOW, _FOR_GOOD, _NO_REFUSAL = 400, 500, 600
"""Answers from 400 mean "not now", from 500 they are for good (RFC 5321, 4.2.1)."""
_ABOUT_THE_ADDRESS: Final = re.compile(r"5\.1\.|(?!\d\.\d+\.\d)")
"""How the text of a refusal begins that is about the recipient, or does not say what about (RFC 3463)."""

_NO_SUCH_CUSTOMER: Final = "The mail server does not take mails for this address."
_NOT_THIS_MAIL: Final = "The mail server refuses the mail."
_NO_RELAY: Final = (
    "The mail server does not send to this address for Paylink. If it refuses others too, tell whoever runs Paylink."
)
_NOT_FROM_HERE: Final = "The mail server takes no mails from Paylink. Tell whoever runs Paylink."
_NOT_US: Final = "The mail server refuses Paylink's own name or password. Tell whoever runs Paylink."
_NO_WAY_IN: Final = "The mail server offers no encryption, or no way to log in. Tell whoever runs Paylink."
_ODD_ADDRESS: Final = "The address has letters that mail servers do not take."
_NO_SERVER: Final = "No mail server is set up here any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """One connection per mail: they are few, and an idle connection is one more thing that can break."""

    server: SmtpServer
    sender: Sender
    now: Callable[[], datetime]
    tls: ssl.SSLContext | None = None
    """Whose certificates are trusted; the system's authorities without it."""

    async def send(self, letter: Letter, may_hand_over: Callable[[], Awaitable[bool]]) -> None:
        """Write the mail and hand it over.

        Raises:
            MailNotSent: it was provably not taken, and may be tried again.
            MailRefused: for good.
            MailUnknown: the connection broke while it was handed over, or the server took too long to say so.

        """
        to = _address(letter.order.email or "")
        mail = self._written(letter, to)
        async with _connected(self.server, self.sender.address.domain, self.tls) as client:
            async with _talking():
                await client.mail(self.sender.address.addr_spec, timeout=_TALK_SECONDS)
                await client.rcpt(to, timeout=_TALK_SECONDS)
            if not await may_hand_over():
                raise MailNotSent("another process has it")
            await _hand_over(client, mail)

    async def check(self) -> None:
        """Connect, log in and name the sender, as for a mail, and send none. Raises MailNotSent, MailRefused."""
        async with _connected(self.server, self.sender.address.domain, self.tls) as client, _talking():
            await client.mail(self.sender.address.addr_spec, timeout=_TALK_SECONDS)

    def _written(self, letter: Letter, to: str) -> EmailMessage:
        try:
            return write_mail(self.sender, letter, to=to, now=self.now())
        except ValueError:  # its words may hold the address
            raise MailRefused(_ODD_ADDRESS) from None


class NoMailer:
    """Where no mail server is set up: what was wanted while there was one is refused, so that somebody hears of it."""

    async def send(self, letter: Letter, may_hand_over: Callable[[], Awaitable[bool]]) -> None:  # noqa: ARG002  the port's
        """Refuse. Raises MailRefused."""
        raise MailRefused(_NO_SERVER)


@contextlib.asynccontextmanager
async def _connected(server: SmtpServer, name: str, tls: ssl.SSLContext | None) -> AsyncIterator[SMTP]:
    """A connection that is encrypted and logged in, as `name`; it is closed politely when all went well."""
    client = SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls,
        start_tls=server.start_tls,
        tls_context=tls,
        local_hostname=name,
        timeout=_CONNECT_SECONDS,
    )
    try:
        async with _talking():
            await client.connect()
        yield client
        with contextlib.suppress(aiosmtplib.SMTPException, TimeoutError, OSError):  # the mail is there already
            await client.quit(timeout=_BYE_SECONDS)
    finally:
        client.close()


@contextlib.asynccontextmanager
async def _talking() -> AsyncIterator[None]:
    """Everything before the mail itself: nothing that goes wrong here can have sent it.

    A server's own words may name the customer, so none of them goes on.
    """
    try:
        async with asyncio.timeout(_TALK_SECONDS):
            yield
    except aiosmtplib.SMTPResponseException as answer:
        raise _answered(answer) from None
    except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
        if type(error) in {aiosmtplib.SMTPException, aiosmtplib.SMTPNotSupported}:  # it cannot what we ask for
            raise MailRefused(_NO_WAY_IN) from None
        raise MailNotSent(connection_failure(error) or type(error).__name__) from None


async def _hand_over(client: SMTP, mail: EmailMessage) -> None:
    """DATA: only a refusal (4xx, 5xx) says that it was not taken. Any other answer, and none, leave it open."""
    try:
        async with asyncio.timeout(_HAND_OVER_SECONDS):
            await client.data(mail.as_bytes(), timeout=_HAND_OVER_SECONDS)
    except aiosmtplib.SMTPResponseException as answer:
        if not _NOT_NOW <= answer.code < _NO_REFUSAL:  # also -1, the library's for an answer that it cannot read
            raise MailUnknown(f"{type(answer).__name__} {answer.code}") from None
        raise _answered(answer) from None
    except (aiosmtplib.SMTPException, TimeoutError, OSError) as error:
        raise MailUnknown(type(error).__name__) from None


def _answered(answer: aiosmtplib.SMTPResponseException) -> MailNotSent | MailRefused:
    """What an answer other than yes comes to: no mail was taken."""
    if answer.code < _FOR_GOOD:
        return MailNotSent(f"{type(answer).__name__} {answer.code}")
    sentences: dict[type[Any], str] = {
        aiosmtplib.SMTPConnectResponseError: _NOT_FROM_HERE,
        aiosmtplib.SMTPHeloError: _NOT_FROM_HERE,
        aiosmtplib.SMTPSenderRefused: _NOT_FROM_HERE,
        aiosmtplib.SMTPRecipientRefused: _NO_SUCH_CUSTOMER if _ABOUT_THE_ADDRESS.match(answer.message) else _NO_RELAY,
        aiosmtplib.SMTPAuthenticationError: _NOT_US,
    }
    return MailRefused(sentences.get(type(answer), _NOT_THIS_MAIL))


def _address(typed: str) -> str:
    """The address as mail servers take it: letters of the domain in their own spelling, none before the `@`.

    Raises:
        MailRefused: when it cannot be written so.

    """
    local, _, domain = typed.rpartition("@")
    try:
        # IDNA 2008: the standard library's own, of 2003, makes fass.de of faß.de, which is another's.
        spelt = typed if domain.isascii() else f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except UnicodeError:
        spelt = ""
    if not local or not spelt.isascii() or not spelt.isprintable():
        raise MailRefused(_ODD_ADDRESS)
    return spelt
