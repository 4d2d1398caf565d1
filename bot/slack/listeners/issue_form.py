"""The form: its redrawings, and *Send*."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.doubts import Doubt
from bot.domain.draft_lines import filled_lines
from bot.domain.drafts import A_DATE, DEADLINE, Draft, deadline_after
from bot.domain.errors import FieldErrors, NotYet
from bot.domain.permissions import Actor
from bot.services.creating import Creating
from bot.services.issuing import Issued, Issuing, Submission
from bot.services.ports.threads import People, ThreadError
from bot.slack import form_errors, forms, ids
from bot.slack.listeners.drafting import Drafting
from bot.slack.listeners.drawing import FormDrawing
from bot.slack.listeners.payloads import Body, actor_of, knock
from bot.slack.listeners.saving import SUBMIT, Late, NotSaved, in_time
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads
from bot.slack.views.blocks import Block
from bot.slack.views.issue_form import LINES_CHANGED, FormMetadata
from bot.slack.views.result_form import NOT_CERTAIN, NOT_SAVED, creating_form, sent_before

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Unsent:
    """A form that was not sent, drawn anew with what has to be seen first."""

    view: Block


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFormListener:
    """Edits are kept in the draft, because a form can lose what was typed and can be closed."""

    drafts: Drafting
    people: People
    issuing: Issuing
    creating: Creating
    threads: SlackThreads
    owned: Owned
    drawing: FormDrawing

    async def more(self, ack: AsyncAck, body: Body, action: Body) -> None:
        """*More…*: all fields."""
        await self._redraw(ack, body, action, expanded=True)

    async def redraw(self, ack: AsyncAck, body: Body, action: Body) -> None:
        """Another delivery, method, address, currency or kind of price, or Enter in the price: what is told changes."""
        await self._redraw(ack, body, action)

    async def no_date(self, ack: AsyncAck, body: Body, action: Body) -> None:
        """*Hours or days…* beside a date."""
        await self._redraw(ack, body, action, deadline=DEADLINE)

    async def send(self, ack: AsyncAck, body: Body) -> None:
        """*Send*: all wrong fields at once, or one transaction and "Creating link…".

        What is seen is what is sent: a form that shows lines of the past is drawn anew instead.
        """
        view = body["view"]
        errors: dict[str, str] = {}
        actor = await actor_of(self.people, body)
        try:
            outcome = await in_time(self.owned, self._submit(body, actor), SUBMIT)
        except FieldErrors as refusal:
            errors = refusal.fields
        except NotSaved:
            errors = form_errors.errors_for({ids.PHONE: NOT_SAVED}, view)
        except Late:  # pressing again is right all the same: one draft makes one order
            errors = form_errors.errors_for({ids.PHONE: NOT_CERTAIN}, view)
        if errors:
            await ack(response_action="errors", errors=errors)
        elif isinstance(outcome, Unsent):
            await ack(response_action="update", view=outcome.view)
        elif outcome.differs:
            said = sent_before(outcome.order, self.threads.look)
            await ack(response_action="errors", errors=form_errors.errors_for({ids.PHONE: said}, view))
        else:
            if not outcome.new:
                self.owned.start("show the result again", self._show_again(outcome.order.id, view["id"]))
            await ack(response_action="update", view=creating_form())

    async def _submit(self, body: Body, actor: Actor) -> Issued | Unsent:
        """The order that the form stands for, or the form anew when there is something to look at first."""
        view, who = body["view"], knock(body)
        draft, about = await self._read(body), FormMetadata.decode(view.get("private_metadata"))
        if draft.revision != about.revision:
            return await self._unsent(draft, who.user_id, LINES_CHANGED)
        sent = Submission(draft=draft, actor=actor, view_id=view["id"], told=about.told)
        try:
            outcome = await self.issuing.submit(sent)
        except FieldErrors as wrong:
            raise FieldErrors(form_errors.errors_for(wrong.fields, view, filled_lines(draft))) from None
        except NotYet as refusal:
            raise FieldErrors(form_errors.errors_for({ids.PHONE: refusal.sentence}, view)) from None
        if isinstance(outcome, Doubt):
            return await self._unsent(draft, who.user_id, doubt=outcome)
        self.drawing.patterns.forget(draft.channel)
        return outcome

    async def _unsent(self, draft: Draft, user_id: str, notice: str = "", doubt: Doubt | None = None) -> Unsent:
        """Keep what was typed, because a form that is drawn anew can lose it (Slack reference §8)."""
        await self.drafts.keep(draft, user_id)
        return Unsent(await self.drawing.form(replace(draft, redrawn=True), notice, doubt))

    async def _show_again(self, order_id: str, view_id: str) -> None:
        await asyncio.sleep(1)  # after Slack has drawn our answer
        await self.creating.show_again(order_id, view_id)

    async def _redraw(
        self, ack: AsyncAck, body: Body, action: Body, *, expanded: bool = False, deadline: str = ""
    ) -> None:
        # What was typed is put over what is shown: a second click on a form that is being redrawn, or whose
        # redrawing was lost, then makes the same once more.
        view, about = body["view"], FormMetadata.decode(body["view"].get("private_metadata"))
        stored = await self.drafts.stored(about.draft_id, knock(body).user_id)
        read = forms.after_click(forms.read_form(view, stored), action)
        chosen = deadline_after(forms.draft_in_view(view, stored), read, self.issuing.shop.choices)
        deadline = deadline or (self._some_date() if chosen == A_DATE else chosen)
        draft = replace(read, expanded=expanded or read.expanded, deadline=deadline, redrawn=True)
        await self.drafts.keep(draft, knock(body).user_id)
        self.owned.start("redraw the form", self._show(body["view"], draft))
        await ack()

    def _some_date(self) -> str:
        """The day that stands in the calendar at first: a week from today."""
        return (self.drafts.clock.now().astimezone(self.issuing.shop.zone) + timedelta(days=7)).date().isoformat()

    async def _show(self, view: Body, draft: Draft) -> None:
        try:
            await self.threads.update_view(str(view["id"]), await self.drawing.form(draft), view.get("hash"))
        except ThreadError as error:  # redrawn by a newer edit, or closed: the draft has it all
            log.info("form_not_redrawn", reason=str(error))

    async def _read(self, body: Body) -> Draft:
        about = FormMetadata.decode(body["view"].get("private_metadata"))
        return forms.read_form(body["view"], await self.drafts.stored(about.draft_id, knock(body).user_id))
