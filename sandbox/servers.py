"""The sandbox's server and the bot's process, on free local ports."""

import asyncio
import base64
import contextlib
import os
import random
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol

import httpx
import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from sandbox.cast import populate
from sandbox.clock import Clock
from sandbox.dintero import Dintero
from sandbox.dintero import create_app as dintero_app
from sandbox.mail import Mailbox
from sandbox.pulse import Pulse
from sandbox.screen import create_app as screen_app
from sandbox.screen.phone import on_the_phone
from sandbox.slack import Workspace
from sandbox.slack import create_app as slack_app
from sandbox.traffic import Traffic
from sandbox.trust import NO_ANSWER
from sandbox.world import World

ACCOUNT: Final = "T12345678"
WORKSHOP: Final = f"{ACCOUNT}.workshop"
"""A second payment profile: it has less to pay with, and sends every link by SMS of its own accord."""
MERCHANT: Final = "Fjord & Fjell"
MAIL_FROM: Final = f"{MERCHANT} <pay@shop.example>"
MANIFEST: Final = Path(__file__).parent.parent / "manifest.yml"
_STARTS_WITHIN: Final = 60.0


class Running(Protocol):
    """The bot's process, as far as the sandbox has to do with it."""

    @property
    def returncode(self) -> int | None:
        """None while it runs."""

    def terminate(self) -> None:
        """Ask it to stop."""

    def kill(self) -> None:
        """End it."""

    async def wait(self) -> int:
        """Wait for its end."""


Start = Callable[[str, dict[str, str], Path], Awaitable[Running]]
"""Starts `paylink <command>` in an environment; all it says goes into the file."""


async def from_a_shell(command: str, environment: dict[str, str], log: Path) -> Running:
    """Start it as people do."""
    with log.open("ab") as file:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", command, env=environment, stdout=file, stderr=file
        )


@contextlib.asynccontextmanager
async def world(start: Start = from_a_shell) -> AsyncIterator[World]:
    """Start everything; at the end stop it again and remove what it wrote."""
    with tempfile.TemporaryDirectory(prefix="paylink-") as folder:
        made = _made(Path(folder))
        async with _serving(_app(made)) as url, made.mailbox.open() as smtp_url:
            made.slack.base_url, made.dintero.base_url = f"{url}/slack", f"{url}/dintero"
            made.slack.request_url = f"{made.bot_url}/slack/events"
            posting = asyncio.create_task(made.dintero.run())
            try:
                async with _bot(made, f"{url}/clock", smtp_url, start) as process:
                    await _until_it_answers(made, process)
                    yield made
            finally:
                posting.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await posting  # had it died before, that is told here
                made.pulse.stop()
                await made.slack.aclose()
                await made.dintero.aclose()


def _made(folder: Path) -> World:
    clock, pulse = Clock(), Pulse()
    traffic = Traffic(clock.now, pulse)
    slack = Workspace(clock=clock.now, signing_secret=os.urandom(16).hex(), bot_token=f"xoxb-{os.urandom(16).hex()}")
    dintero = Dintero(
        account_id=ACCOUNT,
        client_id="sandbox",
        client_secret=os.urandom(16).hex(),
        clock=clock.now,
        base_url="",
        signature_secret=os.urandom(16).hex(),
        browser_goes=on_the_phone,
    )
    slack.http, dintero.post.http = traffic.client("Slack", "bot"), traffic.client("Dintero", "bot")
    dintero.profiles[WORKSHOP] = {
        "configuration": {"vipps": {"enabled": True}, "dintero_psp": {"creditcard": {"enabled": True}}},
        "sms": True,
    }
    populate(slack)
    mailbox = Mailbox(changed=pulse.beat, now=clock.now)
    return World(
        slack=slack,
        dintero=dintero,
        clock=clock,
        traffic=traffic,
        pulse=pulse,
        bot_url=f"http://127.0.0.1:{free_port()}",
        folder=folder,
        mailbox=mailbox,
        commands=_commands(),
        shortcuts=tuple(_features()["shortcuts"]),
    )


def _commands() -> dict[str, str]:
    return {one["command"]: one["usage_hint"] for one in _features()["slash_commands"]}


def _features() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(MANIFEST.read_text())["features"]
    return found


def _app(made: World) -> Starlette:
    async def clock(_request: Request) -> JSONResponse:
        return JSONResponse({"now": made.clock.now().isoformat()})

    def who_asks_dintero(path: str) -> str:
        return "customer" if path.startswith("/v1/view/") else "bot"

    slack = made.traffic.listening(slack_app(made.slack), "Slack", lambda _path: "bot")
    dintero = made.traffic.listening(dintero_app(made.dintero), "Dintero", who_asks_dintero)
    return Starlette(
        routes=[
            Route("/clock", clock),
            Mount("/slack", slack),
            Mount("/dintero", dintero),
            Mount("/", screen_app(made)),
        ],
        # A page of the internet may point a name of its own at this computer.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


@contextlib.asynccontextmanager
async def _bot(made: World, clock_url: str, smtp_url: str, start: Start) -> AsyncIterator[Running]:
    """Run the product's own `serve`, told of the sandbox by its settings alone."""
    slack, dintero = made.slack, made.dintero
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
        "PAYLINK_CLOCK_URL": clock_url,
        "PAYLINK_MONEY_USERS": "*",
        "PAYLINK_METHODS": ", ".join(dintero.methods(dintero.profiles["default"])),
        "PAYLINK_PROFILES": f"default=Web shop, {WORKSHOP}=Workshop (sends by itself)",
        "PAYLINK_SHIPPING": "Home delivery=99, Collect in shop=0",
        "PAYLINK_MERCHANT_NAME": MERCHANT,
        "PAYLINK_CONTACT": "22 33 44 55",
        "PAYLINK_SMTP_URL": smtp_url,
        "PAYLINK_MAIL_FROM": MAIL_FROM,
        "PAYLINK_PUBLIC_URL": made.bot_url,
        "PAYLINK_PORT": made.bot_url.rpartition(":")[2],
        "PAYLINK_DATABASE_URL": f"sqlite+aiosqlite:///{made.folder / 'paylink.db'}",
        "PAYLINK_SECRET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    }
    inherited = {
        name: value
        for name, value in os.environ.items()
        # A proxy would be asked for this very computer; the settings of another bot would be mixed with ours.
        if not name.startswith(("PAYLINK_", "SLACK_", "DINTERO_")) and not name.lower().endswith("_proxy")
    }
    process = await start("serve", {**inherited, **settings}, made.folder / "bot.log")
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: Running) -> None:
    """Let it come to its end; the sandbox goes on meanwhile, for the answers that it may still wait for."""
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), timeout=45)
    except TimeoutError:
        process.kill()
        await process.wait()


def end_of_log(folder: Path) -> str:
    """The last lines that the bot wrote."""
    return "\n".join((folder / "bot.log").read_text().splitlines()[-40:])


async def _until_it_answers(made: World, process: Running) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(int(_STARTS_WITHIN * 10)):
            if process.returncode is not None:
                break
            with contextlib.suppress(*NO_ANSWER):
                if (await http.get(f"{made.bot_url}/health/live")).status_code == 200:
                    return
            await asyncio.sleep(0.1)
    raise RuntimeError(f"The bot did not start. The end of its log:\n{end_of_log(made.folder)}")


@contextlib.asynccontextmanager
async def _serving(app: Starlette) -> AsyncIterator[str]:
    # Without the protocol said, asyncio leaves Nagle on and every answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", date_header=False))
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


def free_port() -> int:
    """A port that nothing listens on, for a process that is given one.

    It lies below those that the system gives to connections (from 32768 on Linux): of these, any may be taken by a
    connection before that process listens, or between its end and its restart.
    """
    while True:
        port = random.randrange(15_000, 30_000)  # noqa: S311  no secret
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
