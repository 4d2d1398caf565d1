"""*Preview*: the form as its customer will see it, on top of it."""

from dataclasses import dataclass

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.draft_lines import filled_lines
from bot.domain.drafts import Draft
from bot.domain.errors import FieldErrors
from bot.services.issuing import Issuing
from bot.services.patterns import Patterns
from bot.slack import form_errors, forms
from bot.slack.listeners.drafting import Drafting
from bot.slack.listeners.payloads import Body, Knock, knock
from bot.slack.listeners.stacking import push_view
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads
from bot.slack.views.blocks import escape
from bot.slack.views.issue_form import FormMetadata
from bot.slack.views.preview import preview_form


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewListener:
    """It only looks: nothing is kept, refused or sent."""

    drafts: Drafting
    issuing: Issuing
    patterns: Patterns
    threads: SlackThreads
    owned: Owned

    async def open(self, ack: AsyncAck, body: Body, _: Body) -> None:
        """What is typed right now, also where it cannot be sent."""
        about, who = FormMetadata.decode(body["view"].get("private_metadata")), knock(body)
        draft = forms.read_form(body["view"], await self.drafts.stored(about.draft_id, who.user_id))
        self.owned.start("open the preview", self._push(who, draft))
        await ack()

    async def _push(self, who: Knock, draft: Draft) -> None:
        shop, now = self.drafts.shop, self.drafts.clock.now()
        view = preview_form(
            draft,
            currency=shop.currency,
            look=self.threads.look,
            now=now,
            reference=await self._reference(draft),
            wrong=self._wrong(draft),
        )
        await push_view(self.threads, who, draft.channel, view)

    def _wrong(self, draft: Draft) -> list[str]:
        try:
            self.drafts.shop.read(draft, self.drafts.clock.now())
        except FieldErrors as wrong:
            return form_errors.told_by_field(wrong.fields, filled_lines(draft))
        return []

    async def _reference(self, draft: Draft) -> str:
        typed = draft.reference.strip().removeprefix("#")
        if not typed and (coming := await self.patterns.coming(draft.channel)) is not None:
            return escape(coming.reference)
        becomes = await self.issuing.reference_of(draft)
        if not typed or becomes in {"", typed}:
            return escape(becomes or typed)
        return f"{escape(becomes)}, because {escape(typed)} is used already"
