"""The money rules of one transaction: what may be captured, refunded and voided (Dintero reference §7, §8)."""

import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sandbox.dintero.rules import Json
from sandbox.dintero.switches import Switches

Operation = Literal["CAPTURE", "REFUND", "VOID"]
CAPTURABLE = {"AUTHORIZED", "PARTIALLY_CAPTURED", "PARTIALLY_CAPTURED_REFUNDED"}
REFUNDABLE = {"CAPTURED", "PARTIALLY_CAPTURED", "PARTIALLY_CAPTURED_REFUNDED", "PARTIALLY_REFUNDED"}
STATUSES = CAPTURABLE | REFUNDABLE | {"INITIATED", "ON_HOLD", "AUTHORIZATION_VOIDED", "REFUNDED", "DECLINED", "FAILED"}
STATUSES |= {"UNKNOWN"}
VOIDS_REST = {f"payex.{p}" for p in ("creditcard", "mobilepay", "vipps", "applepay", "clicktopay", "googlepay")}
VOIDS_REST |= {"vipps", "klarna.klarna", "klarna.billie"}
AT_ONCE = {"swish.swish", "payex.swish"}
WHOLE_LINES = {"collector", "instabank"}


@dataclass(frozen=True)
class Order:
    """One capture, refund or void somebody asked for."""

    kind: Operation
    amount: int
    by: str
    reference: str | None = None
    items: tuple[Json, ...] = ()
    final: bool = False
    request_id: str = ""
    correlation: str | None = None


def short_id() -> str:
    """Make an opaque id like Dintero's."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(22))


def stamp(at: datetime) -> str:
    """Write a time as Dintero writes it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def total(tx: Json, kind: Operation) -> int:
    """Sum the successful events of a kind (Dintero reference §6)."""
    return sum(event["amount"] for event in tx["events"] if event["event"] == kind and event["success"])


def position(tx: Json, switches: Switches) -> str:
    """Name the status that follows from the events (Dintero reference §7)."""
    captured, refunded, voided = total(tx, "CAPTURE"), total(tx, "REFUND"), total(tx, "VOID")
    if not captured:
        return "AUTHORIZATION_VOIDED" if voided else str(tx["status"])
    if captured + (voided if switches.void_rest == "CAPTURED" else 0) < tx["amount"]:
        return switches.part_refund if refunded else "PARTIALLY_CAPTURED"
    if not refunded:
        return "CAPTURED"
    return "REFUNDED" if refunded >= captured else "PARTIALLY_REFUNDED"


def open_amount(tx: Json, kind: Operation) -> int:
    """What is left to capture, refund or void."""
    if kind == "REFUND":
        return total(tx, "CAPTURE") - total(tx, "REFUND")
    return int(tx["amount"]) - total(tx, "CAPTURE") - total(tx, "VOID")


def objections(tx: Json, order: Order) -> list[str]:
    """Everything the table of Dintero reference §8 has against the order, in words."""
    return [*_state_objections(tx, order), *_item_objections(tx, order)]


def _state_objections(tx: Json, order: Order) -> Iterator[str]:
    status, method = tx["status"], tx["payment_product_type"]
    allowed = REFUNDABLE if order.kind == "REFUND" else CAPTURABLE
    if status not in allowed:
        yield f"Transaction in status {status} allows no {order.kind}"
    if order.kind == "VOID" and status != "AUTHORIZED" and method not in VOIDS_REST:
        yield f"{method} cannot void the rest of a part capture"
    if order.final and not method.startswith("dintero_psp."):
        yield f"{method} knows no final_capture"
    if not 0 < order.amount <= open_amount(tx, order.kind):
        yield "Amount exceeds what is left"


def _item_objections(tx: Json, order: Order) -> Iterator[str]:
    lines = {item["line_id"]: item["amount"] for item in tx["items"] if "line_id" in item and "amount" in item}
    names = [item["line_id"] for item in order.items]
    if tx["payment_product"] in WHOLE_LINES and order.kind != "VOID":
        if not names:
            yield "Items are required"
        if any(item["amount"] != lines.get(item["line_id"]) for item in order.items):
            yield "Only whole lines"
    if not names:
        return
    if unknown := [name for name in names if name not in lines]:
        yield f"Unknown line_id {unknown}"
    elif len(set(names)) != len(names) or any(_taken(tx, order, i) > lines[i["line_id"]] for i in order.items):
        yield "More than the line is worth"
    if sum(item["amount"] for item in order.items) != order.amount:
        yield "Items do not add up to the amount"


def _taken(tx: Json, order: Order, item: Json) -> int:
    earlier = (i for event in tx["events"] if event["event"] == order.kind and event["success"] for i in event["items"])
    return int(item["amount"]) + sum(i["amount"] for i in earlier if i.get("line_id") == item["line_id"])


def apply(tx: Json, order: Order, now: datetime, switches: Switches) -> Json:
    """Carry the order out: one more successful event, and the status that follows."""
    event = record(tx, order, now, success=True)
    if order.final and (rest := open_amount(tx, "VOID")):
        record(tx, Order("VOID", rest, order.by, request_id=order.request_id), now, success=True)
    tx["status"] = position(tx, switches)
    event["transaction_status"] = tx["status"]
    return event


def decline(tx: Json, order: Order, now: datetime, *, with_reference: bool) -> Json:
    """Let the order fail at the provider: an event without success, nothing else changes (Dintero reference §6)."""
    event = record(tx, order, now, success=False)
    event["error"] = {"code": "DECLINED", "message": "Declined by the provider", "type": ["DECLINED"]}
    if not with_reference:
        event.pop("event_reference", None)
    return event


def initiate(tx: Json, order: Order, now: datetime, *, with_reference: bool) -> Json:
    """Append INITIATE_*: accepted and not done; its end names this `request_id` (Dintero reference §6, §8.1)."""
    event = record(tx, order, now, success=True, prefix="INITIATE_")
    if not with_reference:
        event.pop("event_reference", None)
    return event


def record(tx: Json, order: Order, now: datetime, *, success: bool, prefix: str = "") -> Json:
    """Append an event of an order, with its reference and correlation (Dintero reference §8.1)."""
    event = add_event(tx, prefix + order.kind, now, success=success, by=order.by, request_id=order.request_id)
    event |= {"amount": order.amount, "items": [dict(item) for item in order.items]}
    optional = {"event_reference": order.reference, "correlation_request_id": order.correlation}
    event |= {key: value for key, value in optional.items() if value}
    return event


def add_event(
    tx: Json, kind: str, now: datetime, *, success: bool = True, by: str = "checkout", request_id: str = ""
) -> Json:
    """Append an event over the whole amount, in the status the transaction has now (Dintero reference §6)."""
    event: Json = {
        "id": short_id(),
        "event": kind,
        "success": success,
        "amount": tx["amount"],
        "items": [dict(item) for item in tx["items"]] if kind == "CAPTURE" else [],
        "transaction_status": tx["status"],
        "created_at": stamp(now),
        "created_by": by,
        "request_id": request_id or short_id(),
    }
    tx["events"].append(event)
    return event


def new_transaction(session: Json, method: str, now: datetime, account_id: str) -> Json:
    """Make the transaction a session leads to; metadata and callback stay behind (Dintero reference §1, §4.8)."""
    order = session["order"]
    copied = ("merchant_reference", "merchant_reference_2", "shipping_address", "billing_address")
    tx: Json = {key: order[key] for key in copied if key in order} | {
        "id": f"{account_id}.{short_id()}",
        "session_id": session["id"],
        "status": "INITIATED",
        "amount": order["amount"],
        "currency": order["currency"],
        "channel": session["configuration"].get("channel", "ecommerce"),
        "settlement_status": "NOT_SETTLED",
        "payment_operation": "unscheduled_purchase",
        "customer": dict(session.get("customer", {})),
        "items": [dict(item) for item in order.get("items", ())] + _shipped(order),
        "events": [],
        "metadata": {},
        "created_at": stamp(now),
        "updated_at": stamp(now),
    }
    choose(tx, method)
    _pay_with_gift_cards(tx, session)
    add_event(tx, "INITIALIZE", now)
    return tx


def _pay_with_gift_cards(tx: Json, session: Json) -> None:
    """What gift cards cover is a line below zero, and not in the amount (Dintero reference §4.2)."""
    covered = sum(card["amount"] for card in session["order"].get("gift_cards", ()))
    if not covered:
        return
    tx["items"].append({"line_id": "gift-cards", "description": "Gift card", "type": "gift_card", "amount": -covered})
    tx["amount"] = sum(item["amount"] for item in tx["items"])


def _shipped(order: Json) -> list[Json]:
    """The chosen shipping option, which is one more item of the transaction (Dintero reference §4.7)."""
    option = order.get("shipping_option")
    if option is None:
        return []
    copied = {key: option[key] for key in ("id", "line_id", "amount", "vat_amount", "vat") if key in option}
    return [copied | {"description": option["title"], "quantity": 1, "type": "shipping"}]


def choose(tx: Json, method: str) -> None:
    """Pay with this method (Dintero reference §4.6)."""
    tx["payment_product"], tx["payment_product_type"] = method.partition(".")[0], method
    if method.endswith(".creditcard"):
        tx["card"] = {"brand": "Visa", "masked_pan": "400000******0002", "expiry_date": "12/2030", "type": "Debit"}
