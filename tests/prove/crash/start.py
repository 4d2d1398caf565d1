"""Starts the product's own `paylink serve`, as often as it is asked to, and lets a test choose where it dies.

Everything is imported once, then each process is a fork: a real one, to be killed for good. Two things are put
around the product, and nothing into it: its clock is the test's, and SQLAlchemy tells of its commits.
"""

import asyncio
import gc
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, Pool, event

import bot.app
import bot.shift
from bot.app import assembled
from bot.cli import app
from bot.following import FollowedClock
from bot.serving import serve  # noqa: F401  imported before the fork, so that no process has to
from bot.settings import read_settings
from storage.engine import SINGLE
from tests.prove.crash.board import Board

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")


class BoardClock(FollowedClock):
    """The test's time, business and machine alike; a jump is caught up with as the demo's is."""

    def __init__(self, board: Board) -> None:
        super().__init__("", None)
        self._board = board
        self._seen = board.now

    def machine_now(self):
        return self._board.now

    async def read(self):
        jumped = self._board.now != self._seen
        self._seen = self._board.now
        return jumped

    async def follow(self, on_jump: Callable[[], None], *, every: float = 0.02) -> None:
        await super().follow(on_jump, every=every)


def listen(board):
    """Count the commits that wrote a row, and die directly before or directly after the one of the test's choice."""

    @event.listens_for(Engine, "after_cursor_execute")
    def note(connection, cursor, statement, *_):
        board.stepped()
        if (written := WRITES.match(statement)) and cursor.rowcount != 0:
            connection.info.setdefault("written", set()).add(written[1])

    @event.listens_for(Engine, "commit")
    def before(connection):
        if written := connection.info.pop("written", None):
            number = board.committing("+".join(sorted(written)))
            die_at(board, number, after=False)
            connection.info["committed"] = number

    @event.listens_for(Engine, "begin")
    def forget(connection):
        connection.info.pop("written", None)  # of a transaction that was rolled back

    @event.listens_for(Pool, "checkin")
    def after(_, record):
        if number := record.info.pop("committed", None):
            die_at(board, number, after=True)


def listen_to_single_statements(board):
    """The same for those that commit themselves."""

    @event.listens_for(Engine, "before_cursor_execute")
    def before(connection, _cursor, statement, *_):
        options = connection.get_execution_options()
        single = options.get(SINGLE) or options.get("isolation_level") == "AUTOCOMMIT"
        if single and (written := WRITES.match(statement)):
            number = board.committing(written[1])
            die_at(board, number, after=False)
            connection.info["committed"] = number


def die_at(board, number, *, after):
    if board.cut == (number, int(after)):
        os.kill(os.getpid(), signal.SIGKILL)


def take_the_place(wanted):
    """Everything around `serve` as it will find it."""
    log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    board = Board(Path(wanted["board"]))

    async def open_clock(*_):
        return BoardClock(board)

    async def watch(*_):
        """The board's jumps are time that passes, and no clock that was set."""
        await asyncio.Event().wait()

    bot.app.open_clock, bot.shift.watch = open_clock, watch
    return board


def become(wanted):
    """Be `paylink serve` from here on."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    board = take_the_place(wanted)
    listen(board)
    listen_to_single_statements(board)
    app(["serve"])


async def rehearse():
    """Work for a moment in here: what is only imported or worked out at the first need, every fork then has."""
    async with assembled(read_settings()) as paylink, paylink.at_work():
        await asyncio.sleep(0.5)


def main():
    """Read one order per line, answer with the number of the process."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever dies is gone at once
    os.setpgid(0, 0)
    with os.fdopen(os.dup(1), "w") as answers:
        print("ready", file=answers, flush=True)
        rehearsed = set()
        for line in sys.stdin:
            wanted = json.loads(line)
            kind = wanted["environment"]["PAYLINK_DATABASE_URL"].partition(":")[0]
            if kind not in rehearsed:
                rehearsed.add(kind)
                take_the_place(wanted)
                asyncio.run(rehearse())
                gc.collect()
                gc.freeze()
            process = os.fork()
            if process == 0:
                become(wanted)
                os._exit(0)
            print(process, file=answers, flush=True)
    os.killpg(0, signal.SIGKILL)  # the tests are over: nobody is left behind


if __name__ == "__main__":
    main()
