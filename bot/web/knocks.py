"""Where Dintero knocks: callback and webhook.

The body of a callback is unsigned and ignored; what a knock may cause is one look (Dintero reference §9, §11).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.domain.signatures import Refusal, Sender
from bot.services.arriving import Arriving
from bot.services.ports.world import Counters
from bot.services.signature_checks import SignatureChecks
from bot.web.guesses import Guesses

log = structlog.get_logger()

_SESSION_ID: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._~-]{0,99}", re.ASCII)
_MOST_FIELDS: Final = 100

CallbackSeal = Callable[[str, str, str, str | None], Refusal | None]
"""(method, route path, raw query, signature header) → why it is refused; None when Dintero signed it."""
WebhookSeal = Callable[[bytes, str | None], Refusal | None]
"""(raw body, signature header) → why it is refused; None when Dintero signed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocks:
    """The routes. Without a seal callbacks are taken unsigned, and the webhook does not exist."""

    arriving: Arriving
    counters: Counters
    signatures: SignatureChecks
    callback_seal: CallbackSeal | None
    webhook_seal: WebhookSeal | None
    guesses: Guesses

    def routes(self) -> list[Route]:
        """What Starlette should serve."""
        return [
            Route("/dintero/callback/{token}", self._callback, methods=["GET", "POST"]),
            Route("/dintero/webhook", self._webhook, methods=["POST"]),
        ]

    async def _callback(self, request: Request) -> Response:
        await request.body()  # ignored; read so that the limit on its size is felt
        refusal = self._refusal(request)
        if refusal is not None:
            followed = await self._note_unsigned(request.path_params["token"], refusal)
            return PlainTextResponse("signature missing or wrong", 401) if followed else PlainTextResponse("ok")
        if self.callback_seal is not None:
            self.signatures.accepted(Sender.CALLBACK)
        session_id = _named_session(_query(request))
        try:
            known = await self.arriving.callback(request.path_params["token"], session_id=session_id)
        except Exception:
            log.exception("callback_not_kept")  # 503: Dintero tries again
            return _later()
        if known:
            return PlainTextResponse("ok")
        address = request.client.host if request.client else ""
        return _too_many() if self.guesses.one_too_many(address) else PlainTextResponse("unknown", 404)

    async def _note_unsigned(self, token: str, refusal: Refusal) -> bool:
        """Count it; only one for a link of ours is kept, for strangers may send any.

        False for a link of another account: its callbacks are signed with that account's secret, and do nothing here.
        """
        try:
            known = await self.arriving.knows(token)
        except Exception:
            log.exception("callback_not_judged")  # without its database `ready` has worse to tell
            known = False
        if known is None:
            self.counters.add("callbacks_of_other_accounts")
            return False
        self.counters.add("unsigned_callbacks")
        log.warning("callback_refused", reason=refusal)
        if known:
            self.signatures.callback_refused(token, refusal)
        return True

    async def _webhook(self, request: Request) -> Response:
        if self.webhook_seal is None:
            return PlainTextResponse("unknown", 404)
        body = await request.body()
        refusal = self.webhook_seal(body, request.headers.get("event-signature"))
        if refusal is not None:
            self._note_refused_webhook(body, refusal)
            return PlainTextResponse("signature missing or wrong", 401)
        self.signatures.accepted(Sender.WEBHOOK)
        session_id = _session_of(body)
        if session_id is None:
            return PlainTextResponse("ok")
        try:
            await self.arriving.webhook(session_id)
        except Exception:
            log.exception("webhook_not_kept")
            return _later()
        return PlainTextResponse("ok")

    def _note_refused_webhook(self, body: bytes, refusal: Refusal) -> None:
        """Count it; another account's is signed with that account's secret, and is nothing to mend here."""
        account_id = _read_object(body).get("account_id")
        if isinstance(account_id, str) and account_id != self.arriving.account_id:
            self.counters.add("webhooks_of_other_accounts")
            return
        self.counters.add("unsigned_webhooks")
        self.signatures.refused(Sender.WEBHOOK, refusal)
        log.warning("webhook_refused", reason=refusal)

    def _refusal(self, request: Request) -> Refusal | None:
        if self.callback_seal is None:
            return None
        path = f"/dintero/callback/{request.path_params['token']}"
        return self.callback_seal(request.method, path, _query(request), request.headers.get("dintero-signature"))


def _query(request: Request) -> str:
    """The raw query, as it is signed; Starlette's own way makes an address of the request and parses that."""
    query: bytes = request.scope["query_string"]
    return query.decode(errors="replace")


def _named_session(query: str) -> str | None:
    """The session id in a callback's query, if it can be one: it will stand in an address at Dintero."""
    try:
        named = parse_qs(query, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    found = named.get("session_id") or named.get("sid")
    return found[0] if found and _SESSION_ID.fullmatch(found[0]) else None


def _session_of(body: bytes) -> str | None:
    """The session id of a webhook's transaction or authorization; None for events that have none."""
    event = _read_object(body)
    for part in ("transaction", "authorization"):
        inner = event.get(part)
        if isinstance(inner, dict) and isinstance(inner.get("session_id"), str):
            session_id = str(inner["session_id"])
            return session_id if _SESSION_ID.fullmatch(session_id) else None
    return None


def _read_object(body: bytes) -> dict[str, Any]:
    """The JSON object that the body is; empty when it is none."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _too_many() -> Response:
    return PlainTextResponse("try again later", 429, headers={"Retry-After": "30"})


def _later() -> Response:
    return PlainTextResponse("try again later", 503, headers={"Retry-After": "30"})
