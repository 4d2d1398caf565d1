"""One line in the thread per change, with the buttons of its link when there is something to decide."""

from datetime import datetime
from typing import Final

from bot.domain.actions import Action
from bot.domain.events import PROGRESS, UNTOLD, Event, Happened
from bot.domain.links import Link
from bot.domain.offers import offers
from bot.domain.stories import Story
from bot.slack.views.blocks import Block, Look, Message, code_to_scan, escape, fit, plain, section, spoken
from bot.slack.views.buttons import action_row
from bot.slack.views.sentences import sentence, typed_words

_TEXT_LIMIT: Final = 3000
_TOLD_ONLY: Final = frozenset({Happened.NOTED, Happened.SENT_ANYWAY, Happened.QR_SHOWN, Happened.EMAILED})


def takes_buttons(kind: Happened) -> bool:
    """Whether a line of this kind changes what can be done: it takes over the link's buttons, if any are left.

    They stay on it until the next such line. A note changes nothing, nor does a look or an attempt of the customer's.
    """
    return kind not in PROGRESS | UNTOLD | _TOLD_ONLY


def line(story: Story, event: Event, now: datetime, look: Look, *, with_buttons: bool, picture: str = "") -> Message:
    """What the thread says about `event`; `with_buttons` false redraws it after the buttons have moved on.

    `picture` is the address of the link's code to scan, for the line that shows it.
    """
    link = story.link(event.link_id)
    told = sentence(story, link, event, look)
    if len(story.links) > 1 and event.kind is not Happened.REPLACED:  # which names its link itself
        told = f"{told} ({escape(link.reference)})"
    typed = typed_words(story, event)
    blocks: list[Block] = [section(f"{told}:" if typed else told)]
    if typed:  # nothing in plain text is live: no stars, no code, no :emoji:
        blocks.append({"type": "section", "text": plain(typed)})
    if event.kind is Happened.QR_SHOWN and picture:
        blocks.append(code_to_scan(picture, link.reference))
    row = _row(story, link, now, look) if with_buttons and takes_buttons(event.kind) else None
    if row is not None:
        blocks.append(row)
    heard = f"{spoken(told)}: {escape(typed)}" if typed else spoken(told)
    return Message(text=fit(heard, _TEXT_LIMIT), blocks=blocks)


def _row(story: Story, link: Link, now: datetime, look: Look) -> Block | None:
    """The buttons of `link`, unless nothing is left to decide."""
    decidable = set(offers(story, link, now)) - {Action.REFRESH, Action.REQUEST_AGAIN}
    return action_row(story, link, now, look) if decidable else None
