"""Slack's door: nothing is read before its signature is, and nothing goes further that is not a payload of Slack's.

The signature is checked here and not by Bolt, which reads a body before it asks who sent it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog
from pydantic import ValidationError
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.slack.shapes import check_shape
from bot.slack.texts import keepable

log = structlog.get_logger()

_LONGEST_TIMESTAMP: Final = 12
"""Digits of seconds since 1970; Python refuses to read a number of thousands."""


@dataclass(frozen=True, slots=True)
class SlackDoor:
    """Commands, clicks, forms and events, all on `/slack/events`."""

    app: AsyncApp
    verifier: SignatureVerifier = field(repr=False)

    def route(self) -> Route:
        """What Starlette should serve."""
        return Route("/slack/events", self._events, methods=["POST"])

    async def _events(self, request: Request) -> Response:
        body = await request.body()
        if not self._is_signed(request, body):
            log.warning("slack_signature_wrong")
            return PlainTextResponse("signature missing or wrong", 401)
        try:
            payload = _read(body.decode(), request.headers.get("content-type", ""))
            check_shape(payload)
        except (ValueError, RecursionError) as error:
            # Names of fields and kinds of errors only: what was sent may hold what people typed.
            where = error.errors(include_input=False, include_url=False) if isinstance(error, ValidationError) else []
            log.warning("slack_payload_odd", fields=[".".join(map(str, one["loc"][:4])) for one in where[:5]])
            return PlainTextResponse("not understood", 400)
        if payload.get("type") == "event_callback":
            return Response()  # no event is asked for; an answer keeps Slack from repeating it
        # As it was read and checked, whatever the content type said: what came by a socket, Bolt does not parse.
        asked = AsyncBoltRequest(body=dict(payload), mode="socket_mode")
        return to_starlette_response(await self.app.async_dispatch(asked))

    def _is_signed(self, request: Request, body: bytes) -> bool:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _LONGEST_TIMESTAMP):
            return False
        try:
            # As bytes: a header may hold what no text that is compared in constant time may.
            return signature.isascii() and self.verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:  # Slack signs text
            return False


def _read(body: str, content_type: str) -> Mapping[str, Any]:
    """A form's fields, or the JSON that it carries or that the body is.

    Raises:
        ValueError: when it is neither, or not an object.
        RecursionError: when it is nested deeper than anybody reads.

    """
    if content_type.partition(";")[0].strip().lower() == "application/json" or body.startswith("{"):
        read = json.loads(body, parse_constant=_refuse)
    else:
        fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=100))
        read = json.loads(fields["payload"], parse_constant=_refuse) if "payload" in fields else fields
    match keepable(read):
        case dict() as kept:
            return kept
    raise ValueError("not an object")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
