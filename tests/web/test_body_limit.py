"""Nobody can make the bot swallow more than honest callers send."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.web.body_limit import BodyLimit
from tests.serving import serving


async def measure(request: Request):
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
async def web():
    routes = [Route("/small", measure, methods=["POST"]), Route("/big", measure, methods=["POST"])]
    async with serving(BodyLimit(Starlette(routes=routes), 1000, {"/big": 2000})) as url, httpx.AsyncClient() as http:
        yield lambda path, body: http.post(f"{url}{path}", content=body)


async def in_pieces(length):
    """Without a Content-Length, as somebody sends who hides the size."""
    for _ in range(length // 100):
        yield b"x" * 100


@pytest.mark.parametrize(("path", "limit"), [("/small", 1000), ("/big", 2000)])
async def test_a_body_of_just_the_limit_is_read_whole(web, path, limit):
    assert (await web(path, b"x" * limit)).text == str(limit)


@pytest.mark.parametrize(("path", "limit"), [("/small", 1000), ("/big", 2000)])
async def test_one_byte_more_is_too_large(web, path, limit):
    assert (await web(path, b"x" * (limit + 1))).status_code == 413


async def test_the_limit_holds_for_a_body_that_does_not_say_its_length(web):
    assert (await web("/small", in_pieces(1000))).status_code == 200
    assert (await web("/small", in_pieces(1100))).status_code == 413
