"""The server around the bot."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from typing import Final

import structlog
import uvicorn

from bot.app import OldSchema, assembled
from bot.journal import open_journal
from bot.services.ports.threads import ThreadError
from bot.settings import Settings

log = structlog.get_logger()

_STOPS: Final = (signal.SIGINT, signal.SIGTERM)


class _Server(uvicorn.Server):
    """Stops when told to, and leaves the rest of the stop to us.

    Uvicorn raises the signal again when it has ended, which would kill the process while a write to Dintero still
    waits for its answer. A second signal does.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals while serving."""
        before = {number: signal.signal(number, self.handle_exit) for number in _STOPS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


async def serve(settings: Settings) -> None:
    """Assemble the bot and serve until told to stop; exits with a sentence when it cannot start."""
    open_journal(settings.paylink_log)
    try:
        async with assembled(settings) as paylink, paylink.at_work():
            config = uvicorn.Config(
                paylink.web,
                host=settings.paylink_host,
                port=settings.paylink_port,
                http="httptools",
                access_log=False,
                log_config=None,
                lifespan="off",
                server_header=False,
                proxy_headers=False,
            )
            log.info("serving", port=settings.paylink_port, account=settings.dintero_account_id)
            await _Server(config).serve()
    except OldSchema as problem:
        sys.exit(str(problem))
    except ThreadError as problem:
        sys.exit(f"Slack does not accept the bot's token, or does not answer ({problem}). Check SLACK_BOT_TOKEN.")
    except ValueError as problem:
        sys.exit(f"The bot cannot start: {problem}")
