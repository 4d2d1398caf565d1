"""One database of each kind for all stories of this process, emptied between them, and the engine that opens it.

Its address stays the same, so what SQLAlchemy has compiled once serves all stories.
"""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

import asyncpg

from storage.engine import open_engine
from storage.tables import metadata
from tests import databases
from tests.elsewhere import elsewhere

SHOW_OUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_ALL = "; ".join(f"DELETE FROM {table.name}" for table in reversed(metadata.sorted_tables))  # noqa: S608  names of ours
_SHAPE = """
    SELECT string_agg(concat_ws(' ', relname, attname, atttypid), ',' ORDER BY relname, attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
"""


def emptied(kind):
    """The URL of the kept database of this kind, with today's tables and nothing in them."""
    if kind == "sqlite":
        return _sqlite()
    databases.server()  # started here: elsewhere nobody could wait for it
    return elsewhere(_postgresql())


kept_engine = functools.cache(open_engine)


def _sqlite():
    file = _folder() / "paylink.db"
    # A new file in the old one's place: whoever still has that one open does no harm.
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    shutil.copyfile(databases.sqlite_template(), file)
    file.chmod(0o600)
    return f"sqlite:///{file}"


@functools.cache
def _folder():
    # In memory where there is such a place: SQLite waits for the disk at each commit, and nobody pulls the plug here.
    folder = Path(tempfile.mkdtemp(prefix=databases.PREFIX, dir=databases.memory()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_made = []
"""The PostgreSQL database of this process, as (URL, shape)."""


async def _postgresql():
    if _made:
        url, shape = _made[0]
        connection = await outside(url)
        try:
            await connection.execute(SHOW_OUT)
            await connection.execute(_ALL)
            if await connection.fetchval(_SHAPE) == shape:
                return url
        except asyncpg.PostgresError:
            pass  # a story did not put back what it took away
        await dropped()
    url = await databases.made_from_template()
    _made.append((url, await (await outside(url)).fetchval(_SHAPE)))
    return url


async def dropped():
    """Leave no database behind on the server."""
    while _made:
        url, _ = _made.pop()
        if connection := _connections.pop(url, None):
            await connection.close()
        await databases.drop(url)


_connections = {}


async def outside(url):
    """This process's own connection to a PostgreSQL database, for questions from outside of the bot."""
    found = _connections.get(url)
    if found is None or found.is_closed():
        # What others rename or drop must not be remembered.
        found = _connections[url] = await asyncpg.connect(url, statement_cache_size=0)
        await found.execute("SET lock_timeout = '5s'")
    return found
