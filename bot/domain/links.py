"""A payment link: its status, moved only by the table in `moves`, and the facts beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.methods import RestRelease
from bot.domain.operations import Kind, Operation
from bot.domain.orders import Delivery, Line


class Status(StrEnum):
    """Where a link stands."""

    REQUESTED = "requested"
    """Ours, committed; Dintero has not answered yet."""
    UNCERTAIN = "uncertain"
    """Creating it ended without an answer: it may exist."""
    REJECTED = "rejected"
    """Dintero refused to create it, or provably never heard of it."""
    OPEN = "open"
    PENDING = "pending"
    """The provider holds the payment for approval."""
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    """Some money was taken; how much, and how much went back, stands in the facts."""
    VOIDED = "voided"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"
    """Declined or failed for good."""


class Delivered(StrEnum):
    """What became of the message to the customer."""

    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    SIMULATED = "simulated"
    """A sandbox account: Dintero sends nothing."""
    BY_PROFILE = "by_profile"
    NONE = "none"
    """Nobody asked for a message: the link is handed over by the seller."""
    ON_ITS_WAY = "on_its_way"
    """A mail of ours waits for a mail server to take it."""
    MAYBE = "maybe"
    """The connection broke while our mail was handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChange:
    """That a person changed what an order costs: the amount before, in minor units, its currency, and who did it."""

    before: int
    currency: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known beside the status. All amounts in minor units, all times aware UTC."""

    delivered: Delivered = Delivered.NONE
    opened_at: datetime | None = None
    paying_since: datetime | None = None
    """When a payment was started that has not ended."""
    reported_at: datetime | None = None
    """When the customer said on our page that something is wrong with it."""
    attempts_failed: int = 0
    last_failure: str | None = None
    """Why the last attempt failed, in plain words."""
    authorized_at: datetime | None = None
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    open_to_capture: int = 0
    open_to_refund: int = 0
    in_progress: Mapping[Kind, int] = field(default_factory=dict)
    """What Dintero has begun and not ended (INITIATE_* entries), ours or not; it is not open any more."""
    possible_entry: bool = False
    """The payment's log has a new entry that may be the open operation's and does not name it."""
    method: str | None = None
    """How it was paid, in words a person knows: `Vipps`, `Card`."""
    rest_release: RestRelease | None = None
    """How the rest of a part capture can be released; None until the payment was read."""
    late: bool = False
    """Money that came after the link was expired, cancelled, failed or replaced, and nobody has decided about."""
    taken: Mapping[str, int] = field(default_factory=dict)
    """Captured per line_id."""
    returned: Mapping[str, int] = field(default_factory=dict)
    """Refunded per line_id."""
    capturing: Mapping[str, int] = field(default_factory=dict)
    """Being captured per line_id."""
    refunding: Mapping[str, int] = field(default_factory=dict)
    """Being refunded per line_id."""
    rejection: str | None = None
    """Why Dintero refused to create it."""
    unclear_since: datetime | None = None
    """Since when Dintero shows a payment that cannot be understood; None once all was."""
    other_payments: int = 0
    """What further payments of the same session hold of the customer's money."""
    vouched_by: str | None = None
    """Who said that the message of an uncertain link arrived."""
    unfollowed_at: datetime | None = None
    """When following it was ended, as its account is not configured any more: nothing is known since then."""
    price_change: PriceChange | None = None
    """The latest change of the order's price before this link was made."""
    abandoned: tuple[Operation, ...] = ()
    """What was closed by hand and has no end by name: *accepted* lowers what is open, *absent* is the log's already."""
    seen: str = ""
    """Fingerprint of the transaction when it was last read whole; a list element that differs makes the link due."""
    updated_at: datetime | None = None
    """Dintero's own time of the payment's last change then."""
    log: int = 0
    """How many entries the payment's log had then; logs only grow, so a shorter one is an older read."""

    @property
    def uncaptured(self) -> int:
        """What is reserved and not captured: open to capture, or about to be captured or released."""
        return self.open_to_capture + self.in_progress.get(Kind.CAPTURE, 0) + self.in_progress.get(Kind.VOID, 0)

    @property
    def released(self) -> int:
        """What was reserved and is neither captured nor reserved any more."""
        return max(self.authorized - self.captured - self.uncaptured, 0)

    @property
    def unrefunded(self) -> int:
        """What was captured and not refunded: open to refund, or about to be refunded."""
        return self.open_to_refund + self.in_progress.get(Kind.REFUND, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One attempt to have an order paid: one session at Dintero, at most one payment."""

    id: str
    order_id: str
    account_id: str = field(default="", compare=False)
    """At which Dintero account it was made; empty until it is kept."""
    n: int
    reference: str
    """Its merchant reference at Dintero, unique among ours."""
    status: Status
    version: int
    """Raised by every write of status or facts: what was read at another version must not be written."""
    amount: int
    currency: str
    auto_capture: bool
    delivery: Delivery = Delivery.SMS
    """How the customer was meant to get this one."""
    on_phone: bool = False
    """Whether it was made for a customer who is on the phone."""
    expires_at: datetime
    created_at: datetime
    session_id: str | None = None
    url: str | None = None
    transaction_id: str | None = None
    replaced: bool = False
    """Whether a newer link of the same order exists."""
    remind_at: datetime | None = None
    """When the next reminder goes."""
    reminded: int = 0
    """How many have gone."""
    facts: Facts = field(default_factory=Facts)
    operation: Operation | None = None
    """The one open operation, if any."""

    @property
    def may_hold_money(self) -> bool:
        """Whether a payment is held for approval, or shown by Dintero in a way that cannot be understood."""
        return self.status is Status.PENDING or self.facts.unclear_since is not None

    @property
    def amount_differs(self) -> bool:
        """Whether another amount was paid than was asked for: a gift card, a discount, a change in Backoffice."""
        paid = self.status in {Status.AUTHORIZED, Status.CAPTURED, Status.VOIDED}
        return paid and self.facts.authorized not in {0, self.amount}

    @property
    def paid_apart(self) -> bool:
        """Whether all that is paid is in a payment that is not the link's own."""
        return self.facts.other_payments > 0 and self.status not in {Status.AUTHORIZED, Status.CAPTURED}

    @property
    def holds_money(self) -> bool:
        """Whether money of the customer's is reserved or taken through it, and not given back."""
        if self.facts.other_payments:
            return True
        return self.status in {Status.AUTHORIZED, Status.CAPTURED} and (
            self.facts.uncaptured > 0 or self.facts.unrefunded > 0
        )


def open_by_line(lines: Sequence[Line], facts: Facts, kind: Kind) -> dict[str, int]:
    """What may still be captured or refunded on each line, in minor units; what is in progress is not open."""
    if kind is Kind.REFUND:
        base, used, begun = facts.taken, facts.returned, facts.refunding
    else:
        base, used, begun = {line.line_id: line.total for line in lines}, facts.taken, facts.capturing
    return {line_id: max(minor - used.get(line_id, 0) - begun.get(line_id, 0), 0) for line_id, minor in base.items()}
