"""Compare what a look at Dintero showed with what we hold, and say what changed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.abandoned import without_abandoned
from bot.domain.errors import ImpossibleReport, NotOurs
from bot.domain.events import Happened, News, Source
from bot.domain.links import Facts, Link, Status
from bot.domain.moves import ENDED, move
from bot.domain.observations import Observation, Payment, Report, Session
from bot.domain.operations import IN_DOUBT, Kind, Operation
from bot.domain.overtaken import is_corrected, is_older, known_of
from bot.domain.verdicts import Verdict, judge, may_be_logged, named_end

EXPIRY_GRACE: Final = timedelta(minutes=5)
"""For clocks that differ and lists that lag: the list that confirms an expiry shows a payment that was begun before
the deadline and has not ended (Dintero reference §5).
"""

MISSING_GRACE: Final = timedelta(minutes=2)
"""How long a payment that a session names may be 404 before it counts as one that cannot be read."""

_MONEY: Final = {Status.AUTHORIZED, Status.CAPTURED}
_UNPAID: Final = {Status.OPEN, *ENDED}
"""Where a payment can be under way without a status of its own; after the end it is only watched."""
_SETTLES_AMOUNTS: Final = {Report.AUTHORIZED, Report.CAPTURED, Report.VOIDED}
_DECIDES: Final = {Kind.CAPTURE, Kind.REFUND, Kind.VOID}
_ARRIVALS: Final = {Happened.AUTHORIZED, Happened.CAPTURED}
_TURNED: Final = {
    Status.PENDING: (Happened.PENDING, Source.CUSTOMER),
    Status.AUTHORIZED: (Happened.AUTHORIZED, Source.CUSTOMER),
    Status.VOIDED: (Happened.VOIDED, Source.OUTSIDE),
    Status.CANCELLED: (Happened.CANCELLED, Source.OUTSIDE),
    Status.EXPIRED: (Happened.EXPIRED, Source.AUTOMATIC),
    Status.FAILED: (Happened.FAILED, Source.CUSTOMER),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What follows from one look: the link as it is now, what changed, and what became of its operation."""

    link: Link
    news: tuple[News, ...]
    verdict: Verdict | None
    changed: bool
    """Whether a person can see a difference."""


def settle(link: Link, observation: Observation, now: datetime, *, paid_elsewhere: bool = False) -> Settlement:
    """Settle the difference between `link` and one look at Dintero.

    `paid_elsewhere` says that another link of the same order holds money: what arrives here is a double payment.

    A payment of another amount is taken in: `Link.amount_differs` says so from then on.

    Raises:
        NotOurs: when what was read belongs to another order.
        ImpossibleReport: when no payment can have gone from the link's status to what was read.

    """
    _check_ours(link, observation)
    session, payment = observation.session, observation.payment
    seen = session or payment
    held = replace(link, expires_at=(session.expires_at if session else None) or link.expires_at)
    report = _report(held, observation, now)
    status = move(held.status, report, corrected=is_corrected(held, payment))
    verdict = None if report is Report.UNKNOWN else judge(held.operation, observation, report)
    double = paid_elsewhere and status in _MONEY and held.status not in _MONEY
    facts = _facts(held, status, report, observation, now)
    late = facts.late or double or _arrives_late(held, status, observation)
    settled = replace(
        held,
        status=status,
        facts=replace(
            facts,
            late=late and not _is_decided(status, facts, verdict),
            possible_entry=facts.possible_entry and verdict is None,
        ),
        session_id=held.session_id or (seen.session_id if seen else None),
        url=held.url or (session.url if session else None),
        transaction_id=_transaction_id(held, observation),
        operation=_open_operation(held, verdict),
    )
    news = _news(held, settled, verdict, observation, now)
    if double:
        news = tuple(replace(one, data={**one.data, "double": True}) if one.kind in _ARRIVALS else one for one in news)
    return Settlement(link=settled, news=news, verdict=verdict, changed=_shown(settled) != _shown(link))


def _transaction_id(link: Link, observation: Observation) -> str | None:
    """The payment that is the link's; an attempt that failed is none while the link can be paid."""
    if observation.payment is None or observation.only_attempt_failed:
        return link.transaction_id
    return observation.payment.transaction_id


def _open_operation(link: Link, verdict: Verdict | None) -> Operation | None:
    if verdict is None:
        return link.operation
    return None if verdict.is_end else verdict.outcome


def _shown(link: Link) -> Link:
    """The link without what only machines compare."""
    return replace(link, facts=replace(link.facts, seen="", log=0, updated_at=None))


def _check_ours(link: Link, observation: Observation) -> None:
    """Compare what could be read. Amounts may differ: a gift card lowers them (Dintero reference §4.2)."""
    session, payment = observation.session, observation.payment
    if session and (session.reference or link.reference, session.currency or link.currency) != _named(link):
        raise NotOurs("session differs in reference or currency")
    if session and link.session_id is not None and session.session_id != link.session_id:
        raise NotOurs("another session of the same reference")
    if payment is None or not payment.understood:
        return
    if (payment.reference, payment.currency) != _named(link):
        raise NotOurs("transaction differs in reference or currency")
    known = session.session_id if session else link.session_id
    if known is not None and payment.session_id != known:
        raise NotOurs("transaction of another session")
    if link.status in _MONEY and link.transaction_id not in {None, payment.transaction_id}:
        raise NotOurs("another transaction than the one that paid")


def _named(link: Link) -> tuple[str, str]:
    return link.reference, link.currency


def _report(link: Link, observation: Observation, now: datetime) -> Report:
    report = observation.report
    over = link.expires_at if _is_gone_as_wanted(link, observation) else link.expires_at + EXPIRY_GRACE
    if report is Report.UNPAID and now >= over:
        # A payment that was begun and is not in this read may be under way: that is no expiry.
        nothing_seen = link.transaction_id is None and link.facts.unclear_since is None
        return Report.EXPIRED if nothing_seen else Report.UNKNOWN
    if observation.session is None and observation.payment is None and link.session_id is None:
        return Report.UNKNOWN
    if observation.gone and observation.payment is None and now < link.expires_at:
        raise ImpossibleReport("a session disappeared before its deadline")
    if report is Report.CANCELLED and link.status is Status.AUTHORIZED and observation.payment:
        return Report.VOIDED  # we saw the reservation, whatever the payment's log holds of it now
    return report


def _is_gone_as_wanted(link: Link, observation: Observation) -> bool:
    """Whether a link that Dintero was asked to cancel is gone: nobody waits to be told that nobody can pay it."""
    operation = link.operation
    asked = operation is not None and operation.kind is Kind.CANCEL and operation.state in IN_DOUBT
    return observation.gone and asked


def _facts(link: Link, status: Status, report: Report, observation: Observation, now: datetime) -> Facts:
    facts = link.facts
    if observation.session:
        facts = _session_facts(facts, observation.session)
    payment = observation.payment
    known = known_of(link, payment) if payment and not observation.only_attempt_failed else None
    if payment and known and payment.understood and not is_older(known, payment):
        facts = replace(
            facts,
            seen=payment.seen,
            log=max(known.log, payment.log_length),
            updated_at=payment.updated_at or known.updated_at,
            method=payment.method or facts.method,
            possible_entry=may_be_logged(link.operation, payment),
        )
        if status in {*_MONEY, Status.VOIDED} and payment.report in _SETTLES_AMOUNTS:
            facts = without_abandoned(_payment_facts(facts, payment, now), payment)
    if report is not Report.UNKNOWN:
        begun = facts.paying_since or (payment.started_at if payment else None) or now
        paying = _is_paying(report, observation) and status in _UNPAID
        facts = replace(facts, paying_since=begun if paying else None)
    facts = _doubts(facts, report, observation, now)
    return replace(facts, last_failure=(payment.failure if payment else None) or facts.last_failure)


def _is_paying(report: Report, observation: Observation) -> bool:
    """Whether a payment may be under way: also one that a cancelled session leaves as it is."""
    session, payment = observation.session, observation.payment
    if session is not None and session.attempt_failed and not session.cancelled:
        return False
    left = report is Report.CANCELLED and payment is not None and payment.report is Report.PAYING
    return left or report is Report.PAYING


def unclear(link: Link, now: datetime) -> Link:
    """The link, with a payment that cannot be understood."""
    return replace(link, facts=_unclear(link.facts, now))


def _unclear(facts: Facts, now: datetime) -> Facts:
    return replace(facts, unclear_since=facts.unclear_since or now)


def _doubts(facts: Facts, report: Report, observation: Observation, now: datetime) -> Facts:
    """What is not as Dintero promises: payments that cannot be understood, and more than one on a session."""
    begun = facts.paying_since or now
    if observation.has_unclear_payment and not (observation.has_just_begun and now < begun + MISSING_GRACE):
        facts = _unclear(facts, now)
    elif report is not Report.UNKNOWN and observation.was_read:
        facts = replace(facts, unclear_since=None)
    if observation.others or observation.session is not None:
        facts = replace(facts, other_payments=sum(payment.held for payment in observation.others))
    return facts


def _arrives_late(link: Link, status: Status, observation: Observation) -> bool:
    """Whether this is the first sight of money that nobody waits for any more."""
    holds = {*_MONEY, Status.PENDING}
    if status not in holds or link.status in holds:
        return False
    cancelled = observation.session is not None and observation.session.cancelled
    return link.status in ENDED or link.replaced or cancelled


def _is_decided(status: Status, facts: Facts, verdict: Verdict | None) -> bool:
    """Whether late money asks no more: it is gone, or an operation of ours has dealt with it."""
    if status not in {*_MONEY, Status.PENDING}:
        return True
    if status is Status.CAPTURED and not facts.uncaptured and not facts.unrefunded:
        return True
    return verdict is not None and verdict.done and verdict.operation.kind in _DECIDES


def _session_facts(facts: Facts, session: Session) -> Facts:
    newer = session.attempts_failed > facts.attempts_failed or facts.last_failure is None
    return replace(
        facts,
        opened_at=facts.opened_at or session.opened_at,
        attempts_failed=max(facts.attempts_failed, session.attempts_failed),
        last_failure=(session.last_failure if newer else None) or facts.last_failure,
    )


def _payment_facts(facts: Facts, payment: Payment, now: datetime) -> Facts:
    return replace(
        facts,
        authorized_at=facts.authorized_at or payment.authorized_at or now,
        authorized=payment.authorized,
        captured=payment.captured,
        refunded=payment.refunded,
        open_to_capture=payment.open_to_capture,
        open_to_refund=payment.open_to_refund,
        rest_release=payment.rest_release,
        in_progress=payment.in_progress,
        taken=payment.taken,
        returned=payment.returned,
        capturing=payment.capturing,
        refunding=payment.refunding,
    )


def _news(old: Link, new: Link, verdict: Verdict | None, seen: Observation, now: datetime) -> tuple[News, ...]:
    found = old.session_id is None and new.session_id is not None
    news = [News(kind=Happened.FOUND, source=Source.AUTOMATIC, at=now)] if found else []
    if new.status is Status.OPEN:
        news += _progress(old, new, now)
    if new.status is not old.status:
        news += _turned(old, new, verdict, seen, now)
    late_ends = _late_ends(old, new, seen)
    done = [each.operation for each in (verdict, *late_ends) if each is not None and each.done]
    news += _amounts(old, new, done, now)
    if seen.payment and any(mark.kind is Kind.VOID and mark.success for mark in seen.payment.marks):
        news += _rest_released(old, new, done, now)
    for each in late_ends:
        news += each.news(now)
    news += puzzling(old, new, now)
    if verdict is not None:
        news += verdict.news(now)
    return tuple(news)


def _late_ends(old: Link, new: Link, seen: Observation) -> list[Verdict]:
    """How operations ended that had been closed by hand."""
    if seen.payment is None:
        return []
    over = [operation for operation in old.facts.abandoned if operation not in new.facts.abandoned]
    return [end for operation in over if (end := named_end(operation, seen.payment)) is not None]


def puzzling(old: Link, new: Link, now: datetime) -> list[News]:
    """What the team has to look at in Backoffice: once when it shows, not again while it stays."""
    news = []
    if new.facts.unclear_since is not None and old.facts.unclear_since is None:
        news.append(News(kind=Happened.PAYMENT_UNCLEAR, source=Source.AUTOMATIC, at=now))
    if new.facts.other_payments > old.facts.other_payments:
        data = {"amount": new.facts.other_payments, "alone": new.paid_apart}
        news.append(News(kind=Happened.SECOND_PAYMENT, source=Source.CUSTOMER, at=now, data=data))
    if new.amount_differs and not old.amount_differs and old.status in _MONEY:
        data = {"amount": new.facts.authorized, "asked": new.amount}
        news.append(News(kind=Happened.AMOUNT_DIFFERS, source=Source.CUSTOMER, at=now, data=data))
    return news


def _progress(old: Link, new: Link, now: datetime) -> list[News]:
    news = []
    if new.facts.opened_at is not None and old.facts.opened_at is None:
        news.append(News(kind=Happened.OPENED, source=Source.CUSTOMER, at=now))
    if new.facts.attempts_failed > old.facts.attempts_failed:
        data = {"reason": new.facts.last_failure}
        news.append(News(kind=Happened.ATTEMPT_FAILED, source=Source.CUSTOMER, at=now, data=data))
    return news


def _turned(old: Link, new: Link, verdict: Verdict | None, seen: Observation, now: datetime) -> list[News]:
    if new.status not in _TURNED or (old.status in {Status.CAPTURED, Status.VOIDED} and new.status in _MONEY):
        return []  # taken money is told by its amount, and so is a correction
    kind, source = _TURNED[new.status]
    if kind is Happened.CANCELLED and seen.session and seen.session.walked_away:
        source = Source.CUSTOMER
    if old.status is Status.CANCELLED and new.status is Status.VOIDED:
        kind, source = Happened.PAID_WHILE_CANCELLING, Source.CUSTOMER
    actor = None
    ours = verdict.operation if verdict and verdict.done else None
    if ours and ours.kind in {Kind.VOID, Kind.CANCEL}:
        source, actor = Source.SLACK, ours.requested_by
        if new.status is Status.VOIDED and ours.kind is Kind.CANCEL and old.status is not Status.AUTHORIZED:
            kind = Happened.PAID_WHILE_CANCELLING
    data = {
        "amount": new.facts.authorized,
        "method": new.facts.method,
        "reason": new.facts.last_failure,
        "late": new.facts.late,
        "automatic": new.auto_capture,
    }
    return [News(kind=kind, source=source, at=now, actor=actor, data=data)]


def _amounts(old: Link, new: Link, done: Sequence[Operation], now: datetime) -> list[News]:
    captured = new.facts.captured - old.facts.captured
    refunded = new.facts.refunded - old.facts.refunded
    back = old.status in {Status.CAPTURED, Status.VOIDED} and new.status is not old.status
    if captured < 0 or refunded < 0 or back:
        data = {"captured": new.facts.captured, "refunded": new.facts.refunded}
        return [News(kind=Happened.CORRECTED, source=Source.OUTSIDE, at=now, data=data)]
    return [
        *_share(Happened.CAPTURED, captured, _of_kind(done, Kind.CAPTURE), old, new, now),
        *_share(Happened.REFUNDED, refunded, _of_kind(done, Kind.REFUND), old, new, now),
    ]


def _rest_released(old: Link, new: Link, done: Sequence[Operation], now: datetime) -> list[News]:
    """The rest of a reservation that was let go while the part taken stays."""
    rest = old.facts.uncaptured + old.facts.captured - new.facts.uncaptured - new.facts.captured
    if new.status is not Status.CAPTURED or old.status is Status.VOIDED or rest <= 0:
        return []
    ours = next((each for each in done if each.kind is Kind.VOID or each.releases_rest), None)
    source, actor = (Source.SLACK, ours.requested_by) if ours else (Source.OUTSIDE, None)
    data = {"amount": rest, "rest": True, "captured": new.facts.captured, "late": new.facts.late}
    return [News(kind=Happened.VOIDED, source=source, at=now, actor=actor, data=data)]


def _of_kind(operations: Sequence[Operation], kind: Kind) -> list[Operation]:
    return [each for each in operations if each.kind is kind]


def _share(
    kind: Happened, amount: int, ours: Sequence[Operation], old: Link, new: Link, now: datetime
) -> list[News]:  # fmt: skip
    """Split what was taken or returned into our own parts and the part done elsewhere."""
    told: dict[str, str | int | bool | None] = {
        "method": new.facts.method,
        "late": new.facts.late,
        "total": new.amount,
        "captured": new.facts.captured,
        "refunded": new.facts.refunded,
    }
    news = []
    for each in ours:
        if part := min(amount, each.amount):
            data = {**told, "amount": part, "reason": each.reason}
            news.append(News(kind=kind, source=Source.SLACK, actor=each.requested_by, at=now, data=data))
            amount -= part
    if amount > 0:
        source = _elsewhere(kind, old, new)
        news.append(News(kind=kind, source=source, at=now, data={**told, "amount": amount}))
    return news


def _elsewhere(kind: Happened, old: Link, new: Link) -> Source:
    """Who took money when we did not: the customer's own method at once, automatic capture, or the Backoffice."""
    if kind is Happened.REFUNDED:
        return Source.OUTSIDE
    if new.auto_capture and not old.facts.captured:
        return Source.AUTOMATIC
    return Source.OUTSIDE if old.status is Status.AUTHORIZED or old.facts.captured else Source.CUSTOMER
