"""The load, in a process of its own: signed requests over a few connections that stay open."""

import asyncio
import multiprocessing
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

SPAWN = multiprocessing.get_context("spawn")
_CLIENT = ProcessPoolExecutor(1, mp_context=SPAWN)
_PATIENCE = 400
"""Seconds for all of them together: a server that has died answers nothing."""


@dataclass(frozen=True, slots=True)
class Volley:
    """When each request went out and when its answer was there, in seconds of the machine's monotonic clock."""

    sent: list[float]
    answered: list[float]

    @property
    def waits(self) -> list[float]:
        """Seconds until each answer."""
        return [end - start for start, end in zip(self.sent, self.answered, strict=True)]

    @property
    def rate(self) -> float:
        """Answers a second, all together."""
        return len(self.sent) / (max(self.answered) - min(self.sent))


async def volley(ports: Sequence[int], requests: Sequence[bytes], connections: int, per_second: float = 0) -> Volley:
    """Send them all, in their order, over so many connections to each port.

    Each connection takes the next request as soon as it has its answer; with `per_second` also not before it is due,
    and the wait counts from then, so that a server that stands still is not spared what it kept from being sent.

    Raises:
        RuntimeError: when an answer is no 200.

    """
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_CLIENT, _volley, tuple(ports), tuple(requests), connections, per_second)


def _volley(ports: Sequence[int], requests: Sequence[bytes], connections: int, per_second: float) -> Volley:
    return asyncio.run(_sent(ports, requests, connections, per_second))


async def _sent(ports: Sequence[int], requests: Sequence[bytes], connections: int, per_second: float) -> Volley:
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections) for port in ports]
    begin = time.monotonic()
    every = 1 / per_second if per_second else 0.0
    waiting = deque((number, begin + number * every, request) for number, request in enumerate(requests))
    done = Volley([0.0] * len(requests), [0.0] * len(requests))
    async with asyncio.timeout(_PATIENCE):
        await asyncio.gather(*(_talk(*both, waiting, done, paced=bool(per_second)) for both in opened))
    for _, writer in opened:
        writer.close()
    return done


async def _talk(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    waiting: deque[tuple[int, float, bytes]],
    done: Volley,
    *,
    paced: bool,
) -> None:
    while waiting:
        number, due, request = waiting.popleft()
        if (early := due - time.monotonic()) > 0:
            await asyncio.sleep(early)
        done.sent[number] = due if paced else time.monotonic()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.partition("content-length:")[2].partition("\r\n")[0]))
        done.answered[number] = time.monotonic()
        if not head.startswith("http/1.1 200"):
            raise RuntimeError(f"answered otherwise: {head.splitlines()[0]}")
