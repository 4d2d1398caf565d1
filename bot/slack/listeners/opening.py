"""A fresh form on somebody's screen."""

import uuid
from dataclasses import dataclass, replace

from bot.domain.drafts import Draft, DraftLine, usual_deadline, vat_rates
from bot.services.issuing import Shop
from bot.services.ports.threads import People, ThreadError
from bot.slack.listeners.drawing import FormDrawing
from bot.slack.listeners.not_opened import not_opened
from bot.slack.listeners.payloads import Knock
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads


@dataclass(frozen=True, slots=True, kw_only=True)
class FormOpening:
    """Nothing stands between the knock and the form: no database, no network."""

    threads: SlackThreads
    people: People
    owned: Owned
    shop: Shop
    drawing: FormDrawing

    def blank(self, channel: str, thread: str = "") -> Draft:
        """A form in which nothing is typed yet; its deadline is the usual one when it is opened."""
        usual = DraftLine(line_id="1", vat=vat_rates(self.shop.country)[0])
        return Draft(
            id=uuid.uuid4().hex,
            channel=channel,
            thread=thread,
            currency=self.shop.currency,
            deadline="",
            lines=(usual,),
        )

    def start(self, who: Knock, draft: Draft, again: str) -> None:
        """Open it while the answer leaves; `again` says what to do when Slack was too slow."""
        ready = replace(draft, deadline=draft.deadline or usual_deadline(draft, self.shop.choices))
        self.owned.start("open the form", self._open(who, ready, again))
        self.owned.start("learn who sends it", self._learn(who))

    async def _learn(self, who: Knock) -> None:
        """Ask now, so that *Send* does not wait for the answer."""
        await self.people.standing(who.user_id)

    async def _open(self, who: Knock, draft: Draft, again: str) -> None:
        view = await self.drawing.form(draft)
        try:
            await self.threads.open_view(who.trigger_id, view)
        except ThreadError as error:
            if (sentence := not_opened(error, again)) is not None:
                await self.threads.whisper(
                    channel=who.channel, user_id=who.user_id, sentence=sentence, response_url=who.response_url
                )
