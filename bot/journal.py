"""The log: structured, and quiet about people. Libraries that print bodies or addresses are kept down."""

import logging
from typing import Literal

import structlog

_TALKERS = ("slack_bolt", "slack_sdk", "httpx", "httpcore", "aiohttp", "uvicorn.access", "apscheduler", "alembic")

_JSON_TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
"""Without the local variables that structlog adds by itself: they hold tokens, phones and names."""


def open_journal(style: Literal["text", "json"]) -> None:
    """Set structlog and the standard library's logging up, once per process."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for name in _TALKERS:
        # Bolt prints whole payloads when a signature is wrong; httpx prints URLs, which hold session ids.
        logging.getLogger(name).setLevel(logging.ERROR)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _JSON_TRACEBACKS if style == "json" else structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(),
    )


def keep_quiet() -> None:
    """Log nothing but what cannot go on: the command speaks for itself."""
    logging.basicConfig(level=logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
