import asyncio
import socket
import struct
import threading

import httpx
import pytest

from bot.domain.errors import NotSent, OutcomeUnknown
from tests.dintero.builders import TRANSACTION_ID, transaction


async def test_writes_go_out_while_reads_wait(dintero, gateway):
    """At most seven reads are under way, so a write finds a connection at once."""
    hold = asyncio.Event()

    async def slow(_request):
        await hold.wait()
        return httpx.Response(200, json=transaction())

    reads = dintero.mock.get(url__startswith="https://checkout.dintero.com/v1/transactions/")
    reads.side_effect = slow
    looking = [asyncio.create_task(gateway.payment(TRANSACTION_ID)) for _ in range(30)]
    await asyncio.sleep(0.05)

    dintero.answers("POST", "/transactions", transaction())
    async with asyncio.timeout(1):
        assert await gateway.void(TRANSACTION_ID)

    hold.set()
    await asyncio.gather(*looking)
    assert reads.call_count == 30


async def test_at_most_ten_requests_are_under_way(dintero, gateway):
    under_way, most = 0, 0

    async def slow(_request):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.005)
        under_way -= 1
        return httpx.Response(200, json=transaction())

    dintero.mock.route(url__startswith="https://checkout.dintero.com/v1/transactions/").side_effect = slow
    reads = [gateway.payment(TRANSACTION_ID) for _ in range(20)]
    writes = [gateway.void(TRANSACTION_ID) for _ in range(20)]

    await asyncio.gather(*reads, *writes)

    assert most == 10
    assert dintero.tokens == 1


class Server:
    """A real socket: grants a token, keeps the connection alive, and hangs up on the next request."""

    def __init__(self):
        self.requests = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self, f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def __aexit__(self, *_error):
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(h[15:]) for h in head.split("\r\n") if h.lower().startswith("content-length:")), 0)
        await reader.readexactly(length)
        self.requests.append(head.split(" HTTP", 1)[0])
        body = b'{"access_token": "t", "expires_in": 14400}'
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        second = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.requests.append(second.split(" HTTP", 1)[0])
        writer.close()


async def test_a_connection_that_dies_under_a_write_leaves_it_unknown_and_sent_once(make):
    """A kept-alive connection is used again, so even its reset may come after the work."""
    async with Server() as (server, url):
        gateway = make(api_url=url, checkout_url=url)

        with pytest.raises(OutcomeUnknown):
            await gateway.void(TRANSACTION_ID)

    assert [request.split("/")[-1] for request in server.requests] == ["token", "void"]


@pytest.fixture
def hangs_up():
    """The address of somebody who takes every call and hangs up without a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up():
            while True:
                try:
                    taken, _ = listening.accept()
                except OSError:  # it is closed
                    return
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                taken.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


async def test_a_call_that_is_hung_up_on_at_once_is_never_a_fault_of_ours(make, dintero, hangs_up):
    """How soon the end is noticed differs from call to call, and with it what the libraries make of it."""
    dintero.mock.route(host="127.0.0.1").pass_through()
    gateway = make(checkout_url=hangs_up)

    for _ in range(100):
        with pytest.raises((NotSent, OutcomeUnknown)):
            await gateway.void(TRANSACTION_ID)
