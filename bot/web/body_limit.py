"""No request may be larger than what anybody honest sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class _TooLargeError(Exception):
    """The body passed its limit."""


@dataclass(slots=True)
class BodyLimit:
    """ASGI middleware: 413 once a body passes `most` bytes, or the limit of its path in `by_path`."""

    app: ASGIApp
    most: int
    by_path: Mapping[str, int] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is read and stop reading at the limit."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.by_path.get(scope["path"], self.most)
        read = 0
        answering = False

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise _TooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except _TooLargeError:
            if not answering:
                await PlainTextResponse("too large", 413)(scope, receive, send)
