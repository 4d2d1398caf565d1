"""A SQLite file through aiosqlite, with one message to the connection's thread for each statement.

aiosqlite's own cursor takes four: it is made, told to execute, to fetch and to close, and each is a switch of threads
and a turn of the event loop. BEGIN goes with the first statement of a transaction.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import aiosqlite

BUSY_SECONDS: Final = 5
"""How long SQLite itself waits for a writer in another process."""

_AT_ONCE: Final = 64
"""Rows that aiosqlite would fetch at a time where it iterates; nothing here does."""


async def opened(file: Path) -> aiosqlite.Connection:
    """A connection for SQLAlchemy's aiosqlite dialect. A missing file is made, readable by its owner only."""

    def connect() -> sqlite3.Connection:
        # Made before SQLite makes it: the umask would let others read, and -wal and -shm take its mode. Only a missing
        # one: closing a file that is open in SQLite too drops this process's locks on it, and whoever else closes the
        # database then takes itself for the last, and deletes the log that is being written here.
        if not file.exists():
            file.touch(0o600)
        if file.is_file():  # somebody may have named a folder
            file.chmod(0o600)
        # No transactions of the driver's own, they begin too late (before the first write, after the reads): lost
        # updates. Only one thread uses it, and closing it may be left to another.
        connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        # FULL: what is committed outlives a power cut. Less, and *sending* could be *wanted* again: a second capture.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
        connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}").close()
        return connection

    connection = Connection(connect, _AT_ONCE)
    thread = connection._thread  # noqa: SLF001  nothing public ends with it, or lets it be a daemon
    thread.daemon = True  # as the dialect does with those it makes: a crash is not held up
    try:
        return await connection
    except (OSError, sqlite3.Error):
        # aiosqlite has told the thread to end, which then speaks to this event loop: not when it is closed already.
        await asyncio.to_thread(thread.join)
        raise


class _Answer(NamedTuple):
    """What SQLAlchemy asks a cursor for once it has executed."""

    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    rows: Sequence[Any] = ()


class _Beginning(NamedTuple):
    looks_only: bool
    single: bool
    relaxed: bool


class Connection(aiosqlite.Connection):
    """The dialect's connection to the file."""

    _to_begin: _Beginning | None = None
    """What begins with the next statement, if anything does."""
    _begun = False
    """Whether something may be open that a commit or a rollback has to end."""
    _looks_only = False
    _relaxed = False
    """What SQLite was told last."""

    def begin(self, *, looks_only: bool, single: bool, relaxed: bool) -> None:
        """Begin a transaction with the next statement: one that writes waits there for the writer before it.

        One that only looks need not wait, and cannot write. A single statement is a transaction by itself. The commit
        of a relaxed one does not wait for the disk.
        """
        self._to_begin = _Beginning(looks_only, single, relaxed)

    async def commit(self) -> None:
        """End the transaction, if there is one."""
        self._to_begin = None
        if self._begun:
            await super().commit()
            self._begun = False  # not before: one whose commit failed has to be undone

    async def rollback(self) -> None:
        """Undo the transaction, if there is one."""
        self._to_begin = None
        if self._begun:
            await super().rollback()
            self._begun = False

    def cursor(self) -> Any:
        """The dialect enters it; nobody else asks for one."""
        return _Cursor(self)

    async def answer(self, call: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> _Answer:
        """Make the call and read all that it gives, in the connection's thread."""
        beginning, self._to_begin = self._to_begin, None
        if beginning is not None and not beginning.single:
            self._begun = True  # said before: whoever is broken off here has begun it all the same
        return await self._execute(self._answer, call, beginning)  # type: ignore[no-untyped-call, no-any-return]

    def _answer(self, call: Callable[[sqlite3.Connection], sqlite3.Cursor], beginning: _Beginning | None) -> _Answer:
        if beginning is not None:
            self._begin(beginning)
        cursor = call(self._conn)
        rows = cursor.fetchall() if cursor.description else ()
        answer = _Answer(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
        cursor.close()
        return answer

    def _begin(self, beginning: _Beginning) -> None:
        if beginning.looks_only is not self._looks_only:
            self._conn.execute(f"PRAGMA query_only={int(beginning.looks_only)}").close()
            self._looks_only = beginning.looks_only
        if beginning.relaxed is not self._relaxed:
            self._conn.execute(f"PRAGMA synchronous={'NORMAL' if beginning.relaxed else 'FULL'}").close()
            self._relaxed = beginning.relaxed
        if not beginning.single:
            self._conn.execute("BEGIN" if beginning.looks_only else "BEGIN IMMEDIATE").close()


class _Cursor:
    """The part of a cursor that the dialect uses; all but `execute` and `executemany` is there already."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._answer = _Answer()

    @property
    def description(self) -> Any:
        return self._answer.description

    @property
    def rowcount(self) -> int:
        return self._answer.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._answer.lastrowid

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._answer = await self._connection.answer(lambda connection: connection.execute(sql, parameters))

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._answer = await self._connection.answer(lambda connection: connection.executemany(sql, rows))

    async def fetchall(self) -> Sequence[Any]:
        return self._answer.rows

    async def close(self) -> None:
        """Nothing is open."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is open."""
