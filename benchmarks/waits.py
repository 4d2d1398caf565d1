"""How long people wait: `/paylink` and *Send* until their answer, a payment until the card says so."""

import asyncio
import time
import uuid

import aiohttp
import httpx
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.figures import Pair, quantile
from benchmarks.load import Burst
from benchmarks.stage import Stage, until
from bot.slack.views.issue_form import FormMetadata
from sandbox.slack import Message


async def paylink(stage: Stage, *, rounds: int, shots: int) -> list[Pair]:
    """A signed `/paylink` until its ack, one at a time and ten at a time; the first round only warms up."""
    found = []
    for at_once in (1, 10):
        what = f"/paylink -> ack, {at_once} at a time"
        units = ((f"{what}, p50", "ms"), (f"{what}, p99", "ms"), (what, "per s"))
        pairs = [Pair(*each, "Bolt opening the same form") for each in units]
        for _ in range(rounds + 1):
            both = [await _paylinks(stage, port, shots, at_once) for port in (stage.ours, stage.bare)]
            for pair, q in zip(pairs, (0.5, 0.99), strict=False):
                pair.add(*(quantile(answers, q) * 1000 for answers, _ in both))
            pairs[2].add(*(per_second for _, per_second in both))
        found += pairs
    return found


async def _paylinks(stage: Stage, port: int, shots: int, at_once: int) -> Burst:
    slack, kari = stage.slack, stage.slack.person("kari")
    sales = slack.add_channel("sales", members=[kari], bot=True)
    seen, typed = len(slack.log), "249,50 91234567 Tow bar #4711 7d"
    requests = [await stage.request(slack.command(kari, sales, "/paylink", typed)) for _ in range(shots)]
    result = await stage.burst(port, requests, at_once)
    await until(lambda: len(slack.log) >= seen + shots)  # every form is open, or refused, among the complaints
    return result


async def links(stage: Stage, *, many: int) -> list[Pair]:
    """*Send* until its ack, then paid until the card says so; the first link only warms up.

    Each link has a channel of its own: one post a second and channel is Slack's limit, and the bot's.
    """
    sent = Pair("Send -> ack, one transaction", "ms", "Bolt answering `update`")
    told = Pair("paid callback -> card says Reserved", "ms", "two reads at Dintero, one chat.update")
    slack, kari = stage.slack, stage.slack.person("kari")
    home = slack.add_channel("home", members=[kari], bot=True)
    await slack.command(kari, home, "/paylink", "249,50 91234567 Tow bar 7d")
    await until(lambda: bool(slack.modals(kari)))
    form = slack.modals(kari)[-1]
    typed = form.content
    async with httpx.AsyncClient(trust_env=False) as http, aiohttp.ClientSession() as session:
        api = AsyncWebClient(slack.bot_token, f"{slack.base_url}/api/", session=session, retry_handlers=[])
        stage.dintero.post.http = http
        for n in range(many + 1):
            channel = slack.add_channel(f"c{n}", members=[kari], bot=True)
            metadata = FormMetadata(draft_id=uuid.uuid4().hex, channel=channel.id).encode()
            slack.change_view(form, typed | {"private_metadata": metadata})
            await slack.fill(form, {"price:1": str(250 + n)})  # the same amount again would be asked about first
            request = await stage.request(slack.submit(kari, form))
            sent.add(*[(await stage.burst(port, [request]))[0][0] * 1000 for port in (stage.ours, stage.bare)])
            await until(lambda posted=channel.posted: bool(posted))
            await asyncio.sleep(0.1)  # the post's own bookkeeping
            told.add(await _paid(stage, channel.posted[0]), await _bare(stage, channel.posted[0], http, api))
    return [sent, told]


async def _paid(stage: Stage, card: Message) -> float:
    stage.dintero.pay(next(reversed(stage.dintero.sessions)), method="vipps")
    started = time.time()
    await stage.dintero.deliver_due()
    await until(lambda: "Reserved" in card.read())
    return _until_update(stage, card, started)


async def _bare(stage: Stage, card: Message, http: httpx.AsyncClient, api: AsyncWebClient) -> float:
    """With the bot's own clients, their connections open."""
    dintero = stage.dintero
    session = next(reversed(dintero.sessions.values()))
    token = dintero.issue_token(dintero.client_id, dintero.client_secret)
    started = time.time()
    for path in (f"sessions/{session['id']}", f"transactions/{session['transaction_id']}"):
        answer = await http.get(f"{dintero.base_url}/v1/{path}", headers={"Authorization": f"Bearer {token}"})
        answer.raise_for_status()
    await api.chat_update(channel=card.channel_id, ts=card.ts, text=card.text, blocks=card.blocks)
    return _until_update(stage, card, started)


def _until_update(stage: Stage, card: Message, started: float) -> float:
    """Milliseconds until Slack got the card's first update after `started`."""
    updates = [call for call in stage.slack.log if (call.method, call.args.get("ts")) == ("chat.update", card.ts)]
    return (next(at for call in updates if (at := call.at.timestamp()) > started) - started) * 1000
