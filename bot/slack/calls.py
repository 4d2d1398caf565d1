"""One call to Slack, with a time limit, and what its failure means."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from ssl import SSLContext
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import elapsed
from bot.services.ports.threads import (
    Gone,
    NotEditable,
    NoThread,
    NotWelcome,
    Rejected,
    SlackDown,
    ThreadError,
    Throttled,
)
from bot.slack.error_codes import MEANINGS, Meaning, meaning_of

SOMEBODY_WAITS: Final = 2.5
BACKGROUND: Final = 10.0

_REFUSES_US: Final = frozenset({Meaning.CREDENTIALS, Meaning.ACCESS})
_LONGEST_WAIT: Final = 3600.0
"""Seconds: Slack asks for a minute or so, and asking again costs one call; whatever says more must silence nobody."""
_SCOPES: Final = re.compile(r"[a-z_.:,]{1,100}")
_REFUSED_LATELY: Final = 600.0
"""Seconds after which a refusal is forgotten when other calls are answered: what waits asks again sooner."""

Admitted: TypeAlias = Callable[[str | None], None]
"""Called after every answer with None, or with the code that refuses us, and the scope that it says is needed."""
Dated: TypeAlias = Callable[[str | None, float], None]
"""Called with every answer's `Date` header, and the seconds that the answer took."""


class HeardClient(AsyncWebClient):
    """Notes of every answer whether Slack let us in, and what time Slack has."""

    def __init__(
        self, admitted: Admitted, dated: Dated, *, proxy: str | None, ssl: SSLContext, **options: Any
    ) -> None:  # fmt: skip
        """`proxy` is where its calls go through."""
        super().__init__(ssl=ssl, **options)
        self.proxy = proxy  # else the SDK takes one from the environment, and never looks at NO_PROXY
        self._admitted = admitted
        self._dated = dated
        self._refused: dict[str, tuple[str, float]] = {}

    async def api_call(self, api_method: str, **options: Any) -> AsyncSlackResponse:
        """One call of the Web API. Raises SlackApiError when it is refused."""
        started = elapsed()
        try:
            answer = await super().api_call(api_method, **options)
        except SlackApiError as error:
            self._dated(_date(error.response), elapsed() - started)
            if code := _code(error):
                self._note(api_method, _why(error) if meaning_of(code) in _REFUSES_US else None)
            raise
        self._dated(_date(answer), elapsed() - started)
        self._note(api_method, None)
        return answer

    def _note(self, api_method: str, refusal: str | None) -> None:
        """Keep by method what is refused: that Slack answers one call does not mend another."""
        now = elapsed()
        if refusal is not None:
            self._refused[api_method] = refusal, now
        else:
            self._refused.pop(api_method, None)
            self._refused = {
                method: (why, at)
                for method, (why, at) in self._refused.items()
                if now - at < _REFUSED_LATELY and MEANINGS.get(why) is not Meaning.CREDENTIALS
            }
        self._admitted(next((why for why, _ in self._refused.values()), None))


async def calling(call: Awaitable[Any], *, seconds: float = BACKGROUND) -> Any:
    """Await one call of the SDK, for at most `seconds` (the SDK's own limit does not hold on a shared session).

    Raises:
        ThreadError: Throttled, NotWelcome, Gone, Rejected, or SlackDown (Slack reference §10).

    """
    try:
        async with asyncio.timeout(seconds):
            return await call
    except SlackApiError as error:
        raise _meaning(error) from error
    except (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError) as error:
        raise SlackDown(doubtful=False) from error
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError) as error:
        # The last: the SDK asks an answer that is text, or a JSON list, for its `ok`.
        raise SlackDown(doubtful=True) from error


def status_of(error: BaseException) -> int | None:
    """The HTTP status of an answer without a code of Slack's; None where it has one, and for any other error."""
    if not isinstance(error, SlackApiError) or _code(error):
        return None
    response: Any = error.response
    return getattr(response, "status_code", None) or getattr(response, "status", None)


def is_slacks(response_url: str, api_url: str) -> bool:
    """Whether an address for an answer is Slack's: the API's own host, or `hooks.` before it (Slack reference §7)."""
    try:
        asked, api = urlsplit(response_url), urlsplit(api_url)
        same = (asked.scheme, asked.port, asked.username, asked.password) == (api.scheme, api.port, None, None)
    except ValueError:  # a port that is none, or a bracket too few
        return False
    return same and api.hostname is not None and asked.hostname in {api.hostname, f"hooks.{api.hostname}"}


_BY_MEANING: Final[Mapping[Meaning, Callable[[str], ThreadError]]] = {
    Meaning.MESSAGE: Rejected,
    Meaning.CHANNEL: NotWelcome,
    Meaning.THREAD: NoThread,
    Meaning.PERSON: NotWelcome,
    Meaning.TARGET_GONE: Gone,
    Meaning.NOT_EDITABLE: NotEditable,
    Meaning.MAY_BE_DONE: lambda _: SlackDown(doubtful=True),
    Meaning.CREDENTIALS: lambda code: SlackDown(doubtful=False, why=code),
    Meaning.ACCESS: lambda code: SlackDown(doubtful=False, why=code),
}


def _meaning(error: SlackApiError) -> ThreadError:
    response: Any = error.response
    status = getattr(response, "status_code", 200)
    code = _code(error)
    if status == 429 or meaning_of(code) is Meaning.RATE_LIMIT:
        return Throttled(_seconds(getattr(response, "headers", {})))
    if status >= 500 or (status == 200 and not code):  # Slack's failure, or an answer that is not Slack's
        return SlackDown(doubtful=True)
    return _BY_MEANING[meaning_of(code)](_why(error))


def _code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, Mapping) else ""  # a proxy's 5xx comes without JSON


def _why(error: SlackApiError) -> str:
    """Slack's code, and the scope that it says is needed (Slack reference §10): `missing_scope: chat:write`."""
    data = getattr(error.response, "data", None)
    needed = data.get("needed") if isinstance(data, Mapping) else None
    code = _code(error)
    return f"{code}: {needed}" if isinstance(needed, str) and _SCOPES.fullmatch(needed) else code


def _date(response: Any) -> str | None:
    found: str | None = getattr(response, "headers", {}).get("Date")
    return found


def _seconds(headers: Any) -> float:
    try:
        return min(max(1.0, float(headers.get("Retry-After", 1))), _LONGEST_WAIT)
    except (TypeError, ValueError):
        return 1.0
