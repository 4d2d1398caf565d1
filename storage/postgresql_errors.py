"""What a PostgreSQL that cannot be opened says, in our own words: the server's name users, databases and hosts."""

from typing import Final

from bot.domain.connection_errors import causes, connection_failure, tls_failure

_LOGIN: Final = "refuses the user or the password. Check both, and that pg_hba.conf lets this computer in."
_POOLER: Final = "or a pooler in front of it refuses. PgBouncer needs pool_mode = session; its log says more."
_CODES: Final = {
    "08003": _POOLER,
    "08P01": _POOLER,
    "26000": _POOLER,
    "42P05": _POOLER,
    "28P01": _LOGIN,
    "28000": _LOGIN,
    "3D000": "has no database of that name. Create it, or correct the name at the end of the URL.",
    "42501": "does not give this user the rights to make and use tables. Grant them on the database and its schema.",
    "53300": "has no connection left. Close others, or raise its max_connections.",
    "57P03": "is starting or stopping. Try again in a moment.",
}
"""By SQLSTATE (PostgreSQL's documentation, appendix A)."""


def postgresql_trouble(problem: Exception, where: str) -> str:
    """The reason and the fix; `where` is the server's address, or words for it."""
    if (tls := tls_failure(problem)) is not None:
        return f"PostgreSQL at {where}: {tls}. Check sslmode, and name the authority's file in sslrootcert."
    found = list(causes(problem))
    code = next((str(code) for one in found if (code := getattr(one, "sqlstate", None))), None)
    if code in _CODES:
        return f"PostgreSQL at {where} {_CODES[code]}"
    if code is not None:
        return f"PostgreSQL at {where} refuses (SQLSTATE {code}). Its log says why, or that of the pooler before it."
    if any("SSL upgrade" in str(one) for one in found):  # asyncpg has no kind of its own for it
        return f"PostgreSQL at {where} speaks no TLS. Enable it there, or write sslmode=prefer."
    if any(isinstance(one, OSError) for one in found):
        why = connection_failure(problem)
        return f"no PostgreSQL answers at {where}{f' ({why})' if why else ''}. Start it, or correct the address."
    return f"PostgreSQL at {where} cannot be used ({type(problem).__name__}). Check the URL, and the PG… variables."
