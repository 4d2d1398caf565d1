"""What a million open links cost Dintero, in virtual time: the product's own jobs, sweeps and storage.

It is a week's mix and some minutes of it: every second what comes due and is paid in one is done, as in any other.
"""

import json
import math
import random
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from sqlalchemy import bindparam, select, update

from benchmarks.figures import Bar, quantile
from benchmarks.houses import House, crowd, house, reference
from benchmarks.quick_slack import QuickSlack
from benchmarks.stage import ACCOUNT, settings
from benchmarks.virtual import BEGIN, VirtualClock, VirtualDintero
from bot.app import Paylink, assembled
from bot.domain.links import Status
from bot.domain.schedule import _together
from bot.domain.settling import EXPIRY_GRACE
from bot.services.sweeping import _OVERLAP
from bot.settings import Settings
from sandbox.dintero.post import hook_signature
from storage.tables import links
from tests.serving import serving

_PAYMENTS = 1.5
"""A second."""
_LIFE = timedelta(days=7)
_SWEEP = 60
_HOOKS = "webhook-secret"
_CURIOUS = 0.3 * 10
"""A second: the share of our calls that only asks whether a link was opened."""
_PLAN = update(links).where(links.c.id == bindparam("this"))


async def week(*, quick: bool) -> Sequence[Bar]:
    """With callbacks: what Dintero is asked. Without any: when a payment is known."""
    many, minutes = (20_000, 2) if quick else (1_000_000, 6)
    mix = Mix(many, minutes * 60)
    clock = VirtualClock()
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(house("sqlite", clock))
        ids = await ours.copies(mix.curious + mix.ending + 2 * mix.paying)
        await _plan(ours, ids, mix)
        await crowd(ours, many - len(ids))
        dintero = VirtualDintero(clock, {f"{ACCOUNT}.{each}": reference(n) for n, each in enumerate(ids)})
        slack = await stack.enter_async_context(serving(QuickSlack()))
        address = await stack.enter_async_context(serving(dintero.app()))
        its = settings(ours.url, slack, address, DINTERO_WEBHOOK_SECRET=_HOOKS)
        read = Settings(**{name.lower(): value for name, value in its.items()})
        bot = await stack.enter_async_context(assembled(read, clock, ours.engine))
        shop = Shop(bot, ours, clock, dintero)
        payers = ids[mix.curious + mix.ending :]
        calls = await _with_callbacks(shop, payers[: mix.paying], mix)
        known = await _without(shop, payers[mix.paying :], mix)
    return [calls, known]


@dataclass(frozen=True)
class Mix:
    """How many of so many open links have something happen to them in so many seconds."""

    links: int
    seconds: int

    @property
    def curious(self) -> int:
        """Those younger than a day, which nobody has opened, are looked at every hour."""
        return round(self.links / _LIFE.days / 3600 * self.seconds)

    @property
    def ending(self) -> int:
        """Those whose deadline has passed."""
        return round(self.links / _LIFE.total_seconds() * self.seconds)

    @property
    def paying(self) -> int:
        """Those that are paid."""
        return round(_PAYMENTS * self.seconds)

    def calls_an_hour(self) -> float:
        """What the design allows: the sweep, one read per change, deadlines by fifties, and the curious' share."""
        hours = self.seconds / 3600
        sweeps = 60 * math.ceil(_PAYMENTS * (_SWEEP + _OVERLAP.total_seconds()) / 100)
        return sweeps + self.paying / hours + self.ending / hours / 50 + min(self.curious / hours, _CURIOUS * 3600)


@dataclass(frozen=True)
class Shop:
    """The assembled bot, its database, and the world in its time."""

    bot: Paylink
    house: House
    clock: VirtualClock
    dintero: VirtualDintero

    async def second(self, number: int) -> None:
        """One second of the bot's life: its scheduler's table, and its loop over what is due."""
        self.clock.pass_(1)
        for job in self.bot.shift.jobs:
            if number % job.seconds == 0:
                await job.call()
        while await self.bot.sweeping.look_at_due():
            pass

    async def unknown(self, ids: Collection[str]) -> set[str]:
        """Those whose payment we do not know."""
        query = select(links.c.id).where(links.c.id.in_(ids), links.c.status != Status.AUTHORIZED)
        async with self.house.engine.connect() as connection:
            return set((await connection.execute(query)).scalars())


async def _plan(ours: House, ids: Sequence[str], mix: Mix) -> None:
    """Spread what happens over the time: when each link was made, when its deadline is, when it is looked at."""
    chance, rows = random.Random("a week"), []
    for number, each in enumerate(ids):
        at = BEGIN + timedelta(seconds=chance.uniform(0, mix.seconds))
        if number < mix.curious:
            made = BEGIN - timedelta(hours=chance.uniform(1, 23))
            rows.append({"this": each, "created_at": made, "expires_at": made + _LIFE, "due_at": at})
        elif number < mix.curious + mix.ending:
            over = at - EXPIRY_GRACE
            rows.append({"this": each, "created_at": over - _LIFE, "expires_at": over, "due_at": _together(at)})
        else:
            made = BEGIN - timedelta(days=chance.uniform(1.1, 6))
            rows.append({"this": each, "created_at": made, "expires_at": made + _LIFE, "due_at": made + _LIFE})
    async with ours.engine.begin() as connection:
        await connection.execute(_PLAN, rows)


async def _with_callbacks(shop: Shop, payers: Sequence[str], mix: Mix) -> Bar:
    bar = Bar(
        what=f"Dintero calls an hour, {mix.links:,} open links, {_PAYMENTS:g} payments/s",
        against="the sweep + one read per change + deadlines by fifties + the opened budget",
        unit="/h",
        at_most=1.2,
    )
    for number in range(round(_PAYMENTS * _OVERLAP.total_seconds())):  # what the first sweep finds: the web shop's
        ago = timedelta(seconds=(number + 1) / _PAYMENTS)
        shop.dintero.paid[f"{ACCOUNT}.web{number}"] = shop.clock.now() - ago
    web = httpx.AsyncClient(transport=httpx.ASGITransport(shop.bot.web), base_url="http://shop")
    async with web:
        for number in range(mix.seconds):
            for link_id in payers[int(number * _PAYMENTS) : int((number + 1) * _PAYMENTS)]:
                session = f"{ACCOUNT}.{link_id}"
                shop.dintero.paid[session] = shop.clock.now()
                await _hook(web, session)
            await shop.second(number)
    for _ in range(5):  # nobody waits longer than the budget's two seconds
        await shop.second(1)
    if lost := await shop.unknown(payers):
        bar.wrong.append(f"{len(lost)} payments were not known at the end")
    hours = mix.seconds / 3600
    bar.add(sum(shop.dintero.calls.values()) / hours, mix.calls_an_hour())
    by_kind = ", ".join(f"{round(many / hours):,} {kind}" for kind, many in sorted(shop.dintero.calls.items()))
    bar.limit = (
        f"{by_kind} an hour, taken from {mix.seconds // 60} minutes; a change is read twice, session and transaction"
    )
    return bar


async def _hook(web: httpx.AsyncClient, session: str) -> None:
    body = json.dumps({"event": "checkout_transaction", "transaction": {"session_id": session}}).encode()
    answer = await web.post("/dintero/webhook", content=body, headers={"event-signature": hook_signature(_HOOKS, body)})
    answer.raise_for_status()


async def _without(shop: Shop, payers: Sequence[str], mix: Mix) -> Bar:
    bar = Bar(
        what="… and without any callback: payment → known, p95",
        against="the sweep's interval",
        unit="s",
        at_most=1.5,
    )
    waiting: dict[str, datetime] = {}
    waits = []
    for number in range(mix.seconds + 3 * _SWEEP):
        for link_id in payers[int(number * _PAYMENTS) : int((number + 1) * _PAYMENTS)]:
            waiting[link_id] = shop.dintero.paid[f"{ACCOUNT}.{link_id}"] = shop.clock.now()
        await shop.second(number)
        for link_id in waiting.keys() - await shop.unknown(waiting):
            waits.append((shop.clock.now() - waiting.pop(link_id)).total_seconds())
    if waiting:
        bar.wrong.append(f"{len(waiting)} payments were never known")
    bar.add(quantile(waits, 0.95), _SWEEP)
    return bar
