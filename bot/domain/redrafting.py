"""An order as the form that would make it again."""

from dataclasses import replace
from typing import Final

from bot.domain.actions import Action
from bot.domain.draft_lines import lines_as_typed, prices_of
from bot.domain.drafts import Draft
from bot.domain.links import PriceChange
from bot.domain.orders import SHIPPING_LINE, Agreed, Capture, Delivery, Line, Order, Remind


def draft_of(order: Order, draft_id: str) -> Draft:
    """The order as a form filled in: its prices as they were typed, its reference, its customer.

    What its address costs is no line of the form: the address that is chosen brings it along.
    """
    sold = [line for line in order.lines if line.line_id != SHIPPING_LINE]
    draft = Draft(
        id=draft_id,
        channel=order.channel,
        phone=order.phone or "",
        email=order.email or "",
        name=order.name or "",
        reference=order.reference,
        note=order.note or "",
        deadline=order.deadline,
        delivery=order.delivery,
        capture=order.capture,
        currency=order.currency,
        methods=order.methods,
        profile=order.profile,
        address=order.address,
        terms=order.terms,
        remind=order.remind,
        remind_opened=order.remind_opened,
        prices=prices_of(sold),
        lines=tuple(lines_as_typed(sold, order.currency)),
    )
    return replace(draft, expanded=has_more(draft))


def has_more(draft: Draft) -> bool:
    """Whether the draft says what only stands behind *More*: nothing goes out that was not on the form."""
    said = draft.email or draft.name or draft.note or draft.methods or draft.profile or draft.address
    usual = (draft.delivery, draft.capture, draft.remind) == (Delivery.SMS, Capture.RESERVE, Remind.NONE)
    return len(draft.lines) > 1 or bool(said) or not usual


def wished(order: Order, action: Action, draft_id: str) -> Draft | None:
    """What is to follow a link where one click says it all; None where a form says it."""
    draft = draft_of(order, draft_id)
    if action is Action.HUNG_UP:
        return replace(draft, deadline="1d")
    return replace(draft, delivery=Delivery.EMAIL) if action is Action.SEND_EMAIL else None


_TOLD: Final = {
    "methods": ("methods",),
    "another profile": ("profile",),
    "reserve or capture": ("capture",),
    "another number": ("phone",),
    "another e-mail address": ("email",),
    "another name": ("name",),
    "another way": ("delivery",),
    "a new deadline": ("deadline",),
    "the address": ("address",),
    "the terms": ("terms",),
    "the note": ("note",),
    "reminders": ("remind", "remind_opened"),
}
"""What is said of each field that differs; never what stands in it."""


def price_change(before: Agreed, after: Agreed, *, by: str) -> PriceChange | None:
    """That the order costs something else now; None when it does not."""
    if (before.amount, before.currency) == (after.amount, after.currency):
        return None
    return PriceChange(before=before.amount, currency=before.currency, by=by)


def changes(before: Agreed, after: Agreed) -> str:
    """What a replacement changes besides the price, without personal data: `other lines, another number`."""

    def differs(name: str) -> bool:
        return bool(getattr(before, name) != getattr(after, name))

    lines = ["other lines"] if _other_lines(before, after) else []
    return ", ".join(lines + [words for words, names in _TOLD.items() if any(differs(name) for name in names)])


def _other_lines(before: Agreed, after: Agreed) -> bool:
    """Whether something else is sold, or the same sum is made up of other prices."""

    def sold(one: Agreed) -> list[Line]:
        return [replace(line, unit_price=0) for line in one.lines]

    same_sum = (before.amount, before.currency) == (after.amount, after.currency)
    return sold(before) != sold(after) or (same_sum and before.lines != after.lines)
