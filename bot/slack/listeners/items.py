"""Saved items: what the searching menu offers, and the list behind `/paylink items`."""

from dataclasses import dataclass

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.errors import UserFacing
from bot.domain.markup import field_as_typed
from bot.domain.permissions import Actor
from bot.services.ports.threads import People
from bot.services.saved_items import SavedItems
from bot.slack.listeners.payloads import Body, Knock, actor_of, knock
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads
from bot.slack.views.blocks import Message
from bot.slack.views.item_list import item_list, item_option
from bot.slack.views.line_form import LineMetadata

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsListener:
    """One query before the answer to a search; the list comes after the answer."""

    items: SavedItems
    people: People
    threads: SlackThreads
    owned: Owned

    async def suggest(self, ack: AsyncAck, body: Body) -> None:
        """Somebody types into *Saved item*; a failure offers nothing, and is logged."""
        try:
            about = LineMetadata.decode((body.get("view") or {}).get("private_metadata"))
            found = await self.items.find(
                field_as_typed(str(body.get("value") or "")), about.currency, await actor_of(self.people, body)
            )
        except UserFacing:  # the view is of another version
            found = []
        except Exception:
            log.exception("search_failed")
            found = []
        await ack(options=[item_option(item, self.threads.look) for item in found])

    async def show(self, ack: AsyncAck, body: Body) -> None:
        """`/paylink items`."""
        self.owned.start("list the items", self._show(body))
        await ack()

    async def remove(self, ack: AsyncAck, body: Body, action: Body) -> None:
        """*Remove* on the list, which is then shown anew in its own place."""
        actor = await actor_of(self.people, body)
        await self.items.remove(str(action.get("value")), actor)
        self.owned.start("list the items again", self._show_again(knock(body), actor))
        await ack()

    async def _show(self, body: Body) -> None:
        who, actor = knock(body), await actor_of(self.people, body)
        await self.threads.whisper_message(
            await self._list(actor), channel=who.channel, user_id=who.user_id, response_url=who.response_url
        )

    async def _show_again(self, who: Knock, actor: Actor) -> None:
        if who.response_url is None:
            return
        if not await self.threads.respond(who.response_url, await self._list(actor), in_place=True):
            log.info("list_not_redrawn")  # the item is gone all the same, and the list can be asked for again

    async def _list(self, actor: Actor) -> Message:
        found, count = await self.items.listed(actor)
        removable = self.items.refusal(actor) is None
        return item_list(found, count, self.threads.look, removable=removable)


def is_about_items(body: Body) -> bool:
    """Whether a command is `/paylink items`."""
    return str(body.get("text") or "").strip().lower() == "items"
