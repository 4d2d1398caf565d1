"""The product's web application by itself: the loops behind it would work on what comes in while it is measured."""

import asyncio
import os
import socket
from collections.abc import Mapping

import uvicorn
from uvicorn.loops.auto import auto_loop_factory

from bot.app import assembled
from bot.journal import open_journal
from bot.serving import configured, spare_the_collector
from bot.settings import Settings, read_settings


def serve(listening: socket.socket, ours: Mapping[str, str]) -> None:
    """Serve with these settings until killed, as `paylink serve` does; its log goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.environ.update(ours)
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_serve(listening, read_settings()))


async def _serve(listening: socket.socket, settings: Settings) -> None:
    open_journal(settings.paylink_log)
    async with assembled(settings) as paylink:
        spare_the_collector()
        await uvicorn.Server(configured(paylink.web)).serve(sockets=[listening])
