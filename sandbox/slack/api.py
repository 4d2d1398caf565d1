"""The Web API and the response URLs over HTTP, as slack_sdk calls them (Slack reference §10, §11, §22)."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .faults import Fault
from .methods import perform, respond
from .state import Call, RefusedError, State

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


def _hang_up(request: Request) -> Response:
    """Break the connection under the caller."""
    transport = getattr(getattr(request.receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the sandbox dropped this call")
    transport.abort()
    return Response()


def _before(request: Request, fault: Fault | None) -> Response | None:
    """What a fault answers instead of the work."""
    match fault:
        case Fault("status", code):
            return PlainTextResponse("upstream error", code)
        case Fault("ratelimited", seconds):
            return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(seconds)})
        case Fault("error", name):
            return JSONResponse({"ok": False, "error": name})
        case Fault("drop_before"):
            return _hang_up(request)
    return None


async def _with_faults(ws: State, request: Request, name: str, work: Callable[[], Response]) -> Response:
    fault = ws.faults.take(name)
    if fault and fault.kind == "delay":
        await asyncio.sleep(fault.value)
    if instead := _before(request, fault):
        ws.log.append(Call(name, {}, {"ok": False, "error": fault.kind}, ws.clock(), fault.kind))
        return instead
    response = work()
    if fault and fault.kind == "drop_after":
        return _hang_up(request)
    return PlainTextResponse("upstream error", fault.value) if fault and fault.kind == "status_after" else response


def create_app(ws: State) -> Starlette:
    """The workspace's HTTP side: `/api/{method}` and `/hooks/…`."""

    async def call(request: Request) -> Response:
        name, args = request.path_params["method"], await _arguments(request)
        token = args.pop("token", None) or request.headers.get("authorization", "").removeprefix("Bearer ")

        def work() -> Response:
            try:
                answer = perform(ws, name, args, token)
            except RefusedError as refused:
                answer = refused.answer
                hints = answer.get("response_metadata", {}).get("messages", [])
                ws.complaints.append(" ".join([f"{name}: {answer['error']}", *hints]))
            ws.log.append(Call(name, args, answer, ws.clock()))
            headers = {"x-oauth-scopes": ",".join(sorted(ws.scopes))}
            if seconds := answer.pop("retry_after", 0):
                return JSONResponse(answer, 429, {**headers, "Retry-After": str(seconds)})
            return JSONResponse(answer, headers=headers)

        return await _with_faults(ws, request, name, work)

    async def hook(request: Request) -> Response:
        args = json.loads(await request.body())

        def work() -> Response:
            try:
                respond(ws, ws.hooks.get(request.path_params["key"]), args)
            except RefusedError as refused:
                ws.complaints.append(f"response_url: {refused}")
                ws.log.append(Call("response_url", args, refused.answer, ws.clock()))
                return JSONResponse(refused.answer, 404)
            ws.log.append(Call("response_url", args, {"ok": True}, ws.clock()))
            return PlainTextResponse("ok")

        return await _with_faults(ws, request, "response_url", work)

    return Starlette(
        routes=[
            Route("/api/{method}", call, methods=["GET", "POST"]),
            Route("/hooks/{key:path}", hook, methods=["POST"]),
        ]
    )
