"""Who runs where: the sandbox here; the bot, the bare app and the load in processes of their own."""

import asyncio
import contextlib
import multiprocessing
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from benchmarks import bare
from benchmarks.load import Burst, burst
from sandbox.dintero import Dintero
from sandbox.servers import world
from sandbox.slack import Answer, Workspace, sign


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Our `paylink serve` and a bare Bolt app, by their ports, both against the same sandbox."""

    slack: Workspace
    dintero: Dintero
    ours: int
    bare: int
    load: ProcessPoolExecutor

    async def burst(self, port: int, requests: Sequence[bytes], at_once: int = 1) -> Burst:
        """Send requests to one of the two, so many at a time."""
        return await asyncio.get_running_loop().run_in_executor(self.load, burst, port, requests, at_once)

    async def request(self, deed: Awaitable[Answer]) -> bytes:
        """What Slack would send for somebody's deed, signed and ready for the wire, instead of sending it."""
        caught = []

        async def catch(_what: str, body: bytes, *_: str) -> Answer:
            caught.append(body)
            return Answer(None)

        self.slack.send = catch
        await deed
        del self.slack.send
        stamp, body = str(int(time.time())), caught[0]
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}"
        seal = f"X-Slack-Signature: {sign(self.slack.signing_secret, stamp, body)}"
        head = (
            f"POST /slack/events HTTP/1.1\r\nHost: localhost\r\n{form}\r\nX-Slack-Request-Timestamp: {stamp}\r\n{seal}"
        )
        return f"{head}\r\n\r\n".encode() + body


@contextlib.asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Raise the curtain."""
    spawn = multiprocessing.get_context("spawn")
    async with world() as running:
        slack = running.slack
        slack.limits.enforce = False  # the bot keeps to Slack's limits by itself; bare calls need not
        # Without the protocol said, asyncio leaves Nagle on and every answer takes 40 ms.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        where = (f"{slack.base_url}/api/", slack.bot_token, slack.signing_secret)
        other = spawn.Process(target=bare.serve, args=(listening, *where), daemon=True)
        other.start()
        ports = int(running.bot_url.rpartition(":")[2]), listening.getsockname()[1]
        try:
            with ProcessPoolExecutor(1, mp_context=spawn) as load:
                yield Stage(slack=slack, dintero=running.dintero, ours=ports[0], bare=ports[1], load=load)
        finally:
            other.kill()


async def until(true: Callable[[], bool]) -> None:
    """Wait for something to be seen; the times themselves come from Slack's own log."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110  the sandbox is looked at, it rings no bell
            await asyncio.sleep(0.005)
