"""What Dintero says and what we ask, in short."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.dintero import observing
from bot.dintero.config import DinteroConfig
from bot.dintero.models import SessionBody, TransactionBody
from bot.domain.links import Link, Status
from bot.domain.operations import Kind, Operation, State
from bot.domain.orders import Capture, Delivery, Line, Order

ACCOUNT = "P12345678"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SESSION_ID, TRANSACTION_ID = f"{ACCOUNT}.session1", f"{ACCOUNT}.payment1"


def config(**changes: Any) -> DinteroConfig:
    told = {
        "account_id": ACCOUNT,
        "client_id": "client",
        "client_secret": "secret",
        "profile_id": "default",
        "api_url": "https://api.dintero.com/v1",
        "checkout_url": "https://checkout.dintero.com/v1",
        "public_url": "https://pay.example/shop",
        "version": "1.2.3",
    }
    return DinteroConfig(**(told | changes))


def line(line_id: str = "1", price: int = 20000, **changes: Any) -> Line:
    told = {"text": "Shoes", "quantity": Decimal(1), "vat": 2500}
    return Line(line_id=line_id, unit_price=price, **(told | changes))


def order(**changes: Any) -> Order:
    told = {
        "id": "o",
        "workspace_id": "w",
        "team_id": "T1",
        "account_id": ACCOUNT,
        "reference": "4711",
        "currency": "NOK",
        "lines": (line("1", 20000), line("2", 9990, vat=1500)),
        "delivery": Delivery.SMS,
        "capture": Capture.RESERVE,
        "phone": "+4791234567",
        "issuer": "U1",
        "draft_id": "d",
        "channel": "C1",
        "created_at": NOW,
    }
    return Order(**(told | changes))


def link(**changes: Any) -> Link:
    told = {
        "id": "l",
        "order_id": "o",
        "n": 1,
        "reference": "4711",
        "status": Status.REQUESTED,
        "version": 1,
        "amount": 29990,
        "currency": "NOK",
        "auto_capture": False,
        "expires_at": NOW + timedelta(days=1),
        "created_at": NOW,
    }
    return Link(**(told | changes))


def operation(kind: Kind = Kind.CAPTURE, amount: int = 29990, **changes: Any) -> Operation:
    told = {
        "id": "op",
        "link_id": "l",
        "reference": "4711-C1",
        "state": State.SENDING,
        "requested_by": "U1",
        "created_at": NOW,
        "items": {"1": 20000, "2": 9990},
    }
    return Operation(kind=kind, amount=amount, **(told | changes))


def event(name: str, amount: int | None = None, *, success: bool = True, **changes: Any) -> dict[str, Any]:
    told = {"id": f"e-{name}-{amount}", "event": name, "success": success, "created_at": "2026-11-20T12:00:05Z"}
    return told | ({} if amount is None else {"amount": amount}) | changes


def transaction(status: str = "AUTHORIZED", *events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    authorized = [] if status in {"INITIATED", "ON_HOLD"} else [event("AUTHORIZE", 29990)]
    told = {
        "id": TRANSACTION_ID,
        "session_id": SESSION_ID,
        "merchant_reference": "4711",
        "amount": 29990,
        "currency": "NOK",
        "status": status,
        "payment_product": "vipps",
        "payment_product_type": "vipps",
        "items": [{"line_id": "1", "amount": 20000}, {"line_id": "2", "amount": 9990}],
        "events": [*authorized, *events],
        "created_at": "2026-11-20T12:00:00Z",
        "updated_at": "2026-11-20T12:00:09Z",
    }
    return told | changes


def session(*events: dict[str, Any], **changes: Any) -> dict[str, Any]:
    told = {
        "id": SESSION_ID,
        "order": {"amount": 29990, "currency": "NOK", "merchant_reference": "4711"},
        "url": {"return_url": "https://pay.example/shop/thanks/x"},
        "expires_at": "2026-11-21T12:00:00Z",
        "created_at": "2026-11-20T12:00:00Z",
        "events": [{"name": "INITIATED", "created_at": "2026-11-20T12:00:00Z"}, *events],
    }
    return told | changes


def happened(name: str, minute: int = 1, **details: Any) -> dict[str, Any]:
    return {"name": name, "created_at": f"2026-11-20T12:{minute:02}:00Z", "details": details}


def seen_payment(status: str = "AUTHORIZED", *events: dict[str, Any], **changes: Any):
    return observing.payment(TransactionBody.model_validate(transaction(status, *events, **changes)))


def seen_session(*events: dict[str, Any], **changes: Any):
    return observing.session(SessionBody.model_validate(session(*events, **changes)))


def answer_to_create(**changes: Any) -> dict[str, Any]:
    told = {
        "id": SESSION_ID,
        "url": f"https://checkout.dintero.com/v1/view/{SESSION_ID}",
        "publish": [{"channel": "sms", "type": "checkout-link", "id": "p", "status": "sent"}],
        "session": session(),
    }
    return told | changes
