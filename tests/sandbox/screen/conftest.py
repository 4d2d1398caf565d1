from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from sandbox.dintero import create_app as dintero_app
from sandbox.screen import create_app
from sandbox.screen.drawing import Drawing
from sandbox.screen.viewer import Viewer
from sandbox.servers import _made
from sandbox.world import World
from tests.sandbox.dintero.shop import changed


@pytest.fixture
async def world(tmp_path):
    """The sandbox without a bot: whatever is sent to one finds nobody."""
    made = _made(tmp_path)
    made.slack.base_url, made.dintero.base_url = "http://127.0.0.1/slack", "http://127.0.0.1/dintero"
    yield made
    await made.slack.aclose()
    await made.dintero.aclose()


@dataclass
class Page:
    """The page as somebody's browser has it: what is drawn, and what its forms send."""

    world: World
    http: httpx.AsyncClient

    async def do(self, hand, **fields):
        """Post a form; the sentence that the person then sees, nothing when it worked."""
        answer = await self.http.post(f"/do/{hand}", data=fields)

        assert answer.status_code in {204, 409}, answer.text
        return answer.text

    def drawn(self, region):
        return Drawing(self.world).regions(Viewer.of(self.world.slack, {}))[region]


@pytest.fixture
async def page(world):
    transport = httpx.ASGITransport(create_app(world))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers={"X-Sandbox": "page"}
    ) as http:
        yield Page(world, http)


@pytest.fixture
async def dintero_api(world):
    """Dintero's API, as the bot would call it."""
    transport = httpx.ASGITransport(dintero_app(world.dintero))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/v1/") as http:
        token = world.dintero.issue_token(world.dintero.client_id, world.dintero.client_secret)
        http.headers["authorization"] = f"Bearer {token}"
        yield http


@pytest.fixture
def issued(world):
    """Issues a link of NOK 300.00 that ends in so many hours."""

    def issue(reference="4711", hours=24, **paths):
        paths["expires_at"] = (world.clock.now() + timedelta(hours=hours)).isoformat()
        return world.dintero.create(changed(order__merchant_reference=reference, **paths))

    return issue
