"""What we ask of Dintero: one `Call` per question. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, Literal
from urllib.parse import quote

from bot.dintero.config import DinteroConfig
from bot.dintero.methods import switched
from bot.domain.links import Link
from bot.domain.operations import Operation
from bot.domain.orders import SHIPPING_LINE, Delivery, Line, Order

PAGE: Final = 100
"""The most elements a list gives at once (Dintero reference §6)."""

MAX_TEXT: Final = 200
"""Characters of a line's description (Dintero reference §4.9; no limit is published)."""

ADDRESS_ITEM: Final = "address"
"""The item that the transaction has besides our lines once the customer has typed an address; it costs nothing."""

_OPTIONS: Final = (
    "method=POST&report_error=true&report_event=CAPTURE&report_event=REFUND&report_event=VOID"  # alphabetical, §9.1
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `template` is what logs may show; `id` takes the place of `{id}` in it."""

    method: Literal["GET", "POST"]
    template: str
    id: str = ""
    params: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path below the base URL."""
        return self.template.replace("{id}", quote(self.id, safe=""))


def create(order: Order, link: Link, config: DinteroConfig, *, token: str) -> Call:
    """Create a session, which sends the message at once when one is wanted (Dintero reference §4, §4.5)."""
    return Call(
        method="POST",
        template="/sessions-profile",
        params=(("include_session", "true"),),
        body=create_body(order, link, config, token=token),
        headers={"Dintero-Feature-Toggles": "strict-session-amounts"},
    )


def create_body(order: Order, link: Link, config: DinteroConfig, *, token: str) -> dict[str, Any]:
    """The body of a create (Dintero reference §4.1). An unknown customer is left out: empty is refused (§4.4)."""
    body: dict[str, Any] = {
        "profile_id": order.profile or config.profile_id,
        "url": _urls(order, config, token),
        "order": {
            "amount": order.amount,
            "currency": order.currency,
            "merchant_reference": link.reference,
            "vat_amount": order.vat_amount,
            "items": [_item(line) for line in order.lines],
        },
        "expires_at": stamp(link.expires_at),
        "configuration": _configuration(order, link, config),
    }
    customer = {key: value for key, value in (("phone_number", order.phone), ("email", order.email)) if value}
    if customer:
        body["customer"] = customer
    if order.address:
        body["express"] = {"shipping_options": [_shipping(order.address)]}
    return body


def _urls(order: Order, config: DinteroConfig, token: str) -> dict[str, str]:
    urls = {"return_url": return_url(config, token), "callback_url": callback_url(config, token)}
    return urls | ({"merchant_terms_url": order.terms} if order.terms else {})


def _configuration(order: Order, link: Link, config: DinteroConfig) -> dict[str, Any]:
    """What differs from the payment profile (Dintero reference §4.5)."""
    configuration: dict[str, Any] = {"auto_capture": link.auto_capture, **switched(order.methods, config.methods)}
    if order.delivery is Delivery.SMS:
        configuration["publish"] = [{"type": "checkout-link", "channel": "sms"}]
    elif order.delivery is Delivery.APP:
        configuration["channel"] = "hosted"
    return configuration


def _shipping(title: str) -> dict[str, Any]:
    """The one way in which an express session ships: what it costs is an order line already (§4.7)."""
    return {"id": ADDRESS_ITEM, "line_id": ADDRESS_ITEM, "title": title, "operator": "", "amount": 0, "vat_amount": 0}


def callback_url(config: DinteroConfig, token: str) -> str:
    """Where Dintero calls back, its options riding along (Dintero reference §9)."""
    return f"{config.public_url.rstrip('/')}/dintero/callback/{token}?{_OPTIONS}"


def return_url(config: DinteroConfig, token: str) -> str:
    """Where the customer's browser goes afterwards (Dintero reference §10)."""
    return config.return_url or f"{config.public_url.rstrip('/')}/thanks/{token}"


def session(session_id: str) -> Call:
    """Read a session (Dintero reference §5)."""
    return Call(method="GET", template="/sessions/{id}", id=session_id)


def search(reference: str, *, limit: int = 10) -> Call:
    """Search sessions, where the account's API can (Dintero reference §5.1)."""
    return Call(method="GET", template="/sessions", params=(("search", reference), ("limit", str(limit))))


def transaction(transaction_id: str) -> Call:
    """Read a transaction (Dintero reference §6)."""
    return Call(method="GET", template="/transactions/{id}", id=transaction_id)


def transactions(filters: Sequence[tuple[str, str]], starting_after: str | None) -> Call:
    """One page of transactions (Dintero reference §6). Failed events are wanted too, so nothing narrows `events`."""
    paging = [("limit", str(PAGE))] + ([("starting_after", starting_after)] if starting_after else [])
    return Call(method="GET", template="/transactions", params=(*filters, *paging))


def capture(transaction_id: str, operation: Operation) -> Call:
    """Take reserved money, by lines where they are known; the last capture releases the rest (Dintero reference §8)."""
    body = {"amount": operation.amount, "capture_reference": operation.reference, **_items(operation)}
    if operation.releases_rest:
        body["final_capture"] = True
    return Call(method="POST", template="/transactions/{id}/capture", id=transaction_id, body=body)


def refund(transaction_id: str, operation: Operation) -> Call:
    """Return taken money, by lines where they are known (Dintero reference §8)."""
    body = {"amount": operation.amount, "refund_reference": operation.reference, **_items(operation)}
    if operation.reason:
        body["reason"] = operation.reason
    return Call(method="POST", template="/transactions/{id}/refund", id=transaction_id, body=body)


def void(transaction_id: str) -> Call:
    """Let go of reserved money; no body, a null one was refused (Dintero reference §8, §16)."""
    return Call(method="POST", template="/transactions/{id}/void", id=transaction_id)


def cancel(session_id: str) -> Call:
    """End a session; no body (Dintero reference §5.3)."""
    return Call(method="POST", template="/sessions/{id}/cancel", id=session_id)


def token(config: DinteroConfig) -> Call:
    """Ask for an access token, at the other host and with Basic credentials (Dintero reference §3)."""
    audience = f"{config.api_url.rstrip('/')}/accounts/{config.account_id}"
    body = {"grant_type": "client_credentials", "audience": audience}
    return Call(method="POST", template="/accounts/{id}/auth/token", id=config.account_id, body=body)


def identity(config: DinteroConfig) -> dict[str, str]:
    """The headers that say who calls (Dintero reference §2.1)."""
    return {
        "Accept": "application/json",
        "Dintero-System-Name": "Paylink",
        "Dintero-System-Version": config.version,
        "Dintero-System-Plugin-Name": "Paylink for Slack",
        "Dintero-System-Plugin-Version": config.version,
        "User-Agent": f"Paylink/{config.version}",
    }


def stamp(at: datetime) -> str:
    """A time as Dintero reads it: whole seconds of UTC with `Z` (Dintero reference §4.8)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _item(line: Line) -> dict[str, Any]:
    """One order line (Dintero reference §4.2); `vat` is percent, 25 not 0.25."""
    kind = {"type": "shipping"} if line.line_id == SHIPPING_LINE else {}
    return {
        **kind,
        "id": line.line_id,
        "line_id": line.line_id,
        "description": line.text[:MAX_TEXT],
        "quantity": _number(line.quantity),
        "amount": line.total,
        "vat_amount": line.vat_amount,
        "vat": _number(Decimal(line.vat) / 100),
    }


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def _items(operation: Operation) -> dict[str, Any]:
    items = [{"line_id": line_id, "amount": amount} for line_id, amount in operation.items.items() if amount]
    return {"items": items} if items else {}
