"""Dintero's door: callbacks in, one by one and in bursts, and what they leave in memory."""

import asyncio
import contextlib
import math
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import door_alone
from benchmarks.baselines import knock
from benchmarks.figures import Bar, quantile
from benchmarks.houses import KINDS, House, card_ts, house
from benchmarks.load import volley
from benchmarks.paid_dintero import PaidDintero
from benchmarks.quick_slack import QuickSlack
from benchmarks.stage import Served, beside, paylink, settings, until
from sandbox.dintero.faults import Fault
from tests.serving import serving

_CONNECTIONS = 4
_PACE = 3.0
"""Seconds between two customers, each of whom may cost two updates: Slack takes 45 a minute."""
_READ = 0.05
"""Seconds that Dintero takes for each answer, and Slack too."""


async def callbacks(*, quick: bool) -> Sequence[Bar]:
    """One callback for each of some links: token, signature, one mark, one commit."""
    return [await _door(kind, quick=quick) for kind in KINDS]


async def _door(kind: str, *, quick: bool) -> Bar:
    rounds, shots = (3, 200) if quick else (9, 500)
    bar = Bar(
        what=f"callback → 200, rate ({kind})",
        against="Starlette + one Core UPDATE and commit",
        unit="/s",
        at_least=0.7,
    )
    bar.limit = "two statements, so that a guess does not take the writer's turn; a signature and a line of log"
    async with house(kind) as ours, serving(QuickSlack()) as slack:
        its = settings(ours.url, slack)
        requests = ours.callbacks(await ours.copies(shots), its["PAYLINK_PUBLIC_URL"])
        with beside(door_alone.serve, its) as port, beside(knock.serve, ours.url) as bare:
            for number in range(rounds + 1):
                both = []
                for each in (port, bare):
                    await ours.forget_hints()
                    both.append((await volley([each], requests, _CONNECTIONS)).rate)
                    if (marked := await ours.count("hint_at IS NOT NULL")) < shots:
                        bar.wrong.append(f"{shots - marked} of {shots} callbacks left no mark")
                if number:
                    bar.add(*both)
    return bar


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A bot that runs, with a card for each of its links, all of which have just been paid."""

    house: House
    slack: QuickSlack
    dintero: PaidDintero
    bot: Served
    callbacks: Sequence[bytes]
    """One for each link."""


@contextlib.asynccontextmanager
async def _shop(links: int, lifted: Sequence[str] = (), *, paid: bool = True) -> AsyncIterator[Shop]:
    """With so many links, paid or not; `lifted` as for `paylink`."""
    slack, dintero = QuickSlack(), PaidDintero()
    with tempfile.TemporaryDirectory(prefix="paylink-bench-") as folder:
        async with house("sqlite") as ours, serving(slack) as where, serving(dintero.app) as address:
            dintero.base_url = address
            its = settings(ours.url, where, address)
            ids = await ours.copies(links, dintero.paid(links) if paid else dintero.opened(links))
            requests = ours.callbacks(ids, its["PAYLINK_PUBLIC_URL"])
            async with paylink(its, Path(folder), lifted=lifted) as bot:
                yield Shop(house=ours, slack=slack, dintero=dintero, bot=bot, callbacks=requests)


async def burst(*, quick: bool) -> Sequence[Bar]:
    """Everybody pays at once, and every callback comes twice: until the last link is right in the database."""
    many = 500 if quick else 10_000
    bar = Bar(
        what=f"burst of {many:,} callbacks, each twice → every link right, reads a second",
        against="the sandbox's own rate for these reads",
        unit="/s",
        at_least=0.5,
    )
    async with _shop(many, lifted=("dintero",)) as shop:
        dintero = shop.dintero
        alone = (await volley([dintero.port], dintero.reads(min(many, 1000)), _CONNECTIONS)).rate
        started, before = time.monotonic(), len(dintero.log)
        await volley([shop.bot.port], [each for each in shop.callbacks for _ in range(2)], _CONNECTIONS)
        right = await _paid(shop.house, many)
        taken, reads = time.monotonic() - started, len(dintero.log) - before
    if right < many:
        bar.wrong.append(f"{many - right} of {many} links were lost")
    bar.add(2 * many / taken, alone)
    bar.limit = (
        f"{taken:.0f} s; {reads:,} requests reached Dintero for {many:,} changes. The sandbox answers from memory; a "
        "change is two HTTP calls and some twenty statements, in one process with the callbacks"
    )
    return [bar]


async def _paid(ours: House, many: int) -> int:
    """How many links are right in the end: soon all of them."""
    right, end = 0, time.monotonic() + 300
    while right < many and time.monotonic() < end:
        await asyncio.sleep(0.25)
        right = await ours.count("status = 'authorized'")
    return right


async def told(*, quick: bool) -> Sequence[Bar]:
    """Twenty pay each second: from the callback until the card's update leaves."""
    rounds, shots = (1, 60) if quick else (3, 100)
    bar = Bar(
        what="paid → `chat.update` leaves, p95, at 20/s",
        against="two reads of 50 ms each",
        unit="ms",
        at_most=3,
    )
    async with _shop((rounds + 1) * shots, lifted=("dintero", "slack")) as shop:
        shop.dintero.faults.down, shop.slack.seconds = Fault.delay(_READ), _READ
        for number in range(rounds + 1):
            waits = await _told(shop, range(number * shots, (number + 1) * shots), bar)
            if number:
                bar.add(quantile(waits, 0.95) * 1000, 2 * _READ * 1000)
    return [bar]


async def _told(shop: Shop, these: range, bar: Bar) -> Sequence[float]:
    """Seconds from each of these callbacks until its card's update."""
    shot = await volley([shop.bot.port], [shop.callbacks[each] for each in these], _CONNECTIONS, 20)
    cards, updated = [card_ts(each) for each in these], shop.slack.updated
    if not await until(lambda: all(card in updated for card in cards)):
        bar.wrong.append("a card was never updated")
    return [updated.get(card, math.inf) - at for card, at in zip(cards, shot.sent, strict=True)]


async def human_pace(*, quick: bool) -> Sequence[Bar]:
    """One after the other is opened, read by the bot itself, and paid right then; all limits are kept."""
    shots = 8 if quick else 30
    bar = Bar(
        what="paid → card, one every three seconds, right after the bot has looked, limits kept, p95",
        against="one read and one Slack call of 50 ms each",
        unit="ms",
        at_most=1.5,
    )
    async with _shop(shots, paid=False) as shop:
        shop.dintero.faults.down, shop.slack.seconds = Fault.delay(_READ), _READ
        waits = [await _paid_after_a_look(shop, number, bar) for number in range(shots)]
    bar.add(quantile(waits, 0.95) * 1000, 2 * _READ * 1000)
    bar.limit = (
        f"median {quantile(waits, 0.5) * 1000:.0f} ms, longest {max(waits) * 1000:.0f} ms, of {shots}; "
        "a change is read twice, session and transaction"
    )
    return [bar]


async def _paid_after_a_look(shop: Shop, number: int, bar: Bar) -> float:
    """Seconds from the payment of one link until Slack has answered the update of its card."""
    await asyncio.sleep(_PACE)
    session_id = list(shop.dintero.sessions)[number + 1]
    looked = len(shop.dintero.log)
    await shop.house.look_now(session_id)
    if not await until(lambda: any(session_id in each.target for each in shop.dintero.log[looked:])):
        bar.wrong.append("the bot did not look by itself")
    await asyncio.sleep(10 * _READ)  # and has shown what it saw
    card = card_ts(number)
    shop.slack.updated.pop(card, None)
    shop.dintero.pay(session_id, method="vipps")
    [sent] = (await volley([shop.bot.port], [shop.callbacks[number]], 1)).sent
    if not await until(lambda: card in shop.slack.updated):
        bar.wrong.append("a card was never updated")
    return shop.slack.updated.get(card, math.inf) + _READ - sent


async def memory(*, quick: bool) -> Sequence[Bar]:
    """What callbacks leave behind in the process."""
    many = 10_000 if quick else 100_000
    bar = Bar(
        what=f"resident memory after {many:,} callbacks",
        against="after 1,000",
        unit="MiB",
        at_most=1.1,
    )
    async with _shop(1_000) as shop:
        found = []
        for rest in (1_000, many - 1_000):
            await volley([shop.bot.port], list(shop.callbacks) * (rest // 1_000), _CONNECTIONS)
            found.append(psutil.Process(shop.bot.pid).memory_info().rss / 2**20)
    bar.add(found[1], found[0])
    return [bar]
