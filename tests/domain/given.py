"""The words that the domain's stories begin with: a link, what was read of it, an operation on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.links import Facts, Link, Status
from bot.domain.methods import RestRelease
from bot.domain.observations import Mark, Observation, Payment, Report, Session
from bot.domain.operations import Kind, Operation, State

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ALICE = "U0ALICE"
BOB = "U0BOB"
TEAM = "T0SHOP"


def a_link(status=Status.OPEN, facts=None, **changes: Any) -> Link:
    """A link of 250.00 kr, issued an hour ago, good for a week."""
    born = status in {Status.REQUESTED, Status.UNCERTAIN, Status.REJECTED}
    values: dict[str, Any] = {
        "id": "link-1",
        "order_id": "order-1",
        "n": 1,
        "reference": "4711",
        "status": status,
        "version": 3,
        "amount": 250_00,
        "currency": "NOK",
        "auto_capture": False,
        "expires_at": NOW + 7 * DAY,
        "created_at": NOW - HOUR,
        "session_id": None if born else "T12345678.session",
        "url": None if born else "https://checkout.example/view/session",
        "facts": facts or Facts(),
    }
    return Link(**{**values, **changes})


def reserved(*, late=False, **changes: Any) -> Link:
    """A link whose 250.00 kr were reserved a minute ago."""
    facts = Facts(
        authorized_at=NOW - MINUTE,
        authorized=250_00,
        open_to_capture=250_00,
        method="Vipps",
        late=late,
        seen="a",
        rest_release=RestRelease.VOID,
    )
    return a_link(Status.AUTHORIZED, facts, **{"transaction_id": "T12345678.payment", **changes})


def taken(captured=250_00, refunded=0, *, late=False, rest=None, **changes: Any) -> Link:
    """A link of whose reserved 250.00 kr some were taken and some returned."""
    facts = Facts(
        authorized_at=NOW - MINUTE,
        authorized=250_00,
        captured=captured,
        refunded=refunded,
        open_to_capture=250_00 - captured if rest is None else rest,
        open_to_refund=captured - refunded,
        method="Vipps",
        rest_release=RestRelease.VOID,
        late=late,
        seen="c",
    )
    return a_link(Status.CAPTURED, facts, **{"transaction_id": "T12345678.payment", **changes})


def a_session(**changes: Any) -> Session:
    """The link's session, alive and not opened."""
    values: dict[str, Any] = {
        "session_id": "T12345678.session",
        "reference": "4711",
        "currency": "NOK",
        "amount": 250_00,
        "url": "https://checkout.example/view/session",
        "expires_at": None,
        "transaction_id": None,
        "opened_at": None,
        "attempts_failed": 0,
        "last_failure": None,
        "cancelled": False,
        "failed": False,
    }
    return Session(**{**values, **changes})


def a_payment(report=Report.AUTHORIZED, captured=0, refunded=0, rest=None, **changes: Any) -> Payment:
    """The link's payment as Dintero would show it in that state."""
    held = report in {Report.AUTHORIZED, Report.CAPTURED, Report.VOIDED}
    if report is Report.CAPTURED and not captured:
        captured = 250_00
    if rest is None:
        rest = 0 if report is Report.VOIDED or not held else 250_00 - captured
    values: dict[str, Any] = {
        "transaction_id": "T12345678.payment",
        "session_id": "T12345678.session",
        "reference": "4711",
        "currency": "NOK",
        "amount": 250_00,
        "report": report,
        "method": "Vipps",
        "rest_release": RestRelease.VOID,
        "started_at": NOW - 5 * MINUTE,
        "authorized_at": NOW - MINUTE if held else None,
        "authorized": 250_00 if held else 0,
        "captured": captured,
        "refunded": refunded,
        "open_to_capture": rest,
        "open_to_refund": captured - refunded,
        "was_authorized": held,
        "seen": f"{report}-{captured}-{refunded}-{rest}",
    }
    values |= changes
    marks = tuple(replace(mark, position=at) for at, mark in enumerate(values.get("marks", ())))
    log = {"marks": marks, "log_length": len(marks) + values.get("corrected", False)}
    return Payment(**{**values, **log, **{key: changes[key] for key in ("log_length",) if key in changes}})


def an_operation(kind=Kind.CAPTURE, state=State.SENDING, amount=250_00, **changes: Any) -> Operation:
    """Alice's operation, sent a second ago."""
    values: dict[str, Any] = {
        "id": "op-1",
        "link_id": "link-1",
        "kind": kind,
        "reference": "4711-C1",
        "state": state,
        "requested_by": ALICE,
        "created_at": NOW - timedelta(seconds=2),
        "amount": amount,
        "seen_open": amount,
        "sent_at": NOW - timedelta(seconds=1),
    }
    return Operation(**{**values, **changes})


def a_mark(kind=Kind.CAPTURE, amount=250_00, **changes: Any) -> Mark:
    """Our own entry in the payment's log, a success unless said otherwise."""
    return Mark(**{"kind": kind, "success": True, "amount": amount, "reference": "4711-C1", **changes})


def look(payment=None, session=None, *, gone=False) -> Observation:
    """One look: a payment, a session, both, or nothing."""
    return Observation(payment=payment, session=session, gone=gone)
