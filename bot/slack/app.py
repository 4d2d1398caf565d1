"""Bolt, set up for one workspace."""

import logging
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.ports.threads import SlackDown
from bot.slack.calls import calling
from bot.slack.router import Router


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Who the bot is, as `auth.test` says."""

    team_id: str
    bot_id: str
    bot_user_id: str
    workspace_url: str = ""
    workspace_name: str = ""


ORGANISATION: Final = (
    "SLACK_BOT_TOKEN: the app is installed for a whole organisation, and this token names none of its workspaces. "
    "Install the app in the workspace itself, and use that installation's token."
)


async def introduce_bot(client: AsyncWebClient) -> Bot:
    """Ask Slack who we are.

    Raises:
        ThreadError: SlackDown when Slack does not answer or refuses the token.
        ValueError: when the app is installed for a whole organisation.

    """
    answer = await calling(client.auth_test())
    if answer.get("is_enterprise_install"):
        raise ValueError(ORGANISATION)
    if not answer.get("team_id"):
        raise SlackDown(doubtful=False)
    return Bot(
        team_id=answer["team_id"],
        bot_id=answer.get("bot_id", ""),
        bot_user_id=answer.get("user_id", ""),
        workspace_url=answer.get("url", ""),
        workspace_name=answer.get("team", ""),
    )


def bolt(client: AsyncWebClient, bot: Bot, token: str, router: Router) -> AsyncApp:
    """Bolt answering when its listener returns, and authorizing without a call; its door has checked who asks."""

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
        authorize=authorize,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        process_before_response=True,
        raise_error_for_unhandled_request=False,
        # Its loggers copy the level of this one, else the root's: then a wrong signature prints the whole payload.
        logger=logging.getLogger("slack_bolt"),
    )
    router.register(app)
    return app
