"""The order's form where it changes an order: its frame, and what it says right above its button."""

from collections.abc import Mapping
from typing import Final

from bot.domain.drafts import Draft
from bot.domain.orders import Delivery
from bot.slack import ids
from bot.slack.views.blocks import Block, context, fit, modal

KEPT: Final = "ℹ️ *This is what you wanted before*, and nothing of it was sent. Look through it once more."
_FOLLOWS: Final[Mapping[str, str]] = {
    Delivery.SMS: "a new SMS goes out to the customer",
    Delivery.EMAIL: "a new e-mail goes out to the customer",
    Delivery.PROFILE: "the payment profile sends the new one",
}


def what_follows(delivery: str) -> str:
    """What becomes of the old link, and how the new one travels: one sentence."""
    follows = _FOLLOWS.get(delivery, "you share the new one yourself; nothing is sent")
    return f"The link that is out now stops working, and {follows}."


def change_modal(draft: Draft, blocks: list[Block], metadata: str) -> Block:
    """The form around its fields; `metadata` as for any other form of an order."""
    told = f"{what_follows(draft.delivery)} If the customer has just paid, all stays as it is."
    title = f"Change order {draft.reference}"
    return modal(
        fit(title, 24),
        [*blocks, context(told)],
        callback_id=ids.VIEW_CHANGE,
        metadata=metadata,
        submit="Change and send again",
    )
