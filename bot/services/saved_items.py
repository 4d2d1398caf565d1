"""Saved items: kept, found, listed and removed; and the lines of a person's last order."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.domain.errors import Refused
from bot.domain.items import Item
from bot.domain.orders import Line
from bot.domain.permissions import Actor, Forbidden, Policy, belongs, decide_items
from bot.services.issuing import Shop
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock

MOST_FOUND: Final = 100
"""A menu shows no more (Slack reference §6)."""
MOST_LISTED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedItems:
    """One workspace's items."""

    store: Store
    clock: Clock
    shop: Shop
    policy: Policy

    def refusal(self, actor: Actor) -> str | None:
        """Why this person may not keep or remove items, or None when they may."""
        decision = decide_items(actor, team_id=self.shop.team_id, policy=self.policy)
        return decision.sentence if isinstance(decision, Forbidden) else None

    async def keep(self, line: Line, currency: str, actor: Actor) -> None:
        """Keep what is sold on a line; an item of that name takes its price and VAT. Raises Refused."""
        self._check(actor)
        item = Item(
            id=uuid.uuid4().hex,
            workspace_id=self.shop.workspace_id,
            name=line.text,
            unit_price=line.price_with_vat,
            currency=currency,
            vat=line.vat,
            kept_by=actor.user_id,
            at=self.clock.now(),
        )
        async with self.store() as work:
            await work.keep_item(item)
            await work.commit()

    async def find(self, words: str, currency: str, actor: Actor) -> Sequence[Item]:
        """At most a hundred whose name holds these words; none for people who are not of the workspace."""
        if not belongs(actor, self.shop.team_id):
            return ()
        async with self.store.read() as work:
            return await work.find_items(self.shop.workspace_id, currency, words, limit=MOST_FOUND)

    async def item(self, item_id: str) -> Item | None:
        """One of them, if it is still kept."""
        async with self.store.read() as work:
            return await work.item(item_id, self.shop.workspace_id)

    async def listed(self, actor: Actor) -> tuple[Sequence[Item], int]:
        """The first twenty by name, and how many there are; none for people who are not of the workspace."""
        if not belongs(actor, self.shop.team_id):
            return (), 0
        async with self.store.read() as work:
            return await work.list_items(self.shop.workspace_id, limit=MOST_LISTED)

    async def remove(self, item_id: str, actor: Actor) -> None:
        """Forget one. Raises Refused."""
        self._check(actor)
        async with self.store() as work:
            await work.remove_item(item_id, self.shop.workspace_id)
            await work.commit()

    async def last_lines(self, user_id: str) -> tuple[str, tuple[Line, ...]] | None:
        """Currency and lines of the last order that this person issued here; None when there is none."""
        async with self.store.read() as work:
            return await work.last_lines(self.shop.workspace_id, user_id)

    def _check(self, actor: Actor) -> None:
        if (sentence := self.refusal(actor)) is not None:
            raise Refused(sentence, "items")
