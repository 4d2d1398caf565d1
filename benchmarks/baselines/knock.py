"""The least that can hear a callback: Starlette, and one Core UPDATE with its commit on the same engine."""

import asyncio
import contextlib
import hashlib
import socket
from datetime import UTC, datetime

import uvicorn
from sqlalchemy import bindparam, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.loops.auto import auto_loop_factory

from storage.engine import open_engine
from storage.tables import links

_MARK = update(links).where(links.c.token_hash == bindparam("hashed"))


def serve(listening: socket.socket, database: str) -> None:
    """Run until killed, on the loop that `paylink serve` runs on."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_serve(listening, database))


async def _serve(listening: socket.socket, database: str) -> None:
    engine = open_engine(database)
    # SQLite has one writer, and lets rivals sleep.
    turn = asyncio.Lock() if engine.dialect.name == "sqlite" else contextlib.nullcontext()

    async def callback(request: Request) -> Response:
        await request.body()
        hashed, now = hashlib.sha256(request.path_params["token"].encode()).hexdigest(), datetime.now(UTC)
        async with turn, engine.begin() as connection:
            marked = await connection.execute(_MARK, {"hashed": hashed, "due_at": now, "hint_at": now})
        return PlainTextResponse("ok") if marked.rowcount else PlainTextResponse("unknown", 404)

    routes = [Route("/dintero/callback/{token}", callback, methods=["GET", "POST"])]
    config = uvicorn.Config(Starlette(routes=routes), http="httptools", lifespan="off", log_config=None)
    await uvicorn.Server(config).serve(sockets=[listening])
