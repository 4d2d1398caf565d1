"""The form behind *Capture part* and *Refund*: all, whole lines, or an amount."""

from collections.abc import Sequence
from typing import Final

from bot.domain.actions import Action, open_amount
from bot.domain.links import Link, open_by_line
from bot.domain.methods import RestRelease
from bot.domain.operations import Kind
from bot.domain.orders import Line
from bot.domain.stories import Story
from bot.slack import ids
from bot.slack.views import fields
from bot.slack.views.blocks import Block, Look, escape, fit, modal, option, section
from bot.slack.views.words import customer

ALL: Final = "all"
LINES: Final = "lines"
AMOUNT: Final = "amount"
LAST: Final = "last"
MAX_REASON: Final = 200
_PER_BLOCK: Final = 10
"""Checkboxes hold ten options; more lines go into a second block."""


def part_form(story: Story, link: Link, action: Action, look: Look) -> Block:
    """The form for `action`, either *Capture part* or *Refund*, with the amount that is open now."""
    refunds = action is Action.REFUND
    open_now = open_amount(link, action)
    amount = look.money(open_now, link.currency)
    verb, adjective = ("Refund", "refunded") if refunds else ("Capture", "captured")
    lines = story.lines(link)
    left = line_rooms(lines, link, action)
    blocks = [
        section(f"*{amount}* of {escape(link.reference)} can be {adjective}. Customer: {customer(story)}"),
        _radio(amount, refunds=refunds, has_lines=any(left.values())),
        *_checkboxes(lines, left, link.currency, look),
        _amount(link.currency),
    ]
    if refunds:
        blocks.append(_reason())
    elif link.facts.rest_release is RestRelease.LAST_CAPTURE:
        blocks.append(_last())
    metadata = ids.ButtonValue(link.id, link.version, open_now, action).encode()
    callback_id = ids.VIEW_REFUND if refunds else ids.VIEW_CAPTURE_PART
    title = "Refund" if refunds else "Capture part"
    return modal(title, blocks, callback_id=callback_id, metadata=metadata, submit=verb)


def line_rooms(lines: Sequence[Line], link: Link, action: Action) -> dict[str, int]:
    """What may still be captured or refunded on each line, in minor units, in the order of the lines."""
    left = open_by_line(lines, link.facts, Kind.REFUND if action is Action.REFUND else Kind.CAPTURE)
    return {line.line_id: left.get(line.line_id, 0) for line in lines}


def _radio(amount: str, *, refunds: bool, has_lines: bool) -> Block:
    options = [option(f"All that is left ({amount})", ALL)] if refunds else []
    options += [option("Whole lines", LINES)] if has_lines else []
    options += [option("An amount", AMOUNT)]
    return fields.choice(ids.PART, "How much", "radio_buttons", options, options[0]["value"])


def _checkboxes(lines: Sequence[Line], left: dict[str, int], currency: str, look: Look) -> list[Block]:
    offered = [line for line in lines if left[line.line_id]]
    options = [_line(line, left, currency, look) for line in offered]
    chunks = [options[start : start + _PER_BLOCK] for start in range(0, len(options), _PER_BLOCK)]
    return [
        fields.field(
            ids.block_id(ids.PART_LINES, str(n) if n > 1 else ""),
            "Lines" if n == 1 else "More lines",
            {"type": "checkboxes", "action_id": ids.FIELD, "options": chunk},
            optional=True,
        )
        for n, chunk in enumerate(chunks, start=1)
    ]


def _line(line: Line, left: dict[str, int], currency: str, look: Look) -> Block:
    total, room = look.money(line.total, currency), look.money(left[line.line_id], currency)
    words = room if left[line.line_id] == line.total else f"{room} left of {total}"
    return option(fit(line.text, 75), line.line_id, words)


def _amount(currency: str) -> Block:
    hint = "Only with “An amount”. It fills the lines in their order."
    return fields.text_input(
        ids.PART_AMOUNT, f"Amount ({currency})", "", placeholder="100,00", hint=hint, optional=True
    )


def _last() -> Block:
    box = {
        "type": "checkboxes",
        "action_id": ids.FIELD,
        "options": [option("Last capture: release the rest", LAST, "The rest cannot be captured afterwards.")],
    }
    return fields.field(ids.PART_LAST, "The rest", box, optional=True)


def _reason() -> Block:
    block = fields.text_input(
        ids.PART_REASON, "Reason", "", placeholder="Returned within 14 days", hint="Shown in the thread."
    )
    block["element"]["max_length"] = MAX_REASON
    return block
