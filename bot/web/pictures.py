"""A link's QR code as a picture: for the thread in Slack, and for the customer's camera in front of it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import segno
import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.services.arriving import Arriving
from bot.web.guesses import Guesses

log = structlog.get_logger()

_SIDE: Final = 480
"""Pixels, about: large enough to be scanned from a screen at arm's length, small enough for every thread."""
_QUIET: Final = 4
"""Modules of white around the code, as its standard asks for."""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Whoever holds the token holds the link already: the picture says nothing more."""

    arriving: Arriving
    guesses: Guesses
    page: Callable[[str], str]
    """The whole address of the page behind a token."""

    def routes(self) -> list[Route]:
        """What Starlette should serve."""
        return [Route("/p/{token}/qr.png", self._code, methods=["GET"])]

    async def _code(self, request: Request) -> Response:
        token = request.path_params["token"]
        try:
            known = await self.arriving.knows(token)
        except Exception:
            log.exception("picture_not_drawn")
            return self._later()
        if known:
            return Response(draw_code(self.page(token)), media_type="image/png", headers=_HEADERS)
        if self.guesses.one_too_many(request.client.host if request.client else ""):
            return self._later(429)
        return PlainTextResponse("There is no such picture.", 404, headers=_HEADERS)

    def _later(self, status: int = 503) -> Response:
        return PlainTextResponse("Try again in half a minute.", status, headers={**_HEADERS, "Retry-After": "30"})


def draw_code(address: str) -> bytes:
    """The address as a QR code, black on white, as PNG. Some of it may be covered or dirty (level M, 15 %)."""
    code = segno.make_qr(address, error="m", boost_error=False)
    modules, _ = code.symbol_size(scale=1, border=_QUIET)
    picture = io.BytesIO()
    code.save(picture, kind="png", scale=max(_SIDE // int(modules), 1), border=_QUIET)
    return picture.getvalue()
