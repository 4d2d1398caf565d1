"""What Dintero sends by itself: callbacks per session (§9) and the account's webhook (§11), with their retries."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import httpx

from sandbox.dintero.payments import stamp
from sandbox.dintero.rules import Json
from sandbox.trust import NO_ANSWER, TRUST

CALLBACK_RETRIES, CALLBACK_TIMEOUT = 20, 10.0
WEBHOOK_ATTEMPTS, WEBHOOK_TIMEOUT = 5, 60.0


def sign(secret: str, account_id: str, method: str, url: str, at: datetime) -> str:
    """Make the Dintero-Signature of a callback; the body is not part of it (Dintero reference §9.1)."""
    parts, t = urlsplit(url), int(at.timestamp())
    query = sorted(parse_qsl(parts.query, keep_blank_values=True), key=lambda pair: pair[0])
    line = [str(t), account_id, method, parts.hostname or "", parts.path or "/", form_encoded(query)]
    digest = hmac.new(secret.encode(), "\n".join(line).encode(), hashlib.sha256)
    return f"t={t},v0-hmac-sha256={digest.hexdigest()}"


def form_encoded(query: list[tuple[str, str]]) -> str:
    """Encode like URLSearchParams, which leaves `*` and escapes `~`, unlike Python (Dintero reference §9.1)."""
    return urlencode(query, safe="*").replace("~", "%7E")


def hook_signature(secret: str, body: bytes) -> str:
    """Make the event-signature of a webhook: HMAC-SHA1 of the raw body (Dintero reference §11)."""
    return hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


@dataclass
class Delivery:
    """One message on its way; `attempts` counts those made."""

    kind: str
    url: str
    method: str
    headers: dict[str, str]
    body: bytes
    next_at: datetime
    attempts: int = 0
    answers: list[int | str] = field(default_factory=list)


@dataclass
class Subscription:
    """The account's one webhook."""

    url: str
    secret: str | None


@dataclass
class Post:
    """The queue of deliveries and who carries them; `done` keeps those that ended."""

    account: Any  # the Account, which makes its Post
    http: httpx.AsyncClient | None = None
    subscription: Subscription | None = None
    queue: list[Delivery] = field(default_factory=list)
    done: list[Delivery] = field(default_factory=list)

    def callback(self, session: Json, tx: Json | None, error: str | None = None, event: Json | None = None) -> bool:
        """Queue a callback if the options riding on the session's callback_url ask for it (Dintero reference §9)."""
        url = session["url"].get("callback_url")
        if not url or self.account.faults.callbacks.off:
            return False
        own = parse_qsl(urlsplit(url).query, keep_blank_values=True)
        options = dict(own)
        if error and options.get("report_error") != "true":
            return False
        if event and ("report_event", event["event"]) not in own:
            return False
        query = {
            "transaction_id": tx and tx["id"],
            options.get("sid_parameter_name", "session_id"): session["id"],
            "merchant_reference": session["order"]["merchant_reference"],
            "time": stamp(self.account.clock()),
            "error": error,
            "event": event and event["event"],
            "event_id": event and event["id"],
        }
        full = f"{url.partition('?')[0]}?{form_encoded([*own, *((k, v) for k, v in query.items() if v)])}"
        body = b""
        if options.get("method") == "POST" and tx:
            included = {"session": session} if ("includes", "session") in own else {}
            body = json.dumps(tx | included).encode()
        delay = min(int(options.get("delay_callback", "0")), 60) + self.account.faults.callbacks.late
        for _ in range(2 if self.account.faults.callbacks.doubled else 1):
            headers = {"event-delivery": str(uuid4())} | ({"content-type": "application/json"} if body else {})
            due = self.account.clock() + timedelta(seconds=delay)
            self.queue.append(Delivery("callback", full, options.get("method", "GET"), headers, body, due))
        return True

    def hook(self, event: str, **content: Json) -> None:
        """Queue a webhook for whoever subscribed (Dintero reference §11)."""
        if not self.subscription:
            return
        delivery = str(uuid4())
        body = json.dumps(
            {"account_id": self.account.account_id, "event": event, "event_delivery": delivery} | content
        ).encode()
        headers = {"content-type": "application/json", "event": event, "event-delivery": delivery}
        if self.subscription.secret:
            headers["event-signature"] = hook_signature(self.subscription.secret, body)
        self.queue.append(Delivery("webhook", self.subscription.url, "POST", headers, body, self.account.clock()))

    async def deliver_due(self) -> int:
        """Attempt, at once and in no order, everything that is due; the number of attempts."""
        now = self.account.clock()
        due = [delivery for delivery in self.queue if delivery.next_at <= now]
        self.queue[:] = [delivery for delivery in self.queue if delivery.next_at > now]
        if not due:
            return 0
        if self.http:
            await asyncio.gather(*(self._attempt(self.http, delivery) for delivery in due))
        else:
            async with httpx.AsyncClient(trust_env=False, verify=TRUST) as http:
                await asyncio.gather(*(self._attempt(http, delivery) for delivery in due))
        return len(due)

    async def _attempt(self, http: httpx.AsyncClient, delivery: Delivery) -> None:
        self._sign(delivery)
        delivery.attempts += 1
        timeout = CALLBACK_TIMEOUT if delivery.kind == "callback" else WEBHOOK_TIMEOUT
        send = http.request(
            delivery.method, delivery.url, headers=delivery.headers, content=delivery.body, timeout=timeout
        )
        try:
            answer: int | str = (await asyncio.wait_for(send, timeout)).status_code
        except (*NO_ANSWER, TimeoutError) as error:
            answer = type(error).__name__
        delivery.answers.append(answer)
        if self._again(delivery, answer):
            delivery.next_at = self.account.clock() + timedelta(seconds=min(2**delivery.attempts, 3600))
            self.queue.append(delivery)
        else:
            self.done.append(delivery)

    def _again(self, delivery: Delivery, answer: int | str) -> bool:
        """Say whether to try again: 4xx is final for a callback, for a webhook all outside 2xx fails (§9, §11)."""
        if delivery.kind == "callback":
            temporary = isinstance(answer, str) or answer < 200 or answer >= 500
            return temporary and delivery.attempts <= CALLBACK_RETRIES
        if isinstance(answer, int) and 200 <= answer < 300:
            return False
        if delivery.attempts >= WEBHOOK_ATTEMPTS:
            self.subscription = None
        return self.subscription is not None

    def _sign(self, delivery: Delivery) -> None:
        if delivery.kind != "callback" or not self.account.signature_secret:
            return
        if "dintero-signature" in delivery.headers and not self.account.switches.retries_resigned:
            return
        secret = "wrong" if self.account.faults.callbacks.wrong_signature else self.account.signature_secret
        signature = sign(secret, self.account.account_id, delivery.method, delivery.url, self.account.clock())
        delivery.headers["dintero-signature"] = signature
