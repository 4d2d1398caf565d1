"""Serve an ASGI application on a free loopback port, inside the test's own loop."""

import asyncio
import contextlib
import socket

import uvicorn
from uvicorn.lifespan.off import LifespanOff


@contextlib.asynccontextmanager
async def serving(app):
    """Yields the address, `http://127.0.0.1:port`."""
    # Without the protocol said, asyncio leaves Nagle on and every answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as sock:
        sock.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical", ws="none", http="httptools", date_header=False)
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = LifespanOff(config)
        await server.startup(sockets=[sock])
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            for listener in server.servers:
                listener.close()
            if not server.server_state.connections:
                for unheard in server.server_state.tasks:
                    unheard.cancel()  # whoever asked has gone, and the answer may be a minute away
            await asyncio.gather(*server.server_state.tasks, return_exceptions=True)
            for connection in set(server.server_state.connections):
                connection.shutdown()
