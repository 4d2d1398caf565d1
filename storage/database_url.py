"""PAYLINK_DATABASE_URL, read: what SQLAlchemy is given, and what the driver is given beside it.

People copy the URL that their provider shows, which is written for libpq. Its options are translated for asyncpg, or
refused by name. No sentence repeats any part of a URL of which it is not certain where its password stands.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_NAME: Final = "PAYLINK_DATABASE_URL"
_FORM: Final = "Write postgresql://user:password@host:5432/database."
_SHAPE: Final = re.compile(
    r"[a-z0-9+]+://(?P<user>[^:/@?#]*(:[^@]*)?@)?"
    r"(?P<host>[\w.-]*|\[[0-9A-Fa-f:.%]+\])(:(?P<port>[^/?@]*))?(/[^@?\s]*)?(\?[^@\s]*)?",
    re.ASCII,
)
_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
}
_TLS_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_FILES: Final = frozenset({"sslcert", "sslkey", "sslrootcert", "sslcrl", "passfile"})
_AS_IT_IS: Final = frozenset(
    {"sslpassword", "sslnegotiation", "ssl_min_protocol_version", "ssl_max_protocol_version", "target_session_attrs"}
)
"""asyncpg reads these in a URL of its own, spelt as libpq spells them."""
_SERVER: Final = frozenset({"application_name", "options"})
_HARMLESS: Final = {
    "channel_binding": {"disable", "prefer"},
    "gssencmode": {"disable", "prefer"},
    "client_encoding": {"utf8", "utf-8", "auto"},
}
"""What asyncpg cannot do and need not do, by option: these values are passed over."""
_PLACE: Final = {"user": "username", "password": "password", "dbname": "database", "database": "database"}
_SQLALCHEMYS: Final = frozenset({"host", "port", "prepared_statement_cache_size"})


_NAMED: Final = frozenset(
    {
        "hostaddr",
        "fallback_application_name",
        "service",
        "servicefile",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
        "replication",
        "load_balance_hosts",
        "requiressl",
        "require_auth",
        "requirepeer",
        "sslcompression",
        "sslcertmode",
        "sslcrldir",
        "sslsni",
        "krbsrvname",
        "gsslib",
        "gssdelegation",
        "command_timeout",
        "search_path",
        "schema",
        "pgbouncer",
        "connection_limit",
        "pool_size",
        "pool_timeout",
    }
)
"""Options that people are known to write and that cannot be used here; the name of any other may be a slip's."""


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """`arguments` are for asyncpg's `connect`, beside what SQLAlchemy takes from the URL. It holds a password."""

    url: URL
    arguments: dict[str, Any] = field(default_factory=dict, repr=False)
    named: bool = False
    """Whether host and port may stand in a sentence: it is certain that the password is elsewhere in the URL."""


def read_database_url(text: str) -> DatabaseUrl:
    """Read `sqlite:////path/file.db` or `postgresql://…`; the drivers' names may be given or left out.

    Raises:
        ValueError: for what is neither, and for an option or a port that cannot be used; it names the setting and the
            fix, and holds nothing of a password.

    """
    scheme, separator, _ = text.partition("://")
    if not separator or scheme not in _DRIVERS:
        raise ValueError(f"{_NAME} must begin with sqlite:/// or postgresql://.")
    named = scheme.startswith("postgres") and _check_shape(text)
    try:
        parsed = make_url(text).set(drivername=_DRIVERS[scheme])
    except (ArgumentError, ValueError):
        _refuse(f"it cannot be read. {_FORM}")
    if not scheme.startswith("postgres"):
        return _sqlite(parsed)
    reading = _Reading(parsed.set(query={}))
    for name, value in parsed.query.items():
        if not isinstance(value, str):
            _refuse(f"{_shown(name)} is given twice. Leave one.")
        reading.take(name, value)
    return reading.done(named=named)


def _sqlite(url: URL) -> DatabaseUrl:
    if url.host or url.username or url.password or url.query:
        _refuse("SQLite's address is the path of a file and nothing else: sqlite:////var/lib/paylink/paylink.db.")
    return DatabaseUrl(url)


def _check_shape(text: str) -> bool:
    """Whether it is certain where the password is, if there is one. Raises ValueError."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        _refuse(
            f"it cannot be read. {_FORM} In the user's name and the password, write @ as %40, : as %3A, / as %2F, "
            "? as %3F, # as %23 and % as %25."
        )
    if found["port"] is not None:
        _check_port(found["port"])
    return found["user"] is not None


def _check_port(text: str) -> None:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        _refuse(f"the port is not a number from 1 to 65535. {_FORM}")


class _Reading:
    """Takes the options one by one."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._arguments: dict[str, Any] = {}
        self._dsn: dict[str, str] = {}
        self._server: dict[str, str] = {}

    def take(self, name: str, value: str) -> None:
        """One option. Raises ValueError."""
        own: dict[str, Callable[[str], None]] = {
            "sslmode": self._tls,
            "ssl": self._tls,
            "connect_timeout": self._timeout,
            "statement_cache_size": self._cache,
        }
        if name in own:
            own[name](value)
        elif name in _FILES:
            self._file(name, value)
        elif name in _AS_IT_IS:
            self._dsn[name] = value
        elif name in _SERVER:
            self._server[name] = value
        elif name in _PLACE:
            place: dict[str, Any] = {_PLACE[name]: value}
            self._url = self._url.set(**place)
        elif name in _SQLALCHEMYS:
            self._sqlalchemys(name, value)
        elif value.lower() not in _HARMLESS.get(name, set()):
            _refuse(f"Paylink's PostgreSQL driver cannot do {_shown(name, value)}. Remove it from the URL.")

    def done(self, *, named: bool) -> DatabaseUrl:
        """All of them together."""
        if self._dsn:
            self._arguments["dsn"] = f"postgresql://?{urlencode(self._dsn)}"
        if self._server:
            self._arguments["server_settings"] = self._server
        return DatabaseUrl(self._url, self._arguments, named)

    def _tls(self, value: str) -> None:
        mode = {"true": "require", "false": "disable"}.get(value, value)
        if mode not in _TLS_MODES:
            _refuse(f"sslmode is one of {', '.join(_TLS_MODES)}.")
        self._dsn["sslmode"] = mode

    def _timeout(self, value: str) -> None:
        if not re.fullmatch(r"[0-9]{1,2}", value) or not 0 < int(value) <= 60:
            _refuse("connect_timeout is a whole number of seconds from 1 to 60.")
        self._arguments["timeout"] = int(value)

    def _cache(self, value: str) -> None:
        if not re.fullmatch(r"[0-9]{1,5}", value):
            _refuse("statement_cache_size is a whole number.")
        self._arguments["statement_cache_size"] = int(value)

    def _file(self, name: str, value: str) -> None:
        if name == "sslrootcert" and value == "system":  # libpq's word for the authorities of the operating system
            self._arguments["ssl"] = True
        elif not os.access(value, os.R_OK) or not Path(value).is_file():
            _refuse(f"{name} names a file that is not there or cannot be read by the user that runs Paylink.")
        else:
            self._dsn[name] = value

    def _sqlalchemys(self, name: str, value: str) -> None:
        if name == "port":
            _check_port(value)
        elif name == "prepared_statement_cache_size" and not re.fullmatch(r"[0-9]{1,5}", value):
            _refuse(f"{name} is a whole number.")
        self._url = self._url.update_query_dict({name: value})


def _shown(name: str, value: str = "") -> str:
    """An option, if it is known: in a URL that was mistyped, a part of the password may stand in its place."""
    if name in _HARMLESS:
        return f"{name}=require" if value == "require" else f"this {name}"
    return name if name in _NAMED | _FILES | _AS_IT_IS | _SERVER | _SQLALCHEMYS | {"sslmode"} else "one of its options"


def _refuse(why: str) -> NoReturn:
    raise ValueError(f"{_NAME}: {why}")
