"""Whoever starts the processes that are to be killed."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading

import psutil


class Starter:
    """One interpreter with everything imported; a process costs it a fork."""

    def __init__(self):
        self._turn = threading.Lock()
        self._script = subprocess.Popen(
            [sys.executable, "-m", "tests.prove.crash.start"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._script.stdout.readline() == "ready\n"

    async def start(self, **wanted):
        """Start `paylink serve` with this `environment`, `board` and `log`."""
        return Serving(int(await asyncio.to_thread(self._ordered, wanted)))

    def _ordered(self, wanted):
        with self._turn:
            self._script.stdin.write(json.dumps(wanted) + "\n")
            self._script.stdin.flush()
            return self._script.stdout.readline()

    def close(self):
        self._script.stdin.close()
        self._script.wait(30)
        self._script.stdout.close()


class Serving:
    """One such process."""

    def __init__(self, number):
        self._process = psutil.Process(number)
        self._number = number

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGKILL)

    @property
    def alive(self):
        return self._status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}

    @property
    def sleeps(self):
        """It waits for something, and is not merely kept from running by others."""
        return self._status() == psutil.STATUS_SLEEPING

    def _status(self):
        try:
            return self._process.status()
        except psutil.NoSuchProcess:
            return psutil.STATUS_DEAD
