"""The form behind /paylink: at most six inputs at first, all the rest behind *More* and *Lines*."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.domain.doubts import Doubt, Told
from bot.domain.draft_lines import fits_first_view, shown_lines
from bot.domain.drafts import Draft
from bot.domain.field_parsers import is_day
from bot.domain.orders import Remind
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.aloud import aloud_of
from bot.slack.views.blocks import Block, Look, button, buttons, context, header, modal, plain, section
from bot.slack.views.change_form import change_modal
from bot.slack.views.doubt_notice import SEND_ANYWAY, doubt_notice
from bot.slack.views.line_list import summary, told_sums

TITLE: Final = "New payment link"
LINES_CHANGED: Final = "⚠️ *The lines are not those that stood here.* Look at them, then press Send."


@dataclass(frozen=True, slots=True)
class FormMetadata:
    """What a form remembers: ids, which lines it shows, whether it is a second drawing, and what it told."""

    draft_id: str
    channel: str
    revision: int = 0
    redrawn: bool = False
    thread: str = ""
    told: Told = field(default_factory=Told)

    def encode(self) -> str:
        """As `private_metadata`."""
        kept: dict[str, object] = {"d": self.draft_id, "c": self.channel, "g": self.revision, "r": int(self.redrawn)}
        more = {"t": self.thread, "b": self.told.becomes, "o": self.told.twins}
        kept |= {key: value for key, value in more.items() if value}
        return json.dumps(kept, separators=(",", ":"))

    @classmethod
    def decode(cls, text: object) -> "FormMetadata":
        """Read what `encode` wrote.

        Raises:
            OldValue: for anything else.

        """
        match ids.remembered(text):
            case {"d": str(draft_id), "c": str(channel), "g": int(revision), "r": int(redrawn), **more}:
                match [more.get("t", ""), more.get("b", ""), more.get("o", [])]:
                    case [str(thread), str(becomes), [*twins]] if draft_id:
                        told = Told(becomes=becomes, twins=tuple(map(str, twins)))
                        return cls(draft_id, channel, revision, bool(redrawn), thread, told)
        raise ids.OldValue

    @classmethod
    def of(cls, draft: Draft, told: Told | None = None) -> "FormMetadata":
        """What a form of this draft remembers."""
        return cls(draft.id, draft.channel, draft.revision, draft.redrawn, draft.thread, told or Told())


def issue_form(
    draft: Draft,
    *,
    currency: str,
    look: Look,
    now: datetime,
    notice: str = "",
    doubt: Doubt | None = None,
    coming: str = "",
) -> Block:
    """The form as the draft stands; `currency` is the shop's own, `notice` and `doubt` stand on top.

    `coming` is what an empty reference becomes, where that is known.

    Block ids stay the same from one drawing to the next, so Slack keeps what is being typed. Only where the lines
    were changed elsewhere, the draft's revision gives their fields other ids, so that they show the new values.
    """
    drawn = _all if draft.expanded else _first
    said = [one for one in (notice, doubt_notice(doubt, look) if doubt else "") if one]
    blocks = [*map(section, said), *_notice(draft), *drawn(draft, currency, look, now, coming), *_place(draft)]
    blocks += aloud_of(draft, currency, look, now)
    metadata = FormMetadata.of(draft, doubt.told if doubt else None).encode()
    if draft.replaces:
        return change_modal(draft, blocks, metadata, look)
    submit = SEND_ANYWAY if doubt and doubt.twins else "Send"
    return modal(TITLE, blocks, callback_id=ids.VIEW_ISSUE, metadata=metadata, submit=submit)


def _notice(draft: Draft) -> list[Block]:
    """What could not be read of a command or message. The form is its only place until the draft is first stored."""
    return [context(plain(draft.notice)) | {"block_id": ids.NOTICE}] if draft.notice else []


def _first(draft: Draft, own_currency: str, look: Look, now: datetime, coming: str) -> list[Block]:
    currency = draft.currency or own_currency
    return [
        fields.phone(draft, fields.push_note(draft, look.choices)),
        *_sold(draft, currency, look),
        *_reference(draft, coming),
        fields.pay_within(draft, now, look),
        *told_sums(draft, currency, look),
        buttons(
            button(ids.FORM_MORE, "More…"),
            button(ids.FORM_LINES, "Lines…"),
            button(ids.FORM_PREVIEW, "Preview"),
            *_span(draft),
        ),
    ]


def _all(draft: Draft, own_currency: str, look: Look, now: datetime, coming: str) -> list[Block]:
    return [
        *_customer(draft),
        *_order(draft, own_currency, look, coming),
        *_way(draft, look, now),
        *_payment(draft, look),
        *told_sums(draft, draft.currency or own_currency, look),
    ]


def _customer(draft: Draft) -> list[Block]:
    return [header("The customer"), fields.phone(draft), fields.name(draft), fields.email(draft)]


def _order(draft: Draft, own_currency: str, look: Look, coming: str) -> list[Block]:
    return [
        header("What is sold"),
        *_sold(draft, draft.currency or own_currency, look),
        buttons(button(ids.FORM_LINES, "Lines…"), button(ids.FORM_PREVIEW, "Preview")),
        fields.prices(draft),
        fields.currency(draft, own_currency),
        *_reference(draft, coming),
        fields.note(draft),
    ]


def _way(draft: Draft, look: Look, now: datetime) -> list[Block]:
    span = _span(draft)
    return [
        header("How the link travels"),
        fields.delivery(draft, look.choices),
        fields.pay_within(draft, now, look),
        *([buttons(*span)] if span else []),
        fields.remind(draft, mails=look.mails),
        *([fields.remind_opened(draft)] if draft.remind != Remind.NONE else []),
    ]


def _payment(draft: Draft, look: Look) -> list[Block]:
    choices = look.choices
    return [
        header("How it is paid"),
        *fields.methods(draft, choices),
        *fields.profile(draft, choices),
        *fields.address(draft, choices, look),
        fields.capture(draft),
        fields.terms(draft, choices),
    ]


def _span(draft: Draft) -> list[Block]:
    """The way back from a date to so many hours or days."""
    return [button(ids.FORM_SPAN, "Hours or days…")] if is_day(draft.deadline) else []


def _reference(draft: Draft, coming: str) -> list[Block]:
    """An order that is changed keeps its reference: the next link of its chain takes the next suffix."""
    return [] if draft.replaces else [fields.reference(draft, coming)]


def _place(draft: Draft) -> list[Block]:
    """Where the card will stand, when that is not the channel itself."""
    if draft.replaces:
        return []
    if draft.thread:
        return [context("The card will stand in the thread of the message.")]
    return [] if draft.channel else [context("The card will stand in your own messages with Paylink.")]


def _sold(draft: Draft, currency: str, look: Look) -> list[Block]:
    """The one line in fields of its own, or several as text: these are changed behind *Lines…*."""
    if not fits_first_view(draft):
        return summary(draft, currency, look)
    line = shown_lines(draft)[0]
    return [
        fields.text(line, draft.revision),
        fields.telling_on_enter(fields.price(line, draft, currency, draft.revision, each=False)),
        fields.vat(line, look.country, draft.revision),
    ]
