"""Column types that refuse what would be stored wrongly."""

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


class Utc(TypeDecorator[datetime]):
    """An aware time, kept as UTC.

    SQLite keeps text without a zone: written in one fixed form it compares as the times do.

    Raises:
        ValueError: (wrapped by SQLAlchemy's StatementError) for a naive time.

    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware in."""
        if value is None:
            return None
        utc = require_aware(value).astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware out."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class AsJson(TypeDecorator[Any]):
    """A domain value as JSON text, read back strictly. Written whole: a value changed in place is never saved."""

    impl = Text
    cache_ok = True

    def __init__(self, of: Any) -> None:
        super().__init__()
        self.of = of
        self._adapter: TypeAdapter[Any] = TypeAdapter(of)

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002  SQLAlchemy's signature
        """Domain value in."""
        if value is None:
            return None
        for part in fields(value) if is_dataclass(value) else ():
            if isinstance(found := getattr(value, part.name), datetime):
                require_aware(found)
        return self._adapter.dump_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002  SQLAlchemy's signature
        """Domain value out."""
        return None if value is None else self._adapter.validate_json(value, strict=True)


def require_aware(value: datetime) -> datetime:
    """The same time.

    Raises:
        ValueError: when it has no zone.

    """
    if value.utcoffset() is None:
        raise ValueError("a time without a zone cannot be stored")
    return value
