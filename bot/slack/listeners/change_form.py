"""*Change and send again*: the order's form, sent for the link that it takes the place of."""

from dataclasses import dataclass, replace

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.actions import Action
from bot.domain.draft_lines import filled_lines
from bot.domain.drafts import Draft
from bot.domain.errors import FieldErrors, NotYet
from bot.domain.links import Link
from bot.domain.permissions import Actor
from bot.services.issuing import known
from bot.services.ports.threads import People
from bot.services.pressing import Press, Pressing
from bot.slack import form_errors, forms, ids
from bot.slack.listeners.drafting import Drafting
from bot.slack.listeners.drawing import FormDrawing
from bot.slack.listeners.payloads import Body, actor_of, knock
from bot.slack.listeners.saving import SUBMIT, Late, NotSaved, in_time
from bot.slack.owned import Owned
from bot.slack.views.issue_form import LINES_CHANGED, FormMetadata
from bot.slack.views.resend_form import cancelling_first

_NOT_SAVED = "Not saved. Press the button again."
_LATE = "Not certain whether it was recorded. Look at the card before you press again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFormListener:
    """The form's own buttons are those of every form of an order; only its sending differs."""

    drafts: Drafting
    people: People
    pressing: Pressing
    owned: Owned
    drawing: FormDrawing

    async def send(self, ack: AsyncAck, body: Body) -> None:
        """All wrong fields at once, or one transaction that wants the old link cancelled.

        As with any form of an order, one that shows lines of the past is drawn anew instead.
        """
        view = body["view"]
        errors: dict[str, str] = {}
        actor = await actor_of(self.people, body)
        try:
            outcome = await in_time(self.owned, self._submit(body, actor), SUBMIT)
        except FieldErrors as wrong:
            errors = wrong.fields
        except NotSaved:
            errors = form_errors.errors_for({ids.PHONE: _NOT_SAVED}, view)
        except Late:
            errors = form_errors.errors_for({ids.PHONE: _LATE}, view)
        if errors:
            await ack(response_action="errors", errors=errors)
        elif isinstance(outcome, Draft):
            drawn = await self.drawing.form(outcome, LINES_CHANGED)
            await ack(response_action="update", view=drawn)
        else:
            await ack(response_action="update", view=cancelling_first(outcome))

    async def _submit(self, body: Body, actor: Actor) -> Link | Draft:
        """The link that gives way; the draft instead when the form shows lines of the past."""
        view, who = body["view"], knock(body)
        about = FormMetadata.decode(view.get("private_metadata"))
        draft = forms.read_form(view, await self.drafts.stored(about.draft_id, who.user_id))
        await self.drafts.keep(draft, who.user_id)  # whatever becomes of it, what was typed is there again
        if draft.revision != about.revision:
            return replace(draft, redrawn=True)
        press = Press(
            action=Action.CHANGE,
            link_id=draft.replaces,
            actor=actor,
            seen_open=0,
            draft=draft,
            view_id=str(view["id"]),
        )
        try:
            await self.pressing.press(press)
        except FieldErrors as wrong:
            raise FieldErrors(form_errors.errors_for(wrong.fields, view, filled_lines(draft))) from None
        except NotYet as refusal:
            raise FieldErrors(form_errors.errors_for({ids.PHONE: refusal.sentence}, view)) from None
        async with self.drafts.store.read() as work:
            return known(await work.story_of_link(draft.replaces)).link(draft.replaces)
