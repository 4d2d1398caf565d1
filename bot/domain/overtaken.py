"""Which of two reads of a payment is the newer one: answers may come in another order than they were true in."""

from dataclasses import replace

from bot.domain.links import Facts, Link
from bot.domain.observations import Payment
from bot.domain.operations import Kind


def known_of(link: Link, payment: Payment) -> Facts:
    """What is held of this very payment: how long a log was says nothing of another's."""
    same = link.transaction_id in {None, payment.transaction_id}
    return link.facts if same else replace(link.facts, seen="", log=0, updated_at=None)


def is_newer(facts: Facts, payment: Payment) -> bool:
    """Whether it certainly is the newer one: logs only grow, and a change has a later time of Dintero's own."""
    if payment.log_length != facts.log:
        return 0 < facts.log < payment.log_length
    before, after = facts.updated_at, payment.updated_at
    return before is not None and after is not None and after > before


def is_older(facts: Facts, payment: Payment) -> bool:
    """Whether a newer read has overtaken this one.

    Where nothing says which is newer, no amount ever comes back without a correction.
    """
    if payment.log_length < facts.log:
        return True
    if payment.corrected or is_newer(facts, payment):
        return False
    if payment.captured < facts.captured or payment.refunded < facts.refunded:
        return True
    moved = (payment.authorized, payment.captured, payment.refunded) != (
        facts.authorized,
        facts.captured,
        facts.refunded,
    )
    begun = payment.in_progress.get(Kind.CAPTURE, 0) + payment.in_progress.get(Kind.VOID, 0)
    return not moved and payment.open_to_capture + begun > facts.uncaptured


def is_corrected(link: Link, payment: Payment | None) -> bool:
    """Whether what it shows may turn back what is held: a correction of Dintero's, or simply a newer read."""
    if payment is None:
        return False
    facts = known_of(link, payment)
    return is_newer(facts, payment) or (payment.corrected and not is_older(facts, payment))
