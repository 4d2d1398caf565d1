"""Sessions and transactions in our words (Dintero reference §5, §6, §7). Pure; the tables are the translation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.dintero.config import looks_like_an_id
from bot.dintero.ledger import NOTHING_TAKEN, Ledger, reason, tell
from bot.dintero.methods import rest_release
from bot.dintero.models import SessionBody, SessionEvent, TransactionBody
from bot.dintero.understanding import is_session_understood, is_understood, names_unread_payment
from bot.dintero.words import failure, method
from bot.domain.observations import Payment, Report, Session
from bot.domain.operations import Kind

REPORTS: Final[Mapping[str, Report]] = {
    "INITIATED": Report.PAYING,
    "ON_HOLD": Report.PENDING,
    "AUTHORIZED": Report.AUTHORIZED,
    "AUTHORIZATION_VOIDED": Report.VOIDED,
    "DECLINED": Report.FAILED,
    "FAILED": Report.FAILED,
    "CAPTURED": Report.CAPTURED,
    "PARTIALLY_CAPTURED": Report.CAPTURED,
    "PARTIALLY_CAPTURED_REFUNDED": Report.CAPTURED,
    "PARTIALLY_REFUNDED": Report.CAPTURED,
    "REFUNDED": Report.CAPTURED,
}
"""Every status but UNKNOWN (Dintero reference §7); a word that is not here tells nothing."""

_CAPTURABLE: Final = {"AUTHORIZED", "PARTIALLY_CAPTURED", "PARTIALLY_CAPTURED_REFUNDED"}
_REFUNDABLE: Final = {"CAPTURED", "PARTIALLY_CAPTURED", "PARTIALLY_CAPTURED_REFUNDED", "PARTIALLY_REFUNDED"}
_ENDED_BADLY: Final = {"FAILED", "DECLINED"}
_ALIVE: Final = {"PAY_LOCK_START", "AUTHORIZED", "COMPLETED"}
_GAVE_UP: Final[Mapping[str, str]] = {
    "DECLINED": "the customer or the bank declined it",
    "FAILED": "it was rejected or hit a technical problem",
}


def payment(body: TransactionBody) -> Payment:
    """The transaction as we see it; its report is UNKNOWN where what decides about money could not be read."""
    amount = body.amount or 0
    ledger = tell(amount, body.items, body.events, body.status)
    status = _status(body, ledger)
    understood = is_understood(body, ledger)
    report = REPORTS.get(status, Report.UNKNOWN) if understood else Report.UNKNOWN
    was_authorized = _was_authorized(body, status)
    in_progress = {
        kind: minor
        for kind, minor in ledger.in_progress.items()
        if status in (_REFUNDABLE if kind is Kind.REFUND else _CAPTURABLE)
    }
    capturing = in_progress.get(Kind.CAPTURE, 0) + in_progress.get(Kind.VOID, 0)
    unrefunded = max(ledger.captured - ledger.refunded, 0)
    return Payment(
        transaction_id=body.id,
        session_id=body.session_id,
        reference=body.merchant_reference,
        currency=body.currency or "",
        amount=amount,
        understood=understood,
        report=report,
        method=method(body.payment_product, body.payment_product_type),
        rest_release=rest_release(body.payment_product_type),
        started_at=body.created_at,
        authorized_at=_authorized_at(body) if was_authorized else None,
        authorized=amount if was_authorized else 0,
        captured=ledger.captured,
        refunded=ledger.refunded,
        open_to_capture=ledger.left - capturing if status in _CAPTURABLE else 0,
        open_to_refund=unrefunded - in_progress.get(Kind.REFUND, 0) if status in _REFUNDABLE else 0,
        in_progress=in_progress,
        taken=ledger.taken,
        returned=ledger.returned,
        capturing=ledger.lines_in_progress(Kind.CAPTURE),
        refunding=ledger.lines_in_progress(Kind.REFUND),
        marks=ledger.marks,
        log_length=len(body.events),
        updated_at=body.updated_at,
        failure=_failure(body, status) if report is Report.FAILED else None,
        was_authorized=was_authorized,
        corrected=ledger.corrected,
        seen=_fingerprint(body) if understood else "",
    )


def session(body: SessionBody, *, url: str | None = None) -> Session:
    """The session as we see it: it has no status, only a log (Dintero reference §5).

    Its JSON does not hold the pay link; `url` is where the caller knows it from.
    """
    failed = [event for event in body.events if event.name == "PAY_FAILED"]
    ended = any(event.name == "CANCELLED" for event in body.events)
    return Session(
        session_id=body.id,
        reference=body.order.merchant_reference,
        currency=body.order.currency,
        amount=body.order.amount,
        understood=is_session_understood(body),
        has_unread_payment=names_unread_payment(body),
        url=url,
        expires_at=body.expires_at,
        transaction_id=body.transaction_id if looks_like_an_id(body.transaction_id) else None,
        opened_at=_opened_at(body),
        attempts_failed=len(failed),
        last_failure=_attempt(failed[-1]) if failed else None,
        cancelled=bool(body.cancelled_at) or ended,
        walked_away=ended and not body.cancelled_at,
        failed=_failed_for_good(body.events),
        attempt_failed=_last_attempt_failed(body.events),
        created_at=body.created_at,
        callback_url=body.url.callback_url if body.url and "callback_url" not in body.url.unread else None,
    )


def _fingerprint(body: TransactionBody) -> str:
    """What differs once anything has changed; the log's length too, because nobody says what moves `updated_at`."""
    return f"{body.status} {body.updated_at.isoformat()} {len(body.events)}" if body.updated_at else ""


def _status(body: TransactionBody, ledger: Ledger) -> str:
    """The status that agrees with the log, where the two differ.

    A status may follow its log late, and not every method has a word for each mixture: after a refund of a part capture
    some say PARTIALLY_REFUNDED or REFUNDED, and the rest is reserved all the same (Dintero reference §7).
    """
    if ledger.corrected_status:
        return ledger.corrected_status
    status = body.status
    if ledger.captured and status in NOTHING_TAKEN:
        return "PARTIALLY_CAPTURED" if status == "AUTHORIZED" else "CAPTURED"
    if status == "AUTHORIZED" and ledger.released and not ledger.left:
        return "AUTHORIZATION_VOIDED"
    if status in {"PARTIALLY_REFUNDED", "REFUNDED"} and ledger.left and ledger.keeps_rest:
        return "PARTIALLY_CAPTURED_REFUNDED"
    return status


def _was_authorized(body: TransactionBody, status: str) -> bool:
    """Whether money was ever reserved: the log says so, or the status cannot be reached otherwise."""
    if any(event.event == "AUTHORIZE" and event.success for event in body.events):
        return True
    if status == "AUTHORIZATION_VOIDED":
        return not body.events
    return status == "AUTHORIZED" or (status in REPORTS and status not in NOTHING_TAKEN)


def _authorized_at(body: TransactionBody) -> datetime | None:
    """When it was reserved, or taken where nothing is ever reserved (Swish)."""
    for name in ("AUTHORIZE", "CAPTURE"):
        for event in body.events:
            if event.event == name and event.success and event.created_at:
                return event.created_at
    return None


def _failure(body: TransactionBody, status: str) -> str:
    for event in reversed(body.events):
        if event.error is not None and not event.success:
            return reason(event)
    return _GAVE_UP.get(status, _GAVE_UP["FAILED"])


def _attempt(event: SessionEvent) -> str:
    return failure([event.details.error] if event.details else ())


def _opened_at(body: SessionBody) -> datetime | None:
    visits = [event for event in body.events if event.name == "VISITED"]
    times = [event.created_at for event in visits if event.created_at]
    if visits and not times:
        return body.updated_at or body.created_at
    return min(times, default=None)


def _last_attempt_failed(events: Sequence[SessionEvent]) -> bool:
    """PAY_FAILED ends an attempt and not the link (Dintero reference §5), until another one begins."""
    told = [event.name for event in events if event.name == "PAY_FAILED" or event.name in _ALIVE]
    return told[-1:] == ["PAY_FAILED"]


def _failed_for_good(events: Sequence[SessionEvent]) -> bool:
    """FAILED and DECLINED look terminal (Dintero reference §5, UNCONFIRMED), unless another attempt began after."""
    failed = False
    for event in events:
        if event.name in _ENDED_BADLY:
            failed = True
        elif event.name in _ALIVE:
            failed = False
    return failed
