"""The second question before reserved money is let go: a button asks once, and what is gone cannot be taken again."""

from typing import Final

from bot.domain.actions import Action, open_amount
from bot.domain.links import Link
from bot.domain.stories import Story
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.blocks import Block, Look, escape, modal, option, section
from bot.slack.views.words import customer

SURE: Final = "sure"


def release_form(story: Story, link: Link, look: Look) -> Block:
    """Amount and customer once more, and a box that has to be ticked."""
    open_now = open_amount(link, Action.RELEASE)
    amount = look.money(open_now, link.currency)
    title, what = "Cancel and release", "The link is over with it."
    if link.facts.captured:
        title, what = "Release the rest", "What was captured stays."
    words = (
        f"*{amount}* is reserved for {escape(link.reference)}. Customer: {customer(story)}\n"
        f"The customer keeps this money. {what}"
    )
    box: Block = {
        "type": "checkboxes",
        "action_id": ids.FIELD,
        "options": [option(f"Let {amount} go; it cannot be captured afterwards", SURE)],
    }
    metadata = ids.ButtonValue(link.id, link.version, open_now, Action.RELEASE).encode()
    blocks = [section(words), fields.field(ids.SURE, "Are you sure?", box)]
    return modal(title, blocks, callback_id=ids.VIEW_RELEASE, metadata=metadata, submit="Release", close="Go back")
