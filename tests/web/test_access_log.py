"""The access log names routes; tokens, ids and queries stay out of it."""

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web.access_log import AccessLog
from tests.serving import serving


async def hello(_: Request):
    return PlainTextResponse("hello")


async def broken(_: Request):
    raise RuntimeError("broken")


@pytest.fixture
async def logged():
    routes = [Route("/links/{token}", hello), Route("/broken", broken)]

    async def get(path, method="GET"):
        async with serving(AccessLog(Starlette(routes=routes), routes)) as url, httpx.AsyncClient() as http:
            with structlog.testing.capture_logs() as logs:
                await http.request(method, f"{url}{path}")
        return [one for one in logs if one["event"] == "served"]

    return get


async def test_a_request_is_logged_by_its_route(logged):
    [line] = await logged("/links/secret-token?session_id=T1.x")

    assert (line["method"], line["route"], line["status"]) == ("GET", "/links/{token}", 200)
    assert "secret-token" not in str(line)
    assert "T1.x" not in str(line)


async def test_an_address_nobody_serves_is_not_repeated_in_the_log(logged):
    [line] = await logged("/../etc/passwd-secret")

    assert (line["route"], line["status"]) == ("(none)", 404)
    assert "passwd" not in str(line)


async def test_a_wrong_method_is_logged_under_its_route(logged):
    [line] = await logged("/links/secret-token", "DELETE")

    assert (line["route"], line["status"]) == ("/links/{token}", 405)


async def test_a_request_that_breaks_is_logged_too(logged):
    [line] = await logged("/broken")

    assert (line["route"], line["status"]) == ("/broken", 500)
