"""The form behind *Send again…*: another number, another way, or longer, instead of the link that is there."""

from bot.domain.actions import Action
from bot.domain.links import Link
from bot.domain.redrafting import draft_of
from bot.domain.stories import Story
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.blocks import Block, Look, escape, modal, section

TITLE = "Send again"


def resend_form(story: Story, link: Link, look: Look) -> Block:
    """What can be put right without changing the order itself."""
    draft = draft_of(story.order, "")
    amount = look.money(link.amount, link.currency)
    words = (
        f"*{escape(link.reference)}* over {amount} is cancelled first, and stays as it is if the customer has just "
        "paid. Then a new link goes out, with a new message where one is sent."
    )
    metadata = ids.ButtonValue(link.id, link.version, 0, Action.RESEND).encode()
    blocks = [
        section(words),
        fields.phone(draft),
        fields.delivery(draft, look.choices) | {"dispatch_action": False},
        fields.deadline(draft),
    ]
    return modal(TITLE, blocks, callback_id=ids.VIEW_RESEND, metadata=metadata, submit="Send")


def cancelling_first(link: Link) -> Block:
    """Right after *Send*: the result takes its place once there is one."""
    words = (
        f"⏳ *{escape(link.reference)} is cancelled first*, then the new link goes out. You may close this; the card "
        "shows how it goes."
    )
    return modal(TITLE, [section(words)], callback_id=ids.VIEW_RESULT, metadata="")
