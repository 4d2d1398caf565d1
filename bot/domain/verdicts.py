"""What became of an operation, judged by what Dintero shows now.

Capture and refund are answered by an entry in the payment's log with our reference (or our correlation id); void
and cancel carry no reference and are answered by the state (Dintero reference §8.2).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.events import Happened, News, Source
from bot.domain.observations import Mark, Observation, Payment, Report
from bot.domain.operations import IN_DOUBT, Kind, Operation, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The end of an operation."""

    operation: Operation
    state: State
    note: str | None = None

    @property
    def done(self) -> bool:
        """Whether it happened."""
        return self.state is State.DONE

    def news(self, now: datetime) -> tuple[News, ...]:
        """What the thread should hear of a refusal; a success is told by the change it made."""
        if self.state is not State.REFUSED:
            return ()
        operation = self.operation
        data = {"operation": operation.kind.value, "amount": operation.amount, "reason": self.note}
        return (News(kind=Happened.REFUSED, source=Source.SLACK, at=now, actor=operation.requested_by, data=data),)


def claimed(answer: Payment, operation: Operation, entries_before: int) -> Payment:
    """The direct answer to a capture, refund or void of ours, its failure named as ours.

    Whether a failed entry echoes our reference is not known (Dintero reference §8.2), a void never had one, and
    without it nobody could tell that the operation is over. The last entry of its kind is the one just asked for
    (§8) when it is new since the look before (`entries_before` counts what the log held then), failed, names nobody
    and is about the same amount. Only the answer itself may be read like this, never a later look.
    """
    of_kind = [at for at, mark in enumerate(answer.marks) if mark.kind is operation.kind]
    if not of_kind or any(answer.marks[at].reference == operation.reference for at in of_kind):
        return answer
    last = answer.marks[of_kind[-1]]
    is_new = of_kind[-1] >= entries_before
    if not is_new or last.success or last.reference or last.correlation_id or last.amount != operation.amount:
        return answer
    marks = list(answer.marks)
    marks[of_kind[-1]] = replace(last, reference=operation.reference)
    return replace(answer, marks=tuple(marks))


def judge(operation: Operation | None, observation: Observation, report: Report) -> Verdict | None:
    """The end of `operation` as far as this look shows it, or None while it is open to doubt."""
    if operation is None or operation.state not in IN_DOUBT:
        return None
    if operation.kind in {Kind.CAPTURE, Kind.REFUND}:
        return _by_mark(operation, observation)
    if operation.kind is Kind.VOID:
        return _void(operation, observation, report)
    if operation.kind is Kind.CANCEL:
        return _cancel(operation, observation, report)
    return _create(operation, observation, report)


def _by_mark(operation: Operation, observation: Observation) -> Verdict | None:
    marks = [mark for mark in _marks(observation, operation.kind) if _is_ours(mark, operation)]
    if any(mark.success for mark in marks):
        return Verdict(operation=operation, state=State.DONE)
    if marks:
        return Verdict(operation=operation, state=State.REFUSED, note=marks[-1].error)
    return None


def _void(operation: Operation, observation: Observation, report: Report) -> Verdict | None:
    marks = _marks(observation, Kind.VOID)
    if report is Report.VOIDED or any(mark.success for mark in marks):
        return Verdict(operation=operation, state=State.DONE)
    failed = [mark for mark in marks if _is_ours(mark, operation)]
    if failed:
        return Verdict(operation=operation, state=State.REFUSED, note=failed[-1].error)
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


def _marks(observation: Observation, kind: Kind) -> list[Mark]:
    return [mark for mark in observation.payment.marks if mark.kind is kind] if observation.payment else []


def _is_ours(mark: Mark, operation: Operation) -> bool:
    by_correlation = operation.correlation_id is not None and mark.correlation_id == operation.correlation_id
    return mark.reference == operation.reference or by_correlation
