"""`python -m sandbox`: the demo, until Ctrl-C. WALK=1 walks a link's life first; ONCE=1 ends after that walk."""

import asyncio
import contextlib
import os
import signal
import sys

from sandbox.servers import end_of_log, world
from sandbox.walk import Walk
from sandbox.world import World


async def demo() -> int:
    """Start sandbox and bot, walk, and stay; returns the exit code."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers: there Ctrl-C raises
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    print("Starting the sandbox and the bot …", flush=True)
    try:
        async with world() as running:
            return await _show(running, stopped)
    except RuntimeError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1


async def _show(running: World, stopped: asyncio.Event) -> int:
    once = os.environ.get("ONCE") == "1"
    if once or os.environ.get("WALK") == "1":
        try:
            await Walk(running).walk()
        except RuntimeError as problem:
            print(f"\nThe walk failed: {problem}\n\nThe end of the bot's log:", file=sys.stderr)
            print(end_of_log(running.folder), file=sys.stderr)
            return 1
    if not once:
        print(f"\nOpen {running.page_url} in a browser. Ctrl-C ends the demo.", flush=True)
        await stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(demo()))
