"""What Dintero refuses in a request body: the strictest reading of Dintero reference §4 and §8."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

Json = dict[str, Any]


class RefusedError(Exception):
    """An answer that is not 2xx, with Dintero's error body (Dintero reference §4.11)."""

    def __init__(self, status: int, message: str, errors: list[str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"errors": [{"message": error} for error in errors or ()], "message": message}}


def moment(text: str) -> datetime:
    """An ISO 8601 time; UTC where it names no zone (Dintero reference §6)."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _callback(value: object) -> bool:
    """https; http passes on loopback only, where this sandbox lives (Dintero reference §9)."""
    return isinstance(value, str) and bool(re.match(r"https://[^\s/]|http://(127\.\d|localhost\b|\[::1])", value))


def _time(value: object) -> bool:
    """A date-time as RFC 3339 has it: with a zone."""
    try:
        return isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _metadata(value: object) -> bool:
    """Free, but for reserved first words (Dintero reference §4.8)."""
    reserved = METHODS.keys() | {"merchant", "session", "event", "payout", "gateway", "vipps"}
    return isinstance(value, dict) and all(
        type(v) in {str, int, float} and re.split(r"\W|_", k)[0] not in reserved for k, v in value.items()
    )


def _ext(value: object) -> bool:
    """Metadata of a capture or refund (Dintero reference §4.9)."""
    return isinstance(value, dict) and all(
        re.fullmatch("ext_.{0,124}", k) and isinstance(v, str) and len(v) <= 256 for k, v in value.items()
    )


def _keys(names: str, shape: Any = str) -> Json:
    return dict.fromkeys(names.split(), shape)


# A shape: {} is an object that knows no other keys ("!": required), [] a list of, a set an enum, a string a pattern,
# a type itself (int means int32: money is never a float, §1; object means anything), a function a test. What a payment
# link never uses (gift cards, payouts, several shipments) is left out, and thereby refused.
TEXT, URL, PHONE, CURRENCY = "(?s).+", r"https?://[^\s/]\S*", r"\+?\d{5,15}", "[A-Za-z]{3}"
PRODUCT = {"enabled!": bool}
METHODS = {
    "bambora": "creditcard vipps mobilepay applepay googlepay",
    "dintero": "wallets zero external",
    "dintero_psp": "creditcard vipps applepay googlepay clicktopay",
    "instabank": "invoice finance installment postponement",
    "netaxept": "creditcard",
    "payex": "creditcard vipps mobilepay swish applepay googlepay clicktopay",
    "collector": "invoice invoice_b2b invoice_b2b_preapproved installment finance",
    "klarna": "klarna billie",
    "kravia": "invoice_b2b invoice_b2b_grouped invoice_b2c",
    "two": "invoice_b2b",
    "santander": "debit_account",
    "seitatech": "in_person",
    "swish": "swish",
}
ITEM = (
    {"type": {"physical", "digital", "service", "gift_card", "shipping", "surcharge"}, "thumbnail_url": URL}
    | _keys("id line_id", TEXT)
    | {"description": str, "eligible_for_discount": bool}
    | _keys("amount vat_amount", int)
    | _keys("quantity vat unit_volume unit_weight unit_dimensional_weight", float)
    | _keys("groups discount_lines", list)
)
ORDER = (
    {"amount!": int, "currency!": CURRENCY, "merchant_reference!": TEXT, "items": [ITEM], "vat_amount": int}
    | _keys("merchant_reference_2 event_reference", TEXT)
    | {"partial_payment": bool, "shipping_address": dict, "billing_address": dict}
)
CONFIGURATION: Json = {block: _keys(products, PRODUCT) for block, products in METHODS.items()} | {
    "vipps": {"enabled!": bool, "dynamic_descriptor": TEXT},
    "auto_capture": bool,
    "channel": {"ecommerce", "in_app", "in_store", "hosted"},
    "publish": [{"channel!": {"sms", "push"}, "type!": {"checkout-link", "app", "terminal"}}],
    "active_payment_types": {"enabled": bool},
    "theme": _keys("backdrop primary cardRadius buttonRadius"),
    "countries": {"preferred_country": TEXT, "allow_countries": [TEXT], "deny_countries": [TEXT]},
    "default_customer_type": {"b2c", "b2b"},
    "allow_different_billing_shipping_address": [{"b2c", "b2b"}],
    "default_payment_type": {f"{b}.{p}" for b, products in METHODS.items() for p in products.split()} | {"vipps"},
}
CONFIGURATION["payex"]["dynamic_descriptor"] = CONFIGURATION["collector"]["dynamic_descriptor"] = TEXT
CONFIGURATION["dintero"]["external"] = PRODUCT | {"display!": object}
SHIPPING = (
    _keys("id! line_id! title!", TEXT)
    | {"operator!": str, "description": str, "amount!": int, "vat_amount": int, "vat": float}
    | {"delivery_method": {"delivery", "pick_up", "unspecified", "none"}}
)
EXPRESS = {
    "shipping_options!": [SHIPPING],
    "shipping_mode": {"shipping_required", "shipping_not_required"},
    "customer_types": [{"b2c", "b2b"}],
}
CREATE = {
    "profile_id!": TEXT,
    "url!": {"return_url!": URL, "callback_url": _callback, "merchant_terms_url": URL},
    "order!": ORDER,
    "customer": {"customer_id": TEXT, "email": TEXT, "phone_number": PHONE},
    "expires_at": _time,
    "configuration": CONFIGURATION,
    "metadata": _metadata,
    "merchant": dict,
    "express": EXPRESS,
}
LINE = ITEM | {"line_id!": TEXT, "amount!": int}
for _optional in ("line_id", "amount", "eligible_for_discount"):
    del LINE[_optional]
CAPTURE = {"amount!": int, "capture_reference": TEXT, "items": [LINE], "final_capture": bool, "metadata": _ext}
REFUND = {"amount!": int, "refund_reference": TEXT, "reason": TEXT, "items": [LINE], "metadata": _ext}


def problems(value: object, shape: Any, where: str = "body") -> Iterator[str]:
    """Everything wrong with `value`, in words."""
    if isinstance(shape, dict):
        yield from _object_problems(value, shape, where)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield f"{where} must be an array"
            return
        for at, inner in enumerate(value):
            yield from problems(inner, shape[0], f"{where}[{at}]")
    elif not _fits(value, shape):
        yield f"{where} is not valid"


def _fits(value: object, shape: Any) -> bool:
    if isinstance(shape, set):
        return isinstance(value, str) and value in shape
    if isinstance(shape, str):
        return isinstance(value, str) and re.fullmatch(shape, value) is not None
    if shape is int:
        return type(value) is int and -(2**31) <= value < 2**31
    if shape is float:
        return type(value) in {int, float}
    return isinstance(value, shape) if isinstance(shape, type) else bool(shape(value))


def _object_problems(value: object, shape: Json, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} must be an object"
        return
    known = {key.rstrip("!"): inner for key, inner in shape.items()}
    yield from (f"{where}.{k[:-1]} is required" for k in shape if k.endswith("!") and k[:-1] not in value)
    for key, inner in value.items():
        if key in known:
            yield from problems(inner, known[key], f"{where}.{key}")
        else:
            yield f"{where}.{key} is unknown"


def check(value: object, shape: Any) -> Json:
    """`value`, if nothing is wrong with it; else 400."""
    if found := list(problems(value, shape)):
        raise RefusedError(400, "Validation failed", found)
    return cast(Json, value)


def check_create(value: object, now: datetime, *, strict_amounts: bool) -> Json:
    """The body of `POST /sessions-profile`, or 400 (Dintero reference §4)."""
    body = check(value, CREATE)
    order, configuration = body["order"], body.get("configuration", {})
    items = order.get("items", [])
    options = body.get("express", {}).get("shipping_options", [])
    lines = [item["line_id"] for item in (*items, *options) if "line_id" in item]
    in_app = configuration.get("channel") in {"in_app", "hosted"}
    wrong = {
        "order.amount must be above 0": order["amount"] <= 0,
        "order.items or shipping_options have the same line_id twice": len(lines) != len(set(lines)),
        "expires_at is not in the future": "expires_at" in body and moment(body["expires_at"]) <= now,
        "publish does not go with in_app or hosted": in_app and "publish" in configuration,
        "express does not go with in_app or hosted": in_app and "express" in body,
        "express.shipping_options is empty": "express" in body and not options,
        "express.shipping_options have an amount below 0": any(option["amount"] < 0 for option in options),
        "order.amount differs from its items": strict_amounts
        and order["amount"] != sum(item.get("amount", 0) for item in items),
    }
    if found := [sentence for sentence, is_so in wrong.items() if is_so]:
        raise RefusedError(400, "Validation failed", found)
    return body
