"""The form drawn as it stands now."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from bot.domain.doubts import Doubt
from bot.domain.drafts import Draft
from bot.services.issuing import Shop
from bot.services.patterns import Patterns
from bot.services.ports.world import Clock
from bot.slack.owned import Owned
from bot.slack.views.blocks import Block, Look
from bot.slack.views.issue_form import issue_form

log = structlog.get_logger()

_PATIENCE: Final = 0.2
"""Seconds: the trigger that opens a form lives three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDrawing:
    """Knows all that a form is drawn with besides what was typed."""

    shop: Shop
    look: Look
    clock: Clock
    patterns: Patterns
    owned: Owned

    async def form(self, draft: Draft, notice: str = "", doubt: Doubt | None = None) -> Block:
        """The form with its deadline in words, as if it were sent this moment."""
        now, currency = self.clock.now(), self.shop.currency
        coming = await self._coming(draft.channel)
        return issue_form(draft, currency=currency, look=self.look, now=now, notice=notice, doubt=doubt, coming=coming)

    async def _coming(self, channel: str) -> str:
        """The reference that comes next, if the database says so at once: no form waits for that."""
        if (known := self.patterns.known(channel)) is not None:
            return known
        looking = asyncio.ensure_future(self.patterns.hint(channel))
        done, _ = await asyncio.wait({looking}, timeout=_PATIENCE)
        if not done:
            self.owned.start("learn the next reference", _learn(looking))
            return ""
        return await _learned(looking)


async def _learn(looking: asyncio.Future[str]) -> None:
    await _learned(looking)


async def _learned(looking: asyncio.Future[str]) -> str:
    try:
        return await looking
    except Exception:  # the hint says less then; whoever sends the form hears of the database
        log.exception("next_reference_unknown")
        return ""
