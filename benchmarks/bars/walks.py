"""What a seller waits for: from the command to the card in the channel."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.baselines import tutorial
from benchmarks.figures import Bar, quantile
from benchmarks.houses import house
from benchmarks.load import SPAWN
from benchmarks.paid_dintero import PaidDintero
from benchmarks.stage import ACCOUNT, SECRET, TOKEN, paylink, settings, until
from sandbox.servers import free_port
from sandbox.slack import Answer, Person, View, Workspace
from sandbox.slack import create_app as slack_app
from tests.serving import serving

_TUTORIALS = "a plain Bolt app as tutorials write it"
_TRIES, _AGAIN = 100, 0.1
_TYPED = "249,50 91234567 Tow bar 7d"


@dataclass
class Shop:
    """A workspace whose app answers at `port`; every walk has a person and a channel of its own."""

    slack: Workspace
    typed: dict[str, str]
    """What the form does not know from the command."""
    walks: int = 0
    refused: int = 0
    """How often nobody answered at the door."""

    async def walk(self) -> float:
        """Command, form, *Send*, card; the seconds it took."""
        self.walks += 1
        person = self.slack.person(f"seller{self.walks}")
        channel = self.slack.add_channel(f"desk{self.walks}", members=[person], bot=True)
        started = time.monotonic()
        await self._insist(lambda: self.slack.command(person, channel, "/paylink", _TYPED))
        form = await self._form(person)
        await self.slack.fill(form, self.typed)
        await self._insist(lambda: self.slack.submit(person, form))
        if not await until(lambda: bool(channel.posted)):
            raise TimeoutError("no card")
        return time.monotonic() - started

    async def _insist(self, deed: Callable[[], Awaitable[Answer]]) -> None:
        """Do it again where the app did not even take the connection, sooner than a person would."""
        for _ in range(_TRIES):
            if (await deed()).ok:
                return
            self.refused += 1
            await asyncio.sleep(_AGAIN)
        raise RuntimeError(f"refused again and again; Slack's complaints: {self.slack.complaints[-3:]}")

    async def _form(self, person: Person) -> View:
        if not await until(lambda: bool(self.slack.modals(person))):
            raise TimeoutError(f"no form; Slack's complaints: {self.slack.complaints[-3:]}")
        return self.slack.modals(person)[-1]


async def walks(*, quick: bool) -> Sequence[Bar]:
    """One person after the other, and fifty at once; the two apps in turn."""
    rounds, alone, together = (2, 5, 20) if quick else (4, 10, 50)
    bars = {
        many: (
            Bar(what=f"command → card posted, {_people(many)}, rate", against=_TUTORIALS, unit="/s", at_least=1),
            Bar(what=f"command → card posted, {_people(many)}, p95", against=_TUTORIALS, unit="ms", at_most=1),
        )
        for many in (1, together)
    }
    async with _both() as shops:
        for number in range(rounds + 1):
            for many, (rate, wait) in bars.items():
                rates, waits = zip(*[await _walked(shop, many, alone) for shop in shops], strict=True)
                if number:
                    rate.add(*rates)
                    wait.add(*(1000 * each for each in waits))
        ours, theirs = shops
        bars[1][0].limit = bars[1][1].limit = (
            "ours keeps the order and each intent before the call that carries it out, and claims the card before it "
            "is posted: ten commits where the tutorials keep nothing"
        )
        bars[1][0].wrong += ours.slack.complaints[:3]
        if theirs.refused:
            bars[together][0].limit = f"the tutorials' app refused {theirs.refused} connections; they were tried again"
    return [bar for pair in bars.values() for bar in pair]


def _people(many: int) -> str:
    return "1 person" if many == 1 else f"{many} people at once"


async def _walked(shop: Shop, many: int, alone: int) -> tuple[float, float]:
    """Walks a second, and what 95 of 100 do not pass."""
    started = time.monotonic()
    if many == 1:
        took = [await shop.walk() for _ in range(alone)]
    else:
        took = await asyncio.gather(*(shop.walk() for _ in range(many)))
    return len(took) / (time.monotonic() - started), quantile(took, 0.95)


@contextlib.asynccontextmanager
async def _both() -> AsyncIterator[tuple[Shop, Shop]]:
    """Ours and the tutorials' app, each in a workspace of its own, and one Dintero."""
    dintero = PaidDintero()
    with tempfile.TemporaryDirectory(prefix="paylink-bench-") as folder:
        async with (
            house("sqlite") as ours,
            serving(dintero.app) as address,
            _workspace() as slack,
            _workspace() as other,
        ):
            dintero.base_url = address
            its = settings(ours.url, slack.base_url, address)
            async with paylink(its, Path(folder)) as bot:
                slack.request_url = f"http://127.0.0.1:{bot.port}/slack/events"
                port = free_port()
                args = (port, f"{other.base_url}/api/", TOKEN, SECRET, address, ACCOUNT)
                process = SPAWN.Process(target=tutorial.serve, args=args, daemon=True)
                process.start()
                other.request_url = f"http://127.0.0.1:{port}/slack/events"
                try:
                    await _listens(port)
                    typed = {"Mobile number": "91234567", "What for": "Tow bar", "Price": "249,50"}
                    yield Shop(slack, {}), Shop(other, typed)
                finally:
                    process.kill()
                    process.join()


@contextlib.asynccontextmanager
async def _workspace() -> AsyncIterator[Workspace]:
    slack = Workspace(signing_secret=SECRET, bot_token=TOKEN)
    slack.ack_deadline = 30.0  # who is late is slow here, and not refused
    slack.limits.calls_per_minute = slack.limits.updates_per_minute = 100_000  # a day's sellers come in a minute
    async with serving(slack_app(slack)) as url:
        slack.base_url = url
        yield slack
        await slack.aclose()


async def _listens(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)
    raise RuntimeError("the tutorials' app did not start")
