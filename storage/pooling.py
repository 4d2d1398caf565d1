"""A pooler between us and PostgreSQL: it must leave a connection to the client that opened it."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import for_single_statements

POOLED: Final = (
    "PAYLINK_DATABASE_URL: a pooler in front of PostgreSQL hands its sessions from one transaction to the next. "
    "Set pool_mode = session for this database, or name PostgreSQL's own address."
)
_SESSION: Final = text("SELECT pg_backend_pid()")


async def pools_transactions(engine: AsyncEngine) -> bool:
    """Whether a pooler hands PostgreSQL's sessions from one transaction to the next (`pool_mode = transaction`).

    Then limits, prepared statements and LISTEN, which belong to a session, are lost or another client's. One connection
    asks which session it has, before and while another one is in a transaction. A pool that is in use at the same
    moment may hide it.
    """
    if engine.dialect.name != "postgresql":
        return False
    async with for_single_statements(engine).connect() as one, engine.connect() as other:
        before = (await one.execute(_SESSION)).scalar()
        others = (await other.execute(_SESSION)).scalar()
        after = (await one.execute(_SESSION)).scalar()
    return before == others or before != after
