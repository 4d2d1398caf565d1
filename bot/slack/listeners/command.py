"""`/paylink`: the form at once, or how it is used."""

from dataclasses import dataclass
from typing import Final

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.form_notices import repeated
from bot.domain.markup import as_typed
from bot.domain.quickline import Nonsense, read_quickline
from bot.slack.listeners.opening import FormOpening
from bot.slack.listeners.payloads import Body, knock
from bot.slack.views.link_reply import usage

_HELP: Final = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandListener:
    """Reads what stands behind the command."""

    opening: FormOpening

    async def command(self, ack: AsyncAck, body: Body) -> None:
        """Answer `/paylink …`."""
        text, who, shop = str(body.get("text") or "").strip(), knock(body), self.opening.shop
        blank = self.opening.blank(who.channel)
        today = self.opening.drawing.clock.now().astimezone(shop.zone).date()
        try:
            draft = read_quickline(text, blank, currency=shop.currency, country=shop.country, today=today)
        except Nonsense:  # `help` is among it
            words = usage("" if text.lower() == _HELP else repeated(as_typed(text)))
            await ack(text=words.text, blocks=words.blocks, response_type="ephemeral")
            return
        self.opening.start(who, draft, "Please run the command again.")
        await ack()
