"""The lines of a form: added, edited, removed, taken over from elsewhere; and what they come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.domain.choices import Choices
from bot.domain.drafts import EXCL, INCL, Draft, DraftLine, read_sold, vat_rates
from bot.domain.money import plain_amount, round_half_up
from bot.domain.orders import SHIPPING_LINE, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What lines come to, in minor units; `vat` by rate in hundredths of a percent, the lowest first."""

    total: int
    vat: Mapping[int, int]


def filled_lines(draft: Draft) -> tuple[DraftLine, ...]:
    """The lines that have something in them."""
    return tuple(line for line in draft.lines if not line.is_empty)


def shown_lines(draft: Draft) -> tuple[DraftLine, ...]:
    """The draft's lines, of which a form always shows at least one."""
    return draft.lines or (DraftLine(line_id="1"),)


def fits_first_view(draft: Draft) -> bool:
    """Whether the form's own fields can show the lines: there is one, of which one is sold."""
    lines = shown_lines(draft)
    return len(lines) == 1 and lines[0].quantity == "1"


def sums(draft: Draft, currency: str, choices: Choices) -> Sums | None:
    """Total and VAT per rate, once every line that has something in it can be read; `currency` is the draft's.

    What the address costs is part of it.
    """
    wrong: dict[str, str] = {}
    lines = read_sold(replace(draft, lines=filled_lines(draft)), currency, choices, wrong)
    if wrong or not lines:
        return None
    rates: dict[int, int] = {}
    for line in sorted(lines, key=lambda one: one.vat):
        rates[line.vat] = rates.get(line.vat, 0) + line.vat_amount
    return Sums(total=sum(line.total for line in lines), vat=rates)


def line_of(draft: Draft, line_id: str) -> DraftLine | None:
    """The line with this id, if it is still there."""
    return next((line for line in draft.lines if line.line_id == line_id), None)


def next_line(draft: Draft, country: str) -> DraftLine:
    """An empty line with an id of its own, at the VAT of the last line, else at the country's usual one."""
    taken = [int(line.line_id) for line in draft.lines if line.line_id.isdecimal()]
    filled = filled_lines(draft)
    vat = filled[-1].vat if filled else vat_rates(country)[0]
    return DraftLine(line_id=str(max(taken, default=0) + 1), vat=vat)


def with_line(draft: Draft, line: DraftLine) -> Draft:
    """The draft with this line in the place of the one with its id, else behind the others."""
    lines = filled_lines(draft)
    if any(one.line_id == line.line_id for one in lines):
        return _with(draft, [line if one.line_id == line.line_id else one for one in lines])
    return _with(draft, [*lines, line])


def without_line(draft: Draft, line_id: str) -> Draft:
    """The draft without that line; unchanged when it is gone already."""
    gone = line_of(draft, line_id)
    if gone is None:
        return draft
    left = [line for line in filled_lines(draft) if line is not gone]
    return _with(draft, left or [DraftLine(line_id=line_id, vat=gone.vat)])


def with_sold_lines(draft: Draft, lines: Sequence[Line], currency: str) -> Draft:
    """The draft with the lines of an order in that currency, in the place of its own; all else stays."""
    kept = [line for line in lines if line.line_id != SHIPPING_LINE]
    sold = [replace(line, line_id=str(n)) for n, line in enumerate(kept, start=1)]
    return replace(_with(draft, lines_as_typed(sold, currency)), currency=currency, prices=prices_of(sold))


def prices_of(lines: Sequence[Line]) -> str:
    """How the prices of a form with these lines are meant: without VAT when all of them were typed so."""
    return EXCL if lines and all(line.without_vat for line in lines) else INCL


def lines_as_typed(lines: Sequence[Line], currency: str) -> list[DraftLine]:
    """The lines as they are typed into a form whose prices are `prices_of` them."""
    excl = prices_of(lines) == EXCL
    return [
        DraftLine(
            line_id=line.line_id,
            text=line.text,
            quantity=plain_decimal(line.quantity),
            price=plain_amount(line.unit_price if excl else line.price_with_vat, currency),
            vat=plain_decimal(Decimal(line.vat) / 100),
        )
        for line in lines
    ]


def price_as_typed(unit_price: int, vat: int, draft: Draft, currency: str) -> str:
    """A price in minor units incl. VAT as it is typed into this draft, which may want it without."""
    if draft.prices == EXCL:
        unit_price = round_half_up(Decimal(unit_price * 10_000) / (10_000 + vat))
    return plain_amount(unit_price, currency)


def plain_decimal(value: Decimal) -> str:
    """A number as it is typed: `1.50` → `1,5`."""
    return f"{value.normalize():f}".replace(".", ",")


def _with(draft: Draft, lines: Sequence[DraftLine]) -> Draft:
    return replace(draft, lines=tuple(lines), revision=draft.revision + 1, editing=None)
