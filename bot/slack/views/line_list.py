"""The lines of a form as people read them: one row each, and what they come to."""

from typing import Final

from bot.domain.draft_lines import filled_lines, plain_decimal, sums
from bot.domain.drafts import EXCL, Draft, DraftLine, read_line
from bot.slack.views.blocks import Block, Look, context, fit, plain, section
from bot.slack.views.words import percent

_TEXT: Final = 60
"""Characters of a line's text: twenty rows fit into one block."""
_ROW: Final = 140


def row(n: int, line: DraftLine, draft: Draft, currency: str, look: Look) -> str:
    """One line: `1. 2 × Tow bar · 499,00 kr · 25 %`, or what is wrong with it."""
    wrong: dict[str, str] = {}
    read = read_line(line, currency, wrong, excl=draft.prices == EXCL)
    text = fit(" ".join(line.text.split()) or "No text", _TEXT)
    if read is None:
        return fit(f"{n}. {text} · ⚠️ {next(iter(wrong.values()))}", _ROW)
    total = look.money(read.total, currency)
    return f"{n}. {plain_decimal(read.quantity)} × {text} · {total} · {percent(read.vat)}"


def summary(draft: Draft, currency: str, look: Look) -> list[Block]:
    """All lines below each other, where a form has no fields for them."""
    lines = filled_lines(draft)
    rows = "\n".join(row(n, line, draft, currency, look) for n, line in enumerate(lines, start=1))
    heading = f"*{len(lines)} lines*" if len(lines) != 1 else "*1 line*"
    return [section(heading), {"type": "section", "text": plain(rows or "No lines yet.")}]


def told_sums(draft: Draft, currency: str, look: Look, called: str = "Total so far") -> list[Block]:
    """Total and VAT per rate, once every line that has something in it can be read; else no block at all."""
    found = sums(draft, currency, look.choices)
    if found is None:
        return []
    vat = ", ".join(f"{percent(rate)} {look.money(minor, currency)}" for rate, minor in found.vat.items())
    return [context(f"{called}: {look.money(found.total, currency)}, of which VAT: {vat}.")]
