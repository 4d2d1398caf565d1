"""Liveness and readiness."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.services.health import Health


@dataclass(frozen=True, slots=True)
class HealthRoutes:
    """`/health/live` says that the process runs; `/health/ready` that its work gets done, or why it does not."""

    health: Health

    def routes(self) -> list[Route]:
        """What Starlette should serve."""
        return [Route("/health/live", _live), Route("/health/ready", self._ready)]

    async def _ready(self, _: Request) -> Response:
        well, report = await self.health.report()
        return JSONResponse({"ready": well, **report}, 200 if well else 503)


async def _live(_: Request) -> Response:
    return PlainTextResponse("alive")
