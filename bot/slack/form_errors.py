"""Where in a form an error is shown, and how its field is called."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.domain.drafts import DraftLine
from bot.slack import ids
from bot.slack.views.blocks import escape

_NAMES: Final[Mapping[str, str]] = {
    ids.PHONE: "Mobile number",
    ids.REFERENCE: "Reference",
    ids.DEADLINE: "Pay within",
    ids.TEXT: "What for",
    ids.QUANTITY: "Quantity",
    ids.PRICE: "Price",
    ids.VAT: "VAT",
    ids.OTHER_VAT: "Other VAT rate",
    ids.EMAIL: "Customer's e-mail",
    ids.NOTE: "Note",
    ids.NAME: "Customer's name",
    ids.METHODS: "Payment methods",
    ids.PROFILE: "Payment profile",
    ids.ADDRESS: "Customer's address",
    ids.TERMS: "Terms of sale",
    ids.REMIND: "Reminders",
}
_NEIGHBOURS: Final[Mapping[str, tuple[str, ...]]] = {
    ids.QUANTITY: (ids.PRICE, ids.TEXT),
    ids.VAT: (ids.PRICE, ids.TEXT),
    ids.PRICE: (ids.TEXT,),
    ids.TEXT: (ids.PRICE,),
}
"""Where the error of a hidden field of a line is shown instead."""


def errors_for(
    field_errors: Mapping[str, str], view: Mapping[str, Any], lines: Sequence[DraftLine] = ()
) -> dict[str, str]:
    """Sentences by the block that each belongs to, for `response_action: errors`.

    The error of a field that the view does not show goes to a neighbour or to the first field, with its name in
    front, so that nothing is refused in silence. `lines` are those that people know by their number.
    """
    numbers = {line.line_id: n for n, line in enumerate(lines, start=1)}
    shown = [block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input"]
    blocks = {_meant(block): block for block in shown}
    found: dict[str, list[str]] = {}
    for name, sentence in field_errors.items():
        place = _place(name, blocks)
        if place is not None:
            told = sentence if _meant(place) == name else f"{_name(name, numbers)}: {sentence}"
            found.setdefault(place, []).append(told)
    return {place: " ".join(sentences) for place, sentences in found.items()}


def told_by_field(wrong: Mapping[str, str], lines: Sequence[DraftLine] = ()) -> list[str]:
    """What is wrong, field by field, in mrkdwn; `lines` are those that people know by their number."""
    numbers = {line.line_id: n for n, line in enumerate(lines, start=1)}
    return [f"*{_name(name, numbers)}*: {escape(sentence)}" for name, sentence in wrong.items()]


def _place(name: str, blocks: Mapping[str, str]) -> str | None:
    """The block where the error of field `name` is shown: its own, a neighbour in its line, or the first."""
    field, _, line_id = name.partition(":")
    near = [ids.block_id(other, line_id) for other in _NEIGHBOURS.get(field, ())]
    return next((blocks[one] for one in (name, *near) if one in blocks), next(iter(blocks.values()), None))


def _meant(block: str) -> str:
    """The field that a block asks for: a date is a deadline."""
    field = ids.field_of(block)
    return ids.DEADLINE if field == ids.DATE else field


def _name(name: str, numbers: Mapping[str, int]) -> str:
    field, _, line_id = name.partition(":")
    named = _NAMES.get(field, field.capitalize())
    return f"{named} of line {numbers.get(line_id, line_id)}" if line_id else named
