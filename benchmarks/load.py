"""The load, in a process of its own: prepared requests over a few connections, and how long each answer took."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence

Burst = tuple[list[float], float]
"""Seconds of each answer, and answers a second of them all together."""


def burst(port: int, requests: Sequence[bytes], connections: int) -> Burst:
    """Send them all, each connection the next one as soon as it has its answer."""
    return asyncio.run(_burst(port, deque(requests), connections))


async def _burst(port: int, requests: deque[bytes], connections: int) -> Burst:
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    started = time.perf_counter()
    answers = [one for each in await asyncio.gather(*(_talk(*both, requests) for both in opened)) for one in each]
    taken = time.perf_counter() - started
    for _, writer in opened:
        writer.close()
    return answers, len(answers) / taken


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, requests: deque[bytes]) -> list[float]:
    answers = []
    while requests:
        request, sent = requests.popleft(), time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(head.partition("content-length:")[2].partition("\r\n")[0]))
        answers.append(time.perf_counter() - sent)
        if not head.startswith("http/1.1 200"):
            raise RuntimeError(f"not acknowledged: {head}")
    return answers
