"""Payments that a person has to look up in Dintero's Backoffice: on the card and in the thread."""

from bot.domain.events import Happened, Source
from bot.domain.links import Status
from tests.slack.shelf import NOW, captured, event, facts, link, reserved, story

UNREAD = link(known=facts(unclear_since=NOW))
LESS = link(Status.AUTHORIZED, known=reserved(19900))
LESS_PAID = link(Status.CAPTURED, known=facts(authorized=19900, captured=19900, open_to_refund=19900, method="Vipps"))
MORE = link(Status.AUTHORIZED, known=reserved(29900))
SECOND = link(Status.AUTHORIZED, known=reserved(other_payments=24900))
SECOND_PAID = link(Status.CAPTURED, known=captured(other_payments=24900))


def needing_backoffice():
    seen = event(Happened.PAYMENT_UNCLEAR, Source.AUTOMATIC)
    yield "a payment that cannot be read", story(UNREAD, last=seen)
    yield (
        "reserved, cannot be read any more",
        story(link(Status.AUTHORIZED, known=reserved(unclear_since=NOW)), last=seen),
    )
    yield "less was reserved", story(LESS, last=event(Happened.AUTHORIZED, Source.CUSTOMER, amount=19900))
    yield "less was paid", story(LESS_PAID, last=event(Happened.CAPTURED, Source.CUSTOMER, amount=19900))
    yield "more was reserved", story(MORE, last=event(Happened.AUTHORIZED, Source.CUSTOMER, amount=29900))
    twice = event(Happened.SECOND_PAYMENT, Source.CUSTOMER, amount=24900)
    yield "reserved twice on one link", story(SECOND, last=twice)
    yield "paid twice on one link", story(SECOND_PAID, last=twice)


def backoffice_tellings():
    customer = Source.CUSTOMER
    yield "payment unclear", story(UNREAD), event(Happened.PAYMENT_UNCLEAR, Source.AUTOMATIC)
    yield "second payment", story(SECOND), event(Happened.SECOND_PAYMENT, customer, amount=24900)
    yield "less reserved", story(LESS), event(Happened.AUTHORIZED, customer, amount=19900, method="Vipps")
    paid = {"amount": 19900, "captured": 19900, "total": 24900, "method": "Swish"}
    yield "less paid", story(LESS_PAID), event(Happened.CAPTURED, customer, **paid)
    yield "amount differs", story(LESS), event(Happened.AMOUNT_DIFFERS, customer, amount=19900, asked=24900)
    yield "more reserved", story(MORE), event(Happened.AUTHORIZED, customer, amount=29900, method="Vipps")
