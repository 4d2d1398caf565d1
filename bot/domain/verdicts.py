"""What became of an operation, judged by what Dintero shows now.

Capture and refund are answered by an entry in the payment's log: of the same kind and amount, not there at the read
before the send, with our reference or our correlation id. Such an entry without a name may be ours; it ends nothing,
and nothing is asked again beside it. Void and cancel carry no reference and are answered by the state (Dintero
reference §8.2). An entry in progress (INITIATE_*) means that Dintero has accepted it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.events import Happened, News, Source
from bot.domain.observations import Mark, Observation, Payment, Report
from bot.domain.operations import IN_DOUBT, Kind, Operation, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of an operation: its end, or that Dintero has begun it."""

    operation: Operation
    """As it was before."""
    state: State
    note: str | None = None
    correlation_id: str | None = None
    """The id by which the end will name it, once it is accepted."""

    @property
    def done(self) -> bool:
        """Whether it happened."""
        return self.state is State.DONE

    @property
    def is_end(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state is not State.ACCEPTED

    @property
    def outcome(self) -> Operation:
        """The operation as it is now."""
        correlation_id = self.correlation_id or self.operation.correlation_id
        return replace(self.operation, state=self.state, note=self.note, correlation_id=correlation_id)

    def news(self, now: datetime) -> tuple[News, ...]:
        """The line for the thread, if a refusal or an acceptance; a success is told by the change it made."""
        operation = self.operation
        if self.state not in {State.REFUSED, State.ACCEPTED} or self.state is operation.state:
            return ()
        kind = Happened.REFUSED if self.state is State.REFUSED else Happened.ASKED
        data = {"operation": operation.kind.value, "amount": operation.amount, "reason": self.note}
        return (News(kind=kind, source=Source.SLACK, at=now, actor=operation.requested_by, data=data),)


def claimed(answer: Payment, operation: Operation) -> Payment:
    """The direct answer to a capture, refund or void of ours, its unnamed failure or beginning named as ours.

    Whether such an entry echoes our reference is not known (Dintero reference §8.2), a void never had one, and
    without it nobody could tell that the operation is over, or begun. The last entry of its kind is the one just
    asked for (§8) when it is new since the read before the send, is no success, has no name that says otherwise and
    is about the same amount. Only the answer itself may be read like this, never a later look.
    """
    marks = list(answer.marks)
    of_kind = [at for at, mark in enumerate(marks) if mark.kind is operation.kind]
    if not of_kind or any(marks[at].reference == operation.reference for at in of_kind):
        return answer
    last = marks[of_kind[-1]]
    named = last.reference or (last.correlation_id and not last.in_progress)
    if not _is_new(last, operation) or last.success or named or last.amount not in {None, operation.amount}:
        return answer
    marks[of_kind[-1]] = replace(last, reference=operation.reference)
    return replace(answer, marks=tuple(marks))


def may_be_logged(operation: Operation | None, payment: Payment) -> bool:
    """Whether the log has a new entry that may be this operation's, though nothing proves it.

    Of one that is not sent yet: whether anything like it has appeared since the attempt that it repeats.
    """
    if operation is None or operation.kind not in {Kind.CAPTURE, Kind.REFUND}:
        return False
    if operation.state is State.WANTED:
        repeats = operation.log_before is not None
        return repeats and any(_is_like(mark, operation) for mark in payment.marks)
    return operation.state in IN_DOUBT and any(_may_be_ours(mark, operation) for mark in payment.marks)


def is_logged(operation: Operation, payment: Payment) -> bool:
    """Whether the log shows an operation that Dintero accepted: begun, by itself or by what may be it, or ended."""
    return any(
        _is_ours(mark, operation) or (mark.in_progress and _may_be_ours(mark, operation)) for mark in payment.marks
    )


def judge(operation: Operation | None, observation: Observation, report: Report) -> Verdict | None:
    """The end of `operation` as far as this look shows it, or None while it is open to doubt."""
    if operation is None or operation.state not in IN_DOUBT:
        return None
    if operation.kind in {Kind.CAPTURE, Kind.REFUND}:
        return _by_mark(operation, _marks(observation.payment, operation.kind))
    if operation.kind is Kind.VOID:
        return _void(operation, observation, report)
    if operation.kind is Kind.CANCEL:
        return _cancel(operation, observation, report)
    return _create(operation, observation, report)


def named_end(operation: Operation, payment: Payment) -> Verdict | None:
    """How a capture or refund that was closed by hand has ended, by an entry that names it; None while none does."""
    if operation.kind not in {Kind.CAPTURE, Kind.REFUND}:
        return None
    verdict = _by_mark(operation, _marks(payment, operation.kind))
    return verdict if verdict is not None and verdict.is_end else None


def _by_mark(operation: Operation, of_kind: Sequence[Mark]) -> Verdict | None:
    marks = [mark for mark in of_kind if _is_ours(mark, operation)]
    if any(mark.success for mark in marks):
        return Verdict(operation=operation, state=State.DONE)
    if begun := [mark for mark in marks if mark.in_progress]:
        return _accepted(operation, begun[-1])
    if marks:
        return Verdict(operation=operation, state=State.REFUSED, note=marks[-1].error)
    return None


def _accepted(operation: Operation, begun: Mark) -> Verdict | None:
    """Dintero has begun it; None where that is known already."""
    known = operation.correlation_id is not None or begun.correlation_id is None
    if operation.state is State.ACCEPTED and known:
        return None
    return Verdict(operation=operation, state=State.ACCEPTED, correlation_id=begun.correlation_id)


def _void(operation: Operation, observation: Observation, report: Report) -> Verdict | None:
    marks = _marks(observation.payment, Kind.VOID)
    if report is Report.VOIDED or any(mark.success for mark in marks):
        return Verdict(operation=operation, state=State.DONE)
    ours = [mark for mark in marks if _is_ours(mark, operation)]
    if begun := [mark for mark in marks if mark.in_progress and _is_new(mark, operation)]:
        return _accepted(operation, begun[-1])
    if ours:
        return Verdict(operation=operation, state=State.REFUSED, note=ours[-1].error)
    payment = observation.payment
    if report is Report.CAPTURED and payment and payment.open_to_capture == 0:
        if payment.captured < payment.authorized:
            return Verdict(operation=operation, state=State.DONE)
        return Verdict(operation=operation, state=State.REFUSED, note="All of it had been captured.")
    return None


def _cancel(operation: Operation, observation: Observation, report: Report) -> Verdict | None:
    if report in {Report.CANCELLED, Report.VOIDED} or (observation.session and observation.session.cancelled):
        return Verdict(operation=operation, state=State.DONE)
    if report is Report.CAPTURED:
        return Verdict(operation=operation, state=State.REFUSED, note="The customer had paid.")
    if report in {Report.EXPIRED, Report.FAILED}:
        return Verdict(operation=operation, state=State.REFUSED, note="The link had already ended.")
    return None


def _create(operation: Operation, observation: Observation, report: Report) -> Verdict | None:
    if observation.session or observation.payment:
        return Verdict(operation=operation, state=State.DONE)
    return Verdict(operation=operation, state=State.ABSENT) if report is Report.EXPIRED else None


def _marks(payment: Payment | None, kind: Kind) -> list[Mark]:
    return [mark for mark in payment.marks if mark.kind is kind] if payment else []


def _is_ours(mark: Mark, operation: Operation) -> bool:
    return _is_like(mark, operation) and _names(mark, operation)


def _may_be_ours(mark: Mark, operation: Operation) -> bool:
    """Without a name it may be anybody's; with ours and another amount it cannot be understood."""
    if mark.kind is not operation.kind or not _is_new(mark, operation):
        return False
    if _names(mark, operation):
        return not _is_like(mark, operation)
    known = mark.correlation_id is not None and operation.correlation_id is not None
    return not mark.reference and not known and _is_like(mark, operation)


def _is_like(mark: Mark, operation: Operation) -> bool:
    """Of its kind and amount, and not in the log before it was sent."""
    same = operation.kind is Kind.VOID or mark.amount in {None, operation.amount}
    return mark.kind is operation.kind and same and _is_new(mark, operation)


def _is_new(mark: Mark, operation: Operation) -> bool:
    # None: sent before the column was added (migration 0010), so that any entry may be the operation's.
    return mark.position >= (operation.log_before or 0)


def _names(mark: Mark, operation: Operation) -> bool:
    by_correlation = operation.correlation_id is not None and mark.correlation_id == operation.correlation_id
    return mark.reference == operation.reference or by_correlation
