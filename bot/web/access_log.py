"""One line per request: the route's template, never a token, an address or a query."""

import time
from dataclasses import dataclass

import structlog
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("access")


@dataclass(slots=True)
class AccessLog:
    """ASGI middleware around the whole application."""

    app: ASGIApp
    routes: list[Route]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, then say which route answered what, in how many milliseconds."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.monotonic()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch)
        finally:
            taken = round((time.monotonic() - started) * 1000)
            log.info("served", method=scope["method"], route=self._template(scope), status=status, ms=taken)

    def _template(self, scope: Scope) -> str:
        for route in self.routes:
            if route.matches(scope)[0] is not Match.NONE:
                return route.path
        return "(none)"
