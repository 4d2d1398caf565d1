"""The form: edits of its lines, and *Send*."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.drafts import Draft
from bot.domain.errors import FieldErrors
from bot.domain.permissions import Actor
from bot.services.creating import Creating
from bot.services.issuing import Issued, Issuing, Submission
from bot.services.ports.storage import Store
from bot.services.ports.threads import ThreadError
from bot.services.ports.world import Clock
from bot.slack import forms, ids
from bot.slack.listeners.payloads import Body, assumed_member, knock
from bot.slack.listeners.saving import SUBMIT, Late, NotSaved, in_time
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads
from bot.slack.views.issue_form import FormMetadata, issue_form
from bot.slack.views.result_form import NOT_CERTAIN, NOT_SAVED, creating_form, sent_before

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFormListener:
    """Edits are kept in the draft, because a form can lose what was typed and can be closed."""

    store: Store
    clock: Clock
    issuing: Issuing
    creating: Creating
    threads: SlackThreads
    owned: Owned

    async def more(self, ack: AsyncAck, body: Body, _: Body) -> None:
        """*More…*: all fields."""
        await self._edit(ack, body, lambda draft: draft, expanded=True)

    async def add_line(self, ack: AsyncAck, body: Body, _: Body) -> None:
        """*Add line*."""
        await self._edit(ack, body, forms.add_line)

    async def remove_line(self, ack: AsyncAck, body: Body, action: Body) -> None:
        """*Remove*: the button's value is the line's id."""
        line_id = str(action.get("value"))
        await self._edit(ack, body, lambda draft: forms.remove_line(draft, line_id))

    async def redraw(self, ack: AsyncAck, body: Body, _: Body) -> None:
        """Another delivery, currency or kind of price: labels change, and what is needed."""
        await self._edit(ack, body, lambda draft: draft)

    async def send(self, ack: AsyncAck, body: Body) -> None:
        """*Send*: all wrong fields at once, or one transaction and "Creating link…"."""
        view = body["view"]
        wrong: Mapping[str, str] = {}
        try:
            issued = await in_time(self.owned, self._submit(body), SUBMIT)
        except FieldErrors as refusal:
            wrong = refusal.fields
        except NotSaved:
            wrong = {ids.PHONE: NOT_SAVED}
        except Late:  # pressing again is right all the same: one draft makes one order
            wrong = {ids.PHONE: NOT_CERTAIN}
        else:
            if issued.differs:
                wrong = {ids.PHONE: sent_before(issued.order, self.threads.look)}
        if wrong:
            await ack(response_action="errors", errors=forms.errors_for(wrong, view))
            return
        if not issued.new:
            self.owned.start("show the result again", self._show_again(issued.order.id, view["id"]))
        await ack(response_action="update", view=creating_form())

    async def _submit(self, body: Body) -> Issued:
        view, who = body["view"], knock(body)
        shown = forms.draft_in_view(view, await self._stored(body))
        draft = forms.draft_from_state(shown, view["state"]["values"])
        actor = Actor(user_id=who.user_id, team_id=who.team_id, standing=assumed_member())
        return await self.issuing.submit(Submission(draft=draft, actor=actor, view_id=view["id"]))

    async def _show_again(self, order_id: str, view_id: str) -> None:
        await asyncio.sleep(1)  # after Slack has drawn our answer
        await self.creating.show_again(order_id, view_id)

    async def _edit(
        self, ack: AsyncAck, body: Body, change: Callable[[Draft], Draft], *, expanded: bool | None = None
    ) -> None:
        view = body["view"]
        # An edit applies to what is shown: a second click on a form that is being redrawn, or whose redrawing was
        # lost, then makes the same once more.
        shown = forms.draft_in_view(view, await self._stored(body))
        draft = change(forms.draft_from_state(shown, view["state"]["values"], expanded=expanded))
        async with self.store() as work:
            await work.save_draft(
                draft,
                workspace_id=self.issuing.shop.workspace_id,
                user_id=knock(body).user_id,
                at=self.clock.now(),
            )
            await work.commit()
        self.owned.start("redraw the form", self._redraw(view, draft))
        await ack()

    async def _redraw(self, view: Body, draft: Draft) -> None:
        drawn = issue_form(draft, currency=self.issuing.shop.currency, look=self.threads.look)
        try:
            await self.threads.update_view(str(view["id"]), drawn, view.get("hash"))
        except ThreadError as error:  # redrawn by a newer edit, or closed: the draft has it all
            log.info("form_not_redrawn", reason=str(error))

    async def _stored(self, body: Body) -> Draft | None:
        metadata = FormMetadata.decode(body["view"].get("private_metadata"))
        async with self.store.read() as work:
            return await work.draft(
                metadata.draft_id, workspace_id=self.issuing.shop.workspace_id, user_id=knock(body).user_id
            )
