"""Two replicas of the bot on one database, behind one door, and the books of all who know of an order."""

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import httpx
import psutil
from sqlalchemy import select, update

from bot.domain.headlines import headline
from sandbox.servers import free_port
from sandbox.trust import NO_ANSWER
from storage.engine import open_engine
from storage.secrets import Secrets
from storage.store import SqlStore
from storage.tables import lanes, links, operations, orders
from tests.process import OURS, opened_world, until
from tests.serving import serving
from tests.starting import forked

PATIENCE = 90
"""Seconds on a busy computer for what follows a race."""


async def eventually(true, seconds=PATIENCE):
    """Wait for what the database will say; asked now and then, for the question costs more than the work."""
    for _ in range(int(seconds * 4)):
        if await true():
            return
        await asyncio.sleep(0.25)
    raise AssertionError("it never came true")


@dataclass
class Replica:
    """One process; the door passes it by while it is not `open`."""

    settings: dict
    url: str
    freeze: object
    log: object
    process: object = None
    open: bool = False

    async def start(self):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.process = await forked("serve", inherited | self.settings, self.log, beside="tests.prove.replica")
        async with httpx.AsyncClient(trust_env=False) as http:
            await until(lambda: self._answers(http), PATIENCE)
        self.open = True

    async def _answers(self, http):
        with contextlib.suppress(*NO_ANSWER):
            return (await http.get(f"{self.url}/health/live")).status_code == 200
        return False

    async def kill(self):
        self.open = False
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    def stands_still_at(self, moment):
        """Let it stop itself when it gets there next."""
        self.freeze.write_text(moment)

    @property
    def still(self):
        return psutil.Process(self.process.pid).status() == psutil.STATUS_STOPPED

    def wake(self):
        self.freeze.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGCONT)
        self.open = True


@dataclass
class Door:
    """The one address of all replicas: each request goes to the next one that is open, as behind a balancer."""

    replicas: list = field(default_factory=list)
    turn: count = field(default_factory=count)

    def next(self):
        there = [replica for replica in self.replicas if replica.open]
        return there[next(self.turn) % len(there)]

    async def __call__(self, scope, receive, send):
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        url = self.next().url + scope["raw_path"].decode()
        if scope["query_string"]:
            url += f"?{scope['query_string'].decode()}"
        headers = [(name, value) for name, value in scope["headers"] if name not in {b"host", b"connection"}]
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            try:
                answer = await http.request(scope["method"], url, content=body, headers=headers)
                status, told = answer.status_code, answer.content
                kind = answer.headers.get("content-type", "text/plain").encode()
            except NO_ANSWER:
                status, told, kind = 502, b"", b"text/plain"
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": told})


@dataclass
class Replicas:
    """The world, the two, and what people do in it. Every order has a channel of its own unless told otherwise."""

    world: object
    door: Door
    store: SqlStore
    engine: object
    kari: object
    ola: object
    numbers: count = field(default_factory=lambda: count(1))

    @property
    def slack(self):
        return self.world.slack

    @property
    def dintero(self):
        return self.world.dintero

    async def warm(self):
        """Let both replicas learn who Kari and Ola are: on a busy computer the first answer may come too late."""
        order = await self.issue("warm", self.channel())
        await order.paid()
        message = order.card.copy()
        for person in (self.kari, self.ola):
            for _ in range(6):
                await self.slack.click(person, message, "Capture")

    def channel(self):
        return self.slack.add_channel(f"sales-{next(self.numbers)}", members=[self.kari, self.ola], bot=True)

    async def issue(self, reference, channel):
        """Kari issues 249,50 kr; returns the order once Dintero has made its link."""
        await self.slack.command(self.kari, channel, "/paylink", f"249,50 91234567 Tow bar #{reference} 7d")
        await until(lambda: self._form(self.kari, reference), PATIENCE)
        form = self._form(self.kari, reference)
        await self.slack.submit(self.kari, form)
        await until(lambda: "Creating" not in form.read() and "Send" not in form.buttons, PATIENCE)
        order = Order(self, reference, channel)
        await until(lambda: self.session(reference) is not None, PATIENCE)
        await order.told()
        return order

    def _form(self, person, words):
        return next((view for view in self.slack.modals(person) if words in str(view.values)), None)

    def session(self, reference):
        with contextlib.suppress(KeyError):
            return self.dintero.session_by_reference(reference)
        return None

    async def turns(self, channel):
        """When, in the last minute, somebody had the turn to post to the channel."""
        async with self.engine.connect() as connection:
            return (
                await connection.execute(select(lanes.c.turns).where(lanes.c.name == f"post:{channel.id}"))
            ).scalar()

    def jump(self, **time):
        self.world.clock.jump(timedelta(**time))


@dataclass
class Order:
    """One order, seen from outside, and the books about it."""

    replicas: Replicas
    reference: str
    channel: object

    # -- what people do

    @property
    def cards(self):
        return [message for message in self.channel.messages if self.reference in message.read()]

    @property
    def card(self):
        return self.cards[0]

    @property
    def lines(self):
        return [line.read() for line in self.channel.thread(self.card.ts)]

    def offering(self, button):
        """The newest message of the order that has this button."""
        there = [self.card, *self.channel.thread(self.card.ts)]
        return next((message for message in reversed(there) if button in message.buttons), None)

    async def click(self, button, person=None):
        await until(lambda: self.offering(button), PATIENCE)
        return await self.press(button, person)

    async def press(self, button, person=None):
        """Press it where it stood last, whatever has happened to it since."""
        return await self.replicas.slack.click(person or self.replicas.kari, self.offering(button), button)

    async def form(self, button):
        before = {id(view) for view in self.replicas.slack.modals(self.replicas.kari)}
        await self.click(button)
        views = self.replicas.slack.modals
        await until(lambda: [v for v in views(self.replicas.kari) if id(v) not in before], PATIENCE)
        return [view for view in views(self.replicas.kari) if id(view) not in before][-1]

    def pay(self):
        return self.replicas.dintero.pay(self.replicas.session(self.reference)["id"])

    async def paid(self):
        self.pay()
        await self.replicas.dintero.deliver_due()
        await until(lambda: self.offering("Capture"), PATIENCE)
        await self.told()

    # -- the books

    @property
    def transactions(self):
        """What Dintero knows, over all links of the order."""
        return [one for one in self.replicas.dintero.transactions.values() if self._ours(one["merchant_reference"])]

    def _ours(self, reference):
        return reference == self.reference or reference.startswith(f"{self.reference}-")

    def done(self, event):
        """The amounts of one kind that Dintero carried out."""
        return [
            one["amount"]
            for payment in self.transactions
            for one in payment["events"]
            if one["event"] == event and one["success"]
        ]

    def asked(self, kind):
        """How many requests of one kind reached Dintero."""
        ids = {one["id"] for one in self.transactions} | {one["session_id"] for one in self.transactions}
        ids |= {
            one["id"]
            for one in self.replicas.dintero.sessions.values()
            if self._ours(one["order"]["merchant_reference"])
        }
        return sum(one.kind == kind and any(each in one.target for each in ids) for one in self.replicas.dintero.log)

    async def story(self):
        async with self.replicas.engine.connect() as connection:
            found = await connection.execute(select(orders.c.id).where(orders.c.reference == self.reference))
            order_id = found.scalar()
        async with self.replicas.store.read() as work:
            return await work.story(order_id)

    async def untold(self):
        async with self.replicas.engine.connect() as connection:
            row = (await connection.execute(select(orders).where(orders.c.reference == self.reference))).one()
        return row.untold_since is not None or row.card_version < row.version

    async def told(self, seconds=PATIENCE):
        """Wait until Slack has heard of everything."""

        async def all_told():
            return not await self.untold()

        await eventually(all_told, seconds)

    async def settled(self, seconds=PATIENCE):
        """Wait until nothing is under way any more, and Slack has heard of it in so many seconds."""

        async def at_rest():
            story = await self.story()
            return all(link.operation is None for link in story.links) and not await self.wrong_books()

        with contextlib.suppress(AssertionError):  # what is wrong then is found by who asks
            await eventually(at_rest)
        with contextlib.suppress(AssertionError):
            await self.told(seconds)

    async def wrong_books(self):
        """Where our database and Dintero differ."""
        wrong = []
        for link in (await self.story()).links:
            payment = next((one for one in self.transactions if one["session_id"] == link.session_id), None)
            done = {
                kind: sum(one["amount"] for one in payment["events"] if one["event"] == kind and one["success"])
                if payment
                else 0
                for kind in ("CAPTURE", "REFUND")
            }
            held = {"CAPTURE": link.facts.captured, "REFUND": link.facts.refunded}
            if held != done or (payment is not None and link.transaction_id != payment["id"]):
                wrong.append(f"{link.reference}: Dintero has {done}, we have {held} ({link.status})")
            status = payment["status"] if payment else None
            if status == "AUTHORIZATION_VOIDED" and link.status not in {"voided", "cancelled"}:
                wrong.append(f"{link.reference}: voided, and {link.status} with us")
        return wrong

    async def wrong_in_slack(self, repeats=0):
        """Where Slack differs from our database, or tells something twice."""
        wrong, story = [], await self.story()
        first = headline(story.newest, self.replicas.world.clock.now(), paid_twice=story.paid_twice).words
        if first not in self.card.read().splitlines()[0]:
            wrong.append(f"{self.reference}: the card says {self.card.read().splitlines()[0]!r}, and it is {first!r}")
        if await self.untold():
            wrong.append(f"{self.reference}: something was never told")
        doubles = len(self.cards) - 1 + len(self.lines) - len(set(self.lines))
        if doubles > repeats:
            wrong.append(f"{self.reference}: told {doubles} times too often: {self.lines}")
        return wrong

    async def age_leases(self):
        """Time passes for what the replica that stands still has claimed of this order: its leases have ended.

        Only its own rows are touched: the operation, and what nobody has moved for three seconds, in which the one
        that runs is long done. A holder never compares its lease with a clock, the others do: to all of them this is
        what ninety seconds of waiting would be.
        """
        long_ago = self.replicas.world.clock.now() - timedelta(days=300)
        story = await self.story()
        mine = operations.c.link_id.in_([link.id for link in story.links])
        held = (
            (operations, operations.c.lease_until, mine),
            (links, links.c.lease_until, links.c.order_id == story.order.id),
            (orders, orders.c.tell_lease, orders.c.id == story.order.id),
        )
        async with self.replicas.engine.begin() as connection:
            before = [(await connection.execute(select(lease).where(of))).scalars().all() for _, lease, of in held]
        await asyncio.sleep(3)
        async with self.replicas.engine.begin() as connection:
            for (table, lease, of), leases in zip(held, before, strict=True):
                stuck = of & lease.in_([each for each in leases if each is not None])
                await connection.execute(update(table).where(stuck).values({lease: long_ago}))

    async def state(self):
        """The state of the newest operation."""
        story = await self.story()
        async with self.replicas.engine.connect() as connection:
            found = await connection.execute(
                select(operations.c.state)
                .where(operations.c.link_id == story.newest.id)
                .order_by(operations.c.created_at.desc())
                .limit(1)
            )
            return found.scalar()


@contextlib.asynccontextmanager
async def opened_replicas(tmp_path, database):
    """Two replicas that serve, and everything around them."""
    async with opened_world(tmp_path) as world, contextlib.AsyncExitStack() as stack:
        door = Door()
        address = await stack.enter_async_context(serving(door))
        world.slack.request_url = f"{address}/slack/events"
        world.settings |= {
            "PAYLINK_PUBLIC_URL": address,
            "PAYLINK_DATABASE_URL": database,
            "PAYLINK_CLOCK_URL": world.clock_url,
            "PAYLINK_MONEY_USERS": "*",
            "PAYLINK_DUPLICATE_HOURS": "0",
            "PAYLINK_MESSAGES_PER_HOUR": "0",
        }
        for name in ("one", "two"):
            port, freeze = free_port(), tmp_path / f"freeze-{name}"
            settings = world.settings | {"PAYLINK_PORT": str(port), "RACES_FREEZE": str(freeze)}
            door.replicas.append(
                Replica(settings, f"http://127.0.0.1:{port}", freeze, tmp_path / f"replica-{name}.log")
            )
        stack.push_async_callback(_end, door)
        await asyncio.gather(*(replica.start() for replica in door.replicas))
        engine = open_engine(database)
        stack.push_async_callback(engine.dispose)
        store = SqlStore(engine, Secrets([world.settings["PAYLINK_SECRET_KEY"]]))
        calling = asyncio.create_task(world.dintero.run())
        stack.callback(calling.cancel)
        people = [world.slack.person(name) for name in ("kari", "ola")]
        made = Replicas(world, door, store, engine, *people)
        await made.warm()
        yield made


async def _end(door):
    for replica in door.replicas:
        if replica.process is not None:
            await replica.kill()
