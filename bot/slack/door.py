"""Slack's door: nothing is read before its signature is, and nothing goes further that is not a payload of Slack's.

The signature is checked here and not by Bolt, which reads a body before it asks who sent it.
"""

import hmac
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
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.domain.signatures import Refusal, Sender
from bot.services.ports.world import Counters
from bot.services.signature_checks import SignatureChecks
from bot.slack.shapes import check_shape
from bot.slack.texts import keepable

log = structlog.get_logger()

CHECKS_OWN: Final = "paylink_check"
"""The type of the request that `paylink check` signs itself, and the answer to it."""
_OLDEST: Final = 300
"""Seconds that a request's time may differ from ours (Slack reference §3)."""
_LONGEST_TIMESTAMP: Final = 12
"""Digits of seconds since 1970; Python refuses to read a number of thousands."""


@dataclass(frozen=True, slots=True)
class SlackDoor:
    """Commands, clicks, forms and events, all on `/slack/events`."""

    app: AsyncApp
    verifier: SignatureVerifier = field(repr=False)
    signatures: SignatureChecks
    counters: Counters

    def route(self) -> Route:
        """What Starlette should serve."""
        return Route("/slack/events", self._events, methods=["POST"])

    async def _events(self, request: Request) -> Response:
        body = await request.body()
        if refused := self._refusal(request, body):
            self._note(*refused)
            return PlainTextResponse("signature missing or wrong", 401)
        try:
            payload = _read(body.decode(), request.headers.get("content-type", ""))
            if payload.get("type") == CHECKS_OWN:
                return PlainTextResponse(CHECKS_OWN)  # proves the way here, and nothing of Slack
            self.signatures.accepted(Sender.SLACK)
            if payload.get("ssl_check") == "1":
                return Response()  # Slack looks at the certificate now and then (Slack reference §3)
            check_shape(payload)
        except (ValueError, RecursionError) as error:
            # Names of fields and kinds of errors only: what was sent may hold what people typed.
            where = error.errors(include_input=False, include_url=False) if isinstance(error, ValidationError) else []
            log.warning("slack_payload_odd", fields=[".".join(map(str, one["loc"][:4])) for one in where[:5]])
            return PlainTextResponse("not understood", 400)
        if payload.get("type") == "event_callback":
            return Response()  # no event is asked for; an answer keeps Slack from repeating it
        if payload.get("type") == "url_verification":
            return JSONResponse({"challenge": payload["challenge"]})  # not by Bolt, which reads fields that it lacks
        # As it was read and checked, whatever the content type said: what came by a socket, Bolt does not parse.
        asked = AsyncBoltRequest(body=dict(payload), mode="socket_mode")
        return to_starlette_response(await self.app.async_dispatch(asked))

    def _refusal(self, request: Request, body: bytes) -> tuple[Refusal, int | None] | None:
        """Why it is not taken for Slack's, and by how many seconds its time differs where that is why."""
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not timestamp or not signature:
            return Refusal.MISSING, None
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _LONGEST_TIMESTAMP):
            return Refusal.WRONG, None
        try:
            expected = self.verifier.generate_signature(timestamp=timestamp, body=body) or ""
        except UnicodeDecodeError:  # Slack signs text
            return Refusal.WRONG, None
        # As bytes: a header may hold what no text that is compared in constant time may.
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            return Refusal.WRONG, None
        skew = round(self.verifier.clock.now()) - int(timestamp)
        return (Refusal.STALE, skew) if abs(skew) > _OLDEST else None

    def _note(self, reason: Refusal, skew: int | None) -> None:
        self.counters.add("refused_slack_requests")
        self.signatures.refused(Sender.SLACK, reason, skew=skew)
        log.warning("slack_request_refused", reason=reason, **({} if skew is None else {"skew_seconds": skew}))


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
