"""The form drawn as it stands now."""

from dataclasses import dataclass

from bot.domain.doubts import Doubt
from bot.domain.drafts import Draft
from bot.services.issuing import Shop
from bot.services.ports.world import Clock
from bot.slack.views.blocks import Block, Look
from bot.slack.views.issue_form import issue_form


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDrawing:
    """Knows all that a form is drawn with besides what was typed."""

    shop: Shop
    look: Look
    clock: Clock

    async def form(self, draft: Draft, notice: str = "", doubt: Doubt | None = None) -> Block:
        """The form with its deadline in words, as if it were sent this moment."""
        now, currency = self.clock.now(), self.shop.currency
        return issue_form(draft, currency=currency, look=self.look, now=now, notice=notice, doubt=doubt)
