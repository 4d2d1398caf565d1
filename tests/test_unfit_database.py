"""A PostgreSQL that answers and cannot keep what is written: every command says so at once."""

import pytest
from sqlalchemy import make_url

from tests.databases import empty_database, ready_database, told_to_server
from tests.process import opened_world


@pytest.fixture
async def latin(tmp_path):
    """A world whose database cannot hold every text."""
    async with empty_database("postgresql", tmp_path) as url, opened_world(tmp_path, url) as world:
        name = make_url(url).database
        await told_to_server(
            f"DROP DATABASE {name}",
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'",
        )
        yield world


@pytest.mark.parametrize("command", ["check", "migrate", "serve"])
async def test_an_encoding_that_cannot_hold_every_text_is_named(latin, command):
    """Else a form with an emoji would be *not saved*, however often it is sent."""
    code, told = await latin.run(command)

    assert code == 1
    assert "PAYLINK_DATABASE_URL: the database's encoding is LATIN1, which cannot hold every text." in told
    assert "Traceback" not in told


@pytest.mark.parametrize("command", ["check", "migrate", "serve"])
async def test_a_database_that_takes_no_writes_is_named(tmp_path, command):
    """A standby answers whoever only looks."""
    async with ready_database("postgresql", tmp_path) as url, opened_world(tmp_path, url) as world:
        await told_to_server(f"ALTER DATABASE {make_url(url).database} SET default_transaction_read_only = on")

        code, told = await world.run(command)

    assert code == 1
    assert "PAYLINK_DATABASE_URL: the database takes no writes: it is read-only. Name the primary" in told
    assert "was not expected" not in told
