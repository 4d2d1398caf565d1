"""The *Line* view on top of the lines: one line, typed or filled from a saved item."""

import json
from dataclasses import dataclass
from typing import Final

from bot.domain.drafts import Draft, DraftLine
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.blocks import Block, Look, modal, option, plain

KEEP: Final = "keep"
"""The value of the ticked box."""


@dataclass(frozen=True, slots=True)
class LineMetadata:
    """What the view remembers: ids, the currency that its saved items are in, and how often it was filled from one."""

    draft_id: str
    line_id: str
    currency: str
    generation: int = 0

    def encode(self) -> str:
        """As `private_metadata`."""
        told = {"d": self.draft_id, "l": self.line_id, "u": self.currency, "g": self.generation}
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def decode(cls, text: object) -> "LineMetadata":
        """Read what `encode` wrote.

        Raises:
            OldValue: for anything else.

        """
        match ids.remembered(text):
            case {"d": str(draft_id), "l": str(line_id), "u": str(currency), "g": int(generation)}:
                return cls(draft_id, line_id, currency, generation)
        raise ids.OldValue


def line_form(draft: Draft, line: DraftLine, *, currency: str, look: Look, generation: int = 0) -> Block:
    """One line of the draft; `currency` is the shop's own.

    Pass a higher `generation` when text, price and VAT were set by us and must replace what the person sees; all
    other fields keep what is in them.
    """
    money = draft.currency or currency
    blocks = [
        _item(line),
        fields.text(line, generation),
        fields.quantity(line, 0),
        fields.price(line, draft, money, generation, each=True),
        fields.vat(line, look.country, generation),
        _other_vat(line, generation),
        _keep(line),
    ]
    view = modal(
        "Line",
        blocks,
        callback_id=ids.VIEW_LINE,
        metadata=LineMetadata(draft.id, line.line_id, money, generation).encode(),
        submit="Save",
        close="Back",
    )
    return view | {"external_id": f"line:{draft.id}"}


def _item(line: DraftLine) -> Block:
    element: Block = {
        "type": "external_select",
        "action_id": ids.FIELD,
        "min_query_length": 0,
        "placeholder": plain("Search by name", 150),
    }
    block = fields.field(ids.block_id(ids.ITEM, line.line_id), "Saved item", element, optional=True)
    return block | {"dispatch_action": True}


def _other_vat(line: DraftLine, generation: int) -> Block:
    block_id = ids.block_id(ids.OTHER_VAT, line.line_id, generation)
    hint = "In percent. When something is typed here, the choice above does not count."
    return fields.text_input(block_id, "Other VAT rate", "", placeholder="12,5", hint=hint, optional=True)


def _keep(line: DraftLine) -> Block:
    boxes = [option("Keep as a saved item", KEEP, "Its name, price and VAT are offered to everybody next time")]
    element: Block = {"type": "checkboxes", "action_id": ids.FIELD, "options": boxes}
    return fields.field(ids.block_id(ids.KEEP, line.line_id), "For next time", element, optional=True)
