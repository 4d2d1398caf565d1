"""*Make payment link* in Slack's own menus: from anywhere, and from a message."""

from collections.abc import Mapping
from dataclasses import dataclass

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.picking import pick
from bot.slack.listeners.opening import FormOpening
from bot.slack.listeners.payloads import Body, knock

_AGAIN = "Please choose the shortcut again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortcutsListener:
    """Slack says which shortcut, and nothing that was typed."""

    opening: FormOpening

    async def anywhere(self, ack: AsyncAck, body: Body) -> None:
        """From the menu of the whole workspace, which names no channel: the card comes to the person's own messages."""
        self.opening.start(knock(body), self.opening.blank(""), _AGAIN)
        await ack()

    async def from_message(self, ack: AsyncAck, body: Body) -> None:
        """From a message: what it says for certain is filled in, and the card begins in its thread."""
        who, shop = knock(body), self.opening.shop
        found = body.get("message")
        message: Mapping[str, object] = found if isinstance(found, Mapping) else {}
        thread = str(message.get("thread_ts") or message.get("ts") or body.get("message_ts") or "")
        draft = pick(
            str(message.get("text") or ""),
            self.opening.blank(who.channel, thread),
            currency=shop.currency,
            country=shop.country,
        )
        self.opening.start(who, draft, _AGAIN)
        await ack()
