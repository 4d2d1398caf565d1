"""Creates that end without an answer, and what comes of them."""

import asyncio
from urllib.parse import parse_qsl, urlencode, urlsplit

from sandbox.dintero.faults import Fault
from sandbox.dintero.post import Delivery
from tests.stories import database

GOOD = "249,50 91234567 Tow bar #4711 7d"
ASKS = ["It arrived", "Send again", "Check again"]


async def doubt(shop, fault=None, text=GOOD):
    """Issue a link whose create is not answered; by default Dintero made it all the same."""
    shop.dintero.faults.add("create", fault or Fault.drop_after())
    return await shop.issues(text)


async def asked(shop, fault=None):
    """The minute after which the card asks."""
    await doubt(shop, fault)
    for _ in range(7):
        await shop.later(seconds=10)


def creates(shop):
    return [exchange.body["order"]["merchant_reference"] for exchange in shop.writes("create")]


def operations(shop, kind="create"):
    wanted = "SELECT reference, state FROM operation WHERE kind = ? ORDER BY created_at, reference"
    return database.rows(shop, wanted, kind)


def is_made(shop, reference):
    return any(one["order"]["merchant_reference"] == reference for one in shop.dintero.sessions.values())


async def made(shop, reference):
    """Wait until Dintero has made the session, its answer still on the way."""
    async with asyncio.timeout(2):
        while not is_made(shop, reference):  # noqa: ASYNC110  the sandbox rings no bell
            await asyncio.sleep(0.01)


async def callback(shop, reference, **query):
    """A callback on the token of `reference`, signed by Dintero, its query changed."""
    url = shop.session(reference)["url"]["callback_url"]
    own = parse_qsl(urlsplit(url).query)
    full = f"{url.partition('?')[0]}?{urlencode([*own, *query.items()])}"
    shop.dintero.post.queue.append(Delivery("callback", full, "POST", {}, b"", shop.clock.now()))
    await shop.dintero_calls_back()
    return shop.dintero.post.done[-1].answers
