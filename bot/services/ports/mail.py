"""The mail server, as the services see it."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from bot.domain.mails import Letter

MayHandOver: TypeAlias = Callable[[], Awaitable[bool]]
"""Asked once, directly before the mail is handed over; False keeps it back (MailNotSent)."""


class Mailer(Protocol):
    """Hands mails to a mail server, each call at most once."""

    async def send(self, letter: Letter, may_hand_over: MayHandOver) -> None:
        """Write the mail and hand it over. Raises MailNotSent, MailRefused, MailUnknown; repeats nothing."""
        ...
