"""The least that Bolt can do: the same form opened, the same answer given, and nothing behind them."""

import asyncio
import re
import socket
from datetime import UTC, datetime
from typing import Any

import aiohttp
import uvicorn
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.routing import Route
from uvicorn.loops.auto import auto_loop_factory

from bot.domain.drafts import Draft
from bot.slack.views.blocks import Look
from bot.slack.views.issue_form import issue_form
from bot.slack.views.result_form import creating_form


def serve(listening: socket.socket, api_url: str, token: str, secret: str) -> None:
    """Run until killed, on the loop that `paylink serve` runs on."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        runner.run(_serve(listening, api_url, token, secret))


async def _serve(listening: socket.socket, api_url: str, token: str, secret: str) -> None:
    async with aiohttp.ClientSession() as session:
        bolt = _bolt(AsyncWebClient(base_url=api_url, session=session, retry_handlers=[]), token, secret)
        routes = [Route("/slack/events", AsyncSlackRequestHandler(bolt).handle, methods=["POST"])]
        config = uvicorn.Config(Starlette(routes=routes), http="httptools", lifespan="off", log_config=None)
        await uvicorn.Server(config).serve(sockets=[listening])


def _bolt(slack: AsyncWebClient, token: str, secret: str) -> AsyncApp:
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
        await ack(response_action="update", view=creating)

    app = AsyncApp(client=slack, signing_secret=secret, authorize=authorize, process_before_response=True)
    app.command(re.compile(""))(on_command)
    app.view(re.compile(""))(on_view)
    return app
