"""How requests travel: permits, time limits, what is repeated and what never is.

Reads and the token are tried three times. A write is repeated by itself only where it provably was not done: the
connection was never made, or Dintero answered 401 or 429 (Dintero reference §8.2: nothing there is idempotent).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

import httpx
import stamina
import structlog

from bot.dintero import requests
from bot.dintero.answers import TryAgain, is_page, read, request_id, retry_after
from bot.dintero.config import DinteroConfig
from bot.dintero.models import Granted
from bot.dintero.requests import Call
from bot.dintero.token import AccessToken
from bot.domain.errors import GatewayError, Missing, NotSent, OutcomeUnknown, Unreachable
from bot.domain.operations import PAUSE_LIMIT

MaySend: TypeAlias = Callable[[], Awaitable[bool]]
Admitted: TypeAlias = Callable[[str | None], None]
"""Told by every answer that says so: None, we were let in; else why not."""
Dated: TypeAlias = Callable[[str | None, float], None]
"""Called with the `Date` header of every answer, and the seconds that the answer took."""

Trace: TypeAlias = Callable[[str, Mapping[str, object]], Awaitable[None]]
"""Called by httpcore at each step of a request; what it raises ends the request there."""

log = structlog.get_logger()

CONNECTIONS: Final = 10
"""More slow down httpx's pool; the client given to the gateway is used for nothing else."""
_READS: Final = 7
"""Of these, so that writes always find a free one soon."""

_TRIES: Final = 3
_READ_PATIENCE: Final = 10.0
_WRITE_PATIENCE: Final = 5.0
"""The longest Retry-After, in seconds, that is waited for."""
_RECONNECT_AFTER: Final = 0.2

_NEVER_LEFT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

T = TypeVar("T")


class _TooLate(Exception):
    """A write stood still between its permit and its first byte; nothing of it was sent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a request may take: each step of it, and all of it in seconds, however slowly its answer drips."""

    steps: httpx.Timeout
    whole: float


READ: Final = Limits(httpx.Timeout(10.0, connect=3.0, pool=5.0), 20.0)
WRITE: Final = Limits(httpx.Timeout(30.0, connect=3.0, pool=5.0), 60.0)
"""The whole is shorter than a sender's lease of 90 s."""


@dataclass(slots=True)
class Repeats:
    """How often one write may still be repeated by itself, by reason."""

    left: dict[str, int] = field(default_factory=lambda: {"no connection": 1, "401": 1, "429": 2})

    def after(self, response: httpx.Response | None) -> float | None:
        """Seconds to wait before the same write may go out again; None when `response` is its answer.

        `response` is None when there was no connection. Raises NotSent when it must not be repeated any more.
        """
        if response is None:
            return self._spend("no connection", _RECONNECT_AFTER)
        if is_refused(response):
            return self._spend("401", 0.0)
        if response.status_code == 429:
            return self._spend("429", retry_after(response, otherwise=1.0))
        return None

    def _spend(self, why: str, wait: float) -> float:
        if not self.left[why] or wait > _WRITE_PATIENCE:
            raise NotSent(why)
        self.left[why] -= 1
        return wait


def is_refused(response: httpx.Response) -> bool:
    """Whether Dintero refuses the token; another server's 401 says nothing of it, nor that a write was not done."""
    return response.status_code == 401 and not is_page(response)


def unnoted(_: str | None) -> None:
    """For who does not ask."""


def undated(_header: str | None, _seconds: float) -> None:
    """For who compares no clocks."""


class Wire:
    """One HTTP client towards one account."""

    def __init__(
        self,
        config: DinteroConfig,
        http: httpx.AsyncClient,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        admitted: Admitted = unnoted,
        dated: Dated = undated,
    ) -> None:
        self._config = config
        self._admitted = admitted
        self._dated = dated
        self._http = http
        self._monotonic = monotonic
        self._sleep = sleep
        self._all = asyncio.Semaphore(CONNECTIONS)
        self._reads = asyncio.Semaphore(_READS)
        self._identity = requests.identity(config)
        self._token = AccessToken(self._fetch_token, monotonic)

    async def aclose(self) -> None:
        """Stop what runs in the background; the HTTP client is its maker's to close."""
        await self._token.aclose()

    async def sign_in(self) -> None:
        """Have an access token. Raises Unreachable."""
        await self._token.get()

    async def read(self, call: Call, parse: Callable[[httpx.Response], T]) -> T:
        """Ask until `parse` is content, three times at most. Raises Missing, Unreachable."""
        return await _patiently(lambda: self._read_once(call, parse))

    async def write(self, call: Call, may_send: MaySend | None) -> httpx.Response:
        """Send a write, and again only where it provably was not done.

        `may_send` is asked before every sending, with nothing but the sending after it: neither the token nor a
        free connection is waited for in between. Raises NotSent, OutcomeUnknown.
        """
        repeats = Repeats()
        while True:
            token = await self._token_to_write()
            response = await self._write_once(call, token, may_send)
            if response is not None and is_refused(response):
                self._token.forget(token)
            wait = repeats.after(response)
            if response is not None and wait is None:
                return response
            await self._sleep(wait or 0.0)

    async def _read_once(self, call: Call, parse: Callable[[httpx.Response], T]) -> T:
        token = await self._token.get()
        async with self._reading():
            try:
                response = await self._send(call, token, READ)
            except (httpx.HTTPError, TimeoutError) as error:
                raise TryAgain(type(error).__name__) from error
        if is_refused(response):
            self._token.forget(token)
        return parse(response)

    async def _write_once(self, call: Call, token: str, may_send: MaySend | None) -> httpx.Response | None:
        """Send once; None when there was no connection to send it on."""
        async with self._all:
            asked = self._monotonic()
            if may_send is not None and not await may_send():
                raise NotSent("no longer ours to send")
            try:
                return await self._send(call, token, WRITE, trace=self._in_time(asked))
            except _NEVER_LEFT:
                return None
            except _TooLate:
                raise NotSent("paused before it was sent") from None
            except (httpx.HTTPError, TimeoutError) as error:
                raise OutcomeUnknown(type(error).__name__) from error

    def _in_time(self, asked: float) -> Trace:
        """Let the request's first byte leave only while the permit that was `asked` for then can be trusted.

        A name and a connection are waited for after the permit, and a machine may be suspended meanwhile.
        """

        async def trace(event: str, _info: Mapping[str, object]) -> None:
            if event.endswith(".send_request_headers.started") and self._monotonic() - asked >= PAUSE_LIMIT:
                raise _TooLate

        return trace

    async def _token_to_write(self) -> str:
        try:
            return await self._token.get()
        except GatewayError as error:
            raise NotSent(f"no token: {error}") from error

    async def _fetch_token(self) -> Granted:
        try:
            return await _patiently(self._fetch_token_once)
        except Missing as error:
            raise Unreachable(f"the token's address is unknown ({error})") from error

    async def _fetch_token_once(self) -> Granted:
        basic = httpx.BasicAuth(self._config.client_id, self._config.client_secret)
        async with self._all:
            try:
                response = await self._request(requests.token(self._config), self._config.api_url, READ, auth=basic)
            except (httpx.HTTPError, TimeoutError) as error:
                raise TryAgain(type(error).__name__) from error
        if response.status_code in {401, 403} and not is_page(response):
            self._admitted(str(response.status_code))
            raise Unreachable(f"the API client's id or secret is refused ({response.status_code})")
        return read(response, Granted)

    async def _send(self, call: Call, token: str, limits: Limits, *, trace: Trace | None = None) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token}"}
        response = await self._request(call, self._config.checkout_url, limits, headers=bearer, trace=trace)
        if is_refused(response):
            self._admitted("401")
        elif response.is_success:
            self._admitted(None)
        return response

    async def _request(
        self,
        call: Call,
        base: str,
        limits: Limits,
        *,
        headers: dict[str, str] | None = None,
        auth: httpx.Auth | None = None,
        trace: Trace | None = None,
    ) -> httpx.Response:
        """One request, logged without anything that could name a person, a payment or a secret."""
        request = self._http.build_request(
            call.method,
            base.rstrip("/") + call.path,
            params=call.params or None,
            json=call.body,
            headers={**self._identity, **call.headers, **(headers or {})},
            timeout=limits.steps,
            extensions=None if trace is None else {"trace": trace},
        )
        started = self._monotonic()
        outcome: int | str = "interrupted"
        identity: str | None = None
        try:
            async with asyncio.timeout(limits.whole):
                response = await self._http.send(request, auth=auth, follow_redirects=False)
            outcome, identity = response.status_code, request_id(response)
            self._dated(response.headers.get("date"), self._monotonic() - started)
        except AttributeError as error:
            # httpx asks a new connection for its socket, and uvloop has none where the other end has hung up already.
            # When else that may be asked is not ours to know: nothing proves that the request was never sent.
            outcome = "HungUp"
            raise httpx.ReadError("hung up") from error
        except (httpx.HTTPError, TimeoutError) as error:
            outcome = type(error).__name__
            raise
        finally:
            seconds = round(self._monotonic() - started, 3)
            log.info(
                "dintero_call",
                method=call.method,
                path=call.template,
                status=outcome,
                seconds=seconds,
                request_id=identity,
            )
        return response

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[None]:
        async with self._reads, self._all:
            yield


async def _patiently(once: Callable[[], Awaitable[T]]) -> T:
    """Try three times. Raises Unreachable when all went wrong; what is final is raised at once."""
    try:
        async for attempt in stamina.retry_context(
            on=_backoff, attempts=_TRIES, wait_initial=0.2, wait_max=2.0, wait_jitter=0.5
        ):
            with attempt:
                return await once()
    except TryAgain as error:
        raise Unreachable(str(error)) from error
    raise Unreachable("not tried")


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, TryAgain):
        return False
    if error.wait is None:
        return True
    return error.wait if error.wait <= _READ_PATIENCE else False
