"""Who runs where: servers in processes of their own on one port each, and the settings that a bot is given."""

import asyncio
import contextlib
import os
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet

from benchmarks.load import SPAWN
from sandbox.servers import free_port, from_a_shell
from sandbox.slack import Answer, Channel, Person, View, Workspace, sign
from sandbox.trust import NO_ANSWER
from tests.process import OURS

ACCOUNT = "T12345678"
TOKEN = "xoxb-benchmark"
SECRET = "s" * 32
SIGNATURES = "callback-secret"
KEY = Fernet.generate_key().decode()
NOBODY = "http://127.0.0.1:9"
"""Where nothing answers."""


def settings(database: str, slack: str, dintero: str = NOBODY, **more: str) -> dict[str, str]:
    """The environment of a bot on this database; its Slack and its Dintero are at these addresses."""
    port = str(free_port())
    return {
        "SLACK_BOT_TOKEN": TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"{slack}/api/",
        "DINTERO_ACCOUNT_ID": ACCOUNT,
        "DINTERO_CLIENT_ID": "client",
        "DINTERO_CLIENT_SECRET": "secret",
        "DINTERO_SIGNATURE_SECRET": SIGNATURES,
        "DINTERO_API_URL": f"{dintero}/v1",
        "DINTERO_CHECKOUT_URL": f"{dintero}/v1",
        "PAYLINK_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PAYLINK_PORT": port,
        "PAYLINK_DATABASE_URL": database,
        "PAYLINK_SECRET_KEY": KEY,
        "PAYLINK_MONEY_USERS": "*",
        "PAYLINK_DUPLICATE_HOURS": "0",  # the same link is issued again and again
        "PAYLINK_MESSAGES_PER_HOUR": "0",
        **more,
    }


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What a process of the bot's inherits, with these settings and no others of its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | dict(ours)


@contextlib.contextmanager
def beside(serve: Callable[..., None], *args: Any) -> Iterator[int]:
    """Run `serve(socket, *args)` in a process of its own until the end; yields its port, which listens already."""
    # Without the protocol said, asyncio leaves Nagle on and every answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(2048)
        process = SPAWN.Process(target=serve, args=(listening, *args), daemon=True)
        process.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            process.kill()
            process.join()


@contextlib.asynccontextmanager
async def paylink(ours: Mapping[str, str], folder: Path, *, lifted: Sequence[str] = ()) -> AsyncIterator["Served"]:
    """Run `paylink serve`, from when it answers until the end.

    `lifted` names whose limits it does not keep, of "slack" and "dintero": what is measured then is the bot.
    """
    log = folder / f"paylink-{ours['PAYLINK_PORT']}.log"
    if lifted:
        with log.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "benchmarks.lifted", *lifted, env=environment(ours), stdout=file, stderr=file
            )
    else:
        process = await from_a_shell("serve", environment(ours), log)
    port = int(ours["PAYLINK_PORT"])
    try:
        await answers(port)
        yield Served(port, process.pid)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


class Served:
    """A bot that runs: its port and its process."""

    def __init__(self, port: int, pid: int) -> None:
        self.port, self.pid = port, pid


async def answers(port: int, path: str = "/health/live", within: float = 60) -> None:
    """Wait until somebody answers 200 there."""
    async with httpx.AsyncClient(trust_env=False) as http:
        end = time.monotonic() + within
        while time.monotonic() < end:
            with contextlib.suppress(*NO_ANSWER):
                if (await http.get(f"http://127.0.0.1:{port}{path}")).status_code == 200:
                    return
            await asyncio.sleep(0.01)
    raise RuntimeError(f"nobody answers at {path}")


async def until(true: Callable[[], bool], within: float = 60) -> bool:
    """Wait for something to be seen; whether it was, in time."""
    end = time.monotonic() + within
    while not true():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.005)
    return True


class Hands:
    """What people do in Slack, as Slack would send it: signed and ready for the wire, instead of sent."""

    def __init__(self) -> None:
        self.slack = Workspace(signing_secret=SECRET, bot_token=TOKEN)
        self.slack.base_url = NOBODY
        self.kari: Person = self.slack.person("kari")
        self.sales: Channel = self.slack.add_channel("sales", members=[self.kari], bot=True)

    def shown(self, content: dict[str, Any]) -> View:
        """A form that stands on Kari's screen."""
        return self.slack.show_view(content, self.kari)

    async def command(self, text: str) -> tuple[bytes, str]:
        """`/paylink …`; the request, and the trigger in it."""
        request = await self._caught(self.slack.command(self.kari, self.sales, "/paylink", text))
        return request, next(reversed(self.slack.triggers))

    async def submit(self, form: View) -> bytes:
        """*Send*."""
        return await self._caught(self.slack.submit(self.kari, form))

    async def _caught(self, deed: Any) -> bytes:
        caught: list[bytes] = []

        async def catch(_what: str, body: bytes, *_: str) -> Answer:
            caught.append(body)
            return Answer(None)

        self.slack.send = catch
        await deed
        body, stamp = caught[0], str(int(time.time()))
        return posted(
            "/slack/events",
            body,
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": sign(SECRET, stamp, body),
            },
        )


def posted(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """A POST for the wire."""
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n{named}\r\n".encode() + body
