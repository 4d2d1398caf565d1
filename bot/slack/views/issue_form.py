"""The form behind /paylink: at most six inputs at first, all the rest behind *More* and *Lines*."""

import json
from dataclasses import dataclass
from typing import Final

from bot.domain.draft_lines import fits_first_view, shown_lines
from bot.domain.drafts import Draft
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.blocks import Block, Look, button, buttons, header, modal, section
from bot.slack.views.line_list import summary, told_sums

TITLE: Final = "New payment link"
LINES_CHANGED: Final = "⚠️ *The lines are not those that stood here.* Look at them, then press Send."


@dataclass(frozen=True, slots=True)
class FormMetadata:
    """What a form remembers: ids, which lines it shows, and whether it is a second drawing."""

    draft_id: str
    channel: str
    revision: int = 0
    redrawn: bool = False

    def encode(self) -> str:
        """As `private_metadata`."""
        told = {"d": self.draft_id, "c": self.channel, "g": self.revision, "r": int(self.redrawn)}
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def decode(cls, text: object) -> "FormMetadata":
        """Read what `encode` wrote.

        Raises:
            ValueError: for anything else.

        """
        try:
            read = json.loads(text) if isinstance(text, str) else None
        except json.JSONDecodeError:
            read = None
        match read:
            case {"d": str(draft_id), "c": str(channel), "g": int(revision), "r": int(redrawn)} if draft_id:
                return cls(draft_id, channel, revision, bool(redrawn))
        raise ValueError("not a form's metadata")

    @classmethod
    def of(cls, draft: Draft) -> "FormMetadata":
        """What a form of this draft remembers."""
        return cls(draft.id, draft.channel, draft.revision, draft.redrawn)


def issue_form(draft: Draft, *, currency: str, look: Look, notice: str = "") -> Block:
    """The form as the draft stands; `currency` is the shop's own, `notice` stands on top.

    Block ids stay the same from one drawing to the next, so Slack keeps what is being typed. Only where the lines
    were changed elsewhere, the draft's revision gives their fields other ids, so that they show the new values.
    """
    drawn = _all if draft.expanded else _first
    blocks = [*([section(notice)] if notice else []), *drawn(draft, currency, look)]
    metadata = FormMetadata.of(draft).encode()
    return modal(TITLE, blocks, callback_id=ids.VIEW_ISSUE, metadata=metadata, submit="Send")


def _first(draft: Draft, own_currency: str, look: Look) -> list[Block]:
    currency = draft.currency or own_currency
    return [
        fields.phone(draft, fields.push_note(draft, look.choices)),
        *_sold(draft, currency, look),
        fields.reference(draft),
        fields.deadline(draft),
        *told_sums(draft, currency, look),
        buttons(button(ids.FORM_MORE, "More…"), button(ids.FORM_LINES, "Lines…")),
    ]


def _all(draft: Draft, own_currency: str, look: Look) -> list[Block]:
    return [
        *_customer(draft),
        *_order(draft, own_currency, look),
        *_way(draft, look),
        *_payment(draft, look),
        *told_sums(draft, draft.currency or own_currency, look),
    ]


def _customer(draft: Draft) -> list[Block]:
    return [header("The customer"), fields.phone(draft), fields.name(draft), fields.email(draft)]


def _order(draft: Draft, own_currency: str, look: Look) -> list[Block]:
    return [
        header("What is sold"),
        *_sold(draft, draft.currency or own_currency, look),
        buttons(button(ids.FORM_LINES, "Lines…")),
        fields.prices(draft),
        fields.currency(draft, own_currency),
        fields.reference(draft),
        fields.note(draft),
    ]


def _way(draft: Draft, look: Look) -> list[Block]:
    return [header("How the link travels"), fields.delivery(draft, look.choices), fields.deadline(draft)]


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
