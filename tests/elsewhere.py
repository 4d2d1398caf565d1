"""An event loop in a thread of its own, for what must go on while a test's own loop waits for it."""

import asyncio
import atexit
import functools
import threading


def elsewhere(work, seconds=60):
    """Run `work`, a coroutine, to its end."""
    return asyncio.run_coroutine_threadsafe(work, _loop()).result(seconds)


@functools.cache
def _loop():
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="elsewhere", daemon=True)
    thread.start()

    def close():
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()

    atexit.register(close)
    return loop
