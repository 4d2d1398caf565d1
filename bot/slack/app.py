"""Bolt, set up for one workspace, and the one route behind which it stands."""

import logging
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.services.ports.threads import SlackDown
from bot.slack.calls import calling
from bot.slack.router import Router

_LONGEST_TIMESTAMP: Final = 12
"""Digits of seconds since 1970; Python refuses to read a number of thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Who the bot is, as `auth.test` says."""

    team_id: str
    bot_id: str
    bot_user_id: str
    workspace_url: str = ""
    workspace_name: str = ""


async def introduce_bot(client: AsyncWebClient) -> Bot:
    """Ask Slack who we are.

    Raises:
        ThreadError: SlackDown when Slack does not answer or refuses the token.

    """
    answer = await calling(client.auth_test())
    if not answer.get("team_id"):
        raise SlackDown(doubtful=False)
    return Bot(
        team_id=answer["team_id"],
        bot_id=answer.get("bot_id", ""),
        bot_user_id=answer.get("user_id", ""),
        workspace_url=answer.get("url", ""),
        workspace_name=answer.get("team", ""),
    )


def bolt(client: AsyncWebClient, bot: Bot, token: str, signing_secret: str, router: Router) -> AsyncApp:
    """Bolt answering when its listener returns, and authorizing without a call."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=bot.team_id,
            bot_token=token,
            bot_id=bot.bot_id,
            bot_user_id=bot.bot_user_id,
        )

    app = AsyncApp(
        name="paylink",  # else Bolt reads the source of the whole call stack for one
        client=client,
        signing_secret=signing_secret,
        authorize=authorize,
        process_before_response=True,
        raise_error_for_unhandled_request=False,
        # Its loggers copy the level of this one, else the root's: then a wrong signature prints the whole payload.
        logger=logging.getLogger("slack_bolt"),
    )
    router.register(app)
    return app


def route(app: AsyncApp) -> Route:
    """Commands, clicks, forms and events, all on `/slack/events`."""
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        """Guard what Bolt would answer with a 500: a timestamp that is no time, bytes that are no text."""
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        if not timestamp.isdecimal() or len(timestamp) > _LONGEST_TIMESTAMP:
            return PlainTextResponse("signature missing", 401)
        try:
            (await request.body()).decode()
        except UnicodeDecodeError:
            return PlainTextResponse("not text", 400)
        return await handler.handle(request)

    return Route("/slack/events", events, methods=["POST"])
