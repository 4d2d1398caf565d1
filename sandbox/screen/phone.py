"""The browser on the customer's phone. It reaches Dintero's page and the bot's, and nothing else."""

import re
from html import escape, unescape
from typing import Final
from urllib.parse import urlencode

import httpx
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sandbox.mail import text_of
from sandbox.screen.drawing import TEMPLATES
from sandbox.world import World

SECONDS: Final = 5
"""How long the phone waits for the bot."""
OWN_PAGE: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'self'",
    "Cache-Control": "no-store",
}
BOT_PAGE: Final = {
    # The bot's pages forbid every frame, but on the customer's phone they stand in none. Their styles are inline.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


MAIL_PAGE: Final = OWN_PAGE | {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
}
STYLESHEET: Final = re.compile(rb'<link rel="stylesheet" href="([^"]*)">')
SCRIPT: Final = re.compile(rb'<script src="[^"]*" defer></script>')
HREF: Final = re.compile('href="(https?://[^"]*)"')


def on_the_phone(address: str) -> str:
    """Where the sandbox shows `address` as the customer's phone does."""
    return f"/phone?{urlencode({'to': address})}"


async def browse(world: World, to: str) -> Response:
    """Show on the phone what stands at an address; without one, what the phone is for."""
    to = to.strip()
    if not to:
        return _says("empty")
    try:
        url = httpx.URL(to if "://" in to else f"http://{to}")
    except httpx.InvalidURL:
        return _says("nonsense", 404, to=to)
    if _within(url, f"{world.dintero.base_url}/v1/view/"):
        return RedirectResponse(url.raw_path.decode(), 303)
    if _within(url, f"{world.bot_url}/"):
        return await _fetched(world, url)
    return _says("offline", 404, to=to)


async def _fetched(world: World, url: httpx.URL) -> Response:
    """What the bot answers, as it answers it; a redirect may lead anywhere and is looked at anew."""
    try:
        async with world.traffic.client("customer", "bot") as http:
            answer = await http.get(url, timeout=SECONDS)
            shown = await _dressed(http, answer)
    except httpx.TransportError:
        return _says("silent", 504, to=str(url))
    if answer.next_request:
        return RedirectResponse(on_the_phone(str(answer.next_request.url)), 303)
    kind = answer.headers.get("Content-Type", "text/plain")
    return Response(shown, answer.status_code, BOT_PAGE | {"Content-Type": kind})


async def _dressed(http: httpx.AsyncClient, answer: httpx.Response) -> bytes:
    """The page with its stylesheet in it, and without its script: here neither stands where the page looks for it."""
    linked = STYLESHEET.search(answer.content)
    if linked is None:
        return answer.content
    style = await http.get(answer.url.join(linked[1].decode()), timeout=SECONDS)
    dressed = STYLESHEET.sub(lambda _: b"<style>" + style.content + b"</style>", answer.content)
    return SCRIPT.sub(b"", dressed)


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
