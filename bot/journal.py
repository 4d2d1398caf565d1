"""The log: structured, and quiet about people. Libraries that print bodies or addresses are kept down."""

import logging
from typing import Final, Literal

import structlog

_TALKERS = ("slack_bolt", "slack_sdk", "httpx", "httpcore", "aiohttp", "uvicorn.access", "apscheduler", "alembic")

_JSON_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
"""Without the local variables that structlog adds by itself: they hold tokens, phones and names."""

_STAMPS: Final[tuple[structlog.typing.Processor, ...]] = (
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


class _Printing(logging.Handler):
    """Writes the standard library's records where structlog writes its own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record; what cannot be formatted must not break the library that wrote it."""
        try:
            structlog.PrintLogger().msg(self.format(record))
        except Exception:  # noqa: BLE001  as every handler of the standard library does
            self.handleError(record)


def open_journal(style: Literal["text", "json"]) -> None:
    """Set structlog and the standard library's logging up: every line in the same style, whoever writes it."""
    ends: list[structlog.typing.Processor] = (
        [_JSON_TRACEBACKS, structlog.processors.JSONRenderer()]
        if style == "json"
        else [structlog.processors.format_exc_info, structlog.dev.ConsoleRenderer(colors=False)]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_STAMPS, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ends],
    )
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _Printing)]:
        root.removeHandler(handler)
    printing = _Printing()
    printing.setFormatter(formatter)
    root.addHandler(printing)
    root.setLevel(logging.INFO)
    for name in _TALKERS:
        # Bolt prints whole payloads when a signature is wrong; httpx prints URLs, which hold session ids.
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.configure(
        processors=[*_STAMPS, *ends],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )


def keep_quiet() -> None:
    """Log nothing but what cannot go on: the command speaks for itself."""
    logging.basicConfig(level=logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
