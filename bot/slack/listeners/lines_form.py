"""The *Lines* view and the *Line* view on top of the form. What is saved there is drawn in the form below at once."""

from collections.abc import Coroutine
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.domain.draft_lines import (
    filled_lines,
    line_of,
    next_line,
    plain_decimal,
    price_as_typed,
    with_line,
    with_sold_lines,
    without_line,
)
from bot.domain.drafts import EXCL, MAX_LINES, Draft, DraftLine, read_line
from bot.domain.permissions import Actor
from bot.services.ports.threads import People, ThreadError
from bot.services.saved_items import SavedItems
from bot.slack import forms, ids
from bot.slack.listeners.drafting import Drafting
from bot.slack.listeners.drawing import FormDrawing
from bot.slack.listeners.payloads import Body, actor_of, knock
from bot.slack.listeners.stacking import push_view
from bot.slack.owned import Owned
from bot.slack.threads import SlackThreads
from bot.slack.views.blocks import Block
from bot.slack.views.issue_form import FormMetadata
from bot.slack.views.line_form import LineMetadata, line_form
from bot.slack.views.lines_form import NO_LAST_ORDER, lines_form

log = structlog.get_logger()

_FULL = f"A link has room for {MAX_LINES} lines. Go back and remove one first."


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesFormListener:
    """Every saved line is kept in the draft and raises its revision, so that no form sends lines that it does not show.

    The form below is redrawn without its hash, which nobody up here knows: should two redrawings overtake each other,
    the form shows an older revision, and *Send* draws it anew.
    """

    drafts: Drafting
    items: SavedItems
    people: People
    threads: SlackThreads
    owned: Owned
    drawing: FormDrawing

    async def open(self, ack: AsyncAck, body: Body, _: Body) -> None:
        """*Lines…*: what is typed in the form is kept, and the lines are shown on top of it."""
        user_id, about = knock(body).user_id, FormMetadata.decode(body["view"].get("private_metadata"))
        draft = forms.read_form(body["view"], await self.drafts.stored(about.draft_id, user_id))
        await self.drafts.keep(draft, user_id)
        self._push(body, self._lines(draft))
        await ack()

    async def add(self, ack: AsyncAck, body: Body, _: Body) -> None:
        """*Add line*: an empty line's view."""
        draft = await self._draft(body)
        self._push(body, self._line(draft, next_line(draft, self.drafts.shop.country)))
        await ack()

    async def chosen(self, ack: AsyncAck, body: Body, action: Body) -> None:
        """*Edit* or *Remove* in a line's menu. From a view that shows other lines by now, it is only drawn anew."""
        what, _, line_id = str((action.get("selected_option") or {}).get("value")).partition(":")
        draft = await self._draft(body)
        line = line_of(draft, line_id)
        if line is None or self._is_old(body, draft):
            self._show(body, draft, lines_view=body["view"]["id"])
        elif what == ids.EDIT:
            self._push(body, self._line(draft, line))
        else:
            await self._keep(body, without_line(draft, line_id), lines_view=body["view"]["id"])
        await ack()

    async def save(self, ack: AsyncAck, body: Body) -> None:
        """*Save* in a line's view: all that is wrong with it at once, or back to the lines with fresh sums."""
        view, draft = body["view"], await self._draft(body)
        actor = await actor_of(self.people, body)
        line = forms.line_in_view(view, self._known_line(view, draft))
        wrong: dict[str, str] = {}
        read = read_line(line, draft.currency or self.drafts.shop.currency, wrong, excl=draft.prices == EXCL)
        wrong |= self._refusals(view, draft, line, actor)
        if wrong or read is None:
            await ack(response_action="errors", errors=forms.line_errors(wrong, view))
            return
        if forms.is_kept(view):
            await self.items.keep(read, draft.currency or self.drafts.shop.currency, actor)
        await self._keep(body, with_line(draft, line), lines_view=view.get("previous_view_id"))
        await ack()

    async def item_chosen(self, ack: AsyncAck, body: Body, action: Body) -> None:
        """A saved item: its name, price and VAT take the place of what stands in the line's view."""
        view, draft = body["view"], await self._draft(body)
        about = LineMetadata.decode(view.get("private_metadata"))
        item = await self.items.item(str((action.get("selected_option") or {}).get("value")))
        if item is not None and item.currency == about.currency:
            line = forms.line_in_view(view, self._known_line(view, draft))
            filled = replace(
                line,
                text=item.name,
                price=price_as_typed(item.unit_price, item.vat, draft, item.currency),
                vat=plain_decimal(Decimal(item.vat) / 100),
            )
            await self.drafts.keep(replace(draft, editing=filled), knock(body).user_id)
            drawn = self._line(draft, filled, about.generation + 1)
            redrawing = self.threads.update_view(str(view["id"]), drawn, view.get("hash"))
            self.owned.start("fill the line", self._told(redrawing))
        await ack()

    async def use_last(self, ack: AsyncAck, body: Body, _: Body) -> None:
        """*Use last order*: its lines and their currency, or a sentence when there is none."""
        view, draft = body["view"], await self._draft(body)
        last = await self.items.last_lines(knock(body).user_id)
        if last is None:
            drawn = self._lines(draft, NO_LAST_ORDER)
            self.owned.start("say so", self._told(self.threads.update_view(str(view["id"]), drawn, view.get("hash"))))
        else:
            currency, sold = last
            await self._keep(body, with_sold_lines(draft, sold, currency), lines_view=view["id"])
        await ack()

    async def done(self, ack: AsyncAck, body: Body) -> None:
        """*Done*: back to the form, which shows the lines."""
        self._show(body, await self._draft(body))
        await ack()

    def _refusals(self, view: Body, draft: Draft, line: DraftLine, actor: Actor) -> dict[str, str]:
        """What speaks against saving a line, however well it is written."""
        refused: dict[str, str] = {}
        if line_of(draft, line.line_id) is None and len(filled_lines(draft)) >= MAX_LINES:
            refused[ids.block_id(ids.TEXT, line.line_id)] = _FULL
        if forms.is_kept(view) and (sentence := self.items.refusal(actor)) is not None:
            refused[ids.block_id(ids.KEEP, line.line_id)] = f"{sentence} Untick this to save the line."
        return refused

    @staticmethod
    def _known_line(view: Body, draft: Draft) -> DraftLine | None:
        """What the line's view was drawn from, as far as it is kept."""
        about = LineMetadata.decode(view.get("private_metadata"))
        if about.generation and draft.editing is not None and draft.editing.line_id == about.line_id:
            return draft.editing
        return line_of(draft, about.line_id)

    @staticmethod
    def _is_old(body: Body, draft: Draft) -> bool:
        return FormMetadata.decode(body["view"].get("private_metadata")).revision != draft.revision

    async def _draft(self, body: Body) -> Draft:
        """The kept draft of a view on top of the form."""
        view = body["view"]
        read = LineMetadata if view.get("callback_id") == ids.VIEW_LINE else FormMetadata
        return await self.drafts.kept(read.decode(view.get("private_metadata")).draft_id, knock(body).user_id)

    async def _keep(self, body: Body, draft: Draft, *, lines_view: str | None) -> None:
        await self.drafts.keep(draft, knock(body).user_id)
        self._show(body, draft, lines_view=lines_view)

    def _show(self, body: Body, draft: Draft, *, lines_view: str | None = None) -> None:
        """Redraw the lines' view, when it is named, and the form below."""
        if lines_view:
            lines = self.threads.update_view(lines_view, self._lines(draft), None)
            self.owned.start("redraw the lines", self._told(lines))
        if root := body["view"].get("root_view_id"):
            self.owned.start("redraw the form", self._told(self._redraw(root, replace(draft, redrawn=True))))

    async def _redraw(self, view_id: str, draft: Draft) -> None:
        await self.threads.update_view(view_id, await self.drawing.form(draft), None)

    def _push(self, body: Body, view: Block) -> None:
        channel = FormMetadata.decode(body["view"].get("private_metadata")).channel
        self.owned.start("open a view", push_view(self.threads, knock(body), channel, view))

    async def _told(self, call: Coroutine[Any, Any, None]) -> None:
        try:
            await call
        except ThreadError as error:  # a second click, or a view that was closed: the draft has it all
            log.info("view_not_drawn", reason=str(error))

    def _lines(self, draft: Draft, notice: str = "") -> Block:
        return lines_form(draft, currency=self.drafts.shop.currency, look=self.threads.look, notice=notice)

    def _line(self, draft: Draft, line: DraftLine, generation: int = 0) -> Block:
        shop = self.drafts.shop
        return line_form(draft, line, currency=shop.currency, look=self.threads.look, generation=generation)
