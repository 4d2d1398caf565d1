"""PostgreSQL says that it ends a connection, and the end itself arrives later: asyncpg then has an error of its own."""

import asyncio
import contextlib

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from storage.engine import disposed, open_engine
from storage.secrets import Secrets
from storage.store import SqlStore
from tests.elsewhere import elsewhere
from tests.kept import SHOW_OUT, outside
from tests.storage.conftest import KEY

_SHUT_DOWN = b"C57P01\0"
"""The SQLSTATE of `admin_shutdown`, as a field of PostgreSQL's error message."""


@contextlib.asynccontextmanager
async def relay_that_keeps_connections_open(url):
    """The URL of a relay to this server: a connection that the server has ended stays open to the client.

    It gives an event that is set when the server has ended one.
    """
    to = make_url(url)
    ended, streams = asyncio.Event(), contextlib.AsyncExitStack()

    async def copied(reader, writer):
        """Copy until the reader's end; returns whether an administrator ended it."""
        last = b""
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                last = data
                writer.write(data)
        return _SHUT_DOWN in last

    async def answers(reader, writer):
        if await copied(reader, writer):
            ended.set()
        else:
            writer.close()

    async def serves(reader, writer):
        from_server, to_server = await asyncio.open_unix_connection(f"{to.query['host']}/.s.PGSQL.5432")
        streams.callback(writer.close)
        streams.callback(to_server.close)
        await asyncio.gather(answers(from_server, writer), copied(reader, to_server))

    async with streams, await asyncio.start_server(serves, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        through = to.set(host="127.0.0.1", port=port).difference_update_query(["host"])
        yield through.render_as_string(hide_password=False), ended


async def at_its_begin(store, link, end):
    await end()
    async with store() as work:
        await work.held_story(link.id)


async def within_it(store, link, end):
    async with store() as work:
        await work.held_story(link.id)
        await end()
        await work.held_story(link.id)


async def at_its_commit(store, link, end):
    async with store() as work:
        await work.postpone(link.id, None)
        await end()
        await work.commit()


async def in_a_read(store, link, end):
    async with store.read() as work:
        await work.link(link.id)
        await end()
        await work.link(link.id)


async def in_a_single_statement(store, link, end):
    await end()
    await store.knocked(store.token(link.id))


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
@pytest.mark.parametrize("use", [at_its_begin, within_it, at_its_commit, in_a_read, in_a_single_statement])
async def test_a_connection_that_postgresql_ends_fails_once_and_is_not_used_again(house, use):
    _, link = await house.issued()
    async with relay_that_keeps_connections_open(house.url) as (url, ended), disposed(open_engine(url)) as engine:
        store = SqlStore(engine, Secrets([KEY]), machine_now=lambda: house.machine)
        assert await store.knocked(store.token(link.id))  # its connection stands in the pool now

        async def end():
            elsewhere(end_connections(house.url))
            await asyncio.wait_for(ended.wait(), 30)

        with pytest.raises(DBAPIError, match="another operation") as failed:
            await use(store, link, end)

        assert failed.value.connection_invalidated
        async with store() as work:
            assert (await work.held_story(link.id)).newest == link
        assert await store.knocked(store.token(link.id))


async def end_connections(url):
    await (await outside(url)).execute(SHOW_OUT)
