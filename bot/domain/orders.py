"""What is sold: lines, what they come to, and how an amount is spread over them.

A line's total is round half up(quantity x unit price, VAT added), rounded once; the order's amount is the sum of its
lines by construction, so the API's rule that both agree cannot be broken (Dintero reference §4.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from bot.domain.money import round_half_up

SHIPPING_LINE: Final = "shipping"
"""The line_id of what an address costs: the form's own lines are numbered."""


class Delivery(StrEnum):
    """How the customer is meant to get the link."""

    SMS = "sms"
    """By Dintero: an SMS or a push."""
    LINK = "link"
    """By the seller."""
    EMAIL = "email"
    """By us, as a mail."""
    QR = "qr"
    """As a picture in the thread, for the customer at the counter."""
    APP = "app"
    """By the seller: an address that opens the one wallet's app."""
    PROFILE = "profile"
    """By Dintero's payment profile, which sends every link of its own accord."""


ON_OUR_PAGE: Final = frozenset({Delivery.LINK, Delivery.EMAIL, Delivery.QR})
"""What leads to our own page first; the others lead to the provider's at once."""
TO_PHONE: Final = frozenset({Delivery.SMS, Delivery.PROFILE})
"""What nobody gets without a mobile number."""


class Remind(StrEnum):
    """What happens while the customer does not pay."""

    NONE = "none"
    NUDGE = "nudge"
    """The seller is told."""
    EMAIL = "email"
    """The customer gets the mail again."""


class Capture(StrEnum):
    """Whether money is only reserved at first, or taken as soon as it is reserved."""

    RESERVE = "reserve"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One order line. `unit_price` is minor units as typed, `vat` hundredths of a percent (2500 is 25 %)."""

    line_id: str
    text: str
    quantity: Decimal
    unit_price: int
    vat: int
    without_vat: bool = False
    """Whether `unit_price` is without VAT."""

    @property
    def total(self) -> int:
        """The line's total incl. VAT in minor units: multiplied first, VAT added, rounded once."""
        return round_half_up(self.quantity * self._price)

    @property
    def price_with_vat(self) -> int:
        """The price of one incl. VAT in minor units, rounded: to show or to keep, never to multiply."""
        return round_half_up(self._price)

    @property
    def _price(self) -> Decimal:
        """The exact price of one incl. VAT."""
        return Decimal(self.unit_price * (10_000 + self.vat * self.without_vat)) / 10_000

    @property
    def vat_amount(self) -> int:
        """The VAT contained in the total."""
        return round_half_up(Decimal(self.total * self.vat) / (10_000 + self.vat))


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What a customer is asked to pay, and how: all that a form says."""

    reference: str
    currency: str
    lines: tuple[Line, ...]
    delivery: Delivery
    capture: Capture
    phone: str | None
    """E.164, or None when the link is handed over some other way."""
    email: str | None = None
    name: str | None = None
    """The customer's."""
    note: str | None = None
    """For the thread; it is not sent to the customer, who may be in a shared channel (Slack reference §14)."""
    deadline: str = "7d"
    """How long each of its links lives, as `parse_deadline` reads it."""
    methods: tuple[str, ...] = ()
    """How it may be paid, in the words of `methods.Method`; empty for all that the profile has."""
    profile: str = ""
    """Which payment profile; empty for the first."""
    address: str = ""
    """The shipping option that the customer types an address for; empty when no address is wanted."""
    terms: str = ""
    """Where the seller's terms stand."""
    remind: Remind = Remind.NONE
    remind_opened: bool = False
    """Whether reminders go on when the customer has opened the link."""

    @property
    def amount(self) -> int:
        """The sum of the lines in minor units."""
        return sum(line.total for line in self.lines)

    @property
    def vat_amount(self) -> int:
        """The VAT contained in the amount."""
        return sum(line.vat_amount for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Agreed):
    """What one customer is asked to pay, and where Slack shows it. One order has a chain of links."""

    id: str
    workspace_id: str
    team_id: str
    account_id: str
    issuer: str
    """The Slack user id of who issued it."""
    draft_id: str
    channel: str
    thread: str | None = None
    """The message whose thread the card begins in; None when the card stands in the channel itself."""
    created_at: datetime


def agreed(one: Agreed) -> dict[str, Any]:
    """What was agreed, field by field: to make an order of, or to compare two."""
    return {field.name: getattr(one, field.name) for field in fields(Agreed)}


def chain_reference(reference: str, n: int) -> str:
    """The merchant reference of an order's n-th link: `4711`, then `4711-2`."""
    return reference if n == 1 else f"{reference}-{n}"


def allocate(amount: int, rooms: Mapping[str, int]) -> dict[str, int]:
    """Spread `amount` over lines in their order, each at most its room, so that the items sum to the amount.

    `rooms` maps line_id to the minor units still open on it. What does not fit anywhere is left out; callers
    compare the sum.
    """
    items: dict[str, int] = {}
    left = amount
    for line_id, room in rooms.items():
        part = min(left, room)
        if part > 0:
            items[line_id] = part
            left -= part
    return items
