"""What one look at Dintero showed, in our words. `bot.dintero.protocol` makes them; `bot.domain.settling` compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain.methods import RestRelease
from bot.domain.operations import Kind


class Report(StrEnum):
    """What Dintero says a link is, right now."""

    UNPAID = "unpaid"
    """The session lives and nobody has started to pay."""
    PAYING = "paying"
    """A payment was started and nothing is reserved (INITIATED)."""
    PENDING = "pending"
    """Held for approval (ON_HOLD)."""
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    """Some money was taken, whatever came after."""
    VOIDED = "voided"
    """Reserved money was let go."""
    FAILED = "failed"
    """Declined or failed for good."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """Ours: its time and the grace period are over and nothing is under way. Dintero never says so."""
    UNKNOWN = "unknown"
    """A word of Dintero's that we do not know, its own UNKNOWN, or something that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One capture, refund or void in the payment's log: done, failed or in progress. `amount` in minor units."""

    kind: Kind
    success: bool
    amount: int | None
    """None where the entry does not say it."""
    in_progress: bool = False
    """An INITIATE_* entry whose end the log does not show."""
    position: int = 0
    """Where in the payment's log it began, counted from 0."""
    reference: str | None = None
    correlation_id: str | None = None
    """Of an entry in progress the id by which its end will name it."""
    error: str | None = None
    """Why it failed, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """The transaction as it was read. All amounts in minor units."""

    transaction_id: str
    session_id: str
    reference: str
    currency: str
    amount: int
    report: Report
    method: str | None
    rest_release: RestRelease = RestRelease.NEVER
    started_at: datetime | None
    authorized_at: datetime | None
    authorized: int
    captured: int
    refunded: int
    open_to_capture: int
    open_to_refund: int
    in_progress: Mapping[Kind, int] = field(default_factory=dict)
    """What INITIATE_* entries without an end are about; no longer open."""
    taken: Mapping[str, int] = field(default_factory=dict)
    returned: Mapping[str, int] = field(default_factory=dict)
    capturing: Mapping[str, int] = field(default_factory=dict)
    refunding: Mapping[str, int] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    log_length: int = 0
    """How many entries the payment's log has, whatever they are about."""
    updated_at: datetime | None = None
    """Dintero's own time of its last change."""
    failure: str | None = None
    """Why it was declined or failed, in plain words."""
    was_authorized: bool = False
    """Whether money was ever reserved, which a cancel may have let go before we saw it."""
    corrected: bool = False
    """Dintero corrected an earlier event: amounts may have gone down."""
    understood: bool = True
    """Whether all that decides about its money could be read; else `report` is UNKNOWN and no amount counts."""
    seen: str = ""
    """Its fingerprint: it differs once anything has changed. Empty when it cannot be told, which equals nothing."""

    @property
    def held(self) -> int:
        """The customer's money that it holds, reserved or taken and not returned, in minor units."""
        return self.open_to_capture + max(self.captured - self.refunded, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """A list of transactions, each once, in no order."""

    found: tuple[Payment, ...] = ()
    complete: bool = True
    """Whether it says for certain what is not in it: no element was unreadable in a way that hides whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The session as it was read."""

    session_id: str
    reference: str
    currency: str | None
    amount: int | None
    """What it asks for; None like `currency` when it could not be read. A gift card may have lowered it."""
    url: str | None
    expires_at: datetime | None
    transaction_id: str | None
    opened_at: datetime | None
    attempts_failed: int
    last_failure: str | None
    cancelled: bool
    failed: bool
    """A session event says that it is declined or failed for good."""
    attempt_failed: bool = False
    """The last attempt to pay it failed, and nothing says that another has begun."""
    walked_away: bool = False
    """Whether it was cancelled by the customer, on the payment page."""
    understood: bool = True
    """Whether it says for certain if it is paid, cancelled, failed or none of these."""
    has_unread_payment: bool = False
    """Whether it has a payment that it does not name in a way that can be read."""
    created_at: datetime | None = None
    callback_url: str | None = None
    """Where it calls back to: our own token in it proves that the session is ours. None when its addresses were not
    to be read, empty when it has none.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One look: the session, its payment, either missing when it was not read or does not exist.

    `gone` is a session that Dintero answers 404 for; `unsure` says that a payment may be hidden in what could not be
    read. `others` are further payments of the same session, which Dintero promises not to make (Dintero reference §1).
    """

    session: Session | None = None
    payment: Payment | None = None
    others: tuple[Payment, ...] = ()
    gone: bool = False
    unsure: bool = False
    missing: bool = False
    """A payment that the session names is not to be read: 404, as right after it was begun."""

    @property
    def was_read(self) -> bool:
        """Whether Dintero was asked at all, or only time has passed."""
        return self.session is not None or self.payment is not None or self.gone

    @property
    def has_unclear_payment(self) -> bool:
        """Whether there is a payment that could not be read. A new status is not that: it changes nothing by itself."""
        payments = (*self.others, *([self.payment] if self.payment else []))
        session = self.session if self.payment is None else None
        unread = session is not None and (session.has_unread_payment or (self.is_in_doubt and session.transaction_id))
        return bool(unread) or not all(payment.understood for payment in payments)

    @property
    def is_in_doubt(self) -> bool:
        """Whether there may be a payment that it does not show."""
        return self.unsure or self.missing

    @property
    def has_just_begun(self) -> bool:
        """Whether all that is not to be read is a payment of a session that lives: it may be too new to be shown."""
        session = self.session if self.missing and self.payment is None and not self.others else None
        if session is None or session.cancelled or session.failed:
            return False
        return session.understood and not session.has_unread_payment and not self.unsure

    @property
    def report(self) -> Report:
        """The two in one word. Money outranks what happened to the session."""
        if self.has_just_begun:
            return Report.PAYING
        if self.payment is None:
            unread = self.is_in_doubt or (self.session is not None and not self.session.understood)
            return Report.UNKNOWN if unread else self._session_report()
        if self.payment.report is Report.VOIDED:
            return self._voided(self.payment)
        cancelled = self.session is not None and self.session.cancelled
        if cancelled and self.payment.report in {Report.PAYING, Report.FAILED}:
            return Report.CANCELLED
        return Report.UNPAID if self.only_attempt_failed else self.payment.report

    @property
    def only_attempt_failed(self) -> bool:
        """Whether the payment is an attempt that failed, while its session says that it can be paid all the same.

        What ends a link is in the session's log (Dintero reference §5); each attempt may have a transaction of its own.
        """
        failed = self.payment is not None and self.payment.report is Report.FAILED
        session = self.session if failed and not self.is_in_doubt else None
        if session is None or not session.understood or session.cancelled:
            return False
        return session.attempt_failed and not session.failed

    def _voided(self, payment: Payment) -> Report:
        """Letting the rest go leaves what was taken; only a cancelled session voids what was never reserved."""
        if payment.captured:
            return Report.CAPTURED
        return Report.VOIDED if payment.was_authorized else Report.CANCELLED

    def _session_report(self) -> Report:
        if self.session is None:
            return Report.UNPAID
        if self.session.cancelled:
            return Report.CANCELLED
        if self.session.failed:
            return Report.FAILED
        if self.session.transaction_id is not None:
            return Report.PAYING
        return Report.UNPAID


_WEIGHT: Final = (Report.FAILED, Report.CANCELLED, Report.VOIDED, Report.UNKNOWN, Report.PAYING, Report.PENDING)


def by_weight(payments: Sequence[Payment], known: str | None) -> list[Payment]:
    """The payments of one session, the one that decides first, so that a failed one never hides money.

    The one that is `known` to be the link's stays in front once money was reserved by it.
    """

    def weight(payment: Payment) -> tuple[bool, bool, int, bool]:
        is_known = payment.transaction_id == known
        alive = _WEIGHT.index(payment.report) if payment.report in _WEIGHT else len(_WEIGHT)
        return is_known and payment.was_authorized, payment.held > 0, alive, is_known

    return sorted(payments, key=weight, reverse=True)
