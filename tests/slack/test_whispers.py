"""Words for one person only: asked to wait a moment, they are told after it, and never twice."""

from functools import partial

import pytest

from bot.slack.threads import SlackThreads
from bot.slack.views.blocks import Message

from .shelf import LOOK
from .test_calls import refusal
from .test_waiting_forms import PAGE, busy

WORDS = Message(text="4711 was captured a moment ago.", blocks=[])
NOT_IN_CHANNEL, DOWN = refusal("not_in_channel"), refusal("internal_error", 500)


class Slack:
    """Refuses what it is given to refuse, the first tries of each method, and remembers what was shown to whom."""

    def __init__(self, ephemeral=(), message=()):
        self.shown = []
        self.chat_postEphemeral = partial(self._told, list(ephemeral))
        self.chat_postMessage = partial(self._told, list(message))

    async def conversations_open(self, *, users):
        return {"ok": True, "channel": {"id": f"D-{users}"}}

    async def _told(self, refusals, *, channel, **_):
        if refusals:
            raise refusals.pop(0)
        self.shown.append(channel)
        return {"ok": True}


async def whispers(slack):
    threads = SlackThreads(slack, LOOK, PAGE, lambda _order, _link: "mailto:")
    await threads.whisper_message(WORDS, channel="C1", user_id="U1", response_url=None)
    return slack.shown


@pytest.mark.parametrize(
    ("slack", "told", "pauses"),
    [
        (Slack(), ["C1"], []),
        (Slack(ephemeral=[busy(3)]), ["C1"], [3]),
        (Slack(ephemeral=[NOT_IN_CHANNEL]), ["D-U1"], []),
        (Slack(ephemeral=[NOT_IN_CHANNEL], message=[busy(1), busy(2)]), ["D-U1"], [1, 2]),
        (Slack(ephemeral=[NOT_IN_CHANNEL], message=[busy(60)]), [], []),
        (Slack(ephemeral=[NOT_IN_CHANNEL], message=[DOWN]), [], []),
    ],
    ids=["at once", "busy", "elsewhere", "busy elsewhere", "busy for long", "may have been told"],
)
async def test_a_whisper_waits_as_long_as_slack_asks(waits, slack, told, pauses):
    assert await whispers(slack) == told
    assert waits == pauses
