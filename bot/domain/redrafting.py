"""An order as the form that would make it again."""

from bot.domain.drafts import Draft, DraftLine
from bot.domain.money import plain_amount
from bot.domain.orders import SHIPPING_LINE, Delivery, Order


def draft_of(order: Order, draft_id: str) -> Draft:
    """The order as a form filled in: its prices incl. VAT, its reference, its customer.

    What its address costs is no line of the form: the address that is chosen brings it along.
    """
    sold = [line for line in order.lines if line.line_id != SHIPPING_LINE]
    return Draft(
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
        lines=tuple(
            DraftLine(
                line_id=line.line_id,
                text=line.text,
                quantity=f"{line.quantity.normalize():f}".replace(".", ","),
                price=plain_amount(line.unit_price, order.currency),
                vat=f"{line.vat / 100:g}".replace(".", ","),
            )
            for line in sold
        ),
        expanded=len(sold) > 1
        or order.delivery is not Delivery.SMS
        or bool(order.methods or order.profile or order.address),
    )


def changes(before: Order, after: Draft) -> str:
    """What a replacement changes, in a few words without personal data: `another number, 1 day`."""
    told = {
        "another number": (before.phone or "") != after.phone,
        "another way": before.delivery != after.delivery,
        "a new deadline": before.deadline != after.deadline,
    }
    return ", ".join(words for words, so in told.items() if so)
