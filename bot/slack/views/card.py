"""The one card per order: a pure function of its story."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.domain.events import Happened, News
from bot.domain.headlines import headline
from bot.domain.links import Link, Status
from bot.domain.orders import Line
from bot.domain.stories import Story
from bot.slack.views.blocks import (
    Block,
    Look,
    Message,
    context,
    escape,
    fit,
    header,
    mrkdwn,
    nameless,
    person,
    plain,
    section,
    spoken,
)
from bot.slack.views.buttons import action_row
from bot.slack.views.deeds import deed
from bot.slack.views.notes import notes
from bot.slack.views.words import customer, headline_amount

MOST_LINES: Final = 5
_WAITS: Final = {Status.REQUESTED, Status.UNCERTAIN, Status.OPEN, Status.PENDING}
_MONEY: Final = {Status.AUTHORIZED, Status.CAPTURED}
_TEXT_LIMIT: Final = 3000


def card(story: Story, now: datetime, look: Look) -> Message:
    """The order as everybody in the channel may see it."""
    link = story.newest
    said = notes(story, now, look)
    first = headline(link, now, paid_twice=story.paid_twice, paid_beside=story.paid_by_older)
    amount = headline_amount(story.paid_by_older or link, look)
    blocks = [
        header(f"{first.emoji} {first.words} · {amount}"),
        {"type": "section", "fields": _fields(story, link, look)},
        {"type": "section", "text": plain(_lines(story.lines(link), link.currency, look))},
        *(section(sentence) for sentence in said),
    ]
    if small := _small_print(story, look):
        blocks.append(context(*small))
    if (row := action_row(story, link, now, look)) is not None:
        blocks.append(row)
    point = _point(story, link, first.words, amount)
    return Message(text=fit("\n".join([point, *(nameless(spoken(one)) for one in said)]), _TEXT_LIMIT), blocks=blocks)


def _point(story: Story, link: Link, words: str, amount: str) -> str:
    """The first line of a notification: `Paid 249,00 kr · 4711 · +47 ••• •• 567`."""
    plainly = link.status in _MONEY and "," not in words and not story.paid_twice
    said = f"{words} {amount}" if plainly else f"{words} · {amount}"
    return " · ".join([said, escape(link.reference), *([customer(story)] if story.order.phone else [])])


def _fields(story: Story, link: Link, look: Look) -> list[Block]:
    told = {
        "Customer": customer(story),
        "Reference": escape(link.reference),
        "Issued by": person(story.order.issuer),
    }
    if link.status in _WAITS and link.facts.unfollowed_at is None:
        told["Pay before"] = look.date(link.expires_at)
    elif link.status is Status.EXPIRED:
        told["Expired"] = look.date(link.expires_at)
    elif link.facts.method:
        method = link.facts.method  # a word of a sentence: "card"; here it stands alone
        told["Method"] = escape(method[0].upper() + method[1:])
    return [mrkdwn(f"*{name}*\n{value}", 2000) for name, value in told.items()]


def _lines(lines: Sequence[Line], currency: str, look: Look) -> str:
    if len(lines) == 1 and lines[0].quantity == 1:
        return fit(lines[0].text, 150)
    told = [_line(line, currency, look) for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        told.append(f"+{len(lines) - MOST_LINES} more")
    return "\n".join(told)


def _line(line: Line, currency: str, look: Look) -> str:
    quantity = f"{line.quantity.normalize():f}".replace(".", ",")
    return f"{quantity} × {fit(line.text, 100)} · {look.money(line.total, currency)}"


def _small_print(story: Story, look: Look) -> list[str]:
    told = []
    if story.last_event is not None:
        told.append(f"{_last_deed(story.last_event, story.order.issuer)} · {look.date(story.last_event.at)}")
    if look.sandbox:
        told.append("Sandbox, no real money")
    return told


def _last_deed(event: News, issuer: str) -> str:
    """Who issued it stands above already, unless somebody else issued the newest link."""
    return "Issued" if event.kind is Happened.ISSUED and event.actor == issuer else deed(event)
