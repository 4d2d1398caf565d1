"""Whether a PostgreSQL database can keep what is written: one that cannot answers reads, and would be found late."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import for_single_statements

_ASKED: Final = text("SELECT current_setting('server_encoding'), current_setting('default_transaction_read_only')")
_STANDBY: Final = text("SELECT pg_is_in_recovery()")
_HOLD_ALL_TEXTS: Final = frozenset({"UTF8", "SQL_ASCII"})


async def why_unfit(engine: AsyncEngine) -> str | None:
    """Why the database cannot be used, and the fix; None where it can, and for SQLite's file."""
    if engine.dialect.name != "postgresql":
        return None
    async with for_single_statements(engine).connect() as connection:
        encoding, read_only = (await connection.execute(_ASKED)).one()
        standby = (await connection.execute(_STANDBY)).scalar_one()
    if standby or read_only == "on":
        return (
            f"PAYLINK_DATABASE_URL: the database takes no writes: it is {'a standby' if standby else 'read-only'}. "
            "Name the primary, or end default_transaction_read_only there."
        )
    if encoding not in _HOLD_ALL_TEXTS:
        return (
            f"PAYLINK_DATABASE_URL: the database's encoding is {encoding}, which cannot hold every text. Create one "
            "with ENCODING 'UTF8' TEMPLATE template0, and name it."
        )
    return None
