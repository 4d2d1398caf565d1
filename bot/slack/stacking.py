"""Views on top of a form."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.calls import SOMEBODY_WAITS, calling
from bot.slack.views.blocks import Block


async def push_view(client: AsyncWebClient, trigger_id: str, view: Block) -> None:
    """Put a view on top of the one that was clicked in; the trigger lives three seconds and is spent by one try.

    Raises:
        ThreadError: as `calling` does; Rejected for a second click, because the view is there already.

    """
    await calling(client.views_push(trigger_id=trigger_id, view=view), seconds=SOMEBODY_WAITS)
