"""`python -m benchmarks`: what this program costs beside the least that its parts cost, in one run on one machine.

Nothing here passes or fails: times are the machine's, only ratios can be compared. BENCH_QUICK=1 takes fewer rounds.
"""

import asyncio
import os
import platform
import time

from benchmarks.figures import table
from benchmarks.rows import rows
from benchmarks.stage import stage
from benchmarks.waits import links, paylink


async def main() -> None:
    """Measure everything, then print it."""
    quick = os.environ.get("BENCH_QUICK") == "1"
    started = time.monotonic()
    print("Ours is `paylink serve` on an SQLite file; it, the bare app and the sandbox are processes on this machine.")
    async with stage() as open_stage:
        found = await paylink(open_stage, rounds=3 if quick else 12, shots=40 if quick else 150)
        found += await links(open_stage, many=5 if quick else 30)
        complaints = open_stage.slack.complaints
    found += await rows(rounds=3 if quick else 10, shots=30 if quick else 100)
    print(table(found))
    if complaints:
        print(f"Slack complained {len(complaints)} times, first: {complaints[0]}")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"
    print(f"{time.monotonic() - started:.0f} s, {os.cpu_count()} processors, load {load}, {platform.platform()}")


if __name__ == "__main__":
    asyncio.run(main())
