"""The log: structured, and quiet about people. Libraries that print bodies or addresses are kept down.

Logging never raises into the work and never waits for a reader: a line that cannot be written is lost and counted.
"""

import contextlib
import io
import logging
import os
import select
import sys
from collections.abc import Callable
from typing import Any, Final, Literal, TextIO

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


_READER_WAIT: Final = 50
"""Milliseconds that a full pipe may take, once: from then on lines are lost at once until it takes one again."""
_PIECE: Final = select.PIPE_BUF
"""Bytes that a pipe which can be written to takes without waiting (pipe(7))."""


class LogOutput:
    """Writes lines to standard output. `lost` counts those that it could not write since the process began."""

    def __init__(self, on_lost: Callable[[str], None] = lambda _: None) -> None:
        """`on_lost` is called with the counter's name for every line that is lost."""
        self.lost = 0
        self.on_lost = on_lost
        self._unsaid = 0
        self._torn = False

    def write(self, line: str) -> bool:
        """Write one line, or count it; returns whether it was written."""
        try:
            self._put(line)
        except (OSError, ValueError):  # the reader is gone, the disk is full, or the stream is closed
            self.lose()
            return False
        return True

    def lose(self) -> None:
        """Count a line that was not written."""
        self.lost += 1
        self._unsaid += 1
        self.on_lost("log_lines_lost")

    def take_unsaid(self) -> int:
        """How many lines were lost since a line last said so; they count as said from now on."""
        unsaid, self._unsaid = self._unsaid, 0
        return unsaid

    def _put(self, line: str) -> None:
        if sys.stdout is None:  # it was closed before the process began
            raise ValueError("no standard output")
        number = _descriptor(sys.stdout)
        if number is None:
            print(line, file=sys.stdout, flush=True)  # noqa: T201  a test's stream
            return
        # Past the stream's buffer: what stays there after a failure would fail again, at the end of the process too.
        left = memoryview(f"{chr(10) * self._torn}{line}\n".encode(errors="backslashreplace"))
        whole = len(left)
        try:
            while left:
                if not _takes(number, 0 if self._unsaid else _READER_WAIT):
                    raise BlockingIOError
                left = left[os.write(number, left[:_PIECE]) :]
        finally:
            self._torn = 0 < len(left) < whole or (self._torn and len(left) == whole)


def _descriptor(stream: TextIO) -> int | None:
    with contextlib.suppress(io.UnsupportedOperation, AttributeError):
        return stream.fileno()
    return None


def _takes(number: int, milliseconds: int) -> bool:
    poll = select.poll()
    poll.register(number, select.POLLOUT)
    return bool(poll.poll(milliseconds))


OUTPUT: Final = LogOutput()


class _Printing(logging.Handler):
    """Writes the standard library's records where structlog writes its own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; what cannot be formatted must not break the library that wrote it."""
        try:
            _write(self.format(record))
        except Exception:  # noqa: BLE001  as every handler of the standard library does
            OUTPUT.lose()  # its own handleError prints the arguments


_Filtering: Final[Any] = structlog.make_filtering_bound_logger(logging.INFO)


class _Logger(_Filtering):  # type: ignore[misc]
    """structlog's own, for which a line that cannot be rendered is a lost line."""

    def _proxy_to_logger(self, *args: Any, **fields: Any) -> None:
        try:
            super()._proxy_to_logger(*args, **fields)
        except Exception:  # noqa: BLE001  whatever it is, the work goes on
            OUTPUT.lose()


class _Lines:
    """What structlog hands rendered lines to."""

    def __init__(self, *_: Any) -> None:
        pass

    def msg(self, line: str) -> None:
        """Write a line."""
        _write(line)

    debug = info = warning = warn = error = critical = exception = fatal = failure = log = err = msg


def _write(line: str) -> None:
    """Write a line, and the next one when it is the first after some that were lost: it says how many."""
    if OUTPUT.write(line) and (lines := OUTPUT.take_unsaid()):
        structlog.get_logger().warning("log_lines_lost", lines=lines)


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
        wrapper_class=_Logger,
        logger_factory=_Lines,
    )


def keep_quiet() -> None:
    """Log nothing but what cannot go on: the command speaks for itself, and may have no standard output."""
    logging.basicConfig(level=logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL), logger_factory=_Lines)
