"""The order's form where it changes an order: its frame, and what it says right above its button."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.drafts import Draft
from bot.domain.orders import Delivery
from bot.slack import ids
from bot.slack.views.blocks import Block, Look, context, fit, modal
from bot.slack.views.words import message

KEPT: Final = "ℹ️ *This is what you wanted before*, and nothing of it was sent. Look through it once more."
_FOLLOWS: Final[Mapping[str, str]] = {
    Delivery.SMS: "a new {message} goes out to the customer",
    Delivery.PROFILE: "the payment profile sends the new one",
}
_MAILED: Final = "a new e-mail goes out to the customer"
_YOU_MAIL: Final = "you send a new e-mail from your own mail app"
_SHARED: Final = "you share the new one yourself; nothing is sent"


def what_follows(delivery: str, methods: Sequence[str], look: Look) -> str:
    """What becomes of the old link, and how the new one travels: one sentence.

    `methods` are all that it can be paid with; empty when nobody knows.
    """
    follows = _FOLLOWS.get(delivery, _SHARED).format(message=message(methods))
    if delivery == Delivery.EMAIL:
        follows = _MAILED if look.mails else _YOU_MAIL
    return f"The link that is out now stops working, and {follows}."


def change_modal(draft: Draft, blocks: list[Block], metadata: str, look: Look) -> Block:
    """The form around its fields; `metadata` as for any other form of an order."""
    follows = what_follows(draft.delivery, look.choices.payable(draft.methods), look)
    return modal(
        fit(f"Change order {draft.reference}", 24),
        [*blocks, context(f"{follows} If the customer has just paid, all stays as it is.")],
        callback_id=ids.VIEW_CHANGE,
        metadata=metadata,
        submit="Change and send again",
    )
