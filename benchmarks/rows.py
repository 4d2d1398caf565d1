"""The database alone, an SQLite file: what *Send* commits, and finding what is due among many links."""

import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

from cryptography.fernet import Fernet
from sqlalchemy import text

from benchmarks.figures import Pair
from bot.clock import SystemClock
from bot.domain.drafts import Draft, DraftLine
from bot.domain.links import Status
from bot.domain.permissions import Actor, Policy, Standing
from bot.loops import Bells
from bot.services.issuing import Issuing, Shop, Submission
from storage.engine import open_engine
from storage.schema import upgrade
from storage.secrets import Secrets
from storage.store import SqlStore

_ACTOR = Actor(user_id="U1", team_id="T1", standing=Standing.MEMBER)
_COPIES = """
    WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < :many)
    INSERT INTO link ({}) SELECT {} FROM link, number WHERE link.n = 1
"""
_NEW = {"id": "id || i", "n": "1 + i", "merchant_reference": "'R' || i", "token_hash": "'H' || i"}
_NEW["due_at"] = "datetime(link.due_at, (i - 500) || ' seconds')"  # one a second; the first 500 are due already


class House:
    """A database, and the service that *Send* calls."""

    def __init__(self, file: str) -> None:
        self.engine = open_engine(f"sqlite:///{file}")
        self.store = SqlStore(self.engine, Secrets([Fernet.generate_key().decode()]))

    async def fill(self, many: int) -> None:
        """Make the tables, one open link, and copies of it."""
        await upgrade(self.engine)
        workspace = await self.store.introduce(team_id="T1", account_id="T12345678")
        shop = Shop(
            workspace_id=workspace, team_id="T1", account_id="T12345678", currency="NOK", country="NO", zone=UTC
        )
        policy = Policy(money_users=None)
        self.issuing = Issuing(
            store=self.store,
            clock=SystemClock(),
            bell=Bells(),
            shop=shop,
            policy=policy,
            alike_within=timedelta(),
        )
        order_id = await self.submit()
        async with self.store() as work:
            story = await work.story(order_id)
            link = replace(story.newest, status=Status.OPEN, session_id="T12345678.s", url="https://pay.example/1")
            await work.save_link(link, expected_version=1, due_at=datetime.now(UTC), visible=True)
            await work.commit()
        async with self.engine.begin() as connection:
            names = [row.name for row in await connection.execute(text("PRAGMA table_info(link)"))]
            copies = _COPIES.format(", ".join(names), ", ".join(_NEW.get(name, f"link.{name}") for name in names))
            await connection.execute(text(copies), {"many": many})
            await connection.execute(text("CREATE TABLE bare (body TEXT)"))

    async def submit(self) -> str:
        """What *Send* does before its answer; returns the order's id."""
        line = DraftLine(line_id="1", text="Tow bar", price="249,50")
        draft = Draft(id=uuid.uuid4().hex, channel="C1", phone="91234567", lines=(line,))
        return (await self.issuing.submit(Submission(draft=draft, actor=_ACTOR, view_id="V1"))).order.id

    async def commit_one(self) -> None:
        """One row of 300 bytes through the same engine."""
        async with self.engine.begin() as connection:
            await connection.execute(text("INSERT INTO bare VALUES (:body)"), {"body": "x" * 300})

    async def claim(self) -> float:
        """Milliseconds to hold 50 due links; they are let go again outside the measure."""
        now, started = datetime.now(UTC), time.perf_counter()
        held = await self.store.claim_due_links(now, now, timedelta(minutes=1), 50)
        taken = time.perf_counter() - started
        if len(held) != 50:
            raise RuntimeError(f"{len(held)} links were due, not 50")
        async with self.engine.begin() as connection:
            await connection.execute(text("UPDATE link SET lease_until = NULL WHERE lease_until IS NOT NULL"))
        return taken * 1000


async def rows(*, rounds: int, shots: int) -> list[Pair]:
    """Claims among many links and among few, then commits."""
    claims = Pair("claim 50 due links among 100,000", "ms", "the same among 1,000")
    commits = Pair("Send's transaction", "per s", "one row of 300 bytes, same engine")
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="paylink-"))
        many, few = House(f"{folder}/many.db"), House(f"{folder}/few.db")
        for house, links in ((many, 100_000), (few, 1_000)):
            stack.push_async_callback(house.engine.dispose)
            await house.fill(links)
        for _ in range(rounds + 1):
            claims.add(*[median([await house.claim() for _ in range(20)]) for house in (many, few)])
        for _ in range(rounds + 1):
            commits.add(*[await _rate(work, shots) for work in (few.submit, few.commit_one)])
    return [claims, commits]


async def _rate(work: Callable[[], Awaitable[object]], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        await work()
    return times / (time.perf_counter() - started)
