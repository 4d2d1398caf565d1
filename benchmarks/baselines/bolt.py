"""The least that Bolt can do: the same form opened on the same session, the same answer given.

With `rows` also one Core transaction of what *Send* keeps, on the same engine.
"""

import asyncio
import re
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.routing import Route
from uvicorn.loops.auto import auto_loop_factory

from bot.domain.drafts import Draft
from bot.slack.views.blocks import Look
from bot.slack.views.issue_form import issue_form
from bot.slack.views.result_form import creating_form
from storage.engine import open_engine
from storage.tables import metadata

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""What one *Send* leaves in each table."""

_OWN: Mapping[str, tuple[str, ...]] = {
    "orders": ("id", "draft_id"),
    "order_line": ("order_id",),
    "link": ("id", "order_id", "merchant_reference", "token_hash"),
    "operation": ("id", "link_id", "draft_id"),
    "event": ("id", "link_id"),
    "draft": ("id",),
}
"""The columns that every order has values of its own for."""


def serve(listening: socket.socket, api_url: str, token: str, secret: str, database: str, rows: Rows) -> None:
    """Run until killed, on the loop that `paylink serve` runs on."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_serve(listening, api_url, token, secret, Kept(open_engine(database), rows)))


class Kept:
    """Keeps an order: one transaction of plain inserts that were built once."""

    def __init__(self, engine: AsyncEngine, rows: Rows) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()  # SQLite has one writer, and lets rivals sleep
        tables: list[Table] = [table for table in metadata.sorted_tables if rows.get(table.name)]
        self._inserts = [(insert(table), rows[table.name], _OWN[table.name]) for table in tables]

    async def __call__(self) -> None:
        """Keep one more."""
        new = uuid4().hex
        async with self._turn, self._engine.begin() as connection:
            for statement, rows, own in self._inserts:
                renewed = [{**row, **dict.fromkeys(own, new)} for row in rows]
                await connection.execute(statement, renewed if len(renewed) > 1 else renewed[0])


async def _serve(listening: socket.socket, api_url: str, token: str, secret: str, keep: Kept) -> None:
    async with aiohttp.ClientSession() as session:
        bolt = _bolt(AsyncWebClient(base_url=api_url, session=session, retry_handlers=[]), token, secret, keep)
        routes = [Route("/slack/events", AsyncSlackRequestHandler(bolt).handle, methods=["POST"])]
        config = uvicorn.Config(Starlette(routes=routes), http="httptools", lifespan="off", log_config=None)
        await uvicorn.Server(config).serve(sockets=[listening])


def _bolt(slack: AsyncWebClient, token: str, secret: str, keep: Kept) -> AsyncApp:
    form, creating = issue_form(Draft(id="d"), currency="NOK", look=Look(), now=datetime.now(UTC)), creating_form()
    opening: set[asyncio.Task[Any]] = set()

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token=token, bot_id="B1", bot_user_id="UBOT")

    async def on_command(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        # As a task, like ours: waiting for Slack before the answer would flatter every ratio.
        opening.add(task := asyncio.create_task(client.views_open(trigger_id=body["trigger_id"], view=form)))
        task.add_done_callback(opening.discard)
        await ack()

    async def on_view(ack: Any) -> None:
        await keep()
        await ack(response_action="update", view=creating)

    app = AsyncApp(client=slack, signing_secret=secret, authorize=authorize, process_before_response=True)
    app.command(re.compile(""))(on_command)
    app.view(re.compile(""))(on_view)
    return app
