"""The database's engine, set up so that a transaction is one."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.database_url import DatabaseUrl, read_database_url
from storage.postgresql_errors import postgresql_trouble
from storage.sqlite import BUSY_SECONDS, opened

LOOKS_ONLY: Final = "paylink_looks_only"
"""Execution option: this transaction writes nothing, so on SQLite it need not wait for the one writer."""

SINGLE: Final = "paylink_single"
"""Execution option: on SQLite no transaction is begun, and each statement commits itself."""

RELAXED: Final = "paylink_relaxed"
"""Execution option: on SQLite its commit does not wait for the disk."""

_CONNECTION: Final[dict[str, Any]] = {"timeout": 5, "command_timeout": 30}

_LIMITS: Final = {"idle_in_transaction_session_timeout": "10s", "statement_timeout": "15s"}
"""A replica that stands still in the middle of a transaction holds its rows locked: PostgreSQL ends it, between two
statements or within one, so that the others can go on. Nothing of ours waits for the network in a transaction. A
statement may take longer, so that a statement that waits for such rows gets them instead of ending with their holder.

Set once the connection is made: PgBouncer takes no connection that begins with them.
"""

TRANSACTION_LIMIT: Final = """
    SELECT set_config('transaction_timeout', '{limit}', {local})
    WHERE current_setting('server_version_num')::int >= 170000
"""
"""How long a whole transaction may take; 0 for ever, `local` for this one only.

The other two limits do not see a client that stands still between two messages about one statement, as it is when a
statement is prepared: the server reads and waits, and the rows stay locked. PostgreSQL before 17 cannot help that.
"""
_TRANSACTION: Final = "20s"


def open_engine(url: str) -> AsyncEngine:
    """An engine for `sqlite:////path/file.db` or `postgresql://…`; the drivers' names may be given or left out.

    Connects to nothing yet. A missing SQLite file is made at the first connection, readable by its owner only.

    Raises:
        ValueError: for what `read_database_url` refuses, SQLite without a file, or a folder that does not exist.

    """
    read = read_database_url(url)
    if read.url.get_backend_name() == "sqlite":
        return _sqlite(read.url)
    return _postgresql(read)


@asynccontextmanager
async def disposed(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """The engine, whose connections are closed at the end however that comes."""
    try:
        yield engine
    finally:
        await engine.dispose()


@contextmanager
def opening(engine: AsyncEngine) -> Iterator[None]:
    """What goes wrong while the database is opened or migrated, said in a sentence.

    Raises:
        ValueError: with the reason and the mend.

    """
    try:
        yield
    except Exception as problem:
        if is_trouble(problem):
            if engine.dialect.name == "sqlite":
                said = _sqlite_trouble(engine.url, problem)
            else:
                said = postgresql_trouble(problem, _where(engine))
            raise ValueError(f"PAYLINK_DATABASE_URL: {said}") from problem
        raise


def is_trouble(problem: Exception) -> bool:
    """Whether it is the database's: asyncpg's own errors come as they are while a connection is made."""
    return isinstance(problem, OSError | SQLAlchemyError) or type(problem).__module__.startswith("asyncpg.")


def file_to_make(engine: AsyncEngine) -> bool:
    """Whether the first connection would make the SQLite file.

    Raises:
        ValueError: when it could not.

    """
    if engine.dialect.name != "sqlite" or (file := Path(str(engine.url.database))).exists():
        return False
    with opening(engine):
        tempfile.TemporaryFile(dir=file.parent).close()
    return True


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
        async with asyncio.timeout(BUSY_SECONDS):
            await self._lock.acquire()
        self._holder = asyncio.current_task()
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()


def apart_from_pool(engine: AsyncEngine) -> AsyncEngine:
    """An engine to the same PostgreSQL whose connections belong to whoever opens them, and to no pool."""
    return _connecting(_OPENED[engine.sync_engine], poolclass=NullPool)


def for_looks(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for transactions that only read, each from one snapshot."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{LOOKS_ONLY: True})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_single_statements(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for what is one statement: it is committed with it, at the price of that statement alone."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{SINGLE: True})
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def for_holding(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for what holds only as long as this machine runs: claims, leases, turns, looks that began.

    On SQLite a power cut may take back the last such commits, and with them nothing that came after them: the next
    other commit brings all before it to the disk. Whoever held something is gone then, too.
    """
    return engine.execution_options(**{RELAXED: True}) if engine.dialect.name == "sqlite" else engine


def _sqlite_trouble(url: URL, problem: Exception) -> str:
    reason = str(problem.orig) if isinstance(problem, DBAPIError) else type(problem).__name__
    if "locked" in reason:
        return f"{url.database} is in use. Stop the other program that writes to it, and try again."
    if Path(str(url.database)).is_dir() or "not a database" in reason:
        return f"{url.database} is not an SQLite database. Name another file."
    if isinstance(problem, OSError) or "readonly" in reason or "unable to open" in reason:
        return f"{url.database} cannot be written. The file and its folder must belong to the user that runs Paylink."
    return f"{url.database} cannot be opened ({reason}). Look at the file and its disk."


_OPENED: Final[WeakKeyDictionary[Engine, DatabaseUrl]] = WeakKeyDictionary()
"""What each engine to a PostgreSQL was opened with."""


def _where(engine: AsyncEngine) -> str:
    read = _OPENED[engine.sync_engine]
    return f"{read.url.host or 'localhost'}:{read.url.port or 5432}" if read.named else "the address of the setting"


def _postgresql(read: DatabaseUrl) -> AsyncEngine:
    engine = _connecting(read)
    event.listen(engine.sync_engine, "checkout", _pass_by_if_closed)
    return engine


def _connecting(read: DatabaseUrl, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        read.url, connect_args=_CONNECTION | read.arguments, hide_parameters=True, **options
    )  # fmt: skip
    event.listen(engine.sync_engine, "connect", _limit)
    _OPENED[engine.sync_engine] = read
    return engine


def _pass_by_if_closed(connection: Any, *_: Any) -> None:
    """Open another connection instead of one whose server was stopped: asyncpg has heard of it.

    SQLAlchemy's own ping asks the server, in a transaction of its own: three round trips before each of ours.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _limit(connection: Any, _record: Any) -> None:
    limits = ", ".join(f"set_config('{name}', '{limit}', false)" for name, limit in _LIMITS.items())
    transaction = TRANSACTION_LIMIT.format(limit=_TRANSACTION, local="false")
    connection.run_async(lambda driver: driver.execute(f"SELECT {limits}; {transaction}"))


def _sqlite(url: URL) -> AsyncEngine:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ValueError(
            "PAYLINK_DATABASE_URL: SQLite needs a file: sqlite:////var/lib/paylink/paylink.db, for example."
        )
    file = Path(url.database)
    if not file.parent.is_dir():
        mend = "Make it, owned by the user that runs Paylink."
        raise ValueError(f"PAYLINK_DATABASE_URL: the folder {file.parent} does not exist. {mend}")
    # Errors are logged, and values are people's. Whatever was begun is ended by SQLAlchemy's own transaction: one more
    # rollback at every return to the pool would be one more wait.
    engine = create_async_engine(
        url, async_creator=partial(opened, file), hide_parameters=True, pool_reset_on_return=None
    )  # fmt: skip
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    raw: Any = connection.connection.driver_connection
    options = connection.get_execution_options()
    told = {"looks_only": LOOKS_ONLY, "single": SINGLE, "relaxed": RELAXED}
    raw.begin(**{name: options.get(option, False) for name, option in told.items()})
