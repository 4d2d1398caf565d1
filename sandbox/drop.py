"""Connections that end without an answer, or in the middle of one."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Drop(Response):
    """End the connection without an answer.

    An interim 103 with `Connection: close` is complete for the server, which then closes without a word in its log,
    while the client waits for a final answer that never comes: what a lost answer looks like from outside.
    """

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the interim head, and no more."""
        headers = [(b"connection", b"close"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 103, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


class Cut(Response):
    """Break off in the middle of the answer: all of its head arrives, and half of its body.

    The server closes a connection whose answer does not come to its end.
    """

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the head and half of what it announces."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        body = bytes(self.body)
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
