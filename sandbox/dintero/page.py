"""The hosted checkout page: plain, and enough for a person or a script to pay on (Dintero reference §2, §10)."""

from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.dintero.people import Dintero
from sandbox.dintero.rules import Json, RefusedError

STYLE = "body{font:1.1em sans-serif;max-width:26em;margin:2em auto}button{font:inherit;margin:.3em 0;width:100%}"
TROUBLE = {
    "fail_attempt": "Fail this attempt",
    "decline": "Dismiss in the app",
    "fail": "Be rejected for good",
    "hold": "Need approval by the provider",
    "walk_away": "Cancel and go back",
}
ERRORS = {"decline": "authorization", "fail": "failed", "walk_away": "cancelled"}


def show(dintero: Dintero, session_id: str) -> Response:
    """Show what is to be paid, and count the visit; a dead link says why (Dintero reference §5)."""
    try:
        session = dintero.open(session_id)
    except RefusedError as refused:
        return _html(f"<h1>This link is no longer available</h1><p>{escape(str(refused))}</p>", 404)
    order = session["order"]
    lines = "".join(f"<li>{escape(item.get('description', ''))}</li>" for item in order.get("items", ()))
    offered = [("pay", method, f"Pay with {method}") for method in dintero.methods(session)]
    buttons = [*offered, *((outcome, "", label) for outcome, label in TROUBLE.items())]
    forms = "".join(
        f'<form method="post" action="{escape(session_id)}/pay">'
        f'<input type="hidden" name="method" value="{escape(method)}">'
        f'<button name="outcome" value="{outcome}">{escape(label)}</button></form>'
        for outcome, method, label in buttons
    )
    amount = f"{order['amount'] // 100}.{order['amount'] % 100:02} {escape(order['currency'])}"
    return _html(f"<h1>{amount}</h1><p>{escape(order['merchant_reference'])}</p><ul>{lines}</ul>{forms}", 200)


def act(dintero: Dintero, session_id: str, form: dict[str, Any]) -> Response:
    """Do what a button says, then send the browser to return_url (Dintero reference §10)."""
    outcome, method = form.get("outcome", "pay"), form.get("method") or None
    if outcome not in {"pay", *TROUBLE}:
        raise RefusedError(400, f"Unknown outcome {outcome!r}")
    verb = getattr(dintero, outcome)
    verb(session_id) if outcome == "walk_away" else verb(session_id, method)
    session = dintero.session(session_id)
    target = dintero.url_of(session) if outcome == "fail_attempt" else return_url(session, ERRORS.get(outcome))
    return RedirectResponse(target, 303)


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


def _html(body: str, status: int) -> Response:
    return HTMLResponse(f"<!doctype html><title>Checkout (sandbox)</title><style>{STYLE}</style>{body}", status)
