"""The Web API and the response URLs over HTTP, as slack_sdk calls them (Slack reference §10, §11, §22)."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.dated import Dated
from sandbox.drop import Drop

from .faults import Fault
from .methods import METHODS, perform, respond
from .state import Call, RefusedError, State

COUNTED = {"error"}
"""Faults whose calls count against the limits all the same: a refusal takes a turn (Slack reference §11)."""
OBJECTS = {"blocks", "metadata", "view", "attachments"}


async def _arguments(request: Request) -> dict[str, Any]:
    args: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        args |= json.loads(await request.body() or b"{}")
    else:
        args |= await request.form()
    for key in OBJECTS & set(args):
        if isinstance(args[key], str):
            args[key] = json.loads(args[key])
    return args


def _before(fault: Fault | None) -> Response | None:
    """What a fault answers instead of the work."""
    match fault:
        case Fault("status", code):
            return PlainTextResponse("upstream error", code)
        case Fault("page", code):
            return HTMLResponse("<html><title>Log in to this network</title>", code)
        case Fault("ratelimited", seconds):
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(seconds)})
        case Fault("error", name, more):
            return JSONResponse({"ok": False, "error": name, **dict(more)})
        case Fault("drop_before"):
            return Drop()
    return None


def _now(ws: State) -> float:
    return ws.clock().timestamp()


def _attempt(ws: State, name: str, args: dict[str, Any], work: Callable[[], Any], fault: str | None) -> dict[str, Any]:
    """Do the work; a refusal is an answer too, and a complaint unless the caller could not know better."""
    try:
        answer = {"ok": True, **(work() or {})}
    except RefusedError as refused:
        answer = refused.answer
        hints = answer.get("response_metadata", {}).get("messages", [])
        if answer["error"] != "user_not_visible":
            ws.complaints.append(" ".join([f"{name}: {answer['error']}", *hints]))
    ws.log.append(Call(name, args, answer, ws.clock(), fault))
    return answer


async def _answer(ws: State, name: str, args: dict[str, Any], work: Callable[[], Any]) -> dict[str, Any] | Response:
    """The answer of a call, or what a fault made of it."""
    fault = ws.faults.take(name)
    kind = fault.kind if fault else None
    if kind in COUNTED and name in METHODS and (wait := ws.limits.wait(name, str(args.get("channel")), _now(ws))):
        fault, kind = Fault.ratelimited(wait), "ratelimited"
    if kind == "delay":
        await asyncio.sleep(fault.value)
    if instead := _before(fault):
        error = fault.value if fault and kind == "error" else kind
        ws.log.append(Call(name, args, {"ok": False, "error": error}, ws.clock(), kind))
        return instead
    answer = _attempt(ws, name, args, work, kind)
    if kind == "drop_after":
        return Drop()
    if kind == "bare" and answer["ok"]:
        return {"ok": True}
    if kind == "error_after":
        return {"ok": False, "error": fault.value}
    return PlainTextResponse("upstream error", fault.value) if kind == "status_after" else answer


def create_app(ws: State) -> Starlette:
    """The workspace's HTTP side: `/api/{method}` and `/hooks/…`."""

    async def call(request: Request) -> Response:
        name, args = request.path_params["method"], await _arguments(request)
        token = args.pop("token", None) or request.headers.get("authorization", "").removeprefix("Bearer ")
        answer = await _answer(ws, name, args, lambda: perform(ws, name, args, token))
        if isinstance(answer, Response):
            return answer
        headers = {"x-oauth-scopes": ",".join(sorted(ws.scopes))}
        if answer.get("error") == "ratelimited":
            return JSONResponse(answer, 429, {**headers, "Retry-After": str(answer["retry_after"])})
        return JSONResponse(answer, headers=headers)

    async def hook(request: Request) -> Response:
        args, url = json.loads(await request.body()), ws.hooks.get(request.path_params["key"])
        answer = await _answer(ws, "response_url", args, lambda: respond(ws, url, args))
        if isinstance(answer, Response):
            return answer
        return PlainTextResponse("ok") if answer["ok"] else JSONResponse(answer, ws.ways.response_url_refusal)

    return Starlette(
        routes=[
            Route("/api/{method}", call, methods=["GET", "POST"]),
            Route("/hooks/{key:path}", hook, methods=["POST"]),
        ],
        middleware=[Middleware(Dated, clock=ws.clock, off=lambda: ws.faults.date)],
    )
