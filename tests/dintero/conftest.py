from collections.abc import Callable
from typing import Any

import httpx
import pytest
import respx
import stamina

from bot.dintero.client import DinteroGateway
from tests.dintero import builders

TOKEN_URL = f"https://api.dintero.com/v1/accounts/{builders.ACCOUNT}/auth/token"
BASE = "https://checkout.dintero.com/v1"


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


class Dintero:
    """Dintero's HTTP, one answer after the other; the last one stays."""

    def __init__(self, mock: respx.MockRouter) -> None:
        self.mock = mock
        self.token = mock.post(TOKEN_URL)
        self.token.side_effect = self._grant
        self.tokens = 0

    def _grant(self, _request: httpx.Request) -> httpx.Response:
        self.tokens += 1
        return httpx.Response(200, json={"access_token": f"token-{self.tokens}", "expires_in": 14400})

    def answers(self, method: str, path: str, *answers: Any) -> respx.Route:
        """Queue answers: a response, a status, JSON for a 200, or an exception to raise."""
        queue = [_response(one) for one in answers]

        def next_one(_request: httpx.Request) -> httpx.Response:
            one = queue.pop(0) if len(queue) > 1 else queue[0]
            if isinstance(one, BaseException):
                raise one
            return one

        route = self.mock.route(method=method, url__startswith=f"{BASE}{path}")
        route.side_effect = next_one
        return route


def _response(one: Any) -> httpx.Response | BaseException:
    if isinstance(one, httpx.Response | BaseException):
        return one
    if isinstance(one, int):
        return httpx.Response(one, json={"error": {"errors": [], "message": "Dintero says no"}})
    return httpx.Response(200, json=one)


@pytest.fixture
def dintero():
    with respx.mock(assert_all_called=False) as mock:
        yield Dintero(mock)


@pytest.fixture
def naps() -> list[float]:
    """What the gateway waited between sendings of a write."""
    return []


@pytest.fixture
async def make(naps) -> Any:
    async def sleep(seconds: float) -> None:
        naps.append(seconds)

    made: list[Callable[[], Any]] = []

    def build(**changes: Any) -> DinteroGateway:
        http = httpx.AsyncClient()
        gateway = DinteroGateway(builders.config(**changes), http, monotonic=lambda: 0.0, sleep=sleep)
        made.extend((gateway.aclose, http.aclose))
        return gateway

    yield build
    for close in made:
        await close()


@pytest.fixture
def gateway(make) -> DinteroGateway:
    return make()
