"""One line in the thread per change, with the buttons of its link when it asks for a decision."""

from datetime import datetime
from typing import Final

from bot.domain.events import Event, Happened
from bot.domain.stories import Story
from bot.slack.views.blocks import Block, Look, Message, escape, fit, section, spoken
from bot.slack.views.buttons import action_row
from bot.slack.views.sentences import sentence

_ASKS: Final = frozenset(
    {
        Happened.AUTHORIZED,
        Happened.CAPTURED,
        Happened.UNCERTAIN,
        Happened.FOUND,
        Happened.UNKNOWN,
        Happened.NOT_DELIVERED,
        Happened.REPORTED,
        Happened.REJECTED,
        Happened.REFUSED,
        Happened.AUTO_CAPTURE_MISSING,
        Happened.CORRECTED,
    }
)
_TEXT_LIMIT: Final = 3000


def asks(kind: Happened) -> bool:
    """Whether a line of this kind asks for a decision, and so carries buttons until the next such line."""
    return kind in _ASKS


def line(story: Story, event: Event, now: datetime, look: Look, *, with_buttons: bool) -> Message:
    """What the thread says about `event`; `with_buttons` false redraws it after the buttons have moved on."""
    link = story.link(event.link_id)
    told = sentence(story, link, event, look)
    if len(story.links) > 1:
        told = f"{told} ({escape(link.reference)})"
    blocks: list[Block] = [section(told)]
    row = action_row(story, link, now, look) if with_buttons and asks(event.kind) else None
    if row is not None:
        blocks.append(row)
    return Message(text=fit(spoken(told), _TEXT_LIMIT), blocks=blocks)
