"""A workspace on a loopback socket, a real slack_sdk client, and a tiny Bolt bot."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import aiohttp
import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.routing import Route

from sandbox.slack import Workspace, create_app
from tests.serving import serving

SECRET, TOKEN = "s" * 32, "xoxb-sandbox"


class Clock:
    """Two clocks that move only when told: the wall and the monotonic one."""

    def __init__(self):
        self.at, self.seconds = datetime(2026, 11, 20, 12, tzinfo=UTC), 100.0

    def now(self):
        return self.at

    def monotonic(self):
        return self.seconds

    def pass_(self, seconds):
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def ws(clock):
    workspace = Workspace(clock=clock.now, signing_secret=SECRET, bot_token=TOKEN, monotonic=clock.monotonic)
    async with serving(create_app(workspace)) as url:
        workspace.base_url = url
        yield workspace
    await workspace.aclose()


@pytest.fixture
def kari(ws):
    return ws.person("kari")


@pytest.fixture
def sales(ws, kari):
    return ws.add_channel("sales", members=[kari], bot=True)


@pytest.fixture
async def client(ws):
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(TOKEN, base_url=f"{ws.base_url}/api/", session=session)


@pytest.fixture
async def bot(ws):
    """A Bolt app; a test hangs its listeners on `bot.app`."""

    async def authorize(**_):
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token=TOKEN, bot_id="B1", bot_user_id="UBOT")

    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(TOKEN, base_url=f"{ws.base_url}/api/", session=session)
        app = AsyncApp(signing_secret=SECRET, authorize=authorize, client=client, process_before_response=True)
        handler = AsyncSlackRequestHandler(app)
        web = Starlette(routes=[Route("/slack/events", handler.handle, methods=["POST"])])
        async with serving(web) as url:
            ws.request_url = f"{url}/slack/events"
            yield SimpleNamespace(app=app, seen=[])


def plain(text):
    return {"type": "plain_text", "text": text}


def mrkdwn(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(text, action_id, **more):
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements):
    return {"type": "actions", "block_id": "acts", "elements": list(elements)}


def typing(block_id, label, *, optional=False, **element):
    element = {"type": "plain_text_input", "action_id": "v", **element}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, "optional": optional}


def modal(*blocks, **more):
    return {"type": "modal", "title": plain("New link"), "submit": plain("Send"), "blocks": list(blocks), **more}


VAT = [{"text": plain("25 %"), "value": "25"}, {"text": plain("15 %"), "value": "15"}]


def select(block_id="vat", **more):
    element = {"type": "static_select", "action_id": "v", "options": VAT, **more}
    return {"type": "input", "block_id": block_id, "label": plain("VAT"), "element": element}


def form(**more):
    inputs = [typing("phone", "Phone", min_length=8, max_length=12), typing("text", "Text", optional=True)]
    return modal(*inputs, select(initial_option=VAT[0]), actions(button("Add line", "add")), callback_id="new", **more)


@pytest.fixture
async def view(ws, client, kari):
    """A form on Kari's screen."""
    opened = await client.views_open(trigger_id=ws.trigger(kari), view=form(private_metadata="d1"))
    assert [one.id for one in ws.modals(kari)] == [opened["view"]["id"]]
    return ws.modals(kari)[0]


async def refusal(call):
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]
