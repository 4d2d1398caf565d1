"""What goes over the net is encrypted, for a server whose certificate is trusted; else nothing is said."""

import asyncio
import contextlib
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.domain.errors import MailNotSent
from bot.mail.config import SmtpServer
from bot.mail.smtp import SmtpMailer
from sandbox.mail import Mailbox

from .test_smtp import NOW, yes
from .test_writing import SENDER, a_letter

ELSEWHERE = "127.1"
"""This computer, by a name that is not known to be it."""


@pytest.fixture
def certificate(tmp_path):
    """A certificate for that name, signed by itself, and its key: one file each."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, ELSEWHERE)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(ELSEWHERE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = {"certificate": tmp_path / "certificate.pem", "key": tmp_path / "key.pem"}
    folder["certificate"].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    folder["key"].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    return folder


@contextlib.asynccontextmanager
async def listening(mailbox, certificate, *, from_the_start):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate["certificate"], certificate["key"])
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
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate["certificate"]))
    mailbox = Mailbox()

    async with listening(mailbox, certificate, from_the_start=from_the_start) as port:
        await send(port, tls=from_the_start)

    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("from_the_start", [True, False])
async def test_a_server_that_nobody_vouches_for_is_told_nothing(certificate, from_the_start):
    mailbox = Mailbox()

    async with listening(mailbox, certificate, from_the_start=from_the_start) as port:
        with pytest.raises(MailNotSent):
            await send(port, tls=from_the_start)

    assert mailbox.tried == 0
