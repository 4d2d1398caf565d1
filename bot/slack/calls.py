"""One call to Slack, with a time limit, and what its failure means."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from ssl import SSLContext
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import elapsed
from bot.services.ports.threads import Gone, NotWelcome, Rejected, SlackDown, ThreadError, Throttled

SOMEBODY_WAITS: Final = 2.5
BACKGROUND: Final = 10.0

_NOT_WELCOME: Final = frozenset(
    {
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "is_inactive",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "messages_tab_disabled",
        "user_not_in_channel",
        "team_access_not_granted",
        "cannot_dm_bot",
        "user_disabled",
    }
)
_GONE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
_MAYBE_DONE: Final = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
_LOCKED_OUT: Final = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "ekm_access_denied"}
)


Admitted: TypeAlias = Callable[[str | None], None]
"""Called after every answer with None, or with the code that refuses the token."""
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

    async def api_call(self, api_method: str, **options: Any) -> AsyncSlackResponse:
        """One call of the Web API. Raises SlackApiError when it is refused."""
        started = elapsed()
        try:
            answer = await super().api_call(api_method, **options)
        except SlackApiError as error:
            self._dated(_date(error.response), elapsed() - started)
            code = _code(error)
            if code in _LOCKED_OUT:
                self._admitted(code)
            elif code:  # it was refused for another reason: we were let in
                self._admitted(None)
            raise
        self._dated(_date(answer), elapsed() - started)
        self._admitted(None)
        return answer


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


def _meaning(error: SlackApiError) -> ThreadError:
    response: Any = error.response
    status = getattr(response, "status_code", 200)
    code = _code(error)
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return Throttled(_seconds(getattr(response, "headers", {})))
    if status >= 500 or code in _MAYBE_DONE:
        return SlackDown(doubtful=True)
    if code in _NOT_WELCOME:
        return NotWelcome(code)
    if code in _GONE:
        return Gone(code)
    return SlackDown(doubtful=False, why=code) if code in _LOCKED_OUT else Rejected(code)


def _code(error: SlackApiError) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, Mapping) else ""  # a proxy's 5xx comes without JSON


def _date(response: Any) -> str | None:
    found: str | None = getattr(response, "headers", {}).get("Date")
    return found


def _seconds(headers: Any) -> float:
    try:
        return max(1.0, float(headers.get("Retry-After", 1)))
    except (TypeError, ValueError):
        return 1.0
