"""The URL of the database as people copy it: translated for the driver, or refused by name, and no secret is shown."""

import asyncio
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import make_url, text

from storage.database_url import read_database_url
from storage.engine import open_engine, opening
from tests import kept

SECRET = "hushabye8Zq"
GOOD = f"postgresql://anna:{SECRET}@db.example.com:5432/paylink"


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        ("sslmode=require", {"dsn": "postgresql://?sslmode=require"}),
        ("ssl=true", {"dsn": "postgresql://?sslmode=require"}),
        ("sslmode=verify-full&sslrootcert=system", {"dsn": "postgresql://?sslmode=verify-full", "ssl": True}),
        ("target_session_attrs=read-write", {"dsn": "postgresql://?target_session_attrs=read-write"}),
        ("connect_timeout=10", {"timeout": 10}),
        ("application_name=pay+link", {"server_settings": {"application_name": "pay link"}}),
        ("options=-c%20search_path%3Dpay", {"server_settings": {"options": "-c search_path=pay"}}),
        ("channel_binding=prefer&gssencmode=disable&client_encoding=UTF8", {}),
        ("statement_cache_size=0", {"statement_cache_size": 0}),
    ],
)
def test_options_of_libpq_are_translated(query, arguments):
    read = read_database_url(f"{GOOD}?{query}")

    assert read.arguments == arguments
    assert not read.url.query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("channel_binding=require", "cannot do channel_binding=require. Remove it"),
        ("gssencmode=require", "cannot do gssencmode=require. Remove it"),
        ("keepalives_idle=30", "cannot do keepalives_idle. Remove it"),
        ("hostaddr=10.0.0.1", "cannot do hostaddr. Remove it"),
        (f"{SECRET}=1", "cannot do one of its options"),
        ("sslmode=requre", "sslmode is one of disable, allow, prefer, require, verify-ca, verify-full."),
        ("sslmode=disable&sslmode=require", "sslmode is given twice"),
        ("sslrootcert=/no/such/root.crt", "sslrootcert names a file that is not there"),
        ("connect_timeout=soon", "connect_timeout is a whole number of seconds from 1 to 60"),
        ("statement_cache_size=x", "statement_cache_size is a whole number"),
        ("port=0", "the port is not a number from 1 to 65535"),
    ],
)
def test_what_the_driver_cannot_do_is_refused_by_name(query, words):
    with pytest.raises(ValueError, match=r"^PAYLINK_DATABASE_URL: ") as problem:
        read_database_url(f"{GOOD}?{query}")

    assert words in str(problem.value)
    assert SECRET not in str(problem.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"postgresql://anna:{SECRET}@x@db.example.com/paylink", "write @ as %40"),
        (f"postgresql://an/na:{SECRET}@db.example.com/paylink", "write @ as %40"),
        (f"postgresql://anna:{SECRET}", "the port is not a number"),
        (f"postgresql://anna:{SECRET}@db.example.com:54321x/paylink", "the port is not a number"),
        (f"postgresql//anna:{SECRET}@db.example.com/paylink", "must begin with"),
        (f"mysql://anna:{SECRET}@db.example.com/paylink", "must begin with"),
        (f"sqlite://anna:{SECRET}@db.example.com/paylink", "the path of a file and nothing else"),
        (f"{GOOD} ", "it cannot be read"),
        (f"'{GOOD}'", "must begin with"),
    ],
)
def test_a_url_that_was_mistyped_is_refused_without_its_secret(url, words):
    with pytest.raises(ValueError, match=r"^PAYLINK_DATABASE_URL") as problem:
        open_engine(url)

    assert words in str(problem.value)
    assert SECRET not in str(problem.value)


def test_a_password_may_hold_anything_once_it_is_written_as_it_must_be():
    read = read_database_url("postgresql://anna:a%40b%2Fc%25@db.example.com/paylink")

    assert read.url.password == "a@b/c%"


@st.composite
def mistyped(draw):
    """A good URL after a few slips of the hand, none of them inside the secret itself."""
    parts = [*re.split(f"({SECRET})", draw(st.sampled_from([GOOD, f"{GOOD}?sslmode=require"])))]
    for _ in range(draw(st.integers(1, 4))):
        which = draw(st.sampled_from([0, 2]))
        part = parts[which]
        at = draw(st.integers(0, len(part)))
        cut = draw(st.integers(0, 3))
        parts[which] = part[:at] + draw(st.text("@:/?#[]%& ='\"\\ \n1aæ\x00", max_size=2)) + part[at + cut :]
    if draw(st.booleans()):
        parts.reverse()
    return "".join(parts)


async def tried(url):
    engine = open_engine(url)
    try:
        with opening(engine):
            async with engine.connect():
                pass
    finally:
        await engine.dispose()


@given(mistyped())
@example(f"postgresql://{SECRET}:anna@127.0.0.1:1/paylink")
@example(f"postgresql://{SECRET}/paylink")
@example(f"postgresql://anna@{SECRET}/x?sslmode=disable&host=127.0.0.1&port=1")
@settings(deadline=None, max_examples=300)
def test_no_sentence_shows_the_secret_however_the_url_was_mistyped(url):
    said = "PAYLINK_DATABASE_URL"
    try:
        open_engine(url)
    except ValueError as problem:
        said = str(problem)

    assert SECRET not in said
    assert said.startswith("PAYLINK_DATABASE_URL")


@pytest.fixture
def server():
    return kept.emptied("postgresql")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"database": SECRET}, "has no database of that name. Create it"),
        ({"username": SECRET}, "refuses the user or the password. Check both"),
    ],
)
async def test_a_server_that_refuses_is_told_apart_and_names_nothing_of_ours(server, changed, words):
    url = make_url(server).set(**changed).render_as_string(hide_password=False)

    with pytest.raises(ValueError, match=r"^PAYLINK_DATABASE_URL: PostgreSQL at ") as problem:
        await tried(url)

    assert words in str(problem.value)
    assert SECRET not in str(problem.value)


async def test_options_reach_the_server(server):
    url = f"{server}{'&' if '?' in server else '?'}application_name=till+7&sslmode=prefer&connect_timeout=9"
    engine = open_engine(url)
    async with engine.connect() as connection:
        asked = "application_name", "statement_timeout", "idle_in_transaction_session_timeout"
        found = [(await connection.execute(text(f"SHOW {name}"))).scalar() for name in asked]
    await engine.dispose()

    assert found == ["till 7", "15s", "10s"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgresql://u:p@127.0.0.1:1/x", "at 127.0.0.1:1 (the connection is refused: nothing listens on that port)"),
        ("postgresql://u:p@no.such.invalid/x", "at no.such.invalid:5432 (its host name is not known (DNS))"),
        ("postgresql://127.0.0.1:1/x", "at the address of the setting (the connection is refused"),
    ],
    ids=["refused", "unknown host", "no user"],
)
async def test_no_server_is_told_apart(url, why):
    with pytest.raises(ValueError, match=r"no PostgreSQL answers") as problem:
        await tried(url)

    assert why in str(problem.value)


async def test_a_server_without_tls_is_named_as_such():
    async def says_no(reader, writer):
        await reader.read(8)
        writer.write(b"N")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(says_no, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ValueError, match=r"speaks no TLS. Enable it there, or write sslmode=prefer"):
            await tried(f"postgresql://u:p@127.0.0.1:{port}/x?sslmode=require")
