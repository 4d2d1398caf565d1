"""Requests as nobody's client would send them, and the books by which it shows whether one had an effect."""

import asyncio
import contextlib
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select

from sandbox.slack import sign
from storage.tables import metadata
from tests.stories.shop import SECRET

FORM = "application/x-www-form-urlencoded"
PATIENCE = 20
"""Seconds for an answer where the machine is busy; only a hang takes as long."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    body: bytes


async def knock(url, method, target, headers=(), body=b""):
    """Send these very bytes; `headers` are pairs, and those who want a Content-Length of their own write it."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    named = {_bytes(name).lower() for name, _ in headers}
    usual = [("Connection", "close")]
    usual += [("Host", parts.netloc)] if b"host" not in named else []
    usual += [("Content-Length", len(body))] if not named & {b"content-length", b"transfer-encoding"} else []
    head = b"".join(b"%s: %s\r\n" % (_bytes(name), _bytes(value)) for name, value in [*usual, *headers])
    with contextlib.suppress(ConnectionError):  # refused while it was still being said
        writer.write(b"%s %s HTTP/1.1\r\n%s\r\n%s" % (_bytes(method), _bytes(target), head, body))
        await writer.drain()
    try:
        return _answer(await asyncio.wait_for(_all_of(reader), PATIENCE))
    finally:
        writer.close()


async def _all_of(reader):
    read = b""
    with contextlib.suppress(ConnectionError):
        while more := await reader.read(65536):
            read += more
    return read


def _answer(read):
    head, _, body = read.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return Answer(int(first.split()[1]), {name.lower(): value for name, value in headers.items()}, body)


def _bytes(value):
    return value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")


def signed(body, *, secret=SECRET, at=None, content_type=FORM):
    """The headers with which Slack would send `body`."""
    stamp = str(int(time.time())) if at is None else str(at)
    return [
        ("Content-Type", content_type),
        ("X-Slack-Request-Timestamp", stamp),
        ("X-Slack-Signature", sign(secret, stamp, body)),
    ]


async def from_slack(shop, body, **how):
    """A rightly signed request."""
    return await knock(shop.url, "POST", "/slack/events", signed(body, **how), body)


async def books(shop):
    """All that is kept, was asked of Dintero, or was said in Slack: equal books mean that nothing happened."""
    async with shop.bot.store._engine.connect() as connection:
        rows = {table.name: (await connection.execute(select(table))).all() for table in metadata.sorted_tables}
    kept = {name: sorted(map(str, found)) for name, found in rows.items()}
    said = [call.method for call in shop.slack.log if call.method != "users.info"]
    return kept, [exchange.kind for exchange in shop.dintero.log], said
