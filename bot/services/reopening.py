"""The form of an order once more: to ask for it again, or to change it."""

import uuid
from dataclasses import dataclass, replace

from bot.domain.drafts import Draft
from bot.domain.links import Link
from bot.domain.redrafting import draft_of, has_more
from bot.domain.stories import Story
from bot.services.issuing import free_reference
from bot.services.ports.storage import Store
from bot.services.ports.world import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """Makes drafts of orders."""

    store: Store
    clock: Clock

    async def again(self, story: Story, link: Link, user_id: str) -> Draft:
        """A form filled in with an order that came to nothing, under a reference that is still free."""
        async with self.store() as work:
            reference = await free_reference(work, story.order, story.newest.n + 1)
            draft = replace(draft_of(story.order, uuid.uuid4().hex), reference=reference, again_for=link.id)
            whose = {"workspace_id": story.order.workspace_id, "user_id": user_id}
            await work.save_draft(draft, **whose, at=self.clock.now())
            await work.commit()
        return draft

    async def change(self, story: Story, link: Link, user_id: str) -> tuple[Draft, bool]:
        """The order as a form that changes it; and whether it holds what this person typed once and nothing came of.

        One draft per link and person, so what was typed is there again for as long as drafts are kept.
        """
        draft_id = uuid.uuid5(uuid.NAMESPACE_OID, f"{link.id} {user_id}").hex
        fresh = replace(draft_of(story.order, draft_id), replaces=link.id, ordered_as=story.order.draft_id)
        whose = {"workspace_id": story.order.workspace_id, "user_id": user_id}
        async with self.store() as work:
            kept = await work.draft(draft_id, **whose)
            draft = replace(kept, redrawn=False, expanded=has_more(kept), editing=None) if kept else fresh
            await work.save_draft(draft, **whose, at=self.clock.now())
            await work.commit()
        return draft, replace(draft, revision=0) != fresh
