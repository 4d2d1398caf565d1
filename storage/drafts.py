"""Forms as typed: encrypted whole, each for its own person only."""

from datetime import datetime
from typing import Final

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import bindparam, delete, select, update

from bot.domain.drafts import Draft
from storage.tables import drafts
from storage.transaction import Transaction

_CODEC: Final = TypeAdapter(Draft)
_TYPED: Final = select(drafts.c.typed).where(
    drafts.c.id == bindparam("draft_id"),
    drafts.c.workspace_id == bindparam("workspace_id"),
    drafts.c.user_id == bindparam("user_id"),
)


class Drafts(Transaction):
    """The part of the unit of work that keeps drafts."""

    async def save_draft(self, draft: Draft, *, workspace_id: str, user_id: str, at: datetime) -> None:
        """Keep a form as typed. Another person's draft of the same id is left as it is."""
        typed = self._secrets.encrypt(_CODEC.dump_json(draft).decode())
        whose = {"workspace_id": workspace_id, "user_id": user_id}
        insert = self._unless_there(drafts).returning(drafts.c.id)
        added = await self._run(insert, {"id": draft.id, "at": at, "typed": typed, **whose})
        if added.first() is None:
            own = (drafts.c.id == draft.id, drafts.c.workspace_id == workspace_id, drafts.c.user_id == user_id)
            await self._run(update(drafts).where(*own), {"at": at, "typed": typed})

    async def draft(self, draft_id: str, *, workspace_id: str, user_id: str) -> Draft | None:
        """The kept form, if it is this person's and has the shape that forms have today."""
        row = await self._first(_TYPED, {"draft_id": draft_id, "workspace_id": workspace_id, "user_id": user_id})
        if row is None:
            return None
        try:
            return _CODEC.validate_json(self._secrets.decrypt(row.typed), strict=True)
        except ValidationError:  # its message holds what was typed, a phone among it
            return None

    async def purge_drafts(self, before: datetime) -> int:
        """Drop forms as typed, sent or not; returns how many."""
        return (await self._run(delete(drafts).where(drafts.c.at < before))).rowcount
