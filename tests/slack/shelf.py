"""Orders, links and events to draw, each made from as few words as the test needs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.domain.events import Event, Happened, Source
from bot.domain.links import Delivered, Facts, Link, Status
from bot.domain.methods import RestRelease
from bot.domain.operations import Kind, Operation, State
from bot.domain.orders import Capture, Delivery, Line, Order
from bot.domain.stories import Card, CardState, Story
from bot.slack.views.blocks import Look

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LOOK = Look()
PHONE = "+4791234567"
URL = "https://checkout.dintero.com/v1/view/T12345678.abc"
LINK = "0123456789abcdef0123456789abcdef"


def line_of(text="Tow bar", price=24900, quantity="1", line_id="1", vat=2500):
    return Line(line_id=line_id, text=text, quantity=Decimal(quantity), unit_price=price, vat=vat)


def order(*lines, **more):
    return replace(
        Order(
            id="order-1",
            workspace_id="W1",
            team_id="T1",
            account_id="T12345678",
            reference="4711",
            currency="NOK",
            lines=lines or (line_of(),),
            delivery=Delivery.SMS,
            capture=Capture.RESERVE,
            phone=PHONE,
            issuer="U0KARI",
            draft_id="draft-1",
            channel="C0SALES",
            created_at=NOW,
        ),
        **more,
    )


def facts(**more):
    return replace(Facts(delivered=Delivered.SENT), **more)


def link(status=Status.OPEN, *, known=None, **more):
    return replace(
        Link(
            id=LINK,
            order_id="order-1",
            n=1,
            reference="4711",
            status=status,
            version=3,
            amount=24900,
            currency="NOK",
            auto_capture=False,
            expires_at=NOW + timedelta(days=7),
            created_at=NOW,
            session_id="T12345678.abc",
            url=URL,
            facts=known or facts(),
        ),
        **more,
    )


def reserved(amount=24900, method="Vipps", rest_release=RestRelease.VOID, **more):
    return facts(
        authorized_at=NOW, authorized=amount, open_to_capture=amount, method=method, rest_release=rest_release, **more
    )


def captured(amount=24900, back=0, rest=0, method="Vipps", rest_release=RestRelease.VOID, **more):
    return facts(
        authorized_at=NOW,
        authorized=max(amount + rest, 24900),
        captured=amount,
        refunded=back,
        open_to_capture=rest,
        open_to_refund=amount - back,
        method=method,
        rest_release=rest_release,
        **more,
    )


def operation(kind=Kind.CAPTURE, state=State.WANTED, **more):
    return replace(
        Operation(
            id="operation-1",
            link_id=LINK,
            kind=kind,
            reference="4711-C1",
            state=state,
            requested_by="U0OLA",
            created_at=NOW,
            amount=24900 if kind not in {Kind.CREATE, Kind.CANCEL} else 0,
            seen_open=24900 if kind not in {Kind.CREATE, Kind.CANCEL} else 0,
            sent_at=NOW,
        ),
        **more,
    )


def event(kind, source=Source.SLACK, **data):
    actor = "U0OLA" if source is Source.SLACK else None
    return Event(id="event-1", link_id=LINK, seq=1, kind=kind, source=source, at=NOW, actor=actor, data=data)


ISSUED = replace(event(Happened.ISSUED), actor="U0KARI")


def story(*links, of=None, last=ISSUED, **card):
    posted = Card(order_id="order-1", state=CardState.POSTED, channel="C0SALES", ts="1.2", posts=1, version=1)
    return Story(
        order=of or order(), links=links or (link(),), card=replace(posted, **card), version=1, last_event=last
    )
