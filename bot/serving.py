"""The server around the bot."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Final

import structlog
import uvicorn
from starlette.types import ASGIApp

from bot.app import OldSchema, assembled
from bot.diagnostics import slack_trouble
from bot.journal import OUTPUT, open_journal
from bot.services.ports.threads import ThreadError
from bot.settings import Settings

log = structlog.get_logger()

_STOPS: Final = (signal.SIGINT, signal.SIGTERM)
_REQUESTS_WITHIN: Final = 4
"""Seconds for open requests at the stop: Slack waits for three of them, and Dintero calls again."""
_KEEP_ALIVE: Final = 75
"""Seconds that an idle connection stays open: longer than the proxy before it keeps it (nginx and AWS's load balancer:
60), else the next click may travel on a connection that is being closed, and is answered 502.
"""
_BACKLOG: Final = 2048
"""Connections that wait to be taken, as uvicorn has it."""


class _Server(uvicorn.Server):
    """Stops when told to, and leaves the rest of the stop to us.

    Uvicorn raises the signal again when it has ended, which would kill the process while a write to Dintero still
    waits for its answer. A second signal does.
    """

    def __init__(self, config: uvicorn.Config, rest: Callable[[], None]) -> None:
        """`rest` is called when the stop begins, while the requests that came before it are still answered."""
        super().__init__(config)
        self._rest = rest

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, and let open requests come to their answers."""
        self._rest()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals while serving."""
        before = {number: signal.signal(number, self.handle_exit) for number in _STOPS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def spare_the_collector() -> None:
    """All that is imported and assembled by now stays: it need not be gone through again while somebody waits."""
    gc.collect()
    gc.freeze()


def configured(web: ASGIApp) -> uvicorn.Config:
    """How the bot's web application is served."""
    return uvicorn.Config(
        web,
        http="httptools",
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_REQUESTS_WITHIN,
    )


async def serve(settings: Settings) -> None:
    """Assemble the bot and serve until told to stop; exits with a sentence when it cannot start."""
    open_journal(settings.paylink_log)
    try:
        async with assembled(settings) as paylink:
            OUTPUT.on_lost = paylink.counters.add
            spare_the_collector()
            # Before the loops begin: a bot that nobody can reach must not move money.
            sockets = await _sockets(settings)
            async with paylink.at_work():
                log.info("serving", port=sockets[0].getsockname()[1], account=settings.dintero_account_id)
                await _Server(configured(paylink.web), paylink.shift.rest).serve(sockets)
    except OldSchema as problem:
        sys.exit(str(problem))
    except ThreadError as problem:
        sys.exit(f"The bot cannot start. Slack: {slack_trouble(problem, settings)}")
    except ValueError as problem:
        sys.exit(f"The bot cannot start: {problem}")


async def _sockets(settings: Settings) -> list[socket.socket]:
    """Listen at every address of the host's name; requests wait until the server takes the sockets over.

    Raises:
        ValueError: when that cannot be, with the reason and the mend.

    """
    host, port = settings.paylink_host, settings.paylink_port
    try:
        # The loop knows how to bind every family; the copies outlive its server. uvloop's sockets have no dup().
        bound = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port, start_serving=False)
        sockets = [socket.socket(fileno=os.dup(one.fileno())) for one in bound.sockets]
        bound.close()
        for one in sockets:
            one.listen(_BACKLOG)
    except OSError as problem:
        known = not isinstance(problem, socket.gaierror) and problem.errno
        reason = os.strerror(known).lower() if known else str(problem.strerror or "no such host")
        raise ValueError(
            f"{host}:{port} is taken or not this computer's ({reason}). "
            "Stop the other program, or set PAYLINK_PORT or PAYLINK_HOST."
        ) from problem
    return sockets
