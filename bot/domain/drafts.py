"""A form as it was typed, and the reading of it: an order, or one sentence for every wrong field at once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeVar

from bot.domain.errors import FieldErrors
from bot.domain.money import MAX_MINOR, parse_amount, plain_amount
from bot.domain.orders import Capture, Delivery, Line
from bot.domain.phones import parse_mobile

MAX_LINES: Final = 15
MAX_TEXT: Final = 200
"""No limit is published for descriptions; this is our own, on the careful side (Dintero reference §4.9)."""
MAX_REFERENCE: Final = 24
"""Leaves room for the chain's suffix within the careful 30 characters (Dintero reference §4.9)."""
MAX_VALIDITY: Final = timedelta(days=30)
MIN_VALIDITY: Final = timedelta(minutes=5)
VAT_RATES: Final = ("25", "15", "12", "0")
DEADLINES: Final = ("1d", "7d", "30d")

_REFERENCE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""Controls, marks that turn text around, and halves of characters, which no JSON can carry."""
_DURATION = re.compile(r"(-?\d{1,4}) ?([hdw])")
_HOURS: Final = {"h": 1, "d": 24, "w": 168}

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One line as typed."""

    line_id: str
    text: str = ""
    quantity: str = "1"
    price: str = ""
    vat: str = "25"

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed; such a line is left out rather than refused, unless it is the only one."""
        return not self.text.strip() and not self.price.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The whole form as typed."""

    id: str
    channel: str = ""
    phone: str = ""
    reference: str = ""
    deadline: str = "7d"
    """`7d`, `12h`, `2w`, or a date `2026-12-01`, which means its last minute in UTC."""
    delivery: str = Delivery.SMS
    capture: str = Capture.RESERVE
    lines: tuple[DraftLine, ...] = (DraftLine(line_id="1"),)
    expanded: bool = False
    """Whether *More* was pressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A form that can be issued."""

    lines: tuple[Line, ...]
    phone: str | None
    reference: str
    expires_at: datetime
    delivery: Delivery
    capture: Capture


def read_draft(draft: Draft, *, currency: str, country: str, now: datetime) -> Offer:
    """Read every field.

    Raises:
        FieldErrors: with all wrong fields at once, named `phone`, `reference`, `deadline`, and `text:<line_id>`,
            `quantity:<line_id>`, `price:<line_id>`, `vat:<line_id>`.

    """
    wrong: dict[str, str] = {}

    def take(name: str, reader: Callable[[], T]) -> T | None:
        try:
            return reader()
        except ValueError as error:
            wrong[name] = str(error)
            return None

    delivery = Delivery(draft.delivery)
    wants_phone = delivery is Delivery.SMS or bool(draft.phone.strip())
    phone = take("phone", lambda: parse_mobile(draft.phone, country)) if wants_phone else None
    reference = take("reference", lambda: read_reference(draft.reference) or made_up_reference(draft.id))
    expires_at = take("deadline", lambda: read_deadline(draft.deadline, now))
    typed = [line for line in draft.lines if not line.is_empty] or list(draft.lines[:1])
    lines = [line for line in (_read_line(line, currency, wrong) for line in typed) if line is not None]
    if not typed:
        wrong["text:1"] = "Say what the customer pays for."
    if len(typed) > MAX_LINES:
        wrong[f"text:{typed[-1].line_id}"] = f"At most {MAX_LINES} lines; these are {len(typed)}."
    if sum(line.total for line in lines) > MAX_MINOR:
        sentence = f"Together the lines are more than {plain_amount(MAX_MINOR, currency)}."
        wrong.setdefault(f"price:{typed[-1].line_id}", sentence)
    if wrong or reference is None or expires_at is None:
        raise FieldErrors(wrong)
    return Offer(
        lines=tuple(lines),
        phone=phone,
        reference=reference,
        expires_at=expires_at,
        delivery=delivery,
        capture=Capture(draft.capture),
    )


def read_reference(text: str) -> str:
    """The reference, or an empty string when none was typed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    typed = text.strip().removeprefix("#")
    if len(typed) > MAX_REFERENCE:
        raise ValueError(f"At most {MAX_REFERENCE} characters.")
    if typed and not _REFERENCE.fullmatch(typed):
        raise ValueError("Use letters A–Z, digits and hyphens only, for example 4711 or PO-2231.")
    return typed


def made_up_reference(draft_id: str) -> str:
    """A reference for an order that was given none; the same draft always gets the same."""
    return f"PL-{draft_id.replace('-', '')[:8].upper()}"


def read_deadline(text: str, now: datetime) -> datetime:
    """When the link ends, aware UTC.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    until = _moment(text.strip().lower(), now)
    if until <= now:
        raise ValueError("This is in the past. Choose a later deadline.")
    if until < now + MIN_VALIDITY:
        raise ValueError("Give the customer at least five minutes.")
    if until > now + MAX_VALIDITY:
        raise ValueError("A link lives at most 30 days. Choose an earlier deadline.")
    return until


def read_vat(text: str) -> int:
    """Hundredths of a percent: `25` → 2500, `12,5` → 1250.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    rate = _decimal(text.strip().removesuffix("%").strip(), "This is not a VAT rate. Write it like 25 or 12,5.")
    hundredths = rate * 100
    if hundredths != hundredths.to_integral_value() or not 0 <= hundredths <= 10_000:
        raise ValueError("A VAT rate is 0 to 100 % with at most two decimals.")
    return int(hundredths)


def read_quantity(text: str) -> Decimal:
    """How many; up to two decimals, as for hours or kilos.

    A separator before exactly three digits could mean a thousand, as in an amount: it is refused, not guessed.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    quantity = _decimal(text.strip() or "1", "This is not a quantity. Write it like 2 or 1,5.")
    if quantity <= 0 or quantity > 100_000:
        raise ValueError("The quantity must be more than 0 and at most 100 000.")
    decimals = -int(quantity.as_tuple().exponent)
    if decimals == 3:
        raise ValueError(f"“{text.strip()}” can be read two ways. Write it without a separator, or with two decimals.")
    if decimals > 2:
        raise ValueError("At most two decimals.")
    return quantity


def read_text(text: str) -> str:
    """What is sold, in one line.

    Raises:
        ValueError: with the sentence to show beside the field.

    """
    typed = " ".join(text.split())
    if not typed:
        raise ValueError("Say what the customer pays for.")
    if _CONTROL.search(typed):
        raise ValueError("There is an invisible character in the text. Type it again.")
    if len(typed) > MAX_TEXT:
        raise ValueError(f"At most {MAX_TEXT} characters; this has {len(typed)}.")
    return typed


def _read_line(line: DraftLine, currency: str, wrong: dict[str, str]) -> Line | None:
    found: dict[str, object] = {}
    readers: dict[str, Callable[[], object]] = {
        "text": lambda: read_text(line.text),
        "quantity": lambda: read_quantity(line.quantity),
        "price": lambda: parse_amount(line.price, currency),
        "vat": lambda: read_vat(line.vat),
    }
    for name, reader in readers.items():
        try:
            found[name] = reader()
        except ValueError as error:
            wrong[f"{name}:{line.line_id}"] = str(error)
    match found:
        case {"text": str(text), "quantity": Decimal() as quantity, "price": int(price), "vat": int(vat)}:
            read = Line(line_id=line.line_id, text=text, quantity=quantity, unit_price=price, vat=vat)
        case _:
            return None
    if not 0 < read.total <= MAX_MINOR:
        wrong[f"price:{line.line_id}"] = (
            f"Quantity times price must be more than 0 and at most {plain_amount(MAX_MINOR, currency)}."
        )
        return None
    return read


def _moment(text: str, now: datetime) -> datetime:
    if found := _DURATION.fullmatch(text):
        return now + timedelta(hours=int(found[1]) * _HOURS[found[2]])
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59), tzinfo=UTC)
    except ValueError:
        raise ValueError("This is not a deadline. Write it like 7d, 12h or 2026-12-01.") from None


def _decimal(text: str, sentence: str) -> Decimal:
    if not re.fullmatch(r"-?[0-9]+(?:[.,][0-9]+)?", text):
        raise ValueError(sentence)
    return Decimal(text.replace(",", "."))
