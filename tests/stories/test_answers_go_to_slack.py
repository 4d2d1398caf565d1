"""An answer by response_url goes to Slack, whatever address stands in a payload."""

import json
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import serving
from tests.stories.till import value_of


@pytest.fixture
async def elsewhere():
    """A server inside our network that must hear nothing; yields its address and what it heard."""
    heard = []

    async def hear(request):
        heard.append(request.url.path)
        return Response()

    async with serving(Starlette(routes=[Route("/{path:path}", hear, methods=["GET", "POST"])])) as url:
        yield url, heard


async def answered_at(shop, payload, url):
    """The payload with another response_url, signed as Slack would."""
    sent = payload | {"response_url": url}
    body = sent if "command" in sent else {"payload": json.dumps(sent)}
    answer = await shop.slack.send("forged", urlencode(body).encode())
    await shop.work()
    return answer


@pytest.mark.parametrize("what", ["refresh", "cancel", "nonsense", "item", "command", "pattern", "items"])
async def test_nothing_is_ever_posted_to_an_address_that_is_not_slacks(shop, elsewhere, what):
    await shop.issues()
    url, heard = elsewhere
    pressed = {
        "type": "button",
        "action_id": f"link:{what}",
        "block_id": "b",
        "value": value_of(shop.card, "Show link"),
    }
    if what == "item":
        pressed |= {"action_id": "item:remove", "value": "x"}
    payload = shop.slack._action(shop.kari, shop.card, pressed)
    if what in {"command", "pattern", "items"}:
        payload = {"command": "/paylink", "text": what, "team_id": "T1", "user_id": shop.kari.id}
        payload |= {"channel_id": shop.sales.id, "trigger_id": "1.2.spent"}

    answer = await answered_at(shop, payload, f"{url}/internal")

    assert answer.ok
    assert heard == []
