"""The HTTP of both Dintero hosts under `/v1`, with every exchange logged and faults applied (Dintero reference §2)."""

import asyncio
import base64
import copy
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.dated import Dated
from sandbox.dintero import lists, page
from sandbox.dintero.account import Exchange
from sandbox.dintero.faults import Fault, Kind
from sandbox.dintero.odd_fields import OddFields, made_odd
from sandbox.dintero.payments import Operation, Order, open_amount, short_id
from sandbox.dintero.people import Dintero
from sandbox.dintero.rules import CAPTURE, REFUND, RefusedError, check, moment
from sandbox.drop import Cut, Drop


@dataclass(frozen=True)
class Call:
    """One request, read."""

    id: str
    query: QueryParams
    headers: Headers
    body: Any
    mode: str


Work = Callable[[Dintero, Call], Response]


def create_app(dintero: Dintero) -> Starlette:
    """Make the ASGI app of one account; wrong paths get a plain 404."""
    routes: list[tuple[str, str, Kind, Work]] = [
        ("POST", "/accounts/{id}/auth/token", "token", _token),
        ("POST", "/sessions-profile", "create", _create),
        ("GET", "/sessions", "search", _search),
        ("GET", "/sessions/{id}", "session", _session),
        ("POST", "/sessions/{id}/cancel", "cancel", _cancel),
        ("GET", "/transactions", "list", _list),
        ("GET", "/transactions/{id}", "transaction", _transaction),
        ("POST", "/transactions/{id}/capture", "capture", _operation("CAPTURE")),
        ("POST", "/transactions/{id}/refund", "refund", _operation("REFUND")),
        ("POST", "/transactions/{id}/void", "void", _operation("VOID")),
        ("GET", "/view/{id}", "view", lambda d, call: page.show(d, call.id)),
        ("GET", "/view/{id}/app", "view", lambda d, call: page.open_app(d, call.id)),
        ("POST", "/view/{id}/address", "view", lambda d, call: page.take_address(d, call.id, call.body)),
        ("POST", "/view/{id}/pay", "view", lambda d, call: page.act(d, call.id, call.body)),
    ]
    return Starlette(
        routes=[
            Route(f"/v1{path}", _endpoint(dintero, kind, f"/v1{path}", work), methods=[method])
            for method, path, kind, work in routes
        ],
        middleware=[Middleware(Dated, clock=dintero.clock, off=lambda: dintero.faults.date)],
    )


def _endpoint(dintero: Dintero, kind: Kind, path: str, work: Work) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        fault, raw = dintero.faults.take(kind), await request.body()
        exchange = Exchange(kind, request.method, path, str(request.url), dict(request.headers), None, dintero.clock())
        dintero.log.append(exchange)
        await asyncio.sleep(0 if fault.after else fault.wait)
        if fault.until is not None:
            await fault.until.wait()
        try:
            exchange.body = _parsed(kind, request, raw)
            response = _instead(fault)
            if fault.after or response is None:
                if kind not in {"token", "view"}:
                    _authorize(dintero, request)
                identity = request.path_params.get("id", "")
                call = Call(identity, request.query_params, request.headers, exchange.body, fault.spoil)
                answers = [work(dintero, call) for _ in range(1 + fault.twice)]
                response = _odd(answers[-fault.after], kind, fault, dintero.switches.odd_fields)
        except RefusedError as refused:
            response = JSONResponse(refused.body, refused.status)
        await asyncio.sleep(fault.wait if fault.after else 0)
        response = _instead(fault) or _spoiled(fault, response)
        response.headers["request-id"] = exchange.request_id
        if not isinstance(response, (Drop, Cut)):
            exchange.status, exchange.answer = response.status_code, _readable(response)
        return response

    return endpoint


def _parsed(kind: Kind, request: Request, raw: bytes) -> Any:
    """Read JSON in, no form encoding but on the customer's page (Dintero reference §2)."""
    if kind == "view":
        return dict(parse_qsl(raw.decode()))
    if not raw:
        return None
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise RefusedError(400, "Content-Type must be application/json")
    try:
        value = json.loads(raw)
    except ValueError:
        raise RefusedError(400, "Body is no JSON") from None
    if not isinstance(value, dict):  # even a void's explicit null was refused (§8, §16)
        raise RefusedError(400, "Body must be an object")
    return value


def _instead(fault: Fault) -> Response | None:
    if fault.drop:
        return Drop()
    if not fault.code:
        return None
    headers = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    if fault.page:
        return HTMLResponse("<html><title>Log in to this network</title>", fault.code)
    message = HTTPStatus(fault.code).name
    return JSONResponse({"error": {"errors": [], "message": message}}, fault.code, headers)


def _odd(response: Response, kind: Kind, fault: Fault, always: OddFields) -> Response:
    """Make transactions and sessions odd, by the fault or the switch; the token and the customer's page are spared."""
    how = always if fault.fields == "none" else fault.fields
    if how == "none" or kind in {"token", "view", "create"} or response.status_code != 200:
        return response
    event_request = response.headers.get("event-request-id")
    headers = {"event-request-id": event_request} if event_request else None
    return JSONResponse(made_odd(_readable(response), how), headers=headers)


def _spoiled(fault: Fault, response: Response) -> Response:
    if response.status_code != 200 or not fault.spoil:
        return response
    if fault.spoil == "garbage":
        return Response("<html>Bad gateway", media_type="application/json")
    if fault.spoil == "cut":
        return Cut(bytes(response.body), headers=response.headers)
    if fault.spoil == "missing":
        answer = {key: value for key, value in _readable(response).items() if key not in {"id", "url"}}
        return JSONResponse(answer)
    if fault.spoil == "accepted":
        response.status_code = 202
    return response


def _readable(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except ValueError:
        return bytes(response.body).decode()


def _authorize(dintero: Dintero, request: Request) -> None:
    """Refuse every call without a living token (Dintero reference §2.1, §3)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    expires = dintero.tokens.get(token)
    if scheme != "Bearer" or expires is None or expires <= dintero.clock():
        raise RefusedError(401, "UNAUTHORIZED")


def _token(dintero: Dintero, call: Call) -> Response:
    """Give a token for Basic credentials and the account's own audience (Dintero reference §3)."""
    try:
        basic = base64.b64decode(call.headers.get("authorization", "").removeprefix("Basic "), validate=True)
        client_id, _, secret = basic.decode().partition(":")
    except ValueError:
        raise RefusedError(401, "UNAUTHORIZED") from None
    path = f"/v1/accounts/{dintero.account_id}"
    body = check(call.body, {"grant_type!": {"client_credentials"}, "audience!": str})
    if body["audience"] not in {f"https://api.dintero.com{path}", f"{dintero.base_url.rstrip('/')}{path}"}:
        raise RefusedError(403, "FORBIDDEN")
    token = dintero.issue_token(client_id, secret) if call.id == dintero.account_id else None
    if token is None:
        raise RefusedError(401, "UNAUTHORIZED")
    return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 14400})


def _create(dintero: Dintero, call: Call) -> Response:
    toggles = call.headers.get("dintero-feature-toggles", "").replace(" ", "").split(",")
    session = dintero.create(call.body, strict_amounts="strict-session-amounts" in toggles)
    answer = {"id": session["id"], "url": dintero.url_of(session), "publish": session["configuration"]["publish"]}
    return JSONResponse(answer | ({"session": session} if call.query.get("include_session") == "true" else {}))


def _session(dintero: Dintero, call: Call) -> Response:
    session = dintero.session(call.id)
    if dintero.clock() >= moment(session["expires_at"]) and dintero.switches.get_after_expiry == 404:
        raise RefusedError(404, "Session not found")
    return JSONResponse(session)


def _cancel(dintero: Dintero, call: Call) -> Response:
    return JSONResponse(dintero.session(call.id) if call.mode == "idle" else dintero.cancel(call.id))


def _search(dintero: Dintero, call: Call) -> Response:
    if not dintero.switches.session_search:
        return PlainTextResponse("Not Found", 404)
    return JSONResponse(lists.sessions(dintero.sessions.values(), call.query, dintero.switches, dintero.clock()))


def _list(dintero: Dintero, call: Call) -> Response:
    now, switches = dintero.clock(), dintero.switches
    shown = [tx for tx in dintero.transactions.values() if dintero.versions.is_shown(tx, switches, now)]
    found = lists.transactions(shown, call.query, switches, now)
    return JSONResponse([dintero.versions.read(tx, switches, now) for tx in found])


def _transaction(dintero: Dintero, call: Call) -> Response:
    tx = dintero.versions.read(dintero.transaction(call.id), dintero.switches, dintero.clock())
    includes = call.query.getlist("includes")
    tx = lists.only_successful(tx) if "events.success.true" in includes else tx
    return JSONResponse(tx | ({"session": dintero.session(tx["session_id"])} if "session" in includes else {}))


def _operation(kind: Operation) -> Work:
    """Capture, refund or void: 200 with the transaction, or 202 with `event-request-id` (Dintero reference §8.1)."""

    def work(dintero: Dintero, call: Call) -> Response:
        tx, request_id = dintero.transaction(call.id), short_id()
        if kind == "VOID":
            order = Order(kind, open_amount(tx, kind), dintero.client_id, request_id=request_id)
        else:
            body = check(call.body, CAPTURE if kind == "CAPTURE" else REFUND)
            session_order = dintero.session(tx["session_id"])["order"]
            order = Order(
                kind,
                body["amount"],
                dintero.client_id,
                reference=body.get(f"{kind.lower()}_reference", session_order.get("event_reference")),
                items=tuple(body.get("items", ())),
                final=body.get("final_capture", False),
                request_id=request_id,
            )
        before = copy.deepcopy(tx)
        tx = dintero.operate(call.id, order, call.mode)
        headers = {"event-request-id": request_id} if call.mode == "accepted" else None
        if call.mode == "accepted" and dintero.switches.accepted_body == "empty":
            return Response(headers=headers)
        if call.mode == "older":
            return JSONResponse(before)
        return JSONResponse(dintero.versions.written(tx, dintero.switches, dintero.clock()), headers=headers)

    return work
