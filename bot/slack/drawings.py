"""Drawings of a message, and which of them Slack has refused to show."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import structlog

from bot.clock import elapsed
from bot.services.ports.threads import Rejected, Throttled
from bot.slack.views.blocks import Message, plainer

log = structlog.get_logger()

_REMEMBERED: Final = 600.0
"""Seconds: what Slack could not fetch a moment ago it may fetch again."""
_MOST: Final = 1000

T = TypeVar("T")


@dataclass(slots=True)
class Drawings:
    """Sends the best drawing that Slack takes.

    Where Slack takes one post a second, a refusal has used that second: the plainer drawing is sent a second later, and
    the refused one is not tried again before it.
    """

    monotonic: Callable[[], float] = elapsed
    _refused: OrderedDict[bytes, float] = field(default_factory=OrderedDict)

    async def send(self, message: Message, send: Callable[[Message], Awaitable[T]], *, apart: float = 0.0) -> T:
        """The answer to the first drawing of `message` that Slack does not refuse to show.

        `apart` is how many seconds must lie between two tries; 0 makes the next one at once.

        Raises:
            ThreadError: as `send`; Rejected when Slack shows it not even as text; Throttled when the next drawing has
                to wait.

        """
        *drawings, text = plainer(message)
        for drawn in drawings:
            if apart and self._is_refused(drawn):
                continue
            try:
                return await send(drawn)
            except Rejected as refusal:
                log.warning("message_rejected", code=str(refusal))
                if apart:
                    self._note(drawn)
                    raise Throttled(apart) from refusal
        return await send(text)

    def _is_refused(self, drawn: Message) -> bool:
        at = self._refused.get(_key(drawn))
        return at is not None and self.monotonic() - at < _REMEMBERED

    def _note(self, drawn: Message) -> None:
        self._refused[_key(drawn)] = self.monotonic()
        while len(self._refused) > _MOST:
            self._refused.popitem(last=False)


def _key(drawn: Message) -> bytes:
    return hashlib.sha256(json.dumps([drawn.text, drawn.blocks]).encode()).digest()
