"""Views on top of a form."""

from typing import Final

import structlog

from bot.services.ports.threads import ThreadError
from bot.slack.calls import SOMEBODY_WAITS, calling
from bot.slack.listeners.not_opened import not_opened
from bot.slack.listeners.payloads import Knock
from bot.slack.threads import SlackThreads
from bot.slack.views.blocks import Block

log = structlog.get_logger()

_NOT_MISSED: Final = frozenset({"not_found", "duplicate_external_id", "push_limit_reached"})
"""The form was closed meanwhile, or the view is there already: a second click."""


async def push_view(threads: SlackThreads, who: Knock, channel: str, view: Block) -> None:
    """Put a view on top of the one that was clicked in, or tell the person in `channel` why it is not there.

    The trigger lives three seconds and is spent by one try.
    """
    try:
        await calling(threads.client.views_push(trigger_id=who.trigger_id, view=view), seconds=SOMEBODY_WAITS)
    except ThreadError as error:
        log.info("view_not_pushed", reason=str(error))
        sentence = None if str(error) in _NOT_MISSED else not_opened(error, "Press the button again.")
        if sentence is not None:
            await threads.whisper(channel=channel, user_id=who.user_id, sentence=sentence, response_url=None)
