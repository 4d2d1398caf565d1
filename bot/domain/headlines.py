"""The card's first words: a pure function of status and facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.actions import awaits_auto_capture
from bot.domain.links import Delivered, Link, Status


@dataclass(frozen=True, slots=True)
class Headline:
    """Words and the emoji in front of them; the word says all, the emoji only helps the eye."""

    emoji: str
    words: str


_FIXED: Final = {
    Status.REQUESTED: Headline("⏳", "Creating link…"),
    Status.UNCERTAIN: Headline("❓", "Not sure it was sent"),
    Status.REJECTED: Headline("⛔", "Could not be created"),
    Status.PENDING: Headline("⏸️", "Waiting for approval by the provider"),
    Status.VOIDED: Headline("↩️", "Reservation released"),
    Status.CANCELLED: Headline("🚫", "Cancelled"),
    Status.EXPIRED: Headline("⌛", "Expired"),
    Status.FAILED: Headline("❌", "Payment failed"),
}


_MAY_BE_PAID: Final = {Status.REQUESTED, Status.UNCERTAIN, Status.OPEN, Status.PENDING}
"""A link in one of these may yet take the customer's money."""

PAYS_FOR: Final = timedelta(minutes=30)
"""How long a payment that has begun is said to happen now: many are left and never end (Dintero reference §7)."""

_REPORTED: Final = Headline("🚩", "Reported by the customer")
_UNDELIVERED: Final = {Delivered.SKIPPED, Delivered.FAILED}
_TRAVELS: Final[Mapping[Delivered, Headline]] = {
    Delivered.SENT: Headline("📨", "Sent"),
    Delivered.BY_PROFILE: Headline("📨", "Sent"),
    Delivered.ON_ITS_WAY: Headline("📨", "E-mail on its way"),
    Delivered.MAYBE: Headline("❓", "Not sure it was sent"),
    Delivered.SKIPPED: Headline("📵", "Not delivered"),
    Delivered.FAILED: Headline("📵", "Not delivered"),
    Delivered.SIMULATED: Headline("🔗", "Ready to share"),
    Delivered.NONE: Headline("🔗", "Ready to share"),
}
"""How the link reaches the customer, while nothing better is known."""


def headline(link: Link, now: datetime, *, paid_twice: bool = False, paid_beside: Link | None = None) -> Headline:
    """What the card says first. `paid_twice`: two links of the order hold money, which is not decided.

    `paid_beside` is an older link of the order that holds the customer's money, where `link` holds none.
    """
    if link.facts.unclear_since is not None:
        return Headline("🚨", "Check the payment in Backoffice")
    if link.paid_apart and not paid_twice:
        return Headline("🚨", "Paid by another payment, check Backoffice")
    if paid_twice or link.facts.other_payments:
        return Headline("🚨", "Paid twice")
    if link.facts.unfollowed_at is not None:
        known = _plain(link, link.created_at).words  # that a deadline has passed since then says nothing
        return Headline("🔌", f"No longer followed, last seen: {known[0].lower()}{known[1:]}")
    return _plain(link, now) if paid_beside is None else _paid_beside(link, paid_beside, now)


def _paid_beside(link: Link, paid: Link, now: datetime) -> Headline:
    """The order is paid, whatever became of its newest link; one that can still be paid asks for a decision."""
    known = _plain(paid, now)
    comma = "," if "," in known.words else ""
    emoji = "🚨" if link.status in _MAY_BE_PAID else known.emoji
    return Headline(emoji, f"{known.words}{comma} by the older link")


def _plain(link: Link, now: datetime) -> Headline:
    if link.status is Status.OPEN:
        return _REPORTED if link.facts.reported_at is not None else _open(link, now)
    if link.status is Status.AUTHORIZED:
        return _loud(link, _authorized(link, now))
    if link.status is Status.CAPTURED:
        return _loud(link, _captured(link))
    return _FIXED[link.status]


def _open(link: Link, now: datetime) -> Headline:
    facts = link.facts
    if facts.paying_since is not None:
        paying = now < facts.paying_since + PAYS_FOR
        return Headline("👛", "Paying now") if paying else Headline("⏳", "Payment begun, not finished")
    if now >= link.expires_at:
        return Headline("⌛", "Deadline passed")
    if facts.last_failure is not None:
        return Headline("⚠️", "Payment failed, the customer can try again")
    if facts.opened_at is not None:
        return Headline("👀", "Opened")
    if facts.vouched_by is not None and facts.delivered not in _UNDELIVERED:
        return Headline("📨", "Sent")
    return _TRAVELS[facts.delivered]


def _authorized(link: Link, now: datetime) -> Headline:
    if link.amount_differs:
        return Headline("⚠️", "Reserved, another amount")
    return Headline("🔒", "Reserved, capture follows" if awaits_auto_capture(link, now) else "Reserved")


def _captured(link: Link) -> Headline:
    facts = link.facts
    if facts.refunded >= facts.captured and facts.refunded:
        return Headline("↩️", "Refunded")
    if facts.refunded:
        return Headline("↩️", "Partly refunded")
    if link.amount_differs:
        return Headline("⚠️", "Partly paid, another amount" if facts.open_to_capture else "Paid, another amount")
    if facts.captured < link.amount:
        return Headline("✅", "Partly paid")
    return Headline("✅", "Paid")


def _loud(link: Link, headline: Headline) -> Headline:
    if link.facts.late:
        return Headline("🚨", f"{headline.words}, late")
    if link.facts.reported_at is not None:
        return Headline("🚩", f"{headline.words}, reported by the customer")
    return headline
