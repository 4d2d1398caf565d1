"""`python -m benchmarks [names]`: ours beside what somebody would write instead, in one run on one machine.

Without names it measures everything and rewrites the table in benchmarks/README.md. BENCH_QUICK=1 takes fewer rounds
and smaller crowds, and rewrites nothing.
"""

import asyncio
import itertools
import os
import sys
import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import Protocol

from uvicorn.loops.auto import auto_loop_factory

from benchmarks import page
from benchmarks.bars.callbacks import burst, callbacks, human_pace, memory, told
from benchmarks.bars.claims import claims
from benchmarks.bars.doors import doors, outage
from benchmarks.bars.lanes import lanes
from benchmarks.bars.starts import replicas, starts
from benchmarks.bars.walks import walks
from benchmarks.bars.week import week
from benchmarks.figures import Bar, table
from bot.journal import keep_quiet


class Measure(Protocol):
    """Measures and gives bars."""

    def __call__(self, *, quick: bool) -> Awaitable[Sequence[Bar]]:
        """`quick`: enough to see that it works."""
        ...


MEASURES: Mapping[str, Measure] = {
    one.__name__: one
    for one in (doors, callbacks, burst, told, human_pace, claims, week, lanes, memory, outage, starts, replicas, walks)
}
_SIDE_BY_SIDE = ("week", "lanes", "memory")
"""Where time is virtual or nothing is timed."""


async def main(names: Sequence[str], *, quick: bool) -> int:
    """Measure; print each bar as it is found, the table at the end."""
    keep_quiet()
    started, bars, wanted = time.monotonic(), list[Bar](), list(names or MEASURES)
    together = [name for name in wanted if name in _SIDE_BY_SIDE]
    for group in dict.fromkeys(tuple(together) if name in together else (name,) for name in wanted):
        begun = time.monotonic()
        found = await asyncio.gather(*(MEASURES[name](quick=quick) for name in group))
        print(f"{', '.join(group)}: {time.monotonic() - begun:.0f} s", flush=True)
        for bar in itertools.chain(*found):
            bars.append(bar)
            print("  " + " | ".join(bar.cells()), flush=True)
    seconds = time.monotonic() - started
    print(f"\n{table(bars)}\n")
    print("\n".join(line for bar in bars for line in bar.lines()))
    print(f"{seconds:.0f} s")
    if not names and not quick:
        page.write(bars, seconds)
    return int(any(bar.wrong for bar in bars))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        sys.exit(runner.run(main(sys.argv[1:], quick=os.environ.get("BENCH_QUICK") == "1")))
