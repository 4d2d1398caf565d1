"""Whatever stands in a request, nobody gets a 500 for it: that would be our fault, and an alarm."""

import asyncio

import pytest

SLACK = b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nX-Slack-Signature: v0=1\r\n"


async def status(shop, request):
    """Send bytes that no client would; returns the status of the answer."""
    host, _, port = shop.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    await writer.drain()
    line = await asyncio.wait_for(reader.readline(), 3)
    writer.close()
    return int(line.split()[1])


@pytest.mark.parametrize("timestamp", [b"9" * 5000, b"9" * 13, b"", b"soon", b"-1", b"1.5", b"\xb2"])
async def test_a_timestamp_that_is_no_time_is_a_missing_signature(shop, timestamp):
    assert await status(shop, SLACK + b"X-Slack-Request-Timestamp: " + timestamp + b"\r\n\r\n") == 401


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /thanks/x?a=\xff",
        b"GET /thanks/%ff%00",
        b"GET /dintero/callback/x?%ff",
        b"GET /dintero/callback/x?\xff=1#\xc3",
        b"GET /thanks/\xff",
        b"GET //",
    ],
)
@pytest.mark.parametrize("host", [b"x", b"["])
async def test_an_odd_address_is_no_fault_of_ours(shop, request_line, host):
    assert await status(shop, request_line + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n") < 500
