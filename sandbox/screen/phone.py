"""The browser on the customer's phone. It reaches Dintero's page and the bot's, and nothing else."""

import re
from html import escape, unescape
from typing import Final
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.mail import text_of
from sandbox.screen.drawing import TEMPLATES
from sandbox.trust import NO_ANSWER
from sandbox.world import World

SECONDS: Final = 5
"""How long the phone waits for the bot."""
OWN_PAGE: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
}
BOT: Final = "/phone/bot"
"""Below this the phone shows the bot's own pages, so that their scripts, styles, forms and relative addresses work."""
_CARRIED: Final = ("Accept-Language", "Content-Type")
_SHOWN: Final = ("Content-Type", "X-Content-Type-Options", "Referrer-Policy")


MAIL_PAGE: Final = OWN_PAGE | {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
}
HREF: Final = re.compile('href="(https?://[^"]*)"')


def on_the_phone(address: str) -> str:
    """Where the sandbox shows `address` as the customer's phone does."""
    return f"/phone?{urlencode({'to': address})}"


async def browse(world: World, to: str) -> Response:
    """Show on the phone what stands at an address; without one, what the phone is for."""
    to = to.strip()
    if not to:
        return _says("empty")
    if (paying := world.dintero.behind(to)) is not None:
        return RedirectResponse(f"/dintero/v1/view/{paying}/app", 303)
    try:
        url = httpx.URL(to if "://" in to else f"http://{to}")
    except httpx.InvalidURL:
        return _says("nonsense", 404, to=to)
    if _within(url, f"{world.dintero.base_url}/v1/view/"):
        return RedirectResponse(url.raw_path.decode(), 303)
    if _within(url, f"{world.bot_url}/"):
        below = url.raw_path.removeprefix(httpx.URL(world.bot_url).raw_path.rstrip(b"/"))
        return RedirectResponse(f"{BOT}{below.decode()}", 303)
    return _says("offline", 404, to=to)


async def ask_the_bot(world: World, request: Request) -> Response:
    """What the bot answers, as it answers it; a redirect may lead anywhere and is looked at anew."""
    path = request.scope["raw_path"].decode().removeprefix(BOT)
    query = f"?{request.url.query}" if request.url.query else ""
    url = httpx.URL(f"{world.bot_url}{path}{query}")
    headers = {name: request.headers[name] for name in _CARRIED if name in request.headers}
    try:
        async with world.traffic.client("customer", "bot") as http:
            answer = await http.request(
                request.method, url, content=await request.body(), headers=headers, timeout=SECONDS
            )
    except NO_ANSWER:
        return _says("silent", 504, to=str(url))
    if answer.next_request:
        return RedirectResponse(on_the_phone(str(answer.next_request.url)), 303)
    return Response(answer.content, answer.status_code, _headers(answer))


def _headers(answer: httpx.Response) -> dict[str, str]:
    """The bot's pages forbid every frame, but on the customer's phone they stand in none; the rest stays forbidden."""
    shown = {name: answer.headers[name] for name in _SHOWN if name in answer.headers}
    policy = answer.headers.get("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    policy = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    return shown | {"Content-Security-Policy": policy, "Cache-Control": "no-store"}


def mail(world: World, number: int) -> Response:
    """A mail as the phone's mail program shows it; its links open in the phone's browser, and nothing is fetched."""
    if not 0 <= number < len(world.mailbox.mails):
        return _says("nonsense", 404, to=f"mail {number}")
    html = HREF.sub(
        lambda found: f'href="{escape(on_the_phone(unescape(found[1])))}"', text_of(world.mailbox.mails[number], "html")
    )
    return HTMLResponse(html, headers=MAIL_PAGE)


def _within(url: httpx.URL, base: str) -> bool:
    """Whether the address lies under `base`, by what would be asked and not by how it is spelt."""
    under = httpx.URL(base)
    same_host = (url.raw_scheme, url.raw_host, url.port) == (under.raw_scheme, under.raw_host, under.port)
    return same_host and url.path.startswith(under.path)


def _says(why: str, status: int = 200, to: str = "") -> Response:
    return HTMLResponse(TEMPLATES.get_template("blank.html").render(why=why, to=to), status, OWN_PAGE)
