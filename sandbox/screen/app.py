"""The page over HTTP: itself, its changes as they happen, and the hands that reach from it into the world."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.dintero import RefusedError
from sandbox.screen import backoffice, chat, knobs, phone, switchboard
from sandbox.screen.drawing import Drawing
from sandbox.screen.viewer import Viewer
from sandbox.slack import NotOfferedError
from sandbox.world import World

Hand = Callable[[World, Viewer, Any], Awaitable[None]]
"""Does what a form on the page says: the world, who pressed, the form's fields."""

LOOPBACK = "'self' http://127.0.0.1:*"
POLICY = f"""default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src {LOOPBACK};
 frame-src {LOOPBACK}; form-action 'self'; frame-ancestors 'none'"""
HEADERS = {
    "Content-Security-Policy": POLICY.replace("\n", ""),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
FRAMED = HEADERS | {"Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'self'"}
PAUSE = 0.04
"""Seconds between two drawings: what changes in one go is drawn once."""
CLOCK_MOVES = 10
"""Seconds after which the page is drawn though nothing happened: the time on it has moved."""


def create_app(world: World) -> Starlette:
    """The page of one world."""
    drawing = Drawing(world)

    async def page(request: Request) -> Response:
        if request.url.hostname != "127.0.0.1":  # what the page frames stands there, and frames only its own
            return RedirectResponse(str(request.url.replace(hostname="127.0.0.1")))
        return HTMLResponse(drawing.page(Viewer.of(world.slack, request.query_params)), headers=HEADERS)

    async def live(request: Request) -> Response:
        changes = _changes(world, drawing, Viewer.of(world.slack, request.query_params))
        return EventSourceResponse(changes, ping=15)

    async def browse(request: Request) -> Response:
        return await phone.browse(world, request.query_params.get("to", ""))

    async def bot(request: Request) -> Response:
        return await phone.ask_the_bot(world, request)

    async def exchange(request: Request) -> Response:
        return HTMLResponse(drawing.exchange(request.path_params["number"]), headers=FRAMED)

    async def mail(request: Request) -> Response:
        return phone.mail(world, request.path_params["number"])

    hands = chat.HANDS | knobs.HANDS | backoffice.HANDS | switchboard.HANDS
    return Starlette(
        routes=[
            Route("/", page),
            Route("/live", live),
            Route("/phone", browse),
            Route(f"{phone.BOT}/{{path:path}}", bot, methods=["GET", "POST"]),
            Route("/mail/{number:int}", mail),
            Route("/exchange/{number:int}", exchange),
            *(Route(f"/do/{name}", _hand(world, hand), methods=["POST"]) for name, hand in hands.items()),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
    )


async def _changes(world: World, drawing: Drawing, viewer: Viewer) -> AsyncIterator[dict[str, str]]:
    """Every region once, then each again whenever it looks different."""
    shown: dict[str, str] = {}
    while not world.pulse.stopped:
        beats = world.pulse.beats
        for name, html in drawing.regions(viewer).items():
            if shown.get(name) != html:
                shown[name] = html
                yield {"data": json.dumps({"region": name, "html": html})}
        await anyio.sleep(PAUSE)
        with anyio.move_on_after(CLOCK_MOVES):
            await world.pulse.after(beats)


def _hand(world: World, hand: Hand) -> Callable[[Request], Awaitable[Response]]:
    async def reached(request: Request) -> Response:
        # Another site's page can post a form here, but not with a header of ours.
        if "x-sandbox" not in request.headers:
            return PlainTextResponse("Only the sandbox's own page may do this.", 403)
        async with request.form() as form:
            try:
                await hand(world, Viewer.of(world.slack, request.query_params), form)
            except (NotOfferedError, RefusedError) as refused:
                return PlainTextResponse(str(refused), 409)
            finally:
                world.pulse.beat()
        return Response(status_code=204)

    return reached
