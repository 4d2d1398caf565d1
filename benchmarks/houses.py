"""Databases with links in them: a few whose callbacks can be signed, or a crowd to find something in."""

import asyncio
import contextlib
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.stage import ACCOUNT, KEY, SIGNATURES, posted
from bot.clock import SystemClock
from bot.domain.drafts import Draft, DraftLine
from bot.domain.links import Link, Status
from bot.domain.mails import MailState
from bot.domain.operations import Kind, State
from bot.domain.permissions import Actor, Policy, Standing
from bot.loops import Bells
from bot.services.issuing import Issued, Issuing, Shop, Submission
from bot.services.ports.world import Clock
from sandbox.dintero.post import sign
from storage.engine import open_engine
from storage.keys import unsealed
from storage.schema import upgrade
from storage.secrets import token_hash
from storage.store import SqlStore
from storage.tables import events, lines, links, mails, metadata, operations, orders
from tests import databases

KINDS = ("sqlite", "postgresql")
AMOUNT = 249_50
TEAM = "T1"
FIRST = f"{ACCOUNT}.first"
"""The session of the link that all others are copied from."""
_CHUNK = 1_000
_MIGRATING = asyncio.Lock()
"""Alembic knows one migration at a time in a process."""
_AT_ONCE = 100_000
"""Rows in one statement, which may take fifteen seconds."""


@dataclass(frozen=True)
class House:
    """A database with today's tables, and the store over it."""

    url: str
    engine: AsyncEngine
    store: SqlStore
    issuing: Issuing
    workspace_id: str

    async def issue(self, draft: Draft) -> tuple[str, Link]:
        """What *Send* keeps, and then what the answer to its create does; returns the order's id and the open link."""
        actor = Actor(user_id="U1", team_id=TEAM, standing=Standing.MEMBER)
        issued = await self.issuing.submit(Submission(draft=draft, actor=actor, view_id="V1"))
        if not isinstance(issued, Issued):
            raise TypeError("asked first")
        async with self.store() as work:
            story = await work.story(issued.order.id)
            if story is None:
                raise LookupError(issued.order.id)
            opened = replace(
                story.newest, status=Status.OPEN, session_id=FIRST, url=f"https://pay.example/{uuid.uuid4()}"
            )
            await work.save_link(opened, expected_version=1, due_at=story.newest.expires_at, visible=True)
            await work.commit()
        async with self.engine.begin() as connection:
            await connection.execute(text("DELETE FROM operation"))
            await connection.execute(text("UPDATE orders SET untold_since = NULL, urgency = NULL, tell_after = NULL"))
        return issued.order.id, opened

    async def rows(self) -> dict[str, list[dict[str, Any]]]:
        """All that stands in the tables of orders, as Core reads it."""
        async with self.engine.connect() as connection:
            return {
                table.name: [dict(row) for row in (await connection.execute(select(table))).mappings()]
                for table in metadata.sorted_tables
                if table.name not in {"workspace", "account", "seed"}
            }

    async def copies(self, many: int, sessions: Sequence[str] = ()) -> list[str]:
        """Make so many open links out of one, each with its order; returns their ids.

        `sessions` are Dintero's ids of theirs.
        """
        _, link = await self.issue(a_draft())
        first = await self.rows()
        order, line, row = first["orders"][0], first["order_line"], first["link"][0]
        ids = [f"{link.id}-{number}" for number in range(many)]
        told = {"untold_since": None, "urgency": None, "card_state": "posted", "card_channel": "C1"}
        told |= {"card_version": order["version"]}
        for start in range(0, many, _CHUNK):
            these = list(enumerate(ids))[start : start + _CHUNK]
            await self._insert(
                orders,
                [
                    {**order, **told, "id": one, "draft_id": one, "reference": reference(n), "card_ts": card_ts(n)}
                    for n, one in these
                ],
            )
            await self._insert(lines, [{**each, "order_id": one} for _, one in these for each in line])
            await self._insert(
                links,
                [
                    {**row, "id": one, "order_id": one, "merchant_reference": reference(n)}
                    | {"token_hash": token_hash(self.store.token(one))}
                    | {"session_id": sessions[n] if sessions else f"{ACCOUNT}.{one}"}
                    for n, one in these
                ],
            )
            await self._insert(
                events,
                [
                    {**each, "id": f"{one}-{n}", "link_id": one, "told_ts": "1.2"}
                    for _, one in these
                    for n, each in enumerate(first["event"])
                ],
            )
        return ids

    async def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            async with self.engine.begin() as connection:
                await connection.execute(insert(table), rows)

    async def forget_hints(self) -> None:
        """As if nobody had knocked."""
        async with self.engine.begin() as connection:
            if self.engine.dialect.name == "postgresql":  # whatever order others lock links in
                await connection.execute(text("LOCK TABLE link IN EXCLUSIVE MODE"))
            await connection.execute(text("UPDATE link SET due_at = expires_at, hint_at = NULL, lease_until = NULL"))

    async def look_now(self, session_id: str) -> None:
        """Let the bot's own plan bring it to this link."""
        async with self.engine.begin() as connection:
            due = update(links).where(links.c.session_id == session_id).values(due_at=datetime.now(UTC))
            await connection.execute(due)

    def callbacks(self, ids: Sequence[str], public_url: str) -> list[bytes]:
        """A callback for each of these links, signed as Dintero signs."""
        return [_callback(public_url, self.store.token(each)) for each in ids]

    async def count(self, condition: str) -> int:
        """How many links there are of that kind."""
        async with self.engine.connect() as connection:
            query = f"SELECT count(*) FROM link WHERE {condition}"
            return int((await connection.execute(text(query))).scalar() or 0)


def reference(number: int) -> str:
    """The reference of a copy."""
    return f"B{number}"


def card_ts(number: int) -> str:
    """Where a copy's card stands."""
    return f"1.{number:06}"


def a_draft(**changed: Any) -> Draft:
    """A form as somebody fills it in."""
    line = DraftLine(line_id="1", text="Tow bar", price="249,50")
    return replace(Draft(id=uuid.uuid4().hex, channel="C1", phone="91234567", lines=(line,)), **changed)


@contextlib.asynccontextmanager
async def house(kind: str, clock: Clock | None = None) -> AsyncIterator[House]:
    """A new database of this kind, which outlives a power cut as in production; in memory where time is virtual."""
    with tempfile.TemporaryDirectory(prefix="paylink-bench-", dir=databases.memory() if clock else None) as folder:
        if kind == "postgresql":
            databases.server()  # started where somebody can wait for it
            await databases.durable()
        async with databases.empty_database(kind, Path(folder)) as url:
            engine = open_engine(url)
            try:
                yield await _furnished(url, engine, clock or SystemClock())
            finally:
                await engine.dispose()


async def _furnished(url: str, engine: AsyncEngine, clock: Clock) -> House:
    async with _MIGRATING:
        await upgrade(engine)
    store = SqlStore(engine, await unsealed(engine, [KEY]), machine_now=clock.machine_now)
    workspace = await store.introduce(team_id=TEAM, account_id=ACCOUNT)
    shop = Shop(workspace_id=workspace, team_id=TEAM, account_id=ACCOUNT, currency="NOK", country="NO", zone=UTC)
    issuing = Issuing(
        store=store, clock=clock, bell=Bells(), shop=shop, policy=Policy(money_users=None), alike_within=timedelta()
    )
    return House(url, engine, store, issuing, workspace)


def _callback(public_url: str, token: str) -> bytes:
    path = f"/dintero/callback/{token}?method=POST&report_error=true"
    seal = sign(SIGNATURES, ACCOUNT, "POST", f"{public_url}{path}", datetime.now(UTC))
    return posted(path, b"{}", {"Content-Type": "application/json", "Dintero-Signature": seal})


async def crowd(house: House, many: int, **new: str) -> None:
    """Make so many links out of the one that is there; all hang on its order. `new` are SQL, in which `i` counts."""
    numbers = {
        "id": "'x' || i",
        "n": "1 + i",
        "merchant_reference": "'R' || i",
        "token_hash": "'H' || i",
        "session_id": f"'{ACCOUNT}.x' || i",
        **new,
    }
    await _copied(house, links, many, numbers, f"session_id = '{FIRST}'")


async def finished(house: House, many: int) -> None:
    """Make three finished operations and two sent e-mails for each of so many links of a crowd."""
    now = datetime.now(UTC)
    async with house.engine.begin() as connection:
        first = (await connection.execute(select(links.c.id).where(links.c.session_id == FIRST))).scalar_one()
        operation = {
            "id": "first", "link_id": first, "kind": Kind.CAPTURE, "reference": "4711-C1", "state": State.DONE,
            "requested_by": "U1", "amount": AMOUNT, "items": {"1": AMOUNT}, "seen_open": AMOUNT, "created_at": now,
            "sent_at": now, "ended_at": now, "releases_rest": False, "fence": 1,
        }  # fmt: skip
        mail = {
            "id": "first", "link_id": first, "n": 9, "state": MailState.SENT, "tries": 1, "wanted_at": now,
            "due_at": now, "ended_at": now, "fence": 1,
        }  # fmt: skip
        await connection.execute(insert(operations), operation)
        await connection.execute(insert(mails), mail)
    for n in range(3):
        await _copied(house, operations, many, {"id": f"'o{n}-' || i", "link_id": "'x' || i"}, "id = 'first'")
    for n in range(2):
        await _copied(house, mails, many, {"id": f"'m{n}-' || i", "link_id": "'x' || i", "n": str(n)}, "id = 'first'")


async def _copied(house: House, table: Table, many: int, new: Mapping[str, str], which: str) -> None:
    """Copy one row so many times; `new` are SQL, in which `i` counts from 1."""
    names = [column.name for column in table.columns]
    taken = ", ".join(new.get(name, f"one.{name}") for name in names)
    copied = (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {taken} FROM {table.name} AS one, number WHERE {which}"
    )
    number = "WITH RECURSIVE number(i) AS (SELECT {0} UNION ALL SELECT i + 1 FROM number WHERE i < {1})"
    for start in range(0, many, _AT_ONCE):
        counted = number.format(start + 1, min(start + _AT_ONCE, many))
        async with house.engine.begin() as connection:
            await connection.execute(text(f"{counted} {copied}"))
    if house.engine.dialect.name == "postgresql":  # as it does by itself before long
        async with house.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text(f"VACUUM ANALYZE {table.name}"))
