"""A connection that ends without an answer."""

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
