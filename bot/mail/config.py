"""Where mails are handed over, and whom they are from."""

from dataclasses import dataclass
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from bot.domain.contacts import Contact
from bot.domain.field_parsers import parse_email

_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_HOW: Final = "write smtp://user:password@mail.example.com:587, or smtps://…:465"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """A mail server. Its connection is encrypted, from the start or by STARTTLS, unless it is this computer."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False
    """From the start."""

    @property
    def start_tls(self) -> bool:
        """Whether STARTTLS must succeed before anything is said."""
        return not self.tls and self.host not in _LOOPBACK


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Who writes, in which language and colours, and whose clock the times follow."""

    name: str
    """The merchant's, as customers know it; may be empty."""
    contact: Contact | None
    language: str
    zone: ZoneInfo
    colour: str
    ink: str
    """What can be read on the colour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender(House):
    """The same with the address that mails come from."""

    address: Address


def read_smtp_url(url: str) -> SmtpServer:
    """The mail server of an address `smtp://…` or `smtps://…`.

    Raises:
        ValueError: saying what to write, and nothing of what was written: it holds a password.

    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(_HOW) from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(_HOW)
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host=parts.hostname,
        port=port or (465 if tls else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
    )


def read_sender(text: str) -> Address:
    """The sender of `pay@example.com` or `Shop <pay@example.com>`.

    Raises:
        ValueError: saying what to write.

    """
    name, address = parseaddr(text)
    try:
        read = parse_email(address) if address.isascii() and "\n" not in text and "\r" not in text else None
    except ValueError:
        read = None
    if read is None:
        raise ValueError("write an address such as pay@example.com, or Shop <pay@example.com>")
    return Address(display_name=name, addr_spec=read)
