"""No request may be larger than what anybody honest sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(slots=True)
class BodyLimit:
    """ASGI middleware: 413 once a body passes `most` bytes, or the limit of its path in `by_path`.

    It stands around a Starlette application, which turns the exception that ends the reading into the answer.
    """

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

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(413, "too large")
            return message

        await self.app(scope, counted, send)
