"""Every HTTP exchange between the bot, Slack, Dintero and the customer, as it went over the wire."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.pulse import Pulse

KEPT = 200
NOT_OK = b'{"ok":false'
"""How a refusal of Slack begins, which comes with status 200."""


@dataclass
class Exchange:
    """One request and its answer; `status` stays None while there is none, and for good when none came."""

    number: int
    at: datetime
    sender: str
    receiver: str
    method: str
    target: str
    asked: bytes = b""
    status: int | None = None
    answered: bytes = b""
    milliseconds: int | None = None

    @property
    def between(self) -> str:
        """Whom the bot speaks with, or who else speaks: slack, dintero or customer."""
        others = [one for one in (self.sender, self.receiver) if one != "bot"]
        return others[0].lower()

    @property
    def outcome(self) -> str:
        """The status, with the name of the error that Slack puts into a 200."""
        if self.status is None:
            return "waiting" if self.milliseconds is None else "no answer"
        return " ".join([str(self.status), *self._refusal()])

    @property
    def wrong(self) -> bool:
        """It ended without an answer, or with an error."""
        ended = self.milliseconds is not None
        return ended and (self.status is None or self.status >= 400 or bool(self._refusal()))

    def _refusal(self) -> list[str]:
        if not self.answered.startswith(NOT_OK):
            return []
        try:
            return [str(json.loads(self.answered).get("error", "not ok"))]
        except ValueError:
            return ["not ok"]

    def request(self) -> str:
        """The body of the request, fit for reading."""
        return readable(self.asked)

    def answer(self) -> str:
        """The body of the answer, fit for reading."""
        return readable(self.answered)


class Traffic:
    """The newest exchanges, newest first, and the ears that hear them."""

    def __init__(self, clock: Callable[[], datetime], pulse: Pulse) -> None:
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT)
        self._clock, self._pulse = clock, pulse
        self._numbers = 0

    def numbered(self, number: int) -> Exchange | None:
        """An exchange by its number, while it is kept."""
        return next((one for one in self.exchanges if one.number == number), None)

    def listening(self, app: ASGIApp, receiver: str, sender: Callable[[str], str]) -> ASGIApp:
        """`app`, every request to it written down; `sender` says by the path who asks."""

        async def listened(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            query = scope["query_string"].decode()
            target = f"{path}?{query}" if query else path
            with self.exchange(sender(path), receiver, scope["method"], target) as exchange:
                await app(scope, _hearing(receive, exchange), _noting(send, exchange))

        return listened

    def client(self, sender: str, receiver: str, **options: Any) -> httpx.AsyncClient:
        """An HTTP client whose every request is written down."""
        return httpx.AsyncClient(timeout=None, trust_env=False, transport=_Heard(self, sender, receiver, **options))  # noqa: S113  each call brings its own

    @contextmanager
    def exchange(self, sender: str, receiver: str, method: str, target: str) -> Iterator[Exchange]:
        """One exchange while it lasts."""
        self._numbers += 1
        exchange = Exchange(self._numbers, self._clock(), sender, receiver, method, target)
        self.exchanges.appendleft(exchange)
        self._pulse.beat()
        began = perf_counter()
        try:
            yield exchange
        finally:
            exchange.milliseconds = round((perf_counter() - began) * 1000)
            self._pulse.beat()


class _Heard(httpx.AsyncHTTPTransport):
    """The ordinary transport, with an ear on it."""

    def __init__(self, traffic: Traffic, sender: str, receiver: str, **options: Any) -> None:
        super().__init__(**options)
        self._traffic, self._between = traffic, (sender, receiver)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, and write down what came back."""
        target = request.url.raw_path.decode()
        with self._traffic.exchange(*self._between, request.method, target) as exchange:
            exchange.asked = request.content
            response = await super().handle_async_request(request)
            exchange.answered, exchange.status = await response.aread(), response.status_code
        return response


def _hearing(receive: Receive, exchange: Exchange) -> Receive:
    async def heard() -> Message:
        message = await receive()
        exchange.asked += message.get("body", b"")
        return message

    return heard


def _noting(send: Send, exchange: Exchange) -> Send:
    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 200:  # a lone 103 is no answer
            exchange.status = message["status"]
        exchange.answered += message.get("body", b"")
        await send(message)

    return noted


def readable(body: bytes) -> str:
    """A body for the eye: JSON indented, forms as JSON with the JSON inside them opened, anything else as it is."""
    text = body.decode(errors="replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        fields = dict(parse_qsl(text, keep_blank_values=True)) if "=" in text and "<" not in text else None
    return json.dumps({k: _opened(v) for k, v in fields.items()}, indent=2, ensure_ascii=False) if fields else text


def _opened(value: str) -> Any:
    try:
        return json.loads(value) if value[:1] in {"{", "["} else value
    except ValueError:
        return value
