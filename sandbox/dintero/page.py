"""The hosted checkout page: enough for a person or a script to pay on, and to meet trouble (Dintero reference §2)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.dintero.payments import AT_ONCE
from sandbox.dintero.people import Dintero, asks_for_address
from sandbox.dintero.rules import Json, RefusedError

OUTCOMES = {"pay", "start_payment", "fail_attempt", "decline", "fail", "hold", "walk_away"}
ADDRESS = {"first_name", "last_name", "address_line", "postal_code", "postal_place"}
ERRORS = {"decline": "authorization", "fail": "failed", "walk_away": "cancelled"}
NAMES = {
    "applepay": "Apple Pay",
    "clicktopay": "Click to Pay",
    "creditcard": "Card",
    "googlepay": "Google Pay",
    "mobilepay": "MobilePay",
}
"""What customers call a method; any other is called as Dintero's word is spelt."""
DEAD = {
    "EXPIRED": ("This link has expired", "Nothing was taken. Ask whoever sent it for a new one."),
    "CANCELLED": ("This link was cancelled", "Nothing can be paid here any more. Ask whoever sent it for a new one."),
    "AUTHORIZED": ("This is paid already", "You do not have to do anything more."),
    "ON_HOLD": ("The payment waits for approval", "You do not have to do anything more until it is decided."),
    "DECLINED": ("This payment was declined", "Nothing was taken. Ask whoever sent the link for a new one."),
    "FAILED": ("This payment was rejected", "Nothing was taken. Ask whoever sent the link for a new one."),
    "PAYMENT_INITIATED": ("Somebody is paying this right now", "It is being paid in another window or in an app."),
}
"""Why a link is dead, in words for the customer (Dintero reference §5)."""
NOWHERE = ("There is no such link", "Look whether the whole address was copied, or ask whoever sent it.")


@dataclass(frozen=True)
class Offer:
    """One way to pay, as the customer sees it."""

    method: str
    name: str
    note: str


def money(minor: int, currency: str = "") -> str:
    """An amount with two decimals."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02} {currency}".rstrip()


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["money"] = money
    return made


TEMPLATES = _environment()


def show(dintero: Dintero, session_id: str) -> Response:
    """Show what is to be paid, and count the visit; a dead link says why (Dintero reference §5)."""
    action = f"{session_id}/pay"
    try:
        session = dintero.open(session_id)
    except RefusedError as refused:
        return _dead(refused, action)
    if asks_for_address(session):
        options = session["express"]["shipping_options"]
        return _html("address.html", action=f"{session_id}/address", order=session["order"], options=options)
    offers = list(_offers(dintero.methods(session)))
    cards = [offer.method for offer in offers if offer.method.endswith(".creditcard")]
    return _html(
        "checkout.html",
        action=action,
        order=session["order"],
        terms=session["url"].get("merchant_terms_url"),
        offers=offers,
        card=cards[0] if cards else "",
        failed=any(event["name"] == "PAY_FAILED" for event in session["events"]),
    )


def take_address(dintero: Dintero, session_id: str, form: dict[str, Any]) -> Response:
    """Keep what was typed, and go on to the ways to pay (Dintero reference §4.7)."""
    typed = {key: value for key, value in form.items() if key in ADDRESS}
    try:
        session = dintero.give_address(session_id, form.get("option"), **typed)
    except RefusedError as refused:
        if refused.status != 404:
            raise
        return _dead(refused, action="pay")
    return RedirectResponse(dintero.page_of(session), 303)


def open_app(dintero: Dintero, session_id: str) -> Response:
    """What stands in the wallet's app once its own address has opened it."""
    if dintero.session(session_id)["id"] not in dintero.app_links:
        raise RefusedError(404, "No app is opened by this session")
    return act(dintero, session_id, {"outcome": "start_payment"})


def act(dintero: Dintero, session_id: str, form: dict[str, Any]) -> Response:
    """Do what a button says, then send the browser to return_url (Dintero reference §10)."""
    outcome, method = form.get("outcome", "pay"), form.get("method") or None
    if outcome not in OUTCOMES:
        raise RefusedError(400, f"Unknown outcome {outcome!r}")
    verb = getattr(dintero, outcome)
    try:
        verb(session_id) if outcome == "walk_away" else verb(session_id, method)
    except RefusedError as refused:
        if refused.status != 404:
            raise
        return _dead(refused, action="pay")
    session = dintero.session(session_id)
    if outcome == "start_payment":
        chosen = dintero.transaction(session["transaction_id"])["payment_product_type"]
        return _html("waiting.html", action="pay", order=session["order"], method=chosen, name=_name(chosen))
    if outcome == "pay" and "close" in form:
        return _html("closed.html", order=session["order"])
    if outcome == "fail_attempt":
        return RedirectResponse(dintero.page_of(session), 303)
    return RedirectResponse(dintero.browser_goes(return_url(session, ERRORS.get(outcome))), 303)


def return_url(session: Json, error: str | None) -> str:
    """Give the address the browser ends on, with its three parameters."""
    address = session["url"]["return_url"]
    query = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    query.append(("merchant_reference", session["order"]["merchant_reference"]))
    if error != "cancelled" and "transaction_id" in session:
        query.append(("transaction_id", session["transaction_id"]))
    if error:
        query.append(("error", error))
    return f"{address.partition('?')[0]}?{urlencode(query)}"


def _offers(methods: list[str]) -> Iterator[Offer]:
    """Every method by its name; where two have the same, the provider tells them apart."""
    named = {method: _name(method) for method in methods}
    times = Counter(named.values())
    for method, name in named.items():
        notes = [f"Through {method.partition('.')[0]}."] if times[name] > 1 else []
        if method in AT_ONCE:
            notes.append("Takes the money at once, nothing is reserved.")
        yield Offer(method, name, " ".join(notes))


def _name(method: str) -> str:
    product = method.rpartition(".")[2]
    return NAMES.get(product) or product.replace("_", " ").capitalize()


def _dead(refused: RefusedError, action: str) -> Response:
    cause = str(refused)
    heading, advice = DEAD.get(cause, NOWHERE)
    return _html("dead.html", 404, action=action, cause=cause, heading=heading, advice=advice)


def _html(template: str, status: int = 200, **seen: Any) -> Response:
    # Going back must not show a page on which nothing can be paid any more.
    return HTMLResponse(TEMPLATES.get_template(template).render(seen), status, {"Cache-Control": "no-store"})
