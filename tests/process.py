"""The bot as a process of its own, against the sandbox in the test's own loop."""

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
from cryptography.fernet import Fernet
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from sandbox.clock import Clock
from sandbox.dintero import Dintero
from sandbox.dintero import create_app as dintero_app
from sandbox.servers import free_port
from sandbox.slack import Workspace
from sandbox.slack import create_app as slack_app
from sandbox.trust import NO_ANSWER
from storage.engine import open_engine
from tests.serving import serving
from tests.starting import forked

OURS = ("PAYLINK_", "SLACK_", "DINTERO_")
NEWER = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
    "INSERT INTO alembic_version VALUES ('9999')",
)
"""What a later program than this one leaves behind in a database."""


@dataclass
class World:
    """Everything around a bot process, and the process."""

    clock: Clock
    slack: Workspace
    dintero: Dintero
    folder: Path
    bot_url: str
    clock_url: str
    settings: dict = field(default_factory=dict)
    start: object = forked
    """How its processes are started: `forked`, or `from_a_shell` where the start itself is looked at."""

    @property
    def database(self):
        """The file, where it is SQLite's."""
        return self.folder / "paylink.db"

    async def rows(self, query):
        """What the bot has kept, on either kind of database."""
        engine = open_engine(self.settings["PAYLINK_DATABASE_URL"])
        async with engine.connect() as connection:
            found = (await connection.execute(text(query))).all()
        await engine.dispose()
        return [tuple(row) for row in found]

    async def writes(self, *statements):
        """Another program has been at work there."""
        engine = open_engine(self.settings["PAYLINK_DATABASE_URL"])
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()

    @contextlib.asynccontextmanager
    async def paylink(self, command, **changed):
        """Run `paylink <command>` with the world's settings, and those `changed`."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        settings = {name: value for name, value in (self.settings | changed).items() if value is not None}
        log = self.folder / f"{command}-{uuid4().hex}.log"
        process = await self.start(command, inherited | settings, log)
        try:
            yield Paylink(process, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def run(self, command, **changed):
        """Run it to its end; returns its exit code and what it wrote."""
        async with self.paylink(command, **changed) as process:
            return await process.ended()

    @contextlib.asynccontextmanager
    async def serving(self):
        async with self.paylink("serve") as process, httpx.AsyncClient(trust_env=False) as http:
            await until(lambda: self._answers(http))
            yield process

    async def issued(self, line="249,50 91234567 Tow bar #4711 7d"):
        """A seller issues this link; returns them and their channel, where its card says that it is ready."""
        seller = self.slack.person("kari")
        channel = self.slack.add_channel("sales", members=[seller], bot=True)
        await self.slack.command(seller, channel, "/paylink", line)
        await until(lambda: self.slack.modals(seller))
        await self.slack.submit(seller, self.slack.modals(seller)[-1])
        await until(lambda: any("Ready to share" in card.read() for card in channel.messages))
        return seller, channel

    async def pays(self, reference):
        """The customer pays, and Dintero calls back."""
        self.dintero.pay(self.dintero.session_by_reference(reference)["id"])
        await self.dintero.deliver_due()

    async def _answers(self, http):
        with contextlib.suppress(*NO_ANSWER):
            return (await http.get(f"{self.bot_url}/health/live")).status_code == 200
        return False


@dataclass
class Paylink:
    """One such process."""

    process: object
    log: Path

    async def ended(self, seconds=30):
        """Wait for its end; returns its exit code and what it wrote."""
        code = await asyncio.wait_for(self.process.wait(), seconds)
        return code, self.log.read_text()

    async def stopped(self, seconds=30):
        """Stop it as who keeps services running does; returns its exit code and what it wrote."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended(seconds)


async def until(true, seconds=30):
    for _ in range(int(seconds / 0.05)):
        found = true()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


@contextlib.asynccontextmanager
async def opened_world(tmp_path, database=None, *, clock=None, account="T12345678", around=lambda apps: apps):
    """A workspace, an account, and the settings with which a bot process finds them; no bot runs yet.

    The bot's database is the one of this URL, else a file that is made when it is needed. `around` is put around all
    that the bot asks.
    """
    clock = clock or Clock()
    slack = Workspace(clock=clock.now, signing_secret="s" * 32, bot_token="xoxb-sandbox")
    dintero = Dintero(account_id=account, client_id="client", client_secret="secret", clock=clock.now, base_url="")
    apps = Starlette(
        routes=[
            Mount("/slack", slack_app(slack)),
            Mount("/dintero", dintero_app(dintero)),
            Route("/clock", lambda _: JSONResponse({"now": clock.now().isoformat()})),
        ]
    )
    async with serving(around(apps)) as url:
        slack.base_url, dintero.base_url = f"{url}/slack", f"{url}/dintero"
        made = World(clock, slack, dintero, tmp_path, f"http://127.0.0.1:{free_port()}", f"{url}/clock")
        slack.request_url = f"{made.bot_url}/slack/events"
        made.settings = {
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_SIGNING_SECRET": "s" * 32,
            "SLACK_API_URL": f"{url}/slack/api/",
            "DINTERO_ACCOUNT_ID": account,
            "DINTERO_CLIENT_ID": "client",
            "DINTERO_CLIENT_SECRET": "secret",
            "DINTERO_API_URL": f"{url}/dintero/v1",
            "DINTERO_CHECKOUT_URL": f"{url}/dintero/v1",
            "PAYLINK_PUBLIC_URL": made.bot_url,
            "PAYLINK_PORT": made.bot_url.rpartition(":")[2],
            "PAYLINK_DATABASE_URL": database or f"sqlite:///{made.database}",
            "PAYLINK_SECRET_KEY": Fernet.generate_key().decode(),
        }
        yield made
        await slack.aclose()
