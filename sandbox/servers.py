"""The sandbox's server and the bot's process, on free local ports."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from sandbox.clock import Clock
from sandbox.dintero import Dintero
from sandbox.dintero import create_app as dintero_app
from sandbox.slack import Workspace
from sandbox.slack import create_app as slack_app

ACCOUNT: Final = "T12345678"
_STARTS_WITHIN: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class World:
    """A Slack workspace, a Dintero account, and the bot between them as a process of its own."""

    slack: Workspace
    dintero: Dintero
    bot_url: str
    folder: Path


@contextlib.asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Start everything; at the end stop it again and remove what it wrote."""
    clock = Clock()
    slack = Workspace(clock=clock.now, signing_secret=os.urandom(16).hex(), bot_token="xoxb-sandbox")  # noqa: S106
    dintero = Dintero(
        account_id=ACCOUNT,
        client_id="sandbox",
        client_secret=os.urandom(16).hex(),
        clock=clock.now,
        base_url="",
        signature_secret=os.urandom(16).hex(),
    )
    apps = Starlette(routes=[Mount("/slack", slack_app(slack)), Mount("/dintero", dintero_app(dintero))])
    with tempfile.TemporaryDirectory(prefix="paylink-") as folder:
        async with _serving(apps) as url:
            slack.base_url, dintero.base_url = f"{url}/slack", f"{url}/dintero"
            bot_url = f"http://127.0.0.1:{_free_port()}"
            slack.request_url = f"{bot_url}/slack/events"
            posting = asyncio.create_task(dintero.run())
            try:
                with _bot(slack, dintero, bot_url, Path(folder)) as process:
                    await _until_it_answers(bot_url, process, Path(folder))
                    yield World(slack=slack, dintero=dintero, bot_url=bot_url, folder=Path(folder))
            finally:
                posting.cancel()
                await slack.aclose()


@contextlib.contextmanager
def _bot(slack: Workspace, dintero: Dintero, bot_url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the product's own `serve`, told of the sandbox by its settings alone."""
    key = subprocess.run(
        [sys.executable, "-m", "bot", "new-key"], check=True, capture_output=True, text=True
    ).stdout.strip()
    settings = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": f"{slack.base_url}/api/",
        "DINTERO_ACCOUNT_ID": dintero.account_id,
        "DINTERO_CLIENT_ID": dintero.client_id,
        "DINTERO_CLIENT_SECRET": dintero.client_secret,
        "DINTERO_SIGNATURE_SECRET": dintero.signature_secret or "",
        "DINTERO_API_URL": f"{dintero.base_url}/v1",
        "DINTERO_CHECKOUT_URL": f"{dintero.base_url}/v1",
        "PAYLINK_PUBLIC_URL": bot_url,
        "PAYLINK_PORT": bot_url.rpartition(":")[2],
        "PAYLINK_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'paylink.db'}",
        "PAYLINK_SECRET_KEY": key,
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        # A proxy would be asked for this very computer; the settings of another bot would be mixed with ours.
        if not name.startswith(("PAYLINK_", "SLACK_", "DINTERO_")) and not name.lower().endswith("_proxy")
    }
    with (folder / "bot.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve"], env={**inherited, **settings}, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=45)
            except subprocess.TimeoutExpired:
                process.kill()


def end_of_log(folder: Path) -> str:
    """The last lines that the bot wrote."""
    return "\n".join((folder / "bot.log").read_text().splitlines()[-40:])


async def _until_it_answers(bot_url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(int(_STARTS_WITHIN * 10)):
            if process.poll() is not None:
                break
            with contextlib.suppress(httpx.TransportError):
                if (await http.get(f"{bot_url}/health/live")).status_code == 200:
                    return
            await asyncio.sleep(0.1)
    raise RuntimeError(f"The bot did not start. The end of its log:\n{end_of_log(folder)}")


@contextlib.asynccontextmanager
async def _serving(app: Starlette) -> AsyncIterator[str]:
    # Without the protocol said, asyncio leaves Nagle on and every answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            server.force_exit = True
            await serving


class _Server(uvicorn.Server):
    """Leaves the signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
