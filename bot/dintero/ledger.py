"""The money of one transaction, told by its log (Dintero reference §6).

Captured and refunded are sums over successful events. An INITIATE_* event is a request in progress until the event
that ends it: no money yet, and no longer open. An event with a `correction` states the true position, which then
replaces every sum before it.
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
INITIATED: Final[Mapping[str, Kind]] = {f"INITIATE_{name}": kind for name, kind in KINDS.items()}
NOTHING_TAKEN: Final = frozenset({"INITIATED", "ON_HOLD", "AUTHORIZED", "AUTHORIZATION_VOIDED", "DECLINED", "FAILED"})
ALL_TAKEN: Final = frozenset({"CAPTURED", "PARTIALLY_REFUNDED", "REFUNDED"})


@dataclass(frozen=True, slots=True)
class Initiated:
    """A request in progress: the INITIATE_* event and where it stands in the log."""

    event: TransactionEvent
    kind: Kind
    position: int

    def is_ended_by(self, event: TransactionEvent, kind: Kind) -> bool:
        """Whether `event` ends it.

        An end names the request that it answers (§8.1), was made by the same one, or repeats its reference. That the
        amount is the same proves nothing: another request of that amount may have been carried out at once.
        """
        mine = self.event
        if kind is not self.kind:
            return False
        requests = {mine.request_id, mine.correlation_request_id} - {""}
        if event.correlation_request_id:
            return event.correlation_request_id in requests
        if event.request_id in requests:
            return True
        return mine.event_reference != "" and event.event_reference == mine.event_reference


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
    requests: list[Initiated] = field(default_factory=list)
    """What is in progress, oldest first."""
    keeps_rest: bool = False
    """Whether the last capture says that it left a rest reserved."""
    corrected: bool = False
    corrected_status: str = ""
    """The status that the last correction names, until something happens after it."""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The log, as the domain reads it."""
        marks = [mark for _, mark in self.entries] + [_in_progress(request) for request in self.requests]
        return tuple(sorted(marks, key=lambda mark: mark.position))

    @property
    def in_progress(self) -> Mapping[Kind, int]:
        """What is in progress of each kind, at most what is left to it; all of that where an amount is not said."""
        capturing = self._requested(Kind.CAPTURE, self.left)
        voiding = self.left - capturing if any(request.kind is Kind.VOID for request in self.requests) else 0
        refunding = self._requested(Kind.REFUND, max(self.captured - self.refunded, 0))
        by_kind = {Kind.CAPTURE: capturing, Kind.VOID: voiding, Kind.REFUND: refunding}
        return {kind: amount for kind, amount in by_kind.items() if amount}

    def _requested(self, kind: Kind, left: int) -> int:
        amounts = [request.event.amount for request in self.requests if request.kind is kind]
        return min(sum(left if amount is None else max(amount, 0) for amount in amounts), left)

    def lines_in_progress(self, kind: Kind) -> Mapping[str, int]:
        """The part of each line that a capture or refund in progress is about."""
        begun: dict[str, int] = {}
        base, used = (self.totals, self.taken) if kind is Kind.CAPTURE else (self.taken, self.returned)
        for request in self.requests:
            if request.kind is kind:
                rooms = _less(_less(base, used), begun)
                amount = request.event.amount
                amount = sum(rooms.values()) if amount is None else max(amount, 0)
                _add(begun, _spread(amount, request.event.items or (), rooms))
        return begun

    def sum_of(self, kind: Kind) -> int:
        """What was captured, refunded or released."""
        return {Kind.CAPTURE: self.captured, Kind.REFUND: self.refunded}.get(kind, self.released)


def tell(amount: int, items: Sequence[Item] | None, events: Sequence[TransactionEvent], status: str) -> Ledger:
    """Go through the log from its start. `status` helps where the log is silent about money that was taken."""
    amount = max(amount, 0)
    ledger = Ledger(amount=amount, totals=_per_line(items or ()), left=amount)
    seen: list[TransactionEvent] = []
    for position, event in enumerate(events):
        if event.id and event in seen:
            continue  # the same entry once more
        seen.append(event)
        kind = KINDS.get(event.event)
        initiated = INITIATED.get(event.event)
        if event.correction is not None:
            _correct(ledger, event, kind, event.correction, position)
        elif kind is not None:
            _end(ledger, event, kind, position)
        elif initiated is not None and event.success is False:
            _mark(ledger, event, initiated, position, success=False, amount=event.amount)
        elif initiated is not None:
            ledger.requests.append(Initiated(event, initiated, position))
    if not ledger.corrected:
        _fill_silence(ledger, status)
    return ledger


def _fill_silence(ledger: Ledger, status: str) -> None:
    if not ledger.captured and status in ALL_TAKEN:
        _take(ledger, ledger.amount, ())
    if not ledger.refunded and status == "REFUNDED":
        _return(ledger, ledger.captured, ())


def _end(ledger: Ledger, event: TransactionEvent, kind: Kind, position: int) -> None:
    """Carry out an event that succeeded, and enter it; what it does not say of its amount, its request says."""
    begun = _request_of(ledger, event, kind)
    if event.amount is None and begun is not None:
        event = event.model_copy(update={"amount": begun.event.amount})
    moved = _book(ledger, event, kind) if event.success else event.amount
    _mark(ledger, event, kind, position, success=event.success is True, amount=moved)


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
        ledger.keeps_rest = event.transaction_status == "PARTIALLY_CAPTURED"
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


def _correct(ledger: Ledger, event: TransactionEvent, kind: Kind | None, correction: Correction, position: int) -> None:
    """Take over the position that a correction states, turn the marks it is about, end the requests it names."""
    before = replace(ledger)
    ledger.requests = [one for one in ledger.requests if not one.event.id or one.event.id not in correction.event_ids]
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
        moved = ledger.sum_of(kind) > before.sum_of(kind)
        _mark(ledger, event, kind, position, success=moved, amount=event.amount)


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


def _mark(
    ledger: Ledger, event: TransactionEvent, kind: Kind, position: int, *, success: bool, amount: int | None
) -> None:
    """Enter what ended; what it ends is in progress no longer, and lends it its place and its names."""
    begun = _request_of(ledger, event, kind)
    start = event if begun is None else begun.event
    mark = Mark(
        kind=kind,
        success=success,
        amount=None if amount is None else max(amount, 0),
        position=position if begun is None else begun.position,
        reference=event.event_reference or start.event_reference or None,
        correlation_id=event.correlation_request_id or (begun and _request_id(start)) or None,
        error=None if success else reason(event),
    )
    ledger.entries.append((event.id, mark))
    if begun is not None:
        ledger.requests.remove(begun)


def _request_of(ledger: Ledger, event: TransactionEvent, kind: Kind) -> Initiated | None:
    """The request in progress that this event ends."""
    return next((request for request in ledger.requests if request.is_ended_by(event, kind)), None)


def _in_progress(request: Initiated) -> Mark:
    event = request.event
    return Mark(
        kind=request.kind,
        success=False,
        in_progress=True,
        amount=None if event.amount is None else max(event.amount, 0),
        position=request.position,
        reference=event.event_reference or None,
        correlation_id=_request_id(event),
    )


def _request_id(event: TransactionEvent) -> str | None:
    """The id by which the end of a request names it (§8.1)."""
    return event.correlation_request_id or event.request_id or None


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
