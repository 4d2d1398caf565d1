"""How many messages to customers one person may have sent in an hour."""

import math
from typing import Final

from bot.domain.errors import NotYet
from bot.domain.orders import TO_PHONE, Delivery
from bot.domain.permissions import Actor, Policy, most_messages
from bot.services.ports.work import Work

_MESSAGES: Final = TO_PHONE | {Delivery.EMAIL}


async def count_message(work: Work, actor: Actor, delivery: Delivery, workspace_id: str, policy: Policy) -> None:
    """Count the message that `delivery` stands for, in this transaction; a link that is handed over is none.

    Raises:
        NotYet: over the limit. The sentence says when the next message is possible.

    """
    limit = most_messages(actor, policy)
    if not limit or delivery not in _MESSAGES:
        return
    seconds = await work.count_message(workspace_id, actor.user_id, limit=limit)
    if seconds > 0:
        went_out = _counted(limit, "message")
        raise NotYet(
            f"Nothing was sent: {went_out} to customers went out from you within an hour, which is the limit. "
            f"The next one is possible in {_minutes(seconds)}. You can choose “Just give me the link” meanwhile.",
            "message-limit",
        )


def _minutes(seconds: float) -> str:
    return _counted(math.ceil(seconds / 60), "minute")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
