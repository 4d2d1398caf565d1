"""What goes over the net is encrypted, for a server whose certificate is trusted; else nothing is said."""

import asyncio
import contextlib

import pytest
from aiosmtpd.smtp import SMTP

from bot.domain.errors import MailNotSent
from bot.mail.config import SmtpServer
from bot.mail.smtp import SmtpMailer
from sandbox.mail import Mailbox
from tests import certificates

from .test_smtp import NOW, yes
from .test_writing import SENDER, a_letter

ELSEWHERE = "127.1"
"""This computer, by a name that is not known to be it."""


@pytest.fixture
def certificate(tmp_path):
    """A certificate for that name, signed by itself, and its key."""
    return certificates.certificate(tmp_path, ELSEWHERE)


@contextlib.asynccontextmanager
async def listening(mailbox, certificate, *, from_the_start):
    context = certificates.serving_with(certificate)
    loop = asyncio.get_running_loop()
    tls = {} if from_the_start else {"tls_context": context, "require_starttls": True}
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname="localhost", loop=loop, **tls),
        "127.0.0.1",
        0,
        ssl=context if from_the_start else None,
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def send(port, *, tls):
    server = SmtpServer(host=ELSEWHERE, port=port, tls=tls)
    await SmtpMailer(server=server, sender=SENDER, now=lambda: NOW).send(a_letter(), yes)


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_trusted_server_gets_the_mail_encrypted(certificate, monkeypatch, from_the_start):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mailbox = Mailbox()

    async with listening(mailbox, certificate, from_the_start=from_the_start) as port:
        await send(port, tls=from_the_start)

    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_server_that_nobody_vouches_for_is_told_nothing(certificate, from_the_start):
    mailbox = Mailbox()

    async with listening(mailbox, certificate, from_the_start=from_the_start) as port:
        with pytest.raises(MailNotSent, match="its certificate is not trusted here"):
            await send(port, tls=from_the_start)

    assert mailbox.tried == 0
