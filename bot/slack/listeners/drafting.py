"""The draft behind an open form: one person's, kept after every click."""

from dataclasses import dataclass

from bot.domain.drafts import Draft
from bot.domain.errors import Refused
from bot.services.issuing import Shop
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock

_GONE = "This form has been open for more than a day, and its lines are no longer kept. Start over with /paylink."


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafting:
    """Reads and keeps drafts. Each is its person's own; another's id finds nothing."""

    store: Store
    clock: Clock
    shop: Shop

    async def stored(self, draft_id: str, user_id: str) -> Draft | None:
        """The kept form, if there is one."""
        async with self.store.read() as work:
            return await work.draft(draft_id, workspace_id=self.shop.workspace_id, user_id=user_id)

    async def kept(self, draft_id: str, user_id: str) -> Draft:
        """The kept form.

        Raises:
            Refused: when it is gone.

        """
        draft = await self.stored(draft_id, user_id)
        if draft is None:
            raise Refused(_GONE, "old-form")
        return draft

    async def keep(self, draft: Draft, user_id: str) -> None:
        """Keep it as it is now."""
        async with self.store() as work:
            await work.save_draft(draft, workspace_id=self.shop.workspace_id, user_id=user_id, at=self.clock.now())
            await work.commit()
