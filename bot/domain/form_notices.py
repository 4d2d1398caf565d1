"""What a form says of a command or a message that it could not read whole. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from bot.domain.characters import one_line, visible_text
from bot.domain.drafts import Draft
from bot.domain.private_data import without_private_figures

_LEFT_OUT: Final = "A card number or a personal number was left out."
_MOST: Final = 300
"""Characters of a command that are repeated."""


def notice_of_command(typed: str, draft: Draft, *, left_out: bool) -> str:
    """Repeat the command `typed` where a figure or an address of it stands in no field, or perhaps in the wrong one.

    Plain text for the person who typed it; `left_out` is whether a card number or a personal number was, which is not
    repeated. Empty when every figure and address stands in its field.
    """
    said = [_LEFT_OUT] if left_out else []
    shown = without_private_figures(typed) if left_out else typed
    if _is_lost(shown, draft) or _may_hold_the_price(draft):
        fields = [*_empty_fields(draft), *(["What for"] if draft.lines[0].text else [])] or ["the fields"]
        said.append(f"⚠️ Not all of this could be read with certainty, so check {_listed(fields)}: {repeated(shown)}")
    return " ".join(said)


def notice_of_message(draft: Draft) -> str:
    """Which of price and customer's number the message did not say with certainty, in plain text; empty for neither."""
    empty = _empty_fields(draft)
    return f"⚠️ Not found in the message with certainty: {_listed(empty)}." if empty else ""


def repeated(typed: str) -> str:
    """A command as it is shown to the person who typed it: on one line, and no longer than is read."""
    words = one_line(typed)
    return f"{words[:_MOST]}…" if len(words) > _MOST else words


def _empty_fields(draft: Draft) -> list[str]:
    price = [] if draft.lines[0].price else ["the price"]
    return price if draft.phone or draft.email else [*price, "the customer's number"]


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _is_lost(typed: str, draft: Draft) -> bool:
    """Whether figures or an address of the text stand in none of the fields. The longest is looked for first."""
    if "@" in typed and not draft.email:
        return True
    line = draft.lines[0]
    held = [_figures(one) for one in (line.text, draft.reference, line.price, draft.phone, draft.deadline, draft.email)]
    for word in sorted(map(_figures, typed.split()), key=len, reverse=True):
        figures = word.lstrip("0")  # 0047 is +47
        at = next((at for at, one in enumerate(held) if figures in one), None)
        if at is None:
            return True
        held[at] = held[at].replace(figures, " ", 1) if figures else held[at]
    return False


def _may_hold_the_price(draft: Draft) -> bool:
    """Whether the price is empty while the text has figures."""
    return not draft.lines[0].price and bool(_figures(draft.lines[0].text))


def _figures(text: str) -> str:
    return re.sub(r"\D", "", visible_text(text))
