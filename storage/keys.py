"""The seed, and putting everything that is encrypted under the newest key while `serve` runs."""

import base64
import secrets as chance
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Table, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.engine import for_looks
from storage.secrets import KeyGone, Secrets
from storage.tables import ENCRYPTED, links, seeds

_SEED: Final = "seed"
_SEED_BYTES: Final = 32
_BATCH: Final = 500


class NotServedYet(ValueError):
    """No `serve` knows the newest key; the message says what to do first."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation found: values put under the newest key, those that were, and those that no key opens."""

    renewed: int = 0
    already: int = 0
    lost: int = 0

    def __add__(self, other: "Rotation") -> "Rotation":
        """Both together."""
        return Rotation(self.renewed + other.renewed, self.already + other.already, self.lost + other.lost)


async def unsealed(engine: AsyncEngine, keys: Sequence[str]) -> Secrets:
    """The secrets of this database, its seed with them, which is put under the newest key.

    A database without a seed gets one: by chance, or the last key where links were made with that already.

    Raises:
        ValueError: for a key that is none; KeyGone when none of them opens the seed.

    """
    plain = Secrets(keys)
    async with engine.begin() as connection:
        used = (await connection.execute(select(links.c.id).limit(1))).first() is not None
        seed = plain.seed if used else chance.token_bytes(_SEED_BYTES)
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        fresh = insert(seeds).values(name=_SEED, box=plain.encrypt(base64.b64encode(seed).decode()))
        await connection.execute(fresh.on_conflict_do_nothing())
        box = await _seed_box(connection)
        opened = plain.decrypt(box)
        if not plain.is_newest(box):
            await _replace(connection, seeds, {"name": _SEED}, "box", box, plain.encrypt(opened))
    return Secrets(keys, base64.b64decode(opened))


async def rotate(engine: AsyncEngine, secrets: Secrets) -> Rotation:
    """Put every encrypted value under the newest key; what is already is left alone, so it can be begun again.

    Each value is replaced by itself, if nobody has changed it since it was read: what `serve` writes meanwhile is under
    its newest key, and nobody waits for us longer than for one row.

    Raises:
        NotServedYet: when no `serve` was started with the newest key: it could not read what is written here.

    """
    async with for_looks(engine).connect() as connection:
        box = await _seed_box(connection)
    if not box or not secrets.is_newest(box):
        raise NotServedYet(
            "No serve was started with the first key of PAYLINK_SECRET_KEY yet. Restart every one of them with it "
            "first: those who do not know it could not read what is written here."
        )
    done = Rotation()
    for table, columns in ENCRYPTED.items():
        async for row in _rows(engine, table, columns):
            for column in columns:
                done += await _renewed(engine, secrets, table, row, column)
    return done


async def _renewed(engine: AsyncEngine, secrets: Secrets, table: Table, row: Row[Any], column: str) -> Rotation:
    kept = row._mapping  # noqa: SLF001  SQLAlchemy's public name for it
    box: str | None = kept[column]
    if box is None:
        return Rotation()
    if secrets.is_newest(box):
        return Rotation(already=1)
    try:
        anew = secrets.encrypt(secrets.decrypt(box))
    except KeyGone:
        return Rotation(lost=1)
    async with engine.begin() as connection:
        key = {one.name: kept[one.name] for one in table.primary_key}
        await _replace(connection, table, key, column, box, anew)
    return Rotation(renewed=1)


async def _replace(
    connection: AsyncConnection, table: Table, key: dict[str, Any], column: str, before: str, after: str
) -> None:
    """Write `after` where `before` still stands."""
    mine = [table.c[name] == value for name, value in key.items()]
    await connection.execute(update(table).where(*mine, table.c[column] == before).values({column: after}))


async def _rows(engine: AsyncEngine, table: Table, columns: Sequence[str]) -> AsyncIterator[Row[Any]]:
    """Every row, in batches by its key, with no transaction open between them."""
    keys = list(table.primary_key)
    wanted = select(*keys, *(table.c[column] for column in columns)).order_by(*keys).limit(_BATCH)
    after: tuple[Any, ...] | None = None
    while True:
        async with for_looks(engine).connect() as connection:
            rows = (await connection.execute(wanted if after is None else wanted.where(tuple_(*keys) > after))).all()
        for row in rows:
            yield row
        if len(rows) < _BATCH:
            return
        after = tuple(rows[-1][: len(keys)])


async def _seed_box(connection: AsyncConnection) -> str:
    return str((await connection.execute(select(seeds.c.box).where(seeds.c.name == _SEED))).scalar() or "")
