"""A mail server on this computer that delivers nothing: what it takes, it shows. It can misbehave on demand."""

import asyncio
import contextlib
import email
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Trouble = Literal[
    "refuse sender", "refuse recipient", "not now", "no relay", "refuse mail", "not now after", "cut before",
    "cut after", "another yes", "no number", "too long", "another number",
]  # fmt: skip
"""What the next mails suffer: an answer for good or for now, a connection that breaks before or after the work, or an
answer to mail that was taken which is not the usual 250: a proxy or a filter in between may give it.
"""

ANSWERS = {
    "refuse recipient": "550 5.1.1 <{}> no such user here",
    "not now": "451 4.7.1 try again later",
    "no relay": "550 5.7.1 <{}> relaying denied",
}
"""To RCPT; a real server names the address too."""

UNUSUAL = {
    "another yes": "251 taken, and forwarded",
    "no number": "Message queued for delivery",
    "too long": f"250 {'x' * 40_000}",
    "another number": "354 go ahead",
}
"""To mail that was taken (RFC 5321, 4.2.1: the first digit decides, where there is one)."""


@dataclass
class Mailbox:
    """Everybody's mail, oldest first. `changed` is called when one comes in."""

    mails: list[EmailMessage] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    """When each came in."""
    troubles: list[Trouble] = field(default_factory=list)
    """One per mail to come; none means that it is taken."""
    tried: int = 0
    password: str = ""
    """What whoever hands mails over must know; empty for nothing."""
    changed: Callable[[], None] = lambda: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    port: int = 0

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Whether the sender is taken."""
        if self.troubles and self.troubles[0] == "refuse sender":
            self.troubles.pop(0)
            return f"553 5.7.1 <{address}> sender address rejected: not owned by user"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Whether the recipient is taken."""
        self.tried += 1
        if self.troubles and self.troubles[0] in ANSWERS:
            return ANSWERS[self.troubles.pop(0)].format(address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail, or not."""
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble == "refuse mail":
            return "554 5.7.1 this mail is not welcome"
        if trouble == "not now after":
            return "451 4.3.0 the disk is full"
        if trouble != "cut before":
            self.mails.append(_read(envelope))
            self.times.append(self.now())
            self.changed()
        if trouble in {"cut before", "cut after"}:
            transport: Any = server.transport
            transport.abort()
        return UNUSUAL.get(trouble or "", "250 OK")

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Listen on this computer; yields the address for PAYLINK_SMTP_URL. Opened again, it is where it was."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # it writes down all that it hears, addresses too
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._speaking, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield f"smtp://127.0.0.1:{self.port}"
        finally:
            server.close()
            await server.wait_closed()

    def _speaking(self) -> SMTP:
        loop = asyncio.get_running_loop()
        if not self.password:
            return SMTP(self, hostname="localhost", loop=loop)
        return SMTP(
            self,
            hostname="localhost",
            loop=loop,
            authenticator=self._let_in,
            auth_require_tls=False,
        )

    def _let_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, said: Any) -> AuthResult:
        right = isinstance(said, LoginPassword) and said.password == self.password.encode()
        return AuthResult(success=right, handled=right)


def _read(envelope: Envelope) -> EmailMessage:
    content = envelope.original_content or b""
    mail = email.message_from_bytes(content, policy=WIRE)
    assert isinstance(mail, EmailMessage)  # noqa: S101  the policy makes no other
    return mail


def text_of(mail: EmailMessage, kind: Literal["plain", "html"] = "plain") -> str:
    """The mail's text, or its HTML."""
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""
