"""The bot's SQLite file from outside: what stands in it, and a rival who does not let go of it."""

import contextlib
import sqlite3
from pathlib import Path

from sqlalchemy import make_url


def path_of(shop):
    return make_url(shop.settings["paylink_database_url"]).database


def rows(shop, query, *values):
    """What is committed, read as another program would."""
    with contextlib.closing(sqlite3.connect(path_of(shop))) as rival:
        return rival.execute(query, values).fetchall()


def raw(shop):
    """Every byte of the file."""
    return Path(path_of(shop)).read_bytes()


def write(shop, statement):
    """Another program changes something."""
    with contextlib.closing(sqlite3.connect(path_of(shop), isolation_level=None)) as rival:
        rival.execute(statement)


def count(shop, table):
    [[number]] = rows(shop, f"SELECT count(*) FROM {table}")  # noqa: S608  names of ours
    return number


def statuses(shop):
    """Reference and status of every link, the oldest first."""
    return rows(shop, "SELECT merchant_reference, status FROM link ORDER BY created_at, n")


@contextlib.contextmanager
def written_by_another(shop):
    """Another program writes, on and on: reading works, and nobody else can write."""
    with contextlib.closing(sqlite3.connect(path_of(shop), isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        yield


@contextlib.asynccontextmanager
async def away(shop):
    """Nobody but a rival gets at the file at all."""
    await shop.bot.store._engine.dispose()
    with contextlib.closing(sqlite3.connect(path_of(shop), isolation_level=None)) as rival:
        rival.execute("PRAGMA locking_mode=EXCLUSIVE")
        rival.execute("BEGIN IMMEDIATE")
        yield
