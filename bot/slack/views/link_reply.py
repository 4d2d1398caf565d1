"""Answers that only the person who asked can see, and the stub of a card that has moved."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.links import Link
from bot.domain.stories import Story
from bot.slack.views.aloud import promised, read_aloud
from bot.slack.views.blocks import Block, Look, Message, context, escape, section, spoken
from bot.slack.views.notes import lifetime, opening

_EXAMPLES = (
    ("/paylink", "opens the form"),
    ("/paylink 249,50 912 34 567", "amount and mobile number, or e-mail address, in any order"),
    (
        "/paylink 249,50 912 34 567 Tow bar #4711 3d",
        "what for, your reference, and beside it how long: 12h, 3d, 2w or a date; last may come phone, qr or link",
    ),
    ("/paylink items", "lists the saved items"),
    ("/paylink pattern {yyyy}-{seq:4}", "numbers the references of this channel: 2026-0042"),
    ("/paylink help", "shows this"),
)


def link_reply(
    story: Story, link: Link, url: str | None, now: datetime, look: Look, carriers: Sequence[Block] = ()
) -> Message:
    """*Show link*: the address to give to the customer, to copy, and the mail or the code that carries it."""
    if url is None:
        words = f"There is no link to show for {escape(link.reference)}."
        return Message(text=words, blocks=[section(words)])
    amount = look.money(link.amount, link.currency)
    when = "It can be paid until" if now < link.expires_at else "It expired"
    whom = escape(story.order.name) if story.order.name else "this customer"
    beside = (opening(story.order, link.facts), lifetime(story.order, link.facts)) if now < link.expires_at else ()
    intro = f"The link for {escape(link.reference)}, {amount}:"
    code: Block = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": url}]}
    blocks: list[Block] = [
        section(intro),
        {"type": "rich_text", "elements": [code]},
        *carriers,
        *([read_aloud(promised(story, link, by_hand=True), look)] if now < link.expires_at else []),
        *(context(note) for note in beside if note),
        context(f"Only you can see this. {when} {look.date(link.expires_at)}. Give it to {whom} only."),
    ]
    return Message(text=f"{intro} `{escape(url)}`", blocks=blocks)  # as code: Slack must not fetch it


def usage(typed: str = "") -> Message:
    """How the command is used: for `help`, and for words that start nothing, which are repeated as `typed`."""
    examples = "\n".join(f"`{command}` – {words}" for command, words in _EXAMPLES)
    words = f"*Paylink issues a payment link and follows it here until it is paid.*\n{examples}"
    note = "Nothing is sent before you have seen the form and pressed Send."
    if typed:
        note = f"No form was opened for “{escape(typed)}”: there is no amount, number or address in it. {note}"
    return Message(text=spoken(f"{words}\n{note}"), blocks=[section(words), context(note)])


def said(sentence: str) -> Message:
    """One sentence of ours, in mrkdwn, for one person."""
    return Message(text=spoken(sentence), blocks=[section(sentence)])


def sorry(sentence: str, code: str) -> Message:
    """An error: its cause and the next step, and a short code for whoever helps, if there is one.

    `sentence` is mrkdwn of our own; whatever was typed is escaped in it already.
    """
    if not code:
        return said(sentence)
    return Message(
        text=f"{spoken(sentence)} ({escape(code)})", blocks=[section(sentence), context(f"Code: {escape(code)}")]
    )


def moved(permalink: str | None) -> Message:
    """What a second copy of a card becomes."""
    words = f"This card has moved: see <{permalink}|the current one>." if permalink else "This card has moved."
    return Message(text=spoken(words), blocks=[section(words)])
