"""The bot's database from outside: what stands in it, and rivals who do not let go of it."""

import contextlib
import itertools
import re
import sqlite3
from pathlib import Path

import asyncpg
from sqlalchemy import event, make_url

from storage.tables import metadata
from tests import databases
from tests.elsewhere import elsewhere
from tests.kept import SHOW_OUT, outside
from tests.stories.patience import strict

_TABLES = ", ".join(table.name for table in metadata.sorted_tables)


def rows(shop, query, *values):
    """What is committed, read as another program would; each `?` stands for a value."""
    if _file(shop):
        with _sqlite(shop) as rival:
            return rival.execute(query, values).fetchall()
    numbers = itertools.count(1)
    numbered = re.sub(r"\?", lambda _: f"${next(numbers)}", query)
    return [tuple(row) for row in _postgresql(shop, "fetch", numbered, *values)]


def raw(shop):
    """All that is kept, piece by piece: each of SQLite's files whole, or each of PostgreSQL's tables as text."""
    if file := _file(shop):
        return {each.name: each.read_bytes() for each in file.parent.glob(f"{file.name}*")}
    return {name: repr(rows(shop, f"SELECT {name}::text FROM {name}")).encode() for name in metadata.tables}  # noqa: S608


def write(shop, statement):
    """Another program changes something."""
    if not _file(shop):
        _postgresql(shop, "execute", statement)
        return
    with _sqlite(shop) as rival:
        rival.executescript(statement)


def count(shop, table):
    [[number]] = rows(shop, f"SELECT count(*) FROM {table}")  # noqa: S608  names of ours
    return number


def statuses(shop):
    """Reference and status of every link, the oldest first; those of one moment as they were made."""
    made = "rowid" if _file(shop) else "(SELECT min(xmin::text::bigint) FROM order_line WHERE order_id = link.order_id)"
    return rows(shop, f"SELECT merchant_reference, status FROM link ORDER BY created_at, n, {made}")  # noqa: S608


@contextlib.contextmanager
def written_by_another(shop):
    """Another program writes, on and on: reading works, and nobody else can write."""
    if not _file(shop):
        with _locked(shop, "EXCLUSIVE"), strict():
            yield
        return
    with _sqlite(shop) as rival, strict():
        rival.execute("BEGIN IMMEDIATE")
        yield


@contextlib.asynccontextmanager
async def away(shop):
    """Nobody but a rival gets at anything at all; whoever tries waits."""
    if not _file(shop):
        with _locked(shop, "ACCESS EXCLUSIVE"), strict():
            yield
        return
    await shop.bot.store._engine.dispose()
    with _sqlite(shop) as rival, strict():
        rival.execute("PRAGMA locking_mode=EXCLUSIVE")
        rival.execute("BEGIN IMMEDIATE")
        yield


@contextlib.contextmanager
def refusing(shop):
    """Every query fails at once, as when the database restarts."""
    if _file(shop):
        write(shop, "PRAGMA legacy_alter_table=ON; ALTER TABLE link RENAME TO link_away")
        try:
            yield
        finally:
            write(shop, "ALTER TABLE link_away RENAME TO link")
        return
    _lets_in(shop, "false")
    try:
        yield
    finally:
        _lets_in(shop, "true")


def a_lock_is_waited_for(shop):
    """Whether a transaction waits for a row that another one holds; PostgreSQL's only."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return rows(shop, waiting) != []


@contextlib.contextmanager
def heard(shop, **listeners):
    """Let listeners hear what the bot's engine does, by SQLAlchemy's names of the events."""
    engine = shop.bot.store._engine.sync_engine
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


def _file(shop):
    """SQLite's file; None for PostgreSQL."""
    url = make_url(shop.settings["paylink_database_url"])
    return Path(url.database) if url.get_backend_name() == "sqlite" else None


@contextlib.contextmanager
def _sqlite(shop):
    with contextlib.closing(sqlite3.connect(_file(shop), isolation_level=None)) as rival:
        yield rival


def _postgresql(shop, method, *arguments):
    async def ask():
        return await getattr(await outside(shop.settings["paylink_database_url"]), method)(*arguments)

    return elsewhere(ask())


@contextlib.contextmanager
def _locked(shop, mode):
    """A rival's transaction that holds every table of PostgreSQL's."""
    rival = elsewhere(asyncpg.connect(shop.settings["paylink_database_url"]))
    try:
        elsewhere(rival.execute(f"BEGIN; LOCK TABLE {_TABLES} IN {mode} MODE"))
        yield
    finally:
        elsewhere(rival.close())


def _lets_in(shop, yes):
    """Whether PostgreSQL takes connections to the bot's database; those that are there are ended."""
    url = shop.settings["paylink_database_url"]

    async def say():
        host = await outside(databases.server())
        await host.execute(f"ALTER DATABASE {make_url(url).database} ALLOW_CONNECTIONS {yes}")
        await (await outside(url)).execute(SHOW_OUT)

    elsewhere(say())
