"""The schema's version: where a database stands, and bringing it up to date.

A migration's file is named `<revision>_<what>.py`, revisions are numbers of four digits, so that `state_of` need not
import Alembic (0.8 s of every start).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import TRANSACTION_LIMIT, for_looks

if TYPE_CHECKING:
    from alembic.config import Config

State = Literal["empty", "old", "current", "newer"]

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_UPGRADE_LOCK: Final = 7_412_036_155
"""Any number, as long as it stays: PostgreSQL's advisory lock while one replica upgrades."""


def revisions() -> tuple[str, ...]:
    """The revisions this program knows, oldest first."""
    return tuple(sorted(file.name.partition("_")[0] for file in _MIGRATIONS.glob("versions/[0-9]*.py")))


async def state_of(engine: AsyncEngine) -> State:
    """Where the database stands; `newer` means that a later program than this one has migrated it."""
    async with for_looks(engine).connect() as connection:
        found = await connection.run_sync(_revision)
    if found is None:
        return "empty"
    known = revisions()
    if found == known[-1]:
        return "current"
    return "old" if found in known else "newer"


async def upgrade(engine: AsyncEngine) -> None:
    """Bring an empty or old database up to date, in one transaction. Does nothing to a current one."""
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(text(TRANSACTION_LIMIT.format(limit="0", local="true")))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
        await connection.run_sync(_upgrade)


def alembic_config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration, made here instead of in a file."""
    from alembic.config import Config  # noqa: PLC0415  imported late for its cost

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  imported late for its cost

    command.upgrade(alembic_config(connection), "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
