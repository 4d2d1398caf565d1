"""Liveness, readiness and status."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.domain.problem import Problem
from bot.services.health import Health


@dataclass(frozen=True, slots=True)
class HealthRoutes:
    """The process runs, may be sent traffic, is well: three questions. The last two show the same problems."""

    health: Health

    def routes(self) -> list[Route]:
        """What Starlette should serve."""
        return [
            Route("/health/live", _live),
            Route("/health/ready", self._ready),
            Route("/health/status", self._status),
        ]

    async def _ready(self, _: Request) -> Response:
        """503 only for what sending the traffic elsewhere would help."""
        return await self._answer(lambda problem: problem.elsewhere)

    async def _status(self, _: Request) -> Response:
        """503 while there are problems, but for those that a stranger may have caused from outside."""
        return await self._answer(lambda problem: not problem.unproven)

    async def _answer(self, counts: Callable[[Problem], bool]) -> Response:
        problems, numbers = await self.health.report()
        body = {
            "ready": not any(problem.elsewhere for problem in problems),
            "problems": [problem.words for problem in problems],
            "unproven": [problem.words for problem in problems if problem.unproven],
            **numbers,
        }
        return JSONResponse(body, 503 if any(map(counts, problems)) else 200)


async def _live(_: Request) -> Response:
    return PlainTextResponse("alive")
