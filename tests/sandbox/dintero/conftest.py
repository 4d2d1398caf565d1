import httpx
import pytest

from sandbox.clock import Clock
from sandbox.dintero import Dintero, create_app
from tests.sandbox.dintero.shop import Shop


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def dintero(clock):
    return Dintero(
        account_id="P12345678",
        client_id="client",
        client_secret="secret",
        clock=clock.now,
        base_url="http://127.0.0.1:1",
    )


@pytest.fixture
async def http(dintero):
    transport = httpx.ASGITransport(create_app(dintero))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:1/v1/") as client:
        client.headers["authorization"] = f"Bearer {dintero.issue_token('client', 'secret')}"
        yield client


@pytest.fixture
def shop(dintero, http):
    return Shop(dintero, http)


class Inn:
    """Where callbacks arrive: records requests, answers what it is told to."""

    def __init__(self):
        self.answers, self.requests = [], []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer)


@pytest.fixture
async def inn(dintero):
    inn = Inn()
    async with httpx.AsyncClient(transport=httpx.MockTransport(inn)) as client:
        dintero.post.http = client
        yield inn
