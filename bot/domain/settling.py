"""Compare what a look at Dintero showed with what we hold, and say what changed. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.domain.errors import ImpossibleReport, NotOurs
from bot.domain.events import Happened, News, Source
from bot.domain.links import Facts, Link, Status
from bot.domain.moves import ENDED, move
from bot.domain.observations import Observation, Payment, Report, Session
from bot.domain.operations import Kind, Operation
from bot.domain.verdicts import Verdict, judge

EXPIRY_GRACE: Final = timedelta(minutes=30)
"""A payment begun before the deadline may end after it (Dintero reference §5)."""

_MONEY: Final = {Status.AUTHORIZED, Status.CAPTURED}
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

    Raises:
        NotOurs: when what was read belongs to another order.
        ImpossibleReport: when no payment can have gone from the link's status to what was read.

    """
    _check_ours(link, observation)
    report = _report(link, observation, now)
    status = move(link.status, report)
    verdict = judge(link.operation, observation, report)
    facts = _facts(link, status, report, observation, now)
    if paid_elsewhere and status in _MONEY and link.status not in _MONEY:
        facts = replace(facts, late=True)
    settled = replace(
        link,
        status=status,
        facts=facts,
        session_id=observation.session.session_id if observation.session else link.session_id,
        url=(observation.session.url if observation.session else None) or link.url,
        transaction_id=observation.payment.transaction_id if observation.payment else link.transaction_id,
    )
    news = _news(link, settled, verdict, observation, now)
    if paid_elsewhere:
        news = tuple(replace(one, data={**one.data, "double": True}) if one.kind in _ARRIVALS else one for one in news)
    same_but_seen = replace(settled, facts=replace(facts, seen=link.facts.seen)) == link
    return Settlement(link=settled, news=news, verdict=verdict, changed=not same_but_seen or verdict is not None)


def _check_ours(link: Link, observation: Observation) -> None:
    expected = (link.reference, link.currency, link.amount)
    session, payment = observation.session, observation.payment
    if session and (session.reference, session.currency, session.amount) != expected:
        raise NotOurs("session differs in reference, currency or amount")
    if payment and (payment.reference, payment.currency, payment.amount) != expected:
        raise NotOurs("transaction differs in reference, currency or amount")
    known = session.session_id if session else link.session_id
    if payment and known is not None and payment.session_id != known:
        raise NotOurs("transaction of another session")


def _report(link: Link, observation: Observation, now: datetime) -> Report:
    over = now >= link.expires_at + EXPIRY_GRACE
    report = observation.report
    if report is Report.UNPAID and over:
        return Report.EXPIRED
    if observation.session is None and observation.payment is None and link.session_id is None:
        return Report.UNKNOWN
    if observation.gone and observation.payment is None and now < link.expires_at:
        raise ImpossibleReport("a session disappeared before its deadline")
    return report


def _facts(link: Link, status: Status, report: Report, observation: Observation, now: datetime) -> Facts:
    facts = link.facts
    if observation.session:
        facts = _session_facts(facts, observation.session)
    payment = observation.payment
    if payment and _is_news_of_money(facts, status, payment):
        facts = _payment_facts(facts, payment, now)
    paying = report is Report.PAYING and status is Status.OPEN
    since = (payment.started_at if payment else None) or facts.paying_since or now
    arrived = status in {*_MONEY, Status.PENDING} and link.status not in {*_MONEY, Status.PENDING}
    return replace(
        facts,
        paying_since=since if paying else None,
        last_failure=(payment.failure if payment else None) or facts.last_failure,
        late=facts.late or (arrived and (link.status in ENDED or link.replaced)),
    )


def _session_facts(facts: Facts, session: Session) -> Facts:
    return replace(
        facts,
        opened_at=facts.opened_at or session.opened_at,
        attempts_failed=max(facts.attempts_failed, session.attempts_failed),
        last_failure=session.last_failure or facts.last_failure,
    )


def _is_news_of_money(facts: Facts, status: Status, payment: Payment) -> bool:
    """Whether amounts may be taken over: an older read that overtook a newer one must not turn money back."""
    if status not in {*_MONEY, Status.VOIDED}:
        return False
    if payment.corrected:
        return True
    older = payment.captured < facts.captured or payment.refunded < facts.refunded
    return not older and payment.report in {Report.AUTHORIZED, Report.CAPTURED, Report.VOIDED}


def _payment_facts(facts: Facts, payment: Payment, now: datetime) -> Facts:
    return replace(
        facts,
        authorized_at=facts.authorized_at or payment.authorized_at or now,
        authorized=payment.authorized,
        captured=payment.captured,
        refunded=payment.refunded,
        open_to_capture=payment.open_to_capture,
        open_to_refund=payment.open_to_refund,
        method=payment.method or facts.method,
        taken=payment.taken,
        returned=payment.returned,
        seen=payment.seen,
    )


def _news(old: Link, new: Link, verdict: Verdict | None, observation: Observation, now: datetime) -> tuple[News, ...]:
    found = old.status in {Status.UNCERTAIN, Status.REQUESTED} and observation.session is not None
    news = [News(kind=Happened.FOUND, source=Source.AUTOMATIC, at=now)] if found else []
    if new.status is Status.OPEN:
        news += _progress(old, new, now)
    if new.status is not old.status:
        news += _turned(old, new, verdict, now)
    news += _amounts(old, new, verdict, now)
    if verdict is not None:
        news += verdict.news(now)
    return tuple(news)


def _progress(old: Link, new: Link, now: datetime) -> list[News]:
    news = []
    if new.facts.opened_at is not None and old.facts.opened_at is None:
        news.append(News(kind=Happened.OPENED, source=Source.CUSTOMER, at=now))
    if new.facts.attempts_failed > old.facts.attempts_failed:
        data = {"reason": new.facts.last_failure}
        news.append(News(kind=Happened.ATTEMPT_FAILED, source=Source.CUSTOMER, at=now, data=data))
    return news


def _turned(old: Link, new: Link, verdict: Verdict | None, now: datetime) -> list[News]:
    if new.status not in _TURNED:
        return []
    kind, source = _TURNED[new.status]
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


def _amounts(old: Link, new: Link, verdict: Verdict | None, now: datetime) -> list[News]:
    captured = new.facts.captured - old.facts.captured
    refunded = new.facts.refunded - old.facts.refunded
    if captured < 0 or refunded < 0:
        data = {"captured": new.facts.captured, "refunded": new.facts.refunded}
        return [News(kind=Happened.CORRECTED, source=Source.OUTSIDE, at=now, data=data)]
    ours = verdict.operation if verdict and verdict.done else None
    return [
        *_share(Happened.CAPTURED, captured, _matching(ours, Kind.CAPTURE), old, new, now),
        *_share(Happened.REFUNDED, refunded, _matching(ours, Kind.REFUND), old, new, now),
    ]


def _matching(operation: Operation | None, kind: Kind) -> Operation | None:
    return operation if operation and operation.kind is kind else None


def _share(kind: Happened, amount: int, ours: Operation | None, old: Link, new: Link, now: datetime) -> list[News]:
    """Split what was taken or returned into our own part and the part done elsewhere."""
    part = min(amount, ours.amount) if ours else 0
    told: dict[str, str | int | bool | None] = {
        "method": new.facts.method,
        "late": new.facts.late,
        "total": new.amount,
        "captured": new.facts.captured,
        "refunded": new.facts.refunded,
    }
    news = []
    if part and ours:
        data = {**told, "amount": part, "reason": ours.reason}
        news.append(News(kind=kind, source=Source.SLACK, actor=ours.requested_by, at=now, data=data))
    if amount > part:
        source = _elsewhere(kind, old, new)
        news.append(News(kind=kind, source=source, at=now, data={**told, "amount": amount - part}))
    return news


def _elsewhere(kind: Happened, old: Link, new: Link) -> Source:
    """Who took money when we did not: the customer's own method at once, automatic capture, or the Backoffice."""
    if kind is Happened.REFUNDED:
        return Source.OUTSIDE
    if new.auto_capture:
        return Source.AUTOMATIC
    return Source.OUTSIDE if old.status is Status.AUTHORIZED or old.facts.captured else Source.CUSTOMER
