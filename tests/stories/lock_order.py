"""The order in which PostgreSQL's transactions lock rows: an order's own row first, then what belongs to it.

Two transactions that lock the same rows in opposite order wait for each other until PostgreSQL ends one of them.
"""

import contextlib
import re

from sqlalchemy import Engine, event

_PART = re.compile(r"(?:INSERT INTO|UPDATE) (?:link|operation|event|mail)\b")
_ORDER = re.compile(r"SELECT orders\.id\s.*\sFOR UPDATE$", re.DOTALL)
_WRITTEN, _HELD = "a part of an order is written", "an order is locked"


@contextlib.contextmanager
def lock_order():
    """Yields the statements that wrote a part of an order before the order was locked, as they come."""
    wrong = []

    def runs(connection, _cursor, statement, *_):
        if connection.dialect.name == "postgresql":
            wrong.extend(_too_early(connection.info, statement))

    event.listen(Engine, "begin", _forget)
    event.listen(Engine, "before_cursor_execute", runs)
    try:
        yield wrong
    finally:
        event.remove(Engine, "begin", _forget)
        event.remove(Engine, "before_cursor_execute", runs)


def _forget(connection):
    """Another transaction begins."""
    connection.info.pop(_WRITTEN, None)
    connection.info.pop(_HELD, None)


def _too_early(info, statement):
    """The write that came before this statement, where this one is the transaction's first lock of an order."""
    if _PART.match(statement):
        info.setdefault(_WRITTEN, statement)
    elif _ORDER.match(statement) and _HELD not in info:
        info[_HELD] = statement
        return [info[_WRITTEN]] if _WRITTEN in info else []
    return []
