"""Operations that were closed by hand before they ended: what Dintero accepted may still be done and is not open."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.links import Facts
from bot.domain.observations import Payment
from bot.domain.operations import Kind, Operation, State
from bot.domain.verdicts import is_logged, named_end


def abandon(facts: Facts, operation: Operation) -> Facts:
    """The facts once `operation` was closed by hand. It is kept, so that its end is shown as that of its person.

    Only what was accepted lowers what is open. One that may be in the log without a name is kept as *absent*, which is
    the state of its row from now on.
    """
    moves = operation.kind in {Kind.CAPTURE, Kind.REFUND, Kind.VOID}
    if operation.state not in {State.ACCEPTED, State.UNKNOWN} or not moves:
        return facts
    kept = replace(operation, response_url=None, view_id=None, draft_id=None, reason=None, note=None)
    if operation.state is State.UNKNOWN:
        return replace(facts, abandoned=(*facts.abandoned, replace(kept, state=State.ABSENT)))
    shown = facts.in_progress.get(operation.kind, 0) >= operation.amount > 0
    held = facts if shown else _deducted(facts, operation)
    return replace(held, abandoned=(*facts.abandoned, kept))


def without_abandoned(facts: Facts, payment: Payment) -> Facts:
    """The amounts of `payment`, less what the log does not show yet; what it shows is the log's from then on.

    What the log shows stays kept, as *absent*, until an entry names its end. A release has no name to wait for.
    """
    kept = []
    for operation in facts.abandoned:
        if named_end(operation, payment) is not None:
            continue
        if not is_logged(operation, payment):
            kept.append(operation)
        elif operation.kind is not Kind.VOID:
            kept.append(replace(operation, state=State.ABSENT))
    facts = replace(facts, abandoned=tuple(kept))
    for operation in kept:
        if operation.state is State.ACCEPTED:
            facts = _deducted(facts, operation)
    return facts


def _deducted(facts: Facts, operation: Operation) -> Facts:
    """As if the log had its INITIATE_* entry."""
    kind = operation.kind
    if kind is Kind.REFUND:
        amount = min(operation.amount, facts.open_to_refund)
        facts = replace(facts, open_to_refund=facts.open_to_refund - amount)
        facts = replace(facts, refunding=_sum(facts.refunding, operation.items))
    else:
        amount = facts.open_to_capture if kind is Kind.VOID else min(operation.amount, facts.open_to_capture)
        facts = replace(facts, open_to_capture=facts.open_to_capture - amount)
        if kind is Kind.CAPTURE:
            facts = replace(facts, capturing=_sum(facts.capturing, operation.items))
    begun = facts.in_progress.get(kind, 0) + amount
    return replace(facts, in_progress={**facts.in_progress, kind: begun}) if begun else facts


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {line_id: one.get(line_id, 0) + other.get(line_id, 0) for line_id in {**one, **other}}
