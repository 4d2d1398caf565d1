"""`/paylink`: the form at once, or how it is used."""

import uuid
from dataclasses import dataclass

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.drafts import Draft, DraftLine, vat_rates
from bot.domain.quickline import Nonsense, read_quickline
from bot.services.issuing import Shop
from bot.services.ports.threads import ThreadError
from bot.slack.listeners.drawing import FormDrawing
from bot.slack.listeners.payloads import Body, knock
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads
from bot.slack.views.link_reply import usage


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandListener:
    """Nothing stands between the command and the form: no database, no network."""

    threads: SlackThreads
    owned: Owned
    shop: Shop
    drawing: FormDrawing

    async def command(self, ack: AsyncAck, body: Body) -> None:
        """Answer `/paylink …`."""
        text = str(body.get("text") or "").strip()
        who = knock(body)
        usual = DraftLine(line_id="1", vat=vat_rates(self.shop.country)[0])
        blank = Draft(id=uuid.uuid4().hex, channel=who.channel, currency=self.shop.currency, lines=(usual,))
        try:
            draft = read_quickline(text, blank, currency=self.shop.currency, country=self.shop.country)
        except Nonsense:  # `help` is among it
            words = usage()
            await ack(text=words.text, blocks=words.blocks, response_type="ephemeral")
            return
        self.owned.start("open the form", self._open(body, draft))
        await ack()

    async def _open(self, body: Body, draft: Draft) -> None:
        who = knock(body)
        view = await self.drawing.form(draft)
        try:
            await self.threads.open_view(who.trigger_id, view)
        except ThreadError:
            await self.threads.whisper(
                channel=who.channel,
                user_id=who.user_id,
                sentence="Slack did not open the form in time. Please run the command again.",
                response_url=who.response_url,
            )
