"""A form as it was typed, and the reading of it: an order, or one sentence for every wrong field at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final, TypeVar

from bot.domain.choices import NO_CHOICES, Choices
from bot.domain.errors import FieldErrors
from bot.domain.field_parsers import (
    PHONE,
    parse_amount,
    parse_deadline,
    parse_email,
    parse_mobile,
    parse_name,
    parse_note,
    parse_quantity,
    parse_reference,
    parse_terms,
    parse_text,
    parse_vat,
)
from bot.domain.methods import sole_wallet
from bot.domain.money import MAX_MINOR, plain_amount
from bot.domain.orders import TO_PHONE, Agreed, Capture, Delivery, Line, Remind

MAX_LINES: Final = 20
_VAT: Final[Mapping[str, tuple[str, ...]]] = {
    "NO": ("25", "15", "12", "0"),
    "SE": ("25", "12", "6", "0"),
    "DK": ("25", "0"),
    "FI": ("25,5", "13,5", "10", "0"),
    "IS": ("24", "11", "0"),
}
DEADLINES: Final = (PHONE, "30m", "1h", "1d", "7d", "30d")
DEADLINE: Final = "7d"
"""Unless another is chosen."""
A_DATE: Final = "date"
"""Chosen instead of one of these, and no date yet."""
INCL, EXCL = "incl", "excl"
CURRENCIES: Final = ("NOK", "SEK", "DKK", "EUR")

T = TypeVar("T")


def vat_rates(country: str) -> tuple[str, ...]:
    """The VAT rates to choose from, the usual one first; any other can be typed."""
    return _VAT.get(country, ("25", "0"))


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
    email: str = ""
    name: str = ""
    reference: str = ""
    note: str = ""
    deadline: str = DEADLINE
    """`7d`, `12h`, `30m`, `2w`, `phone`, or a date `2026-12-01`, which means its last minute in the shop's zone."""
    delivery: str = Delivery.SMS
    capture: str = Capture.RESERVE
    prices: str = INCL
    """Whether the prices hold VAT already."""
    currency: str = ""
    """Empty for the shop's own."""
    methods: tuple[str, ...] = ()
    """In the words of `methods.Method`; empty for all."""
    profile: str = ""
    """Empty for the first."""
    address: str = ""
    """A shipping option's name; empty when no address is wanted."""
    terms: str = ""
    remind: str = Remind.NONE
    remind_opened: bool = False
    thread: str = ""
    """The message whose thread the card begins in."""
    replaces: str = ""
    """The id of the link that it is to take the place of; empty for a new order."""
    ordered_as: str = ""
    """The id of the form that made the order, where this one changes it: its code word stays. Empty for a new order."""
    again_for: str = ""
    """The id of the link that *Request again…* was pressed on; empty for a form that was opened otherwise."""
    lines: tuple[DraftLine, ...] = (DraftLine(line_id="1"),)
    expanded: bool = False
    """Whether *More* was pressed."""
    revision: int = 0
    """How often the lines were changed elsewhere than in the form's own fields. A form that shows an older one is not
    sent, it is drawn anew."""
    redrawn: bool = False
    """Whether the form on the screen is a second drawing, which may lose what was preset and never touched."""
    notice: str = ""
    """What a command or a message said that no field holds, in plain text for the person; empty when all was read."""
    editing: DraftLine | None = None
    """The line whose view was filled from a saved item and is not saved yet."""

    @property
    def wants_email(self) -> bool:
        """Whether mails go to the customer: the link, or the reminders of it."""
        return self.delivery == Delivery.EMAIL or self.remind == Remind.EMAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Agreed):
    """A form that can be issued."""

    expires_at: datetime


def read_draft(
    draft: Draft, *, currency: str, country: str, now: datetime, zone: tzinfo, choices: Choices = NO_CHOICES
) -> Offer:
    """Read every field; what is chosen must be among `choices`, and a deadline's days begin and end in `zone`.

    Raises:
        FieldErrors: with all wrong fields at once, named `phone`, `email`, `name`, `note`, `reference`, `deadline`,
            `methods`, `profile`, `address`, `terms`, and `text:<line_id>`, `quantity:<line_id>`, `price:<line_id>`,
            `vat:<line_id>`.

    """
    wrong: dict[str, str] = {}

    def take(name: str, reader: Callable[[], T]) -> T | None:
        try:
            return reader()
        except ValueError as error:
            wrong[name] = str(error)
            return None

    delivery, currency = Delivery(draft.delivery), draft.currency or currency
    for_app = delivery is Delivery.APP
    wants_phone = delivery in TO_PHONE or bool(draft.phone.strip())
    phone = take("phone", lambda: parse_mobile(draft.phone, country)) if wants_phone else None
    email = take("email", lambda: _email(draft.email, delivery))
    name = take("name", lambda: parse_name(draft.name))
    note = take("note", lambda: parse_note(draft.note))
    reference = take("reference", lambda: parse_reference(draft.reference) or made_up_reference(draft.id))
    expires_at = take("deadline", lambda: parse_deadline(draft.deadline, now, zone))
    methods = take("methods", lambda: choices.read_methods(draft.methods, for_app=for_app))
    profile = take("profile", lambda: choices.read_profile(draft.profile))
    terms = take("terms", lambda: parse_terms(draft.terms or choices.terms))
    lines = read_sold(draft, currency, choices, wrong)
    if for_app and draft.address:
        wrong["address"] = "An app link cannot ask for an address. Choose “Not needed”, or another delivery."
    if wrong or reference is None or expires_at is None:
        raise FieldErrors(wrong)
    return Offer(
        lines=lines,
        currency=currency,
        phone=phone,
        email=email,
        name=name,
        note=note,
        reference=reference,
        deadline=draft.deadline,
        expires_at=expires_at,
        delivery=delivery,
        capture=Capture(draft.capture),
        methods=methods or (),
        profile=profile or "",
        address=draft.address,
        terms=terms or "",
        remind=Remind(draft.remind),
        remind_opened=draft.remind_opened,
    )


def opens_in_wallet(draft: Draft, choices: Choices) -> bool:
    """Whether only a wallet's app opens the link, by a push or as an app link."""
    payable = choices.payable(draft.methods)
    return draft.delivery == Delivery.APP or (draft.delivery == Delivery.SMS and sole_wallet(payable) is not None)


def usual_deadline(draft: Draft, choices: Choices) -> str:
    """The deadline while none is chosen: a wallet may soon end a push or an app link (Dintero reference §4.5)."""
    return PHONE if opens_in_wallet(draft, choices) else DEADLINE


def deadline_after(before: Draft, draft: Draft, choices: Choices) -> str:
    """The draft's deadline, preset anew when it was the usual one `before` and another is usual now."""
    usual, now_usual = usual_deadline(before, choices), usual_deadline(draft, choices)
    return now_usual if usual != now_usual and draft.deadline == usual else draft.deadline


def made_up_reference(draft_id: str) -> str:
    """A reference for an order that was given none; the same draft always gets the same."""
    return f"PL-{draft_id.replace('-', '')[:8].upper()}"


def _email(text: str, delivery: Delivery) -> str | None:
    email = parse_email(text)
    if delivery is Delivery.EMAIL and email is None:
        raise ValueError("Enter the e-mail address that the link is sent to.")
    return email


def read_sold(draft: Draft, currency: str, choices: Choices, wrong: dict[str, str]) -> tuple[Line, ...]:
    """All that is paid: the lines, and last what the address costs; what is wrong goes into `wrong`, by field."""
    lines = read_lines(draft, currency, wrong)
    try:
        shipping = choices.read_address(draft.address, currency)
    except ValueError as error:
        wrong["address"] = str(error)
        return lines
    if shipping is None or shipping.line is None:
        return lines
    if sum(line.total for line in lines) + shipping.price > MAX_MINOR:
        sentence = f"Together with {shipping.name} the lines are more than {plain_amount(MAX_MINOR, currency)}."
        wrong.setdefault("address", sentence)
    return (*lines, shipping.line)


def read_lines(draft: Draft, currency: str, wrong: dict[str, str]) -> tuple[Line, ...]:
    """The lines that can be read; what is wrong with the others goes into `wrong`, by field."""
    typed = [line for line in draft.lines if not line.is_empty] or list(draft.lines[:1])
    read = (read_line(line, currency, wrong, excl=draft.prices == EXCL) for line in typed)
    lines = tuple(line for line in read if line is not None)
    if not typed:
        wrong["text:1"] = "Say what the customer pays for."
    if len(typed) > MAX_LINES:
        wrong[f"text:{typed[-1].line_id}"] = f"At most {MAX_LINES} lines; these are {len(typed)}."
    if sum(line.total for line in lines) > MAX_MINOR:
        sentence = f"Together the lines are more than {plain_amount(MAX_MINOR, currency)}."
        wrong.setdefault(f"price:{typed[-1].line_id}", sentence)
    return lines


def read_line(line: DraftLine, currency: str, wrong: dict[str, str], *, excl: bool) -> Line | None:
    """One line, or None; what is wrong goes into `wrong`, by field as in `read_draft`.

    `excl` says that its price is typed without VAT.
    """
    found: dict[str, object] = {}
    readers: dict[str, Callable[[], object]] = {
        "text": lambda: parse_text(line.text),
        "quantity": lambda: parse_quantity(line.quantity),
        "price": lambda: parse_amount(line.price, currency),
        "vat": lambda: parse_vat(line.vat),
    }
    for name, reader in readers.items():
        try:
            found[name] = reader()
        except ValueError as error:
            wrong[f"{name}:{line.line_id}"] = str(error)
    match found:
        case {"text": str(text), "quantity": Decimal() as quantity, "price": int(price), "vat": int(vat)}:
            read = Line(line_id=line.line_id, text=text, quantity=quantity, unit_price=price, vat=vat, without_vat=excl)
        case _:
            return None
    if not 0 < read.total <= MAX_MINOR:
        wrong[f"price:{line.line_id}"] = (
            f"Quantity times price must be more than 0 and at most {plain_amount(MAX_MINOR, currency)}."
        )
        return None
    return read
