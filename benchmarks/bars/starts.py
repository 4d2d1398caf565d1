"""The start, and a second replica."""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.figures import Bar
from benchmarks.houses import house
from benchmarks.load import volley
from benchmarks.quick_slack import QuickSlack
from benchmarks.stage import paylink, settings
from tests.serving import serving

_IMPORTS = "import slack_bolt.async_app, sqlmodel, httpx, starlette.applications"


async def starts(*, quick: bool) -> Sequence[Bar]:
    """From the command until the first answer, beside importing what it stands on."""
    bar = Bar(
        what="start → ready",
        against="importing slack_bolt's async app, sqlmodel, httpx, starlette",
        unit="s",
        at_most=2,
    )
    with tempfile.TemporaryDirectory(prefix="paylink-bench-") as folder:
        async with house("sqlite") as ours, serving(QuickSlack()) as slack:
            for number in range((2 if quick else 5) + 1):
                started = time.monotonic()
                async with paylink(settings(ours.url, slack), Path(folder)):
                    ready = time.monotonic() - started
                imported = await _imported()
                if number:
                    bar.add(ready, imported)
    return [bar]


async def _imported() -> float:
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _IMPORTS)
    await process.wait()
    return time.monotonic() - started


async def replicas(*, quick: bool) -> Sequence[Bar]:
    """Callbacks at two replicas on one PostgreSQL, and at one of them."""
    rounds, shots = (2, 300) if quick else (4, 800)
    bar = Bar(what="callbacks at 2 replicas on PostgreSQL, rate", against="1 replica", unit="/s")
    bar.limit = f"{os.cpu_count()} processors for the replicas, the database and the load; no callback was lost"
    with tempfile.TemporaryDirectory(prefix="paylink-bench-") as folder:
        async with AsyncExitStack() as stack:
            ours = await stack.enter_async_context(house("postgresql"))
            slack = await stack.enter_async_context(serving(QuickSlack()))
            its = settings(ours.url, slack)
            other = settings(ours.url, slack, PAYLINK_PUBLIC_URL=its["PAYLINK_PUBLIC_URL"])
            requests = ours.callbacks(await ours.copies(shots), its["PAYLINK_PUBLIC_URL"])
            ports = [(await stack.enter_async_context(paylink(each, Path(folder)))).port for each in (its, other)]
            for number in range(rounds + 1):
                rates = []
                for these, connections in ((ports, 4), (ports[:1], 8)):
                    await ours.forget_hints()
                    rates.append((await volley(these, requests, connections)).rate)
                    if (heard := await ours.count("hint_at IS NOT NULL OR looked_at IS NOT NULL")) < shots:
                        bar.wrong.append(f"{shots - heard} of {shots} callbacks left no mark")
                if number:
                    bar.add(*rates)
    return [bar]
