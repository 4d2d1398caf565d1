"""The *Lines* view on top of the form: every line with its menu, what they come to, and two ways to more."""

from typing import Final

from bot.domain.draft_lines import filled_lines
from bot.domain.drafts import MAX_LINES, Draft, DraftLine
from bot.slack import ids
from bot.slack.views.blocks import Block, Look, button, buttons, context, modal, option, plain, section
from bot.slack.views.issue_form import FormMetadata
from bot.slack.views.line_list import row, told_sums

NO_LAST_ORDER: Final = "You have not issued an order here yet."
_EMPTY: Final = "No lines yet. Add the first one, or take those of the last order that you issued here."


def lines_form(draft: Draft, *, currency: str, look: Look, notice: str = "") -> Block:
    """The lines as the draft stands; `currency` is the shop's own, `notice` stands on top.

    `external_id` keeps an impatient second click from opening it twice (Slack reference §8).
    """
    money = draft.currency or currency
    lines = filled_lines(draft)
    blocks = [section(notice)] if notice else []
    blocks += [_line(n, line, draft, money, look) for n, line in enumerate(lines, start=1)] or [section(_EMPTY)]
    full = [] if len(lines) < MAX_LINES else [context(f"A link has room for {MAX_LINES} lines.")]
    blocks += [*told_sums(draft, money, look), *full, _buttons(lines)]
    view = modal(
        "Lines",
        blocks,
        callback_id=ids.VIEW_LINES,
        metadata=FormMetadata.of(draft).encode(),
        submit="Done",
        close="Back",
    )
    return view | {"external_id": f"lines:{draft.id}"}


def _line(n: int, line: DraftLine, draft: Draft, currency: str, look: Look) -> Block:
    choices = [option("Edit", f"{ids.EDIT}:{line.line_id}"), option("Remove", f"{ids.REMOVE}:{line.line_id}")]
    return {
        "type": "section",
        "block_id": f"line:{line.line_id}",
        "text": plain(row(n, line, draft, currency, look)),
        "accessory": {"type": "overflow", "action_id": ids.FORM_LINE, "options": choices},
    }


def _buttons(lines: tuple[DraftLine, ...]) -> Block:
    last = button(ids.FORM_LAST_ORDER, "Use last order")
    if lines:
        last["confirm"] = {
            "title": plain("Use your last order?", 100),
            "text": plain("Its lines take the place of those that stand here.", 300),
            "confirm": plain("Use them", 30),
            "deny": plain("Go back", 30),
        }
    return buttons(*([button(ids.FORM_ADD_LINE, "Add line")] if len(lines) < MAX_LINES else []), last)
