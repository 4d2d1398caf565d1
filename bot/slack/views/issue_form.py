"""The form behind /paylink: at most six inputs at first, all the rest behind *More*."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.drafts import MAX_LINES, Draft, DraftLine, read_quantity, read_vat
from bot.domain.money import MAX_MINOR, parse_amount
from bot.domain.orders import Line
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.blocks import Block, Look, context, modal, plain, section

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
    blocks = (
        _all(draft, currency, look, generation) if fields.is_expanded(draft) else _first(draft, currency, generation)
    )
    metadata = FormMetadata(draft.id, draft.channel, generation).encode()
    return modal(TITLE, blocks, callback_id=ids.VIEW_ISSUE, metadata=metadata, submit="Send")


def total(lines: Sequence[DraftLine], currency: str) -> tuple[int, int] | None:
    """Amount and VAT in minor units once every line that has something in it can be read, else None."""
    try:
        read = [
            Line(
                line_id=line.line_id,
                text=line.text,
                quantity=read_quantity(line.quantity),
                unit_price=parse_amount(line.price, currency),
                vat=read_vat(line.vat),
            )
            for line in lines
            if not line.is_empty
        ]
    except ValueError:
        return None
    amount = sum(line.total for line in read)
    return (amount, sum(line.vat_amount for line in read)) if 0 < amount <= MAX_MINOR else None


def _first(draft: Draft, currency: str, generation: int) -> list[Block]:
    line = fields.shown_lines(draft)[0]
    return [
        fields.phone(draft, generation),
        fields.text(line, generation),
        fields.price(line, currency, generation, each=False),
        fields.vat(line, generation),
        fields.reference(draft, generation),
        fields.deadline(draft, generation),
        _buttons(_button(ids.FORM_MORE, "More…")),
    ]


def _all(draft: Draft, currency: str, look: Look, generation: int) -> list[Block]:
    blocks = [fields.phone(draft, generation)]
    lines = fields.shown_lines(draft)
    for n, line in enumerate(lines, start=1):
        blocks += _line(line, n, currency, generation, only=len(lines) == 1)
    if len(lines) < MAX_LINES:
        blocks.append(_buttons(_button(ids.FORM_ADD_LINE, "Add line")))
    else:
        blocks.append(context(f"A link has room for {MAX_LINES} lines."))
    blocks += [
        fields.reference(draft, generation),
        fields.deadline(draft, generation),
        fields.capture(draft, generation),
        fields.delivery(draft, generation),
    ]
    if (sums := total(lines, currency)) is not None:
        amount, vat = (look.money(minor, currency) for minor in sums)
        blocks.append(context(f"Total so far: {amount}, of which VAT {vat}."))
    return blocks


def _line(line: DraftLine, n: int, currency: str, generation: int, *, only: bool) -> list[Block]:
    heading = section(f"*Line {n}*") | {"block_id": f"line:{line.line_id}"}
    if not only:
        heading["accessory"] = _button(ids.FORM_REMOVE_LINE, "Remove", line.line_id, f"Remove line {n}")
    return [
        heading,
        fields.text(line, generation),
        fields.quantity(line, generation),
        fields.price(line, currency, generation, each=True),
        fields.vat(line, generation),
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
