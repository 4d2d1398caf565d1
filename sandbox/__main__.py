"""`python -m sandbox`: the demo. ONCE=1 ends it after the walk; without it everything stays up until Ctrl-C."""

import asyncio
import contextlib
import os
import signal
import sys

from sandbox.servers import World, end_of_log, world
from sandbox.walk import Walk


async def demo() -> int:
    """Start sandbox and bot, walk, and stay; returns the exit code."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no such handlers: there Ctrl-C raises
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    print("Starting the sandbox and the bot …", flush=True)
    try:
        async with world() as running:
            return await _walk_and_stay(running, stopped)
    except RuntimeError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1


async def _walk_and_stay(running: World, stopped: asyncio.Event) -> int:
    try:
        await Walk(running).walk()
    except RuntimeError as problem:
        print(f"\nThe walk failed: {problem}\n\nThe end of the bot's log:", file=sys.stderr)
        print(end_of_log(running.folder), file=sys.stderr)
        return 1
    if os.environ.get("ONCE") == "1":
        return 0
    print(f"\nThe bot stays up, so that you can look at {running.bot_url}/health/ready.", flush=True)
    print(f"Dintero's sandbox is at {running.dintero.base_url}, Slack's at {running.slack.base_url}.", flush=True)
    print("Press Ctrl-C to stop.", flush=True)
    await stopped.wait()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(demo()))
