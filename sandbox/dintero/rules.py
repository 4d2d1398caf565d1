"""What Dintero refuses in a request body: the strictest reading of Dintero reference §4 and §8."""

import ipaddress
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

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


def text(value: object) -> bool:
    """Say whether it is a string with something in it: an empty phone is an API error (Dintero reference §4.4)."""
    return isinstance(value, str) and bool(value)


def words(value: object) -> bool:
    """Say whether it is a string, perhaps empty."""
    return isinstance(value, str)


def flag(value: object) -> bool:
    """Say whether it is true or false."""
    return isinstance(value, bool)


def minor(value: object) -> bool:
    """Say whether it is a whole int32: money is never a float (Dintero reference §1)."""
    return type(value) is int and -(2**31) <= value < 2**31


def number(value: object) -> bool:
    """Say whether it is a number; a truth value is none."""
    return type(value) in {int, float}


def anything(_value: object) -> bool:
    """Accept a part of the body that payment links never use."""
    return True


def phone(value: object) -> bool:
    """Say whether it has the pattern of §4.4: no spaces, 5 to 15 digits."""
    return isinstance(value, str) and re.fullmatch(r"\+?\d{5,15}", value) is not None


def currency(value: object) -> bool:
    """Say whether it is three letters."""
    return isinstance(value, str) and re.fullmatch("[A-Za-z]{3}", value) is not None


def url(value: object) -> bool:
    """Say whether it is an http(s) address (Dintero reference §4.3)."""
    return isinstance(value, str) and re.fullmatch(r"https?://[^\s/]+\S*", value) is not None


def callback(value: object) -> bool:
    """Say whether it is https; http passes on loopback only, where this sandbox lives (Dintero reference §9)."""
    if not url(value):
        return False
    parts = urlsplit(str(value))
    return parts.scheme == "https" or parts.hostname == "localhost" or _loopback(parts.hostname)


def _loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def time(value: object) -> bool:
    """Say whether it is a date-time."""
    try:
        return isinstance(value, str) and "T" in value and bool(moment(value))
    except ValueError:
        return False


RESERVED = {
    *("dintero", "merchant", "session", "event", "payout", "gateway", "bambora", "collector", "instabank"),
    *("klarna", "kravia", "netaxept", "payex", "santander", "swish", "vipps"),
}


def metadata(value: object) -> bool:
    """Say whether it is a flat object without reserved first words (Dintero reference §4.8)."""
    return isinstance(value, dict) and all(
        (text(v) or number(v)) and re.split(r"\W|_", k)[0] not in RESERVED for k, v in value.items()
    )


def ext(value: object) -> bool:
    """Say whether it is metadata of a capture or refund (Dintero reference §4.9)."""
    return isinstance(value, dict) and all(
        re.match("ext_", k) and len(k) <= 128 and text(v) and len(v) <= 256 for k, v in value.items()
    )


def keys(names: str, check: Any = words) -> Json:
    """One check for many keys."""
    return dict.fromkeys(names.split(), check)


# A shape: {} is an object that knows no other keys ("!": required), [] a list of, a set an enum, else a check.
PRODUCT = {"enabled!": flag, "type": words, "generate_payment_token": flag}
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
ADDRESS = keys(
    "first_name last_name address_line address_line_2 co_address business_name postal_code postal_place country"
    " phone_number email comment organization_number organization_type customer_reference cost_center"
) | keys("latitude longitude", number)
ITEM = (
    {"type": {"physical", "digital", "service", "gift_card", "shipping", "surcharge"}, "thumbnail_url": url}
    | keys("id line_id", text)
    | {"description": words, "eligible_for_discount": flag}
    | keys("amount vat_amount", minor)
    | keys("quantity vat unit_volume unit_weight unit_dimensional_weight", number)
    | keys("groups fee_split splits emd store discount_lines", anything)
)
ORDER = (
    {"amount!": minor, "currency!": currency, "merchant_reference!": text, "items": [ITEM], "partial_payment": flag}
    | {"vat_amount": minor, "shipping_address": ADDRESS, "billing_address": ADDRESS}
    | keys("merchant_reference_2 event_reference payout_destination_id", text)
    | keys("shipping_option store discount_lines discount_codes gift_cards", anything)
)
CONFIGURATION = (
    {block: {"type": words, **keys(products, PRODUCT)} for block, products in METHODS.items()}
    | {
        "vipps": {"enabled!": flag, "dynamic_descriptor": text},
        "auto_capture": flag,
        "channel": {"ecommerce", "in_app", "in_store"},
        "publish": [{"channel!": {"sms", "push"}, "type!": {"checkout-link", "app", "terminal"}}],
        "active_payment_types": {"enabled": flag},
        "allow_express_wallet_payment": flag,
        "theme": keys("backdrop primary cardRadius buttonRadius"),
        "countries": {"preferred_country": text, "allow_countries": [text], "deny_countries": [text]},
        "default_customer_type": {"b2c", "b2b"},
        "allow_different_billing_shipping_address": [{"b2c", "b2b"}],
        "default_payment_type": {f"{b}.{p}" for b, products in METHODS.items() for p in products.split()} | {"vipps"},
    }
    | keys("discounts payout", anything)
)
for _block in ("payex", "collector"):
    CONFIGURATION[_block]["dynamic_descriptor"] = text
CREATE = {
    "profile_id!": text,
    "url!": {"return_url!": url, "callback_url": callback, "merchant_terms_url": url},
    "order!": ORDER,
    "customer": {"customer_id": text, "email": text, "phone_number": phone, **keys("tokens gift_cards", anything)},
    "expires_at": time,
    "configuration": CONFIGURATION,
    "metadata": metadata,
    **keys("express checkboxes merchant", anything),
}
LINE = ITEM | {"line_id!": text, "amount!": minor}
for _optional in ("line_id", "amount", "eligible_for_discount"):
    del LINE[_optional]
CAPTURE = {"amount!": minor, "capture_reference": text, "items": [LINE], "final_capture": flag, "metadata": ext}
REFUND = {"amount!": minor, "refund_reference": text, "reason": text, "items": [LINE], "metadata": ext}


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
    elif isinstance(shape, set):
        if value not in shape:
            yield f"{where} must be one of {sorted(shape)}"
    elif not shape(value):
        yield f"{where} is no {shape.__name__}"


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
    return dict(value)  # type: ignore[call-overload]


def check_create(value: object, now: datetime, *, strict_amounts: bool) -> Json:
    """The body of `POST /sessions-profile`, or 400 (Dintero reference §4)."""
    body = check(value, CREATE)
    order, configuration = body["order"], body.get("configuration", {})
    items = [*order.get("items", ()), *filter(None, [order.get("shipping_option")])]
    lines = [item["line_id"] for item in items if "line_id" in item]
    wrong = {
        "order.amount must be above 0": order["amount"] <= 0,
        "order.items have the same line_id twice": len(lines) != len(set(lines)),
        "expires_at is not in the future": "expires_at" in body and moment(body["expires_at"]) <= now,
        "publish does not go with in_app": configuration.get("channel") == "in_app" and "publish" in configuration,
        "order.amount differs from its items": strict_amounts
        and order["amount"] != sum(item.get("amount", 0) for item in items),
    }
    if found := [sentence for sentence, is_so in wrong.items() if is_so]:
        raise RefusedError(400, "Validation failed", found)
    return body
