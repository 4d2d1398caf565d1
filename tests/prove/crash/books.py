"""The books after a crash: what Dintero did, what our database says, what Slack and the customer were shown."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select

from bot.configured import look
from bot.domain.events import Happened
from bot.domain.links import Status
from bot.domain.mails import MailState
from bot.domain.operations import OPEN, State
from bot.domain.stories import CardState
from bot.settings import Settings
from bot.slack.app import Bot
from bot.slack.views.card import card as drawn
from storage.secrets import Secrets
from storage.store import SqlStore
from storage.tables import events, links, mails, operations, orders
from tests.prove.crash.people import sent_to_customer

MONEY = ("CAPTURE", "REFUND", "VOID")
STATUS = {
    "AUTHORIZED": "authorized",
    "CAPTURED": "captured",
    "REFUNDED": "captured",
    "PARTIALLY_REFUNDED": "captured",
    "AUTHORIZATION_VOIDED": "voided",
}
BOT = Bot(team_id="T1", bot_id="B1", bot_user_id="UBOT", workspace_url="https://shop.slack.com/", workspace_name="shop")


@dataclass
class Findings:
    """What does not fit, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def compare(self, what, found, wanted):
        """Count of `what`: fewer than wanted is lost, more is doubled."""
        if found != wanted:
            (self.doubled if found > wanted else self.lost).append(f"{what}: {found} instead of {wanted}")

    def add(self, other):
        self.lost += other.lost
        self.doubled += other.doubled

    def check(self, what, *, holds):
        if not holds:
            self.lost.append(what)


async def at_dintero(world, life):
    """Whether Dintero did what was wanted, once."""
    found = Findings()
    done = defaultdict(list)
    for transaction in world.dintero.transactions.values():
        for event in transaction["events"]:
            if event["success"]:
                done[event["event"]].append(event["amount"])
    for kind in MONEY:
        found.compare(kind.lower(), done[kind], life.events.get(kind, []))
    sessions = await _in_use(world)
    names = [event["name"] for session in sessions for event in session["events"]]
    found.compare("cancelled sessions", names.count("CANCELLED"), life.cancelled)
    found.compare("sessions", len(sessions), life.sessions)
    made = Counter(session["order"]["merchant_reference"] for session in world.dintero.sessions.values())
    for reference, times in made.items():
        found.compare(f"sessions {reference}", times, 1)
    return found


async def in_database(world):
    """Whether the database says what Dintero says, and nothing is under way any more."""
    found = Findings()
    rows = {row.session_id: row for row in await world.rows(select(links)) if row.session_id}
    sessions = await _in_use(world)
    for session in sessions:
        row = rows.pop(session["id"], None)
        reference = session["order"]["merchant_reference"]
        found.check(f"session {reference} is not known here", holds=row is not None)
        if row is not None:
            _same(found, world, session, row)
    found.check(f"sessions that Dintero has not: {len(rows)}", holds=not rows)
    kept, given_up = await world.rows(select(operations)), await _given_up(world)
    open_ones = [row.reference for row in kept if row.state in OPEN and row.link_id not in given_up]
    found.check(f"still open: {open_ones}", holds=not open_ones)
    done = Counter(row.kind for row in kept if row.state == State.DONE)
    for kind, times in _effects(world, sessions).items():
        found.compare(f"operations done: {kind}", done[kind], times)
    return found


async def _given_up(world):
    """The links of unanswered creates after which a person had the next one sent: watched, and in nobody's hands."""
    rows = await world.rows(select(links).where(links.c.status == Status.UNCERTAIN, links.c.replaced))
    return {row.id: row.merchant_reference for row in rows}


async def _in_use(world):
    """The sessions at Dintero without those."""
    given_up = (await _given_up(world)).values()
    sessions = world.dintero.sessions.values()
    return [session for session in sessions if session["order"]["merchant_reference"] not in given_up]


def _same(found, world, session, row):
    reference, transaction = row.merchant_reference, world.dintero.transactions.get(session.get("transaction_id"))
    if transaction is None:
        status = "cancelled" if "cancelled_at" in session else "open"
    else:
        status = STATUS[transaction["status"]]
        for kind, fact in (("CAPTURE", row.facts.captured), ("REFUND", row.facts.refunded)):
            moved = sum(one["amount"] for one in transaction["events"] if one["event"] == kind and one["success"])
            found.check(f"{reference} {kind.lower()}: {fact}, at Dintero {moved}", holds=fact == moved)
    found.check(f"{reference} is {row.status}, at Dintero {status}", holds=row.status == status)


def _effects(world, sessions):
    counts = Counter(create=len(sessions), cancel=sum("cancelled_at" in session for session in sessions))
    for transaction in world.dintero.transactions.values():
        counts.update(one["event"].lower() for one in transaction["events"] if one["success"])
    return {kind: counts[kind] for kind in ("create", "capture", "refund", "void", "cancel")}


async def with_customer(world, life):
    """Whether the customer got each message once; a mail that may be missing must have been told of."""
    found = Findings()
    got, wanted = sent_to_customer(world), Counter(life.messages)
    doubtful = any(row.state == MailState.UNKNOWN for row in await world.rows(select(mails)))
    told = await lines_told(world)
    found.check("nobody was told of a doubtful mail", holds=not doubtful or told[Happened.MAYBE_SENT] == 1)
    for kind in ("sms", "mails"):
        if kind == "mails" and doubtful and not got["mails"]:
            continue
        found.compare(f"messages by {kind}", got[kind], wanted[kind])
    return found


async def in_slack(world, people, crashes):
    """Whether the card equals the state, every event is told, and at most one post per crash is a repetition."""
    found = Findings()
    posted = people.sales.posted
    [order] = await world.rows(select(orders))
    told = await world.rows(
        select(events).join(links, links.c.id == events.c.link_id).order_by(links.c.n, events.c.seq)
    )
    found.check("its card is not posted", holds=order.card_state == CardState.POSTED)
    found.check("its card lags", holds=order.card_version == order.version and order.untold_since is None)
    untold = [row.kind for row in told if row.told_ts is None]
    found.check(f"untold: {untold}", holds=not untold)
    there = {message.ts for message in posted}
    lines = [row.told_ts for row in told if row.told_ts]
    found.check("a told line is not in the thread", holds=set(lines) <= there)
    found.check("lines out of order", holds=lines == sorted(lines))
    extra = len(posted) - 1 - len(lines)
    if extra > crashes:
        found.doubled.append(f"{extra} posts too many")
    card = next((one for one in posted if one.ts == order.card_ts), None)
    found.check("its card is gone", holds=card is not None)
    if card is not None:
        found.check("its card is not its state", holds=plain(card.blocks) == await state_of_card(world, order.id))
    return found


async def lines_told(world):
    """How many lines the thread has of each kind of event."""
    return Counter(row.kind for row in await world.rows(select(events)) if row.told_ts)


async def state_of_card(world, order_id):
    """The card as its state draws it now."""
    settings = Settings(**{name.lower(): value for name, value in world.settings.items()})
    store = SqlStore(world.engine, Secrets([world.settings["PAYLINK_SECRET_KEY"]]), world.clock.now)
    async with store.read() as work:
        story = await work.story(order_id)
    return plain(drawn(story, world.clock.now(), look(settings, BOT)).blocks)


def plain(blocks):
    """Blocks without the names that Slack makes up for them."""
    return [
        {key: value for key, value in block.items() if key != "block_id" or not value.startswith("auto")}
        for block in blocks
    ]
