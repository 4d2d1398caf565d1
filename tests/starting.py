"""The two ways in which tests start `paylink`: as a shell does, and as a fork, which costs a tenth of that.

A fork is a process of its own all the same, with its own memory, log, exit code and signals: the standard library's
fork server has imported everything once, and every bot of this test process begins there.
"""

import asyncio
import atexit
import contextlib
import functools
import gc
import importlib
import multiprocessing
import os
import signal
import tempfile
from pathlib import Path

import certifi

IMPORTED = (
    __name__,
    "bot.diagnostics",
    "bot.serving",
    "storage.keys",
    # What libraries import at the first need only.
    "aiosqlite",
    "anyio._backends._asyncio",
    "apscheduler.executors.asyncio",
    "apscheduler.triggers.interval",
    "asyncpg",
    "httpcore",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "uvicorn.protocols.http.httptools_impl",
)
_END = "-----END CERTIFICATE-----\n"


async def forked(command, environment, log, *, beside="bot.cli"):
    """The same, forked; `beside` names a module that is imported before it begins."""
    environment = {"SSL_CERT_FILE": one_certificate()} | environment
    process = _server().Process(target=_become, args=(command, environment, str(log), beside), daemon=True)
    await asyncio.to_thread(process.start)
    return Forked(process)


class Forked:
    """As much of `asyncio.subprocess.Process` as tests use."""

    def __init__(self, process):
        self._process, self.pid = process, process.pid

    @property
    def returncode(self):
        return self._process.exitcode

    def send_signal(self, number):
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)

    async def wait(self):
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._process.sentinel, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(self._process.sentinel)
        return self.returncode


@functools.cache
def _server():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED))
    return context


def _become(command, environment, log, beside):
    """Be `paylink <command>` from here on."""
    gc.freeze()  # what was there before the fork is shared, and looking through it would copy it
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(written, number)
    os.close(written)
    os.environ.clear()
    os.environ.update(environment)
    importlib.import_module(beside)
    importlib.import_module("bot.cli").app(command.split())


@functools.cache
def one_certificate():
    """A file with a single authority. All the world's take a process longer than the rest of its start, and none of
    those that tests start speaks TLS.
    """
    with tempfile.NamedTemporaryFile("w", prefix="paylink-tests-", suffix=".pem", delete=False) as file:
        file.write(Path(certifi.where()).read_text().partition(_END)[0] + _END)
    atexit.register(os.unlink, file.name)
    return file.name
