"""The database's engine, set up so that a transaction is one."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any, Final

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

LOOKS_ONLY: Final = "paylink_looks_only"
"""Execution option: this transaction writes nothing, so on SQLite it need not wait for the one writer."""

_BUSY_SECONDS: Final = 5

_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}


def open_engine(url: str) -> AsyncEngine:
    """An engine for `sqlite:////path/file.db` or `postgresql://…`; the drivers' names may be given or left out.

    Connects to nothing yet. A missing SQLite file is made at the first connection, readable by its owner only.

    Raises:
        ValueError: for another kind of database, SQLite without a file, or a folder that does not exist.

    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.drivername not in _DRIVERS:
        raise ValueError("PAYLINK_DATABASE_URL must begin with sqlite:/// or postgresql://.")
    parsed = parsed.set(drivername=_DRIVERS[parsed.drivername])
    return _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)


class WriteQueue:
    """The order in which this process's tasks write to a SQLite file: first come, first served.

    SQLite lets rivals sleep and try again, ever longer, and whoever is unlucky starves: with sixteen writers one in
    a hundred waited two seconds. Other processes still meet SQLite's own lock. PostgreSQL needs no queue.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._lock = asyncio.Lock() if engine.dialect.name == "sqlite" else None
        self._holder: asyncio.Task[Any] | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn.

        Raises:
            RuntimeError: when the task would wait for itself.
            TimeoutError: when it has waited longer than SQLite itself would.

        """
        if self._lock is None:
            yield
            return
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("this task has a write transaction open already")
        async with asyncio.timeout(_BUSY_SECONDS):
            await self._lock.acquire()
        self._holder = asyncio.current_task()
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()


def for_looks(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for transactions that only read, each from one snapshot."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{LOOKS_ONLY: True})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _postgresql(url: URL) -> AsyncEngine:
    connect_args = {"timeout": 5, "command_timeout": 30}
    return create_async_engine(url, pool_pre_ping=True, connect_args=connect_args, hide_parameters=True)


def _sqlite(url: URL) -> AsyncEngine:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ValueError("SQLite needs a file: sqlite:////var/lib/paylink/paylink.db, for example.")
    file = Path(url.database)
    if not file.parent.is_dir():
        raise ValueError(f"The folder {file.parent} does not exist. Make it, owned by the user that runs Paylink.")
    engine = create_async_engine(url, hide_parameters=True)  # errors are logged, and values are people's

    def make_private(*_: Any) -> None:
        # Made before SQLite makes it: the umask would let others read, and -wal and -shm take its mode.
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
        file.chmod(0o600)

    event.listen(engine.sync_engine, "do_connect", make_private)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: SqliteConnection, _: Any) -> None:
    # The driver's own transactions begin too late (before the first write, after the reads): lost updates.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    looks_only = connection.get_execution_options().get(LOOKS_ONLY, False)
    if connection.info.get(LOOKS_ONLY) is not looks_only:
        connection.exec_driver_sql(f"PRAGMA query_only={int(looks_only)}")
        connection.info[LOOKS_ONLY] = looks_only
    connection.exec_driver_sql("BEGIN" if looks_only else "BEGIN IMMEDIATE")
