"""The `Date` header of every answer by the sandbox's clock, as real servers have it (RFC 9110, 6.6.1)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Dated:
    """Adds the header; `off` says how far it is ahead of `clock`, None that there is none."""

    def __init__(self, app: ASGIApp, clock: Callable[[], datetime], off: Callable[[], timedelta | None]) -> None:
        self._app, self._clock, self._off = app, clock, off

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""

        async def dated(message: Message) -> None:
            off = self._off()
            if message["type"] == "http.response.start" and off is not None:
                date = format_datetime(self._clock() + off, usegmt=True)
                message = {**message, "headers": [*message.get("headers", ()), (b"date", date.encode())]}
            await send(message)

        await self._app(scope, receive, dated)
