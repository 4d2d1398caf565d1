"""What the SQLite file's connection answers, as SQLAlchemy asks it."""

import asyncio
import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.engine import for_holding, for_looks, open_engine


@pytest.fixture
async def engine(tmp_path):
    opened = open_engine(f"sqlite:///{tmp_path / 'some.db'}")
    async with opened.begin() as connection:
        await connection.execute(text("CREATE TABLE word (n INTEGER PRIMARY KEY, said TEXT UNIQUE)"))
    yield opened
    await opened.dispose()


async def words(engine):
    async with engine.connect() as connection:
        return (await connection.execute(text("SELECT said FROM word ORDER BY n"))).scalars().all()


async def writes(engine, *said):
    async with engine.begin() as connection:
        return await connection.execute(text("INSERT INTO word (said) VALUES (:said)"), [{"said": s} for s in said])


async def test_rows_written_together_are_all_there(engine):
    await writes(engine, "one", "two", "three")

    assert await words(engine) == ["one", "two", "three"]


async def test_it_says_how_many_rows_it_touched(engine):
    await writes(engine, "one", "two", "three")

    async with engine.begin() as connection:
        changed = await connection.execute(text("UPDATE word SET said = said || '!' WHERE n > 1"))
        missed = await connection.execute(text("UPDATE word SET said = '' WHERE n > 9"))

    assert (changed.rowcount, missed.rowcount) == (2, 0)


async def test_what_is_committed_outlives_a_power_cut(engine):
    """Nothing less than FULL has SQLite wait for the disk at each commit to its log."""
    async with engine.connect() as connection:
        kept = [(await connection.execute(text(f"PRAGMA {of}"))).scalar() for of in ("journal_mode", "synchronous")]

    assert kept == ["wal", 2]


async def test_what_only_holds_waits_for_no_disk_and_the_next_commit_does(engine):
    """On one connection after the other's: which it is goes with the transaction."""
    waits = text("PRAGMA synchronous")
    found = []
    for each in (for_holding(engine), engine, for_holding(engine)):
        async with each.connect() as connection:
            found.append((await connection.execute(waits)).scalar())

    assert found == [1, 2, 1]


async def test_what_a_write_gives_back_is_read_with_it(engine):
    async with engine.begin() as connection:
        given = await connection.execute(text("INSERT INTO word (said) VALUES ('one') RETURNING n, said"))
        assert given.one() == (1, "one")


async def test_a_failure_is_the_databases_own(engine):
    await writes(engine, "one")
    with pytest.raises(IntegrityError):
        await writes(engine, "one")
    async with engine.connect() as connection:
        with pytest.raises(OperationalError, match="no such table"):
            await connection.execute(text("SELECT * FROM sentence"))

    assert await words(engine) == ["one"]


@pytest.mark.parametrize("then", ["leaves", "fails", "is broken off"])
async def test_what_is_not_committed_is_undone_before_another_gets_the_connection(engine, then):
    """Nothing is rolled back any more when a connection goes back to the pool: it must have been before."""
    begun = asyncio.Event()

    async def half():
        async with engine.connect() as connection:
            await connection.execute(text("INSERT INTO word (said) VALUES ('half')"))
            begun.set()
            if then == "fails":
                raise ValueError
            if then == "is broken off":
                await asyncio.sleep(60)

    task = asyncio.create_task(half())
    await begun.wait()
    if then == "is broken off":
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    async with asyncio.timeout(2):
        await writes(engine, "whole")
    assert await words(engine) == ["whole"]


async def test_a_statement_that_is_broken_off_holds_nothing(engine):
    """The thread is in the middle of it when nobody waits for its answer any more."""
    slow = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)
        INSERT INTO word (said) SELECT i FROM n WHERE i > 2999998
    """

    async def long():
        async with engine.connect() as connection:
            await connection.execute(text(slow))

    task = asyncio.create_task(long())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    async with asyncio.timeout(10):
        await writes(engine, "whole")
    assert await words(engine) == ["whole"]


async def test_a_look_that_asked_nothing_keeps_nobody_from_writing(engine):
    """Transactions begin with their first statement: one without has told SQLite nothing."""
    async with engine.connect() as first, for_looks(engine).connect() as second:
        for connection in (first, second):
            await connection.begin()
            await connection.rollback()

    await writes(engine, "one")
    async with for_looks(engine).connect() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(text("DELETE FROM word"))
    await writes(engine, "two")
    assert await words(engine) == ["one", "two"]


async def test_another_program_that_leaves_takes_nothing_with_it(engine, tmp_path):
    """SQLite deletes the log of writes when the last program closes the file, and knows the others by their locks.

    A process loses all its locks on a file when it closes the file once, whatever else it has open there.
    """

    def asked_by_another_program():
        ask = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('SELECT said FROM word ORDER BY n'))"
        told = subprocess.run(
            [sys.executable, "-c", ask, tmp_path / "some.db"], check=True, capture_output=True, text=True
        )
        return told.stdout.strip()

    async with engine.connect(), engine.connect():  # the second is opened while the first is open
        await writes(engine, "one")
        assert asked_by_another_program() == "('one',)"

        await writes(engine, "two")
        assert asked_by_another_program() == "('one',) ('two',)"


async def test_a_folder_that_was_named_by_mistake_stays_as_it_is(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir(0o755)
    opened = open_engine(f"sqlite:///{folder}")

    with pytest.raises(OperationalError, match="unable to open"):
        await words(opened)

    await opened.dispose()
    assert folder.stat().st_mode & 0o777 == 0o755
