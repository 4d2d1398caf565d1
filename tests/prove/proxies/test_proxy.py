"""A proxy with TLS in front of `paylink serve`, for real: what docs/setup.md promises of it."""

import re

import httpx
import pytest

from sandbox.dintero.post import Subscription
from tests.process import opened_world, until
from tests.prove.proxies.programs import proxied

PATIENCE = 45
PAGE = r"{}/p/[\w-]+"


@pytest.mark.parametrize("prefix", ["", "/pay/links"])
async def test_all_that_comes_in_passes_a_proxy_that_may_strip_a_prefix(tmp_path, proof, prefix):
    """Slack's signatures, Dintero's over the address the world uses, and the customer's own pages."""
    async with opened_world(tmp_path) as world, proxied(world.bot_url, tmp_path, prefix) as (public, trusted):
        world.settings |= {
            "PAYLINK_PUBLIC_URL": public,
            "DINTERO_SIGNATURE_SECRET": "callback-secret",
            "DINTERO_WEBHOOK_SECRET": "webhook-secret",
        }
        world.dintero.signature_secret = "callback-secret"
        world.dintero.post.subscription = Subscription(f"{public}/dintero/webhook", "webhook-secret")
        world.slack.request_url = f"{public}/slack/events"
        async with httpx.AsyncClient(verify=trusted, trust_env=False, timeout=PATIENCE) as http, world.serving():
            world.slack.http = world.dintero.post.http = http
            varied = f"nginx with TLS in front of the bot{', which strips a prefix' if prefix else ''}"
            with proof(promise=2, varied=varied) as tally:
                tally.tried += 1
                tally.lost += await what_was_lost(world, http, public)


async def what_was_lost(world, http, public):
    """A customer looks at the page and pays, and somebody captures: whatever did not get through."""
    kari = world.slack.person("kari")
    sales = world.slack.add_channel("sales", members=[kari], bot=True)
    await world.slack.command(kari, sales, "/paylink", "249,50 91234567 Tow bar #4711")
    await until(lambda: world.slack.modals(kari))
    form = world.slack.modals(kari)[-1]
    await world.slack.click(kari, form, "More…")
    await until(lambda: "delivery" in str(form.content))
    await world.slack.fill(form, {"delivery": "Show a QR code"})
    await world.slack.submit(kari, form)
    await until(lambda: re.search(PAGE.format(re.escape(public)), shown(world, kari, sales)), PATIENCE)
    page = re.search(PAGE.format(re.escape(public)), shown(world, kari, sales))[0]
    pages = [await http.get(page), await http.get(f"{page}/qr.png")]

    await world.pays("4711")
    tried_again = [delivery.kind for delivery in world.dintero.post.queue]
    await until(lambda: any("Capture" in card.buttons for card in sales.messages), PATIENCE)
    pages.append(await http.get(world.dintero.session_by_reference("4711")["url"]["return_url"]))
    await world.slack.click(kari, next(card for card in sales.messages if "Capture" in card.buttons), "Capture")
    await until(lambda: any("Paid" in card.read() for card in sales.messages), PATIENCE)
    counts = (await http.get(f"{public}/health/ready")).json()["counts"]
    return [
        *(f"{answer.url.path} {answer.status_code}" for answer in pages if answer.status_code != 200),
        *(f"{kind} not taken" for kind in tried_again),
        *(name for name in ("unsigned_callbacks",) if counts.get(name)),
    ]


def shown(world, person, channel):
    """Everything that stands in Slack."""
    views = " ".join(str(view.content) for view in world.slack.modals(person))
    return f"{views} {' '.join(str(message.blocks) for message in channel.messages)}"
