"""The log of what went over the wire."""

import json
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from sandbox.clock import Clock
from sandbox.drop import Drop
from sandbox.pulse import Pulse
from sandbox.servers import free_port
from sandbox.traffic import KEPT, Traffic, readable
from tests.serving import serving


@pytest.fixture
def traffic():
    return Traffic(Clock().now, Pulse())


async def echo(request):
    return JSONResponse({"heard": (await request.body()).decode()}, 201)


async def drop(_request):
    return Drop()


@pytest.fixture
async def url(traffic):
    """A Dintero whose every request is written down."""
    app = Starlette(routes=[Route("/v1/echo", echo, methods=["POST"]), Route("/v1/drop", drop)])
    heard = traffic.listening(app, "Dintero", lambda path: "customer" if "drop" in path else "bot")
    async with serving(Starlette(routes=[Mount("/dintero", heard)])) as base:
        yield f"{base}/dintero"


async def test_a_request_is_kept_with_both_bodies(traffic, url):
    async with httpx.AsyncClient(trust_env=False) as http:
        await http.post(f"{url}/v1/echo?a=1", content=b"Hello")
    [one] = traffic.exchanges

    assert (one.sender, one.receiver, one.method, one.target) == ("bot", "Dintero", "POST", "/v1/echo?a=1")
    assert (one.asked, one.outcome, json.loads(one.answered)) == (b"Hello", "201", {"heard": "Hello"})
    assert one.milliseconds is not None
    assert not one.wrong


async def test_a_connection_that_was_dropped_has_no_answer(traffic, url):
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.TransportError):
            await http.get(f"{url}/v1/drop")
    [one] = traffic.exchanges

    assert (one.sender, one.between) == ("customer", "customer")
    assert (one.status, one.outcome, one.wrong) == (None, "no answer", True)


async def test_what_the_sandbox_sends_itself_is_kept_too(traffic, url):
    async with traffic.client("Slack", "bot") as http:
        await http.post(f"{url}/v1/echo", content=b"Hello")
    sent = traffic.exchanges[-1]

    assert (sent.sender, sent.receiver, sent.between) == ("Slack", "bot", "slack")
    assert (sent.asked, sent.status, json.loads(sent.answered)) == (b"Hello", 201, {"heard": "Hello"})


async def test_nobody_at_home_is_no_answer(traffic):
    async with traffic.client("Slack", "bot") as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"http://127.0.0.1:{free_port()}/")

    assert traffic.exchanges[0].outcome == "no answer"


def test_who_still_waits_is_not_wrong_yet(traffic):
    with traffic.exchange("bot", "Slack", "POST", "/api/views.open") as one:
        assert (one.outcome, one.wrong) == ("waiting", False)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'{"ok":false,"error":"not_in_channel"}', "200 not_in_channel"),
        (503, b"upstream error", "503"),
    ],
)
def test_an_error_is_seen_even_in_slacks_200(traffic, status, body, outcome):
    with traffic.exchange("bot", "Slack", "POST", "/api/chat.postMessage") as one:
        one.status, one.answered = status, body

    assert (one.outcome, one.wrong) == (outcome, True)


def test_only_the_newest_are_kept_the_newest_first(traffic):
    for n in range(KEPT + 3):
        with traffic.exchange("bot", "Dintero", "GET", f"/{n}"):
            pass

    assert len(traffic.exchanges) == KEPT
    assert traffic.exchanges[0].target == f"/{KEPT + 2}"
    assert traffic.numbered(KEPT) is not None
    assert traffic.numbered(3) is None


def test_a_page_that_watches_hears_of_the_request_and_of_its_answer(traffic):
    with traffic.exchange("bot", "Dintero", "GET", "/"):
        assert traffic._pulse.beats == 1
    assert traffic._pulse.beats == 2


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ('{"a":{"b":"å"}}', '{\n  "a": {\n    "b": "å"\n  }\n}'),
        (urlencode({"payload": '{"a": 1}', "x": ""}), '{\n  "payload": {\n    "a": 1\n  },\n  "x": ""\n}'),
        (urlencode({"text": "{not JSON"}), '{\n  "text": "{not JSON"\n}'),
        ('<a href="?b=1">', '<a href="?b=1">'),
        ("ok", "ok"),
        ("", ""),
    ],
)
def test_a_body_is_laid_out_for_reading_and_a_form_is_opened(body, seen):
    assert readable(body.encode()) == seen


def test_bytes_that_are_no_text_are_shown_as_far_as_they_are():
    assert "�" in readable(b"\xff\xfe")
