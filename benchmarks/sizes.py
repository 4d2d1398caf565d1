"""`python -m benchmarks.sizes`: what a link that was issued, opened, reserved and captured takes in the database."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import insert, text

from benchmarks.houses import KINDS, House, house
from bot.domain.operations import Kind, State
from bot.journal import keep_quiet
from storage.tables import events, operations

_MANY = 20_000
_EVENTS = ("opened", "authorized", "captured")
_LINE = {"source": "customer", "actor": None, "data": {}, "told_ts": "1764400000.000200"}
_BY_TABLE = {
    "sqlite": "SELECT name, sum(pgsize) FROM dbstat GROUP BY name",
    "postgresql": "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
}
_INDEXES = {
    "sqlite": "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index'",
    "postgresql": "SELECT indexname, tablename FROM pg_indexes WHERE schemaname = 'public'",
}


async def main() -> None:
    """Print bytes per link, by table and index, for both databases."""
    for kind in KINDS:
        async with house(kind) as ours:
            await _lived(ours)
            found = await _sizes(ours, kind)
            print(f"{kind}: {sum(found.values()) / _MANY:,.0f} bytes per link")
            for name, size in sorted(found.items(), key=lambda each: -each[1]):
                if size > _MANY:
                    print(f"  {name:<24} {size / _MANY:>8,.0f}")


async def _lived(ours: House) -> None:
    """Links with the operations and events of an ordinary life."""
    ids = await ours.copies(_MANY)
    now = datetime.now(UTC)
    operation = {
        "state": State.DONE, "requested_by": "U0123456789", "amount": 24950, "items": {"1": 24950}, "seen_open": 24950,
        "created_at": now, "sent_at": now, "ended_at": now, "fence": 1, "draft_id": None,
        "response_url": "https://hooks.slack.com/actions/T01234567/1234567890123/" + "x" * 24,
    }  # fmt: skip
    async with ours.engine.begin() as connection:
        for kind in (Kind.CREATE, Kind.CAPTURE):
            these = [
                {**operation, "id": f"{each}{kind}", "link_id": each, "kind": kind, "reference": each} for each in ids
            ]
            await connection.execute(insert(operations), these)
        for seq, kind in enumerate(_EVENTS, start=2):
            told = {**_LINE, "kind": kind, "seq": seq, "urgency": 1, "at": now}
            await connection.execute(insert(events), [{**told, "id": f"{each}{seq}", "link_id": each} for each in ids])
    if ours.engine.dialect.name == "postgresql":
        async with ours.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("VACUUM FULL"))


async def _sizes(ours: House, kind: str) -> Mapping[str, int]:
    """Bytes of each table, and of all its indexes together."""
    async with ours.engine.connect() as connection:
        sizes = dict(await connection.execute(text(_BY_TABLE[kind])))
        of = dict(await connection.execute(text(_INDEXES[kind])))
    found: Counter[str] = Counter()
    for name, size in sizes.items():
        found[f"{of[name]}, indexes" if name in of else name] += size
    return found


if __name__ == "__main__":
    keep_quiet()
    asyncio.run(main())
