"""What customers see of us: the page of their link, and the one they come back to.

The token in the address is the capability: who holds it may look and tell, and needs no other proof.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.domain.page_state import PageState
from bot.services.arriving import Arriving
from bot.services.visiting import Visiting
from bot.web.drawing import SCRIPT, STYLE, Drawing
from bot.web.embedding import SCRIPT as EMBED
from bot.web.embedding import Embedding
from bot.web.guesses import Guesses

log = structlog.get_logger()

_KEPT: Final[Mapping[str, str]] = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
_RETRY: Final = "30"
_UP: Final = "../"
"""Addresses are relative: a proxy may show us under a prefix that we do not see."""
_PAGES: Final = "../p/"
_ERRORS: Final = {
    "cancelled": "thanks_cancelled",
    "authorization": "thanks_authorization",
    "failed": "thanks_failed",
}
"""Dintero's words for what went wrong; there may be others (Dintero reference §10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPages:
    """The routes."""

    visiting: Visiting
    arriving: Arriving
    drawing: Drawing
    guesses: Guesses

    def routes(self) -> list[Route]:
        """What Starlette should serve; the files come before any token."""
        return [
            Route("/p/page.css", self._style, methods=["GET"]),
            Route("/p/seen.js", self._script, methods=["GET"]),
            *([] if self.drawing.embedding is None else self._embedding(self.drawing.embedding)),
            Route("/p/{token}", self._link, methods=["GET"]),
            Route("/p/{token}/report", self._report, methods=["POST"]),
            Route("/p/{token}/seen", self._seen, methods=["POST"]),
            Route("/thanks/{token}", self._thanks, methods=["GET"]),
        ]

    def _embedding(self, embedding: Embedding) -> list[Route]:
        async def sdk(_: Request) -> Response:
            return Response(embedding.sdk, media_type="text/javascript", headers=_KEPT)

        async def embed(_: Request) -> Response:
            return Response(EMBED, media_type="text/javascript", headers=_KEPT)

        return [Route("/p/sdk.js", sdk, methods=["GET"]), Route("/p/embed.js", embed, methods=["GET"])]

    async def _style(self, _: Request) -> Response:
        return Response(self.drawing.merchant.css + STYLE, media_type="text/css", headers=_KEPT)

    async def _script(self, _: Request) -> Response:
        return Response(SCRIPT, media_type="text/javascript", headers=_KEPT)

    async def _link(self, request: Request) -> Response:
        token = request.path_params["token"]
        try:
            visit = await self.visiting.look(token)
        except Exception:
            log.exception("page_not_shown")
            return self._later(request, "")
        return self.drawing.link(request, visit, token) if visit else self._unknown(request, "")

    async def _report(self, request: Request) -> Response:
        await request.body()  # empty; read so that the limit on its size is felt
        token = request.path_params["token"]
        try:
            known = await self.visiting.report(token)
        except Exception:
            log.exception("report_not_kept")
            return self._later(request, _UP)
        return RedirectResponse(f"{_UP}{token}", 303) if known else self._unknown(request, _UP)

    async def _seen(self, request: Request) -> Response:
        await request.body()
        try:
            known = await self.visiting.seen(request.path_params["token"])
        except Exception:
            log.exception("seen_not_kept")  # Dintero says so too, once the customer goes on to its page
            return self._later(request, _UP)
        return Response(status_code=204) if known else self._unknown(request, _UP)

    async def _thanks(self, request: Request) -> Response:
        token = request.path_params["token"]
        try:
            known = await self.arriving.returned(token)
            again = known and "error" in request.query_params and await self._can_be_paid(token)
        except Exception:
            log.exception("return_not_kept")  # the page promises nothing, so it can be shown all the same
            known, again = True, False
        if not known and self._guessed(request):
            return self._later(request, _PAGES, 429)
        name = _thanks(request) if known else "thanks"
        return self.drawing.notice(
            request, name, status=200 if known else 404, root=_PAGES, again=f"{_PAGES}{token}" if again else None
        )

    async def _can_be_paid(self, token: str) -> bool:
        visit = await self.visiting.look(token)
        return visit is not None and visit.state is PageState.PAYABLE

    def _unknown(self, request: Request, root: str) -> Response:
        if self._guessed(request):
            return self._later(request, root, 429)
        return self.drawing.notice(request, "unknown", status=404, root=root)

    def _guessed(self, request: Request) -> bool:
        return self.guesses.one_too_many(request.client.host if request.client else "")

    def _later(self, request: Request, root: str, status: int = 503) -> Response:
        page = self.drawing.notice(request, "later", status=status, root=root)
        page.headers["Retry-After"] = _RETRY
        return page


def _thanks(request: Request) -> str:
    """Which words the query asks for. Anybody can write it, so they thank or advise, and promise nothing."""
    if "error" not in request.query_params:
        return "thanks"
    return _ERRORS.get(request.query_params["error"], "thanks_other")
