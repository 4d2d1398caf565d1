"""How each database would run the statements that the product sends, and which of them read a whole growing table."""

import contextlib
import json
import re
import sqlite3

import asyncpg
from sqlalchemy import event, make_url

from storage.tables import drafts, events, lanes, lines, links, mails, metadata, operations, orders

GROWING = {each.name for each in (drafts, events, lanes, lines, links, mails, operations, orders)}
"""Tables that get rows with every order, form or channel."""

OPEN_WORK = {"ix_orders_untold", "ix_operation_open", "ix_operation_run", "ix_event_untold", "ix_mail_run"}
"""Partial indexes over rows that are unfinished: reading one whole costs as much as there is to do."""

_SHARED = {"account_id", "workspace_id"}
"""What all rows of a shop have in common: a search by nothing else finds them all."""

_EXPLAINED = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")

_FIRST_COLUMNS = """
    SELECT relname, attname FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
"""


@contextlib.contextmanager
def statements_of(engine):
    """Yields a dict that fills with each statement sent through this engine, and the parameters of its first run."""
    sent = {}

    def note(_connection, _cursor, statement, parameters, _context, executemany):
        if statement.lstrip().upper().startswith(_EXPLAINED):
            sent.setdefault(statement, parameters[0] if executemany else parameters)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def scans(url, sent):
    """The statements of `sent` that read a growing table, or an index over all of it, from end to end; with why."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with contextlib.closing(sqlite3.connect(parsed.database)) as connection:
            found = {one: _in_sqlite(connection, one, values) for one, values in sent.items()}
    else:
        connection = await asyncpg.connect(parsed.set(drivername="postgresql").render_as_string(hide_password=False))
        try:
            first = dict(await connection.fetch(_FIRST_COLUMNS))
            found = {one: await _in_postgresql(connection, one, values, first) for one, values in sent.items()}
        finally:
            await connection.close()
    return {one: why for one, why in found.items() if why}


def _in_sqlite(connection, statement, values):
    """Steps such as `SCAN mail` or `SEARCH link USING INDEX name (order_id=? AND n>?)`."""
    names = {alias: table for table, alias in re.findall(r"(\w+) AS (\w+)", statement) if table in GROWING}
    steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    return [step for step in steps if _reads_all(step, names)]


def _reads_all(step, names):
    kind, table, how = [*step.split(" ", 2), "", ""][:3]
    table = names.get(table, table)
    if table not in GROWING or kind not in {"SCAN", "SEARCH"}:
        return False
    index, condition = re.search(r"INDEX (\w+)", how), how.partition("(")[2]
    if index is not None and index[1] in OPEN_WORK:
        return False
    return kind == "SCAN" or (_columns(table, condition) <= _SHARED and "rowid=" not in condition)


async def _in_postgresql(connection, statement, values, first):
    """By both plans: PostgreSQL makes one for the values, and from the sixth run on perhaps one for any values."""
    plans = [
        await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values),
        await _generic_plan(connection, statement, len(values)),
    ]
    nodes = [node for plan in plans for node in _nodes(json.loads(plan)[0]["Plan"])]
    return [_said(node) for node in nodes if _reads_all_of(node, first)]


async def _generic_plan(connection, statement, parameters):
    values = f"({', '.join(['NULL'] * parameters)})" if parameters else ""
    await connection.execute(f"PREPARE explained AS {statement}")
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    try:
        return await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE explained{values}")
    finally:
        await connection.execute("RESET plan_cache_mode")
        await connection.execute("DEALLOCATE explained")


def _nodes(node, table=""):
    """The plan's nodes; the index scans below a bitmap scan do not name its table themselves."""
    table = node.get("Relation Name", table)
    yield node | {"Relation Name": table}
    for each in node.get("Plans", ()):
        yield from _nodes(each, table)


def _reads_all_of(node, first):
    table, index = node["Relation Name"], node.get("Index Name")
    if table not in GROWING or index in OPEN_WORK:
        return False
    if index is None:
        return node["Node Type"] == "Seq Scan"
    searched = _columns(table, node.get("Index Cond", ""))
    return searched <= _SHARED or first[index] not in searched


def _columns(table, condition):
    """The table's columns that a condition names."""
    return set(re.findall(r"\w+", re.sub(r"'[^']*'", "", condition))) & set(metadata.tables[table].columns.keys())


def _said(node):
    return " ".join(str(node.get(key, "")) for key in ("Node Type", "Relation Name", "Index Name", "Index Cond"))
