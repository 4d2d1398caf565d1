"""The form behind /paylink: at most six inputs at first, all the rest behind *More*."""

import json
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.drafts import EXCL, MAX_LINES, Draft, DraftLine, read_lines
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.blocks import Block, Look, context, modal, plain, section
from bot.slack.views.words import percent

TITLE = "New payment link"


@dataclass(frozen=True, slots=True)
class FormMetadata:
    """What a form remembers: ids only. A higher generation forces the values that we have set ourselves."""

    draft_id: str
    channel: str
    generation: int = 0

    def encode(self) -> str:
        """As `private_metadata`."""
        return json.dumps({"d": self.draft_id, "c": self.channel, "g": self.generation}, separators=(",", ":"))

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
            case {"d": str(draft_id), "c": str(channel), "g": int(generation)} if draft_id:
                return cls(draft_id, channel, generation)
        raise ValueError("not a form's metadata")


def issue_form(draft: Draft, *, currency: str, look: Look, generation: int = 0) -> Block:
    """The form as the draft stands.

    Block ids stay the same from one drawing to the next, so Slack keeps what is being typed; pass a higher
    `generation` only when values were set by us and must replace what the person sees.
    """
    drawn = _all if fields.is_expanded(draft) else _first
    blocks = drawn(draft, currency, look, generation)
    metadata = FormMetadata(draft.id, draft.channel, generation).encode()
    return modal(TITLE, blocks, callback_id=ids.VIEW_ISSUE, metadata=metadata, submit="Send")


def _sums(draft: Draft, currency: str, look: Look) -> list[Block]:
    """Total and VAT per rate, once every line that has something in it can be read."""
    wrong: dict[str, str] = {}
    lines = read_lines(replace(draft, lines=tuple(line for line in draft.lines if not line.is_empty)), currency, wrong)
    if wrong or not lines:
        return []
    rates: dict[int, int] = {}
    for line in lines:
        rates[line.vat] = rates.get(line.vat, 0) + line.vat_amount
    told = ", ".join(f"{percent(rate)} {look.money(minor, currency)}" for rate, minor in sorted(rates.items()))
    total = look.money(sum(line.total for line in lines), currency)
    return [context(f"Total so far: {total}, of which VAT: {told}.")]


def _first(draft: Draft, currency: str, look: Look, generation: int) -> list[Block]:
    line = fields.shown_lines(draft)[0]
    return [
        fields.phone(draft, generation),
        fields.text(line, generation),
        fields.price(line, currency, generation, each=False),
        fields.vat(line, look.country, generation),
        fields.reference(draft, generation),
        fields.deadline(draft, generation),
        _buttons(_button(ids.FORM_MORE, "More…")),
    ]


def _all(draft: Draft, own_currency: str, look: Look, generation: int) -> list[Block]:
    blocks = [fields.phone(draft, generation)]
    currency, lines = draft.currency or own_currency, fields.shown_lines(draft)
    for n, line in enumerate(lines, start=1):
        blocks += [_heading(line, n, only=len(lines) == 1), *_line(line, draft, currency, look, generation)]
    if len(lines) < MAX_LINES:
        blocks.append(_buttons(_button(ids.FORM_ADD_LINE, "Add line")))
    else:
        blocks.append(context(f"A link has room for {MAX_LINES} lines."))
    return [
        *blocks,
        fields.prices(draft, generation),
        fields.currency(draft, own_currency, generation),
        fields.reference(draft, generation),
        fields.deadline(draft, generation),
        fields.capture(draft, generation),
        fields.delivery(draft, generation),
        fields.email(draft, generation),
        fields.note(draft, generation),
        *_sums(draft, currency, look),
    ]


def _heading(line: DraftLine, n: int, *, only: bool) -> Block:
    heading = section(f"*Line {n}*") | {"block_id": f"line:{line.line_id}"}
    if not only:
        heading["accessory"] = _button(ids.FORM_REMOVE_LINE, "Remove", line.line_id, f"Remove line {n}")
    return heading


def _line(line: DraftLine, draft: Draft, currency: str, look: Look, generation: int) -> list[Block]:
    return [
        fields.text(line, generation),
        fields.quantity(line, generation),
        fields.price(line, currency, generation, each=True, excl=draft.prices == EXCL),
        fields.vat(line, look.country, generation),
    ]


def _buttons(*elements: Block) -> Block:
    return {"type": "actions", "block_id": "buttons", "elements": list(elements)}


def _button(action_id: str, label: str, value: str = "", spoken: str = "") -> Block:
    button: dict[str, Any] = {"type": "button", "action_id": action_id, "text": plain(label, 75)}
    if value:
        button["value"] = value
    if spoken:
        button["accessibility_label"] = spoken
    return button
