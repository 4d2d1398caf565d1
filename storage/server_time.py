"""The database server's own clock, which all replicas share."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import for_looks, for_single_statements


def has_clock(engine: AsyncEngine) -> bool:
    """Whether the database is another program with a clock; a SQLite file's is this computer's."""
    return engine.dialect.name == "postgresql"


async def server_time(engine: AsyncEngine) -> datetime:
    """The server's time now, aware UTC: `clock_timestamp()`, not the beginning of a transaction."""
    async with for_single_statements(for_looks(engine)).connect() as connection:
        found: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return found.astimezone(UTC)
