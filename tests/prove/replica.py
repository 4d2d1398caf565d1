"""Makes of `paylink serve` a replica that can be made to stand still at a chosen moment, as a suspended machine does.

It is imported beside the product, which knows nothing of it. The moment is written into the file named by
RACES_FREEZE; the process stops itself (SIGSTOP) when it gets there, once, and goes on when the test says so (SIGCONT).
The waits that a real suspension would have to outlast are shortened here, so that a round takes seconds: that makes a
sender and whoever tells Slack give up earlier and PostgreSQL end a transaction sooner, and nothing else.
"""

import os
import signal
import time
from pathlib import Path

from sqlalchemy import Engine, event

import bot.dintero.wire
import bot.services.mailing
import bot.services.telling
import storage.engine
from bot.domain.operations import State
from bot.services.sending import Permit
from storage.store import SqlWork

PAUSE_LIMIT = 2.0
IDLE_LIMIT, TRANSACTION_LIMIT = "3s", "10s"

awake, asleep = time.monotonic, [0.0]


def stand_still(moment):
    """A stopped process alone would see CLOCK_MONOTONIC go on; on a machine that is suspended it stands still."""
    file = Path(os.environ["RACES_FREEZE"])
    if file.exists() and file.read_text() == moment:
        file.unlink()
        before = awake()
        os.kill(os.getpid(), signal.SIGSTOP)
        asleep[0] += awake() - before


time.monotonic = lambda: awake() - asleep[0]


def before_statement(_connection, _cursor, statement, *_):
    """The rows to claim are chosen, on PostgreSQL locked, and not taken yet."""
    if statement.startswith("UPDATE operation SET lease_until") and " IN (" in statement:
        stand_still("in the middle of a claim")


async def move_operation(self, operation, **how):
    moved = await moving(self, operation, **how)
    self.begins_to_send = moved and operation.state is State.SENDING
    return moved


async def commit(self):
    await committing(self)
    if getattr(self, "begins_to_send", False):
        stand_still("after the commit of sending")


async def permit(self):
    may_send = await permitting(self)
    stand_still("with the permit in hand")
    return may_send


moving, SqlWork.move_operation = SqlWork.move_operation, move_operation
committing, SqlWork.commit = SqlWork.commit, commit
permitting, Permit.__call__ = Permit.__call__, permit
event.listen(Engine, "before_cursor_execute", before_statement)
for module in (bot.services.mailing, bot.dintero.wire):
    module.PAUSE_LIMIT = PAUSE_LIMIT
bot.services.telling.TRUSTED = PAUSE_LIMIT
storage.engine._LIMITS["idle_in_transaction_session_timeout"] = IDLE_LIMIT
storage.engine._TRANSACTION = TRANSACTION_LIMIT
