"""The money of one transaction, told by its log (Dintero reference §6).

Captured and refunded are sums over successful events; INITIATE_* events are requests, not money. An event with a
`correction` states the true position, which then replaces every sum before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from bot.dintero.models import Correction, Item, TransactionEvent
from bot.dintero.words import failure, presentable
from bot.domain.observations import Mark
from bot.domain.operations import Kind
from bot.domain.orders import allocate

KINDS: Final[Mapping[str, Kind]] = {"CAPTURE": Kind.CAPTURE, "REFUND": Kind.REFUND, "VOID": Kind.VOID}
NOTHING_TAKEN: Final = frozenset({"INITIATED", "ON_HOLD", "AUTHORIZED", "AUTHORIZATION_VOIDED", "DECLINED", "FAILED"})
ALL_TAKEN: Final = frozenset({"CAPTURED", "PARTIALLY_REFUNDED", "REFUNDED"})


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Where the money stands, in minor units: `amount` = captured + released + left."""

    amount: int
    totals: Mapping[str, int]
    """What each line comes to."""
    left: int
    captured: int = 0
    refunded: int = 0
    released: int = 0
    taken: dict[str, int] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    entries: list[tuple[str, Mark]] = field(default_factory=list)
    """Event id and mark of each capture, refund and void."""
    corrected: bool = False
    corrected_status: str = ""
    """The status that the last correction names, until something happens after it."""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The log, as the domain reads it."""
        return tuple(mark for _, mark in self.entries)

    def sum_of(self, kind: Kind) -> int:
        """What was captured, refunded or released."""
        return {Kind.CAPTURE: self.captured, Kind.REFUND: self.refunded}.get(kind, self.released)


def tell(amount: int, items: Sequence[Item] | None, events: Sequence[TransactionEvent], status: str) -> Ledger:
    """Go through the log from its start. `status` helps where the log is silent about money that was taken."""
    amount = max(amount, 0)
    ledger = Ledger(amount=amount, totals=_per_line(items or ()), left=amount)
    for event in events:
        kind = KINDS.get(event.event)
        if event.correction is not None:
            _correct(ledger, event, kind, event.correction)
        elif kind is not None:
            moved = _book(ledger, event, kind) if event.success else event.amount or 0
            _mark(ledger, event, kind, success=event.success, amount=moved)
    if not ledger.corrected:
        _fill_silence(ledger, status)
    return ledger


def _fill_silence(ledger: Ledger, status: str) -> None:
    if not ledger.captured and status in ALL_TAKEN:
        _take(ledger, ledger.amount, ())
    if not ledger.refunded and status == "REFUNDED":
        _return(ledger, ledger.captured, ())


def _book(ledger: Ledger, event: TransactionEvent, kind: Kind) -> int:
    """Carry out one successful event; returns its amount."""
    ledger.corrected_status = ""
    items = event.items or ()
    if kind is Kind.VOID:
        released = ledger.left
        ledger.released, ledger.left = ledger.released + released, 0
        return released
    unnamed = ledger.left if kind is Kind.CAPTURE else ledger.captured - ledger.refunded
    amount = event.amount if event.amount is not None else sum(_per_line(items).values()) or unnamed
    amount = max(amount, 0)
    if kind is Kind.CAPTURE:
        _take(ledger, amount, items)
    else:
        _return(ledger, amount, items)
    return amount


def _take(ledger: Ledger, amount: int, items: Sequence[Item]) -> None:
    ledger.captured += amount
    ledger.left = max(ledger.left - amount, 0)
    _add(ledger.taken, _spread(amount, items, _less(ledger.totals, ledger.taken)))


def _return(ledger: Ledger, amount: int, items: Sequence[Item]) -> None:
    ledger.refunded += amount
    _add(ledger.returned, _spread(amount, items, _less(ledger.taken, ledger.returned)))


def _correct(ledger: Ledger, event: TransactionEvent, kind: Kind | None, correction: Correction) -> None:
    """Take over the position that a correction states, and turn the marks it is about."""
    before = replace(ledger)
    about: set[Kind | None] = {mark.kind for identity, mark in ledger.entries if identity in correction.event_ids} or {
        kind
    }
    ledger.corrected, ledger.corrected_status = True, correction.status
    _position(ledger, correction, void=Kind.VOID in about)
    if ledger.captured != before.captured:
        ledger.taken = allocate(ledger.captured, ledger.totals)
    if (ledger.captured, ledger.refunded) != (before.captured, before.refunded):
        ledger.returned = allocate(ledger.refunded, ledger.taken)
    ledger.entries = [_turned(entry, correction, before, ledger) for entry in before.entries]
    if kind is not None:
        _mark(ledger, event, kind, success=ledger.sum_of(kind) > before.sum_of(kind), amount=event.amount or 0)


def _position(ledger: Ledger, correction: Correction, *, void: bool) -> None:
    left = correction.remaining_capture_amount
    if left is not None:
        left = min(max(left, 0), ledger.amount)
        if void:
            ledger.released = min(max(ledger.released + ledger.left - left, 0), ledger.amount)
        else:
            ledger.captured = min(max(ledger.captured + ledger.left - left, 0), ledger.amount)
        ledger.left = left
    if correction.status in NOTHING_TAKEN:
        ledger.captured = ledger.refunded = 0
        ledger.released = ledger.amount - ledger.left
    if correction.remaining_refund_amount is not None:
        ledger.refunded = max(ledger.captured - max(correction.remaining_refund_amount, 0), 0)


def _turned(entry: tuple[str, Mark], correction: Correction, before: Ledger, after: Ledger) -> tuple[str, Mark]:
    identity, mark = entry
    change = after.sum_of(mark.kind) - before.sum_of(mark.kind)
    if identity not in correction.event_ids or not change:
        return entry
    return identity, replace(mark, success=change > 0, error=None if change > 0 else "Dintero corrected it")


def _mark(ledger: Ledger, event: TransactionEvent, kind: Kind, *, success: bool, amount: int) -> None:
    mark = Mark(
        kind=kind,
        success=success,
        amount=max(amount, 0),
        reference=event.event_reference or None,
        correlation_id=event.correlation_request_id or None,
        error=None if success else reason(event),
    )
    ledger.entries.append((event.id, mark))


def reason(event: TransactionEvent) -> str:
    """Why an event failed, in plain words; the provider's own where we have none."""
    if event.error is None:
        return failure(())
    own = presentable(event.error.message)
    words = (*(event.error.type or ()), event.error.code)
    return failure(words, own) if own else failure(words)


def _per_line(items: Sequence[Item]) -> dict[str, int]:
    lines: dict[str, int] = {}
    for item in items:
        if item.line_id and item.amount is not None:
            lines[item.line_id] = lines.get(item.line_id, 0) + item.amount
    return lines


def _spread(amount: int, items: Sequence[Item], rooms: Mapping[str, int]) -> Mapping[str, int]:
    """The event's own items when they add up to its amount, else the lines in their order."""
    own = _per_line(items)
    fits = own and sum(own.values()) == amount and all(part >= 0 for part in own.values())
    return own if fits else allocate(amount, rooms)


def _less(totals: Mapping[str, int], used: Mapping[str, int]) -> dict[str, int]:
    return {line_id: max(total - used.get(line_id, 0), 0) for line_id, total in totals.items()}


def _add(onto: dict[str, int], parts: Mapping[str, int]) -> None:
    for line_id, part in parts.items():
        onto[line_id] = onto.get(line_id, 0) + part
