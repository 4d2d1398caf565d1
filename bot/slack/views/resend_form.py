"""The forms behind *Send again…* and *Extend…*: another number, another way, or longer."""

from datetime import datetime
from typing import Final

from bot.domain.actions import Action
from bot.domain.field_parsers import parse_deadline
from bot.domain.links import Link
from bot.domain.redrafting import draft_of
from bot.domain.stories import Story
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.blocks import Block, Look, context, escape, fit, modal, option, plain, section
from bot.slack.views.change_form import what_follows

TITLE: Final = "Send again"
A_DATE: Final = "date"
_LONGER: Final = {"1d": "1 day", "7d": "1 week", "30d": "1 month", A_DATE: "Until the date below"}
_SPANS: Final = ("1d", "7d", "30d")


def resend_form(story: Story, link: Link, look: Look) -> Block:
    """What can be put right without changing the order itself."""
    draft = draft_of(story.order, "")
    amount = look.money(link.amount, link.currency)
    words = (
        f"The link that is out now, *{escape(link.reference)}* over {amount}, stops working. A new one goes out as "
        "chosen below; by SMS or e-mail that is a new message. If the customer has just paid, all stays as it is."
    )
    blocks = [
        section(words),
        fields.phone(draft),
        fields.delivery(draft, look.choices) | {"dispatch_action": False},
        fields.email(draft),
        fields.deadline(draft),
    ]
    return _replacing(TITLE, blocks, link, Action.RESEND, submit="Send")


def extend_form(story: Story, link: Link, now: datetime, look: Look) -> Block:
    """How much longer, counted from now. A link's deadline cannot be moved, so this is another link."""
    words = f"*{escape(link.reference)}* can be paid until {look.date(link.expires_at)}. How long from now instead?"
    follows = what_follows(story.order.delivery, story.order.methods, look)
    told = f"A link cannot be made longer, so another takes its place. {follows}"
    options = [option(said, value) for value, said in _LONGER.items()]
    longer = next((value for value in _SPANS if parse_deadline(value, now, look.zone) > link.expires_at), _SPANS[-1])
    blocks = [
        section(words),
        fields.choice(ids.DEADLINE, "Pay within", "radio_buttons", options, longer),
        _until(),
        context(f"{told} If the customer has just paid, all stays as it is."),
    ]
    title = fit(f"Extend {story.order.reference}", 24)
    return _replacing(title, blocks, link, Action.EXTEND, submit="Extend")


def cancelling_first(link: Link) -> Block:
    """Right after *Send*: the result takes its place once there is one."""
    words = (
        f"⏳ *{escape(link.reference)} is cancelled first*, then the new link goes out. You may close this; the card "
        "shows how it goes."
    )
    return modal(TITLE, [section(words)], callback_id=ids.VIEW_RESULT, metadata="")


def _until() -> Block:
    element: Block = {"type": "datepicker", "action_id": ids.FIELD, "placeholder": plain("Choose a date", 150)}
    hint = "Only with “Until the date below”. At most 30 days from now."
    return fields.field(ids.EXTEND_UNTIL, "Date", element, hint=hint, optional=True)


def _replacing(title: str, blocks: list[Block], link: Link, action: Action, *, submit: str) -> Block:
    metadata = ids.ButtonValue(link.id, link.version, 0, action).encode()
    return modal(title, blocks, callback_id=ids.VIEW_RESEND, metadata=metadata, submit=submit)
