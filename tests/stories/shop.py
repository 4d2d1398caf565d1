"""The whole bot on a throw-away database, against the sandbox, with time that only moves when told to.

The verbs are the product's: people type and press in Slack, the customer pays, Dintero calls back, the bot works.
"""

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet
from sqlalchemy import func, make_url, select
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.app import assembled
from bot.clock import SystemClock
from bot.settings import Settings
from sandbox.dintero import Dintero, Switches
from sandbox.dintero import create_app as dintero_app
from sandbox.slack import Workspace
from sandbox.slack import create_app as slack_app
from storage.tables import orders
from tests.kept import kept_engine
from tests.serving import serving

ACCOUNT = "T12345678"
SECRET = "s" * 32
TOKEN = "xoxb-sandbox"
KEY = Fernet.generate_key().decode()
_PATIENT = 20.0
"""Seconds that Slack waits for an answer here instead of three: a machine may be busy, and stories of late saves have
limits of their own.
"""
START = datetime(2026, 11, 20, 12, tzinfo=UTC)


class StoryClock(SystemClock):
    """All three times, moved together. The bot's own may be `ahead` of the true time, which everybody else has."""

    def __init__(self):
        super().__init__()
        self.at, self.seconds, self.ahead = START, 1000.0, timedelta()

    def now(self):
        return self.at + self.ahead

    machine_now = now

    def true(self):
        return self.at

    def monotonic(self):
        return self.seconds

    def pass_(self, **time):
        by = timedelta(**time)
        self.at += by
        self.seconds += by.total_seconds()


@dataclass(repr=False)  # of all that is in it: asyncio asks for the result's several times a test
class Shop:
    """One workspace with a channel #sales, one Dintero account, and the bot between them."""

    clock: StoryClock
    slack: Workspace
    dintero: Dintero
    settings: dict
    bot: object = None
    url: str = ""
    people: dict = field(default_factory=dict)
    _stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def kind(self):
        """Which kind of database the bot has."""
        return make_url(self.settings["paylink_database_url"]).get_backend_name()

    # -- the bot's life

    async def start(self, **changed):
        """Start the bot as `serve` does, without the loops: `work` is what they do."""
        settings = Settings(**{**self.settings, **changed})
        engine = kept_engine(settings.paylink_database_url)
        self.bot = await self._stack.enter_async_context(assembled(settings, self.clock, engine))
        return self.bot

    async def stop(self):
        await self.bot.owned.finish()
        await self._stack.aclose()
        self._stack = contextlib.AsyncExitStack()

    async def restart(self, **changed):
        """The process dies and another one takes its place, on the same database."""
        await self.stop()
        await self.start(**changed)

    async def work(self, *, seconds=20):
        """Let the bot do what waits, including what Slack's limits put off for some seconds."""
        for _ in range(seconds * 2):
            await self._settled()
            while await self.bot.work():
                await self._settled()
            if not await self._lags():
                return
            self.clock.pass_(seconds=0.6)

    async def later(self, **time):
        """Time passes, and the bot does what came due meanwhile."""
        self.clock.pass_(**time)
        await self.work()

    async def sweep(self):
        """The minute's sweep for payments nobody told us about."""
        self.clock.pass_(minutes=1)
        await self.bot.sweeping.find_paid()
        await self.work()

    async def _settled(self):
        """What was begun before has come to its end."""
        await self.bot.owned.settled()
        await self.bot.running.under_way.settled()

    async def _lags(self):
        async with self.bot.store._reader.connect() as connection:
            oldest = select(func.min(orders.c.untold_since)).where(orders.c.untold_since.is_not(None))
            return (await connection.execute(oldest)).scalar() is not None

    # -- the seller

    @property
    def kari(self):
        return self.people["kari"]

    @property
    def sales(self):
        return self.slack.channel("sales")

    async def opens_form(self, text="", person=None, channel=None):
        """`/paylink …`; returns the form."""
        person = person or self.kari
        await self.slack.command(person, channel or self.sales, "/paylink", text)
        await self.bot.owned.settled()
        return self.slack.modals(person)[-1]

    async def issues(self, text="249,50 91234567 Tow bar #4711 7d", person=None, channel=None, **typed):
        """Type the one-liner, look at the form, press Send, wait for the link; returns the form."""
        person = person or self.kari
        form = await self.opens_form(text, person, channel)
        if typed:
            await self.slack.fill(form, typed)
        await self.slack.submit(person, form)
        await self.work()
        return form

    async def presses(self, button, target=None, person=None, **how):
        """Press a button on the card (or on `target`) and let the bot do what follows."""
        person = person or self.kari
        answer = await self.slack.click(person, target or self.card, button, **how)
        await self.work()
        return answer

    async def presses_only(self, button, target=None, person=None, **how):
        """Press, and stop before the bot has worked."""
        answer = await self.slack.click(person or self.kari, target or self.card, button, **how)
        await self.bot.owned.settled()
        return answer

    # -- what can be seen

    @property
    def card(self):
        return self.cards[-1]

    @property
    def cards(self):
        return self.sales.messages

    @property
    def thread(self):
        """The lines below the card."""
        return self.sales.thread(self.card.ts)

    @property
    def lines(self):
        return [message.read() for message in self.thread]

    def whispers(self, person=None):
        return [one.read() for one in self.slack.ephemerals(person or self.kari)]

    # -- the customer and Dintero

    def session(self, reference="4711"):
        return self.dintero.session_by_reference(reference)

    def transaction(self, reference="4711"):
        return self.dintero.transaction(self.session(reference)["transaction_id"])

    async def customer_pays(self, reference="4711", method="vipps"):
        """The customer opens the link and pays; Dintero calls back, and the bot works."""
        self.dintero.open(self.session(reference)["id"])
        self.clock.pass_(seconds=20)
        self.dintero.pay(self.session(reference)["id"], method=method)
        await self.dintero_calls_back()

    async def dintero_calls_back(self):
        """Callbacks and webhooks arrive; at most one look a second and link follows."""
        self.clock.pass_(seconds=6)
        await self.dintero.deliver_due()
        await self.work()

    def writes(self, kind):
        """The requests of one kind that reached Dintero."""
        return [exchange for exchange in self.dintero.log if exchange.kind == kind]


@contextlib.asynccontextmanager
async def opened_shop(database, *, account=ACCOUNT, switches=None, team_id="T1", **settings):
    """A shop with its doors open, on the database of this URL: sandbox and bot on loopback."""
    clock = StoryClock()
    slack = Workspace(team_id, clock=clock.true, signing_secret=SECRET, bot_token=TOKEN, monotonic=clock.monotonic)
    slack.ack_deadline = _PATIENT
    dintero = Dintero(
        account_id=account,
        client_id="client",
        client_secret="secret",
        clock=clock.true,
        base_url="",
        signature_secret="callback-secret",
        switches=switches or Switches(),
    )
    world = Starlette(routes=[Mount("/slack", slack_app(slack)), Mount("/dintero", dintero_app(dintero))])
    shop = Shop(clock=clock, slack=slack, dintero=dintero, settings={})
    shop.people = {
        "kari": slack.person("kari"),
        "ola": slack.person("ola"),
        "guest": slack.person("guest", guest=True),
        "eve": slack.person("eve", stranger=True),
    }
    slack.add_channel("sales", members=list(shop.people.values()), bot=True)

    async def web(scope, receive, send):
        await shop.bot.web(scope, receive, send)

    # The bot's door closes before the bot stops: what still came in by then comes to its end.
    async with serving(world) as world_url, contextlib.AsyncExitStack() as doors_closed, serving(web) as url:
        doors_closed.push_async_callback(slack.aclose)
        slack.base_url, dintero.base_url = f"{world_url}/slack", f"{world_url}/dintero"
        slack.request_url, shop.url = f"{url}/slack/events", url
        shop.settings = {
            "slack_bot_token": TOKEN,
            "slack_signing_secret": SECRET,
            "slack_api_url": f"{world_url}/slack/api/",
            "dintero_account_id": account,
            "dintero_client_id": "client",
            "dintero_client_secret": "secret",
            "dintero_signature_secret": "callback-secret",
            "dintero_webhook_secret": "webhook-secret",
            "dintero_api_url": f"{world_url}/dintero/v1",
            "dintero_checkout_url": f"{world_url}/dintero/v1",
            "paylink_public_url": url,
            "paylink_database_url": database,
            "paylink_secret_key": KEY,
            # Stories issue the same link over and over; those about doubles look for them.
            "paylink_duplicate_hours": 0,
            **settings,
        }
        await shop.start()
        doors_closed.push_async_callback(shop.stop)
        yield shop
