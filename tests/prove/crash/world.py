"""A world whose bot is killed at a point of the test's choice. Its state is kept, and begun from again and again."""

import asyncio
import contextlib
import copy
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import or_, select

from bot.domain.operations import State
from sandbox.trust import NO_ANSWER
from storage.engine import open_engine
from storage.tables import links, mails, operations, orders
from tests.databases import copied_database, ready_database
from tests.process import opened_world
from tests.prove.crash.board import Board
from tests.prove.crash.calls import Calls, CutMailbox
from tests.starting import one_certificate

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
FROM = "Fjord Shop <pay@fjord-example.no>"
TICK = 0.02
STILL = 5
"""For so many ticks nothing may happen before we believe that nothing will."""
SOON = timedelta(seconds=20)
SLACKS_SECOND = timedelta(seconds=1.2)
"""Between two posts to a channel."""
LEASES_END = timedelta(seconds=95)
"""The longest one takes 90 s."""


class Unsettled(AssertionError):
    """The bot still has something to do, and does not do it."""


class BoardClock:
    """The sandbox's side of the time that the board shows."""

    def __init__(self, board):
        self._board = board

    def now(self):
        return self._board.now

    def monotonic(self):
        return self._board.now.timestamp()

    def jump(self, by):
        self._board.now += by


class CrashWorld:
    """Slack, Dintero, a mail server, a database, and the process between them."""

    def __init__(self, around, board, calls, mailbox, starter):
        self.slack, self.dintero, self.clock = around.slack, around.dintero, around.clock
        self.bot_url, self.settings, self.folder = around.bot_url, around.settings, around.folder
        self.board, self.calls, self.mailbox = board, calls, mailbox
        self.url, self.engine = None, None
        self._starter, self._process = starter, None

    # -- the process

    async def start(self):
        """Start the bot and wait until it answers."""
        log = str(self.folder / "bot.log")
        self.settings |= {"PAYLINK_DATABASE_URL": self.url}
        self._process = await self._starter.start(
            environment=self.settings | {"SSL_CERT_FILE": one_certificate()}, board=str(self.folder / "board"), log=log
        )
        self.calls.kill = self._process.kill
        for _ in range(1500):
            with contextlib.suppress(*NO_ANSWER):
                if (await self.dintero.post.http.get(f"{self.bot_url}/health/live")).status_code == 200:
                    return
            assert self._process.alive, (self.folder / "bot.log").read_text()[-2000:]
            await asyncio.sleep(TICK)
        raise AssertionError("it never answered")

    async def kill(self):
        self._process.kill()
        await self.dead()

    async def dead(self):
        """Wait for its end."""
        for _ in range(500):
            if not self._process.alive:
                return
            await asyncio.sleep(TICK)
        raise AssertionError("it lives on")

    @property
    def alive(self):
        return self._process is not None and self._process.alive

    def arm(self, point=None):
        """Count commits and calls from here on, and die at `point`."""
        self.board.clear()
        self.calls.counted, self.calls.name = 0, ""
        self.calls.cut = point if point and point.what == "call" else None
        self.board.cut = (point.number, int(point.after)) if point and point.what == "commit" else (0, 0)

    def disarm(self):
        self.board.cut, self.calls.cut = (0, 0), None

    # -- time

    def pass_(self, **time):
        self.clock.jump(timedelta(**time))

    async def settle(self):
        """Let the bot do all that it can do now, while the seconds pass that Slack wants between posts."""
        for _ in range(60):
            await self.quiet()
            if not self.alive:
                return
            await self.dintero.post.deliver_due()
            if not (waits := await self.waits()):
                return
            self.clock.jump(SLACKS_SECOND)
        raise Unsettled(await self._what_waits(waits))

    async def _what_waits(self, waits):
        """What a failure says: what is left to do, the mails, and the end of the bot's log."""
        mail = [
            f"{row.id} {row.state}, tries {row.tries}, due {row.due_at}, lease {row.lease_until}, fence {row.fence}"
            for row in await self.rows(select(mails))
        ]
        log = (self.folder / "bot.log").read_text().splitlines()[-60:]
        return "\n".join([f"{dict(waits)} at {self.clock.now()}", *mail, *log])

    async def later(self, **time):
        """Time passes, and the bot does what came due meanwhile."""
        self.pass_(**time)
        for _ in range(4):
            await asyncio.sleep(TICK)
        await self.settle()

    async def quiet(self):
        """Wait until nothing happens any more."""
        before, still = None, 0
        while still < STILL and self.alive:
            state = (self.calls.total, self.calls.under_way, self.board.steps)
            same = state == before and not self.calls.under_way and self._process.sleeps
            before, still = state, still + 1 if same else 0
            await asyncio.sleep(TICK)

    # -- the database

    async def rows(self, statement):
        """What stands in the database."""
        async with self.engine.connect() as connection:
            return (await connection.execute(statement)).all()

    async def waits(self):
        """What the bot has still to do by itself, soon."""
        soon = self.clock.now() + SOON
        under_way = operations.c.state.in_([State.WANTED, State.SENDING])
        untold = (orders.c.untold_since.is_not(None), or_(orders.c.tell_after.is_(None), orders.c.tell_after <= soon))
        due = links.c.due_at <= self.clock.now()
        mail = (mails.c.state.in_(["wanted", "sending"]), mails.c.due_at <= soon)
        asked = {
            "operation": select(operations.c.reference).where(under_way),
            "order": select(orders.c.reference).where(*untold),
            "link": select(links.c.merchant_reference).where(due),
            "mail": select(mails.c.id).where(*mail),
        }
        return Counter({what: len(await self.rows(query)) for what, query in asked.items()}) - Counter()

    @contextlib.asynccontextmanager
    async def on(self, database):
        """With this database in place; the bot that may still run on it is killed at the end."""
        async with database as url:
            self.url, self.engine = url, open_engine(url)
            try:
                yield
            finally:
                if self.alive:
                    await self.kill()
                await self.engine.dispose()

    # -- to begin from again

    @contextlib.asynccontextmanager
    async def prepared(self, kind, prepare):
        """Bring a fresh world on a database of `kind` to where all cases begin; yields what `again` begins from."""
        async with contextlib.AsyncExitStack() as stack:
            url = await stack.enter_async_context(ready_database(kind, self.folder))
            async with self.on(contextlib.nullcontext(url)):
                await self.start()
                await prepare(self)
                await self.settle()
                await self.kill()
            yield url, self._kept(self._parts())

    @contextlib.asynccontextmanager
    async def again(self, prepared):
        """Begin once more from there; the bot runs, and is killed at the end."""
        url, kept = prepared
        self.disarm()
        at, *parts = self._kept(kept)
        self.board.now = at
        for owner, part in zip((self.slack, self.dintero, self.mailbox), parts, strict=True):
            vars(owner).update(part)
        async with self.on(copied_database(url, self.folder)):
            await self.start()
            await self.settle()
            yield

    def _parts(self):
        return (self.clock.now(), vars(self.slack), vars(self.dintero), vars(self.mailbox))

    def _kept(self, parts):
        """A deep copy that leaves the world's own people where they are."""
        stays = (self.slack, self.dintero, self.clock, self.mailbox, self.calls, self.slack.http, self.slack._count)
        return copy.deepcopy(parts, {id(one): one for one in (*stays, self.dintero.post.http)})


@contextlib.asynccontextmanager
async def opened_crash_world(tmp_path, starter, **settings):
    """The world around a bot that does not run yet."""
    board, calls, mailbox = Board(tmp_path / "board"), Calls(), CutMailbox()
    board.now, mailbox.calls, mailbox.now = START, calls, lambda: board.now
    clock = BoardClock(board)
    fresh = httpx.Limits(max_keepalive_connections=0)  # a connection kept alive may die with a bot that is killed
    async with (
        httpx.AsyncClient(trust_env=False, verify=False, limits=fresh) as http,  # noqa: S501  nobody speaks TLS
        mailbox.open() as mail_url,
        opened_world(tmp_path, clock=clock, account="P12345678", around=calls.around) as around,
    ):
        around.slack.monotonic, around.slack.ack_deadline = clock.monotonic, 30.0
        around.dintero.signature_secret, around.dintero.post.http = "callback-secret", http
        around.settings |= {
            "DINTERO_SIGNATURE_SECRET": "callback-secret",
            "PAYLINK_DUPLICATE_HOURS": "0",
            "PAYLINK_MESSAGES_PER_HOUR": "0",
            "PAYLINK_SMTP_URL": mail_url,
            "PAYLINK_MAIL_FROM": FROM,
            "PAYLINK_MERCHANT_NAME": "Fjord Shop",
            **settings,
        }
        world = CrashWorld(around, board, calls, mailbox, starter)
        try:
            yield world
        finally:
            if world.alive:
                await world.kill()
