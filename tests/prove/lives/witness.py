"""Who sees everything: what Dintero was asked and did, what people were told, and what the bot holds to be true."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.slack.error_codes import Meaning, meaning_of
from sandbox.dintero import payments
from sandbox.dintero.rules import moment
from storage import tables

BROKEN = (
    "listener_failed",
    "save_failed",
    "operation_failed",
    "telling_broke",
    "look_broke",
    "answer_not_recorded",
    "impossible_report",
    "row_unreadable",
    "card_rejected",
    "too_much_at_once",
)
"""What the journal never says of a bot whose promises hold, whatever Dintero and Slack do."""
UNPARDONABLE = ("invalid_", "no_text", "must be empty", "cannot be reached", "bot answered", "_too_long")
"""What Slack never complains of."""
APOLOGY = "Something went wrong here"
MONEY = {"CAPTURE", "REFUND", "VOID"}


@dataclass(frozen=True)
class Effect:
    """Something the bot had Dintero do: `seen` is what was open to it directly before."""

    kind: str
    link: str
    amount: int
    seen: int = 0
    reference: str | None = None


@dataclass
class Truth:
    """A link as Dintero has it."""

    session: dict[str, Any]
    payment: dict[str, Any] | None
    asked: int
    """What the customer was asked for; a gift card lowers what the payment comes to."""

    @property
    def differs(self):
        """Whether the payment is of another amount than was asked for."""
        return self.payment is not None and self.payment["amount"] != self.asked

    @property
    def captured(self):
        return payments.total(self.payment, "CAPTURE") if self.payment else 0

    @property
    def refunded(self):
        return payments.total(self.payment, "REFUND") if self.payment else 0

    @property
    def reserved(self):
        held = self.payment and self.payment["status"] in payments.CAPTURABLE
        return payments.open_amount(self.payment, "CAPTURE") if held else 0

    @property
    def kept(self):
        """The customer's money on it, reserved or taken."""
        return self.reserved + self.captured - self.refunded

    @property
    def changed_at(self):
        """When a look would first have shown what is true now."""
        return moment((self.payment or self.session)["updated_at"])


@dataclass
class Seen:
    """A link as the bot has it, beside the truth."""

    row: Any
    truth: Truth | None
    odd_until: datetime | None
    """Up to when looks may have shown what nobody can read."""

    @property
    def is_unseen(self):
        """Whether something happened to the payment after the last look that could be read."""
        if self.truth is None or self.truth.payment is None:
            return False
        at = self.row.looked_at
        return at is None or at < self.truth.changed_at or (self.odd_until is not None and at <= self.odd_until)

    @property
    def held(self):
        """(captured, refunded, reserved) as the bot has them."""
        facts = self.row.facts
        return facts.captured, facts.refunded, facts.uncaptured

    @property
    def agrees(self):
        truth = self.truth
        return truth is None or self.held == (truth.captured, truth.refunded, truth.reserved)


def left(dintero, transaction_id, kind):
    """What is open to an operation: not what was done, and not what has begun and has no end yet."""
    begun = [order for tx, order in dintero.pending if tx["id"] == transaction_id]
    if kind == "REFUND":
        begun = [order for order in begun if order.kind == "REFUND"]
    elif any(order.kind == "VOID" for order in begun):
        return 0
    else:
        begun = [order for order in begun if order.kind == "CAPTURE"]
    return max(payments.open_amount(dintero.transaction(transaction_id), kind) - sum(one.amount for one in begun), 0)


@dataclass
class Witness:
    """Sees each thing once; what came since the last question is asked for by `news…`."""

    shop: Any
    effects: list[Effect] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    doubts: int = 0
    """How many messages may stand in Slack twice."""
    plain: int = 0
    """How many cards may stand there as text alone."""
    odd_until: datetime | None = None
    asked: dict[str, int] = field(default_factory=dict)
    """What each session was made for."""
    _read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self):
        dintero = self.shop.dintero
        operate, create, cancel = dintero.operate, dintero.create, dintero.cancel

        def operated(transaction_id, order, mode=""):
            seen = left(dintero, transaction_id, order.kind)
            done = operate(transaction_id, order, mode)
            if order.by == dintero.client_id and mode not in {"declined", "idle"}:
                link = done["merchant_reference"]
                self.effects.append(Effect(order.kind, link, order.amount, seen, order.reference))
            return done

        def created(value, **more):
            session = create(value, **more)
            self.sessions.append(session)
            self.asked[session["id"]] = session["order"]["amount"]
            return session

        def cancelled(session_id):
            session = cancel(session_id)
            self.effects.append(Effect("CANCEL", session["order"]["merchant_reference"], 0))
            return session

        dintero.operate, dintero.create, dintero.cancel = operated, created, cancelled

    def news(self, name, everything):
        """What came to a list that only grows since it was last asked for."""
        since, self._read[name] = self._read.get(name, 0), len(everything)
        return everything[since:]

    def whispered(self, name, person=None):
        """What people were told for their eyes only since `name` asked last."""
        new = self.news(name, self.shop.slack._ephemerals)
        return [one.read() for one in new if person is None or one.user == person.id]

    def posted(self):
        """What the bot wrote for everybody to see, as it went to Slack."""
        said = self.news("calls", self.shop.slack.log)
        self.doubts += sum(
            call.method == "chat.postMessage" and call.fault is not None and call.fault != "error" for call in said
        )
        refused = [call for call in said if not call.answer["ok"] and call.fault in {None, "error"}]
        self.doubts += sum(map(_further_cards, refused))
        self.plain += sum(meaning_of(call.answer["error"]) is Meaning.MESSAGE for call in refused)
        return [call.args for call in said if call.method in {"chat.postMessage", "chat.update"}]

    def note_odd_answers(self):
        """Whatever was read until now may have been odd."""
        if self.shop.dintero.switches.odd_fields != "none":
            self.odd_until = self.shop.clock.true()

    def logged(self, journal):
        """What the journal says since it was last asked."""
        text = journal.getvalue()
        journal.seek(0)
        journal.truncate()
        return text

    # -- the bot's books

    async def rows(self):
        """Every link as it stands in the database."""
        store = self.shop.bot.store
        async with store._reader.connect() as connection:
            found = await connection.execute(select(tables.links).order_by(tables.links.c.created_at))
            return found.all()

    async def links(self):
        """Every link of the bot's beside the truth."""
        truths = {session["order"]["merchant_reference"]: self.truth(session) for session in self.sessions}
        return [Seen(row, truths.get(row.merchant_reference), self.odd_until) for row in await self.rows()]

    def truth(self, session):
        """What Dintero has of it now."""
        payment = self.shop.dintero.transactions.get(session.get("transaction_id", ""))
        return Truth(session, payment, self.asked[session["id"]])

    async def stories(self):
        """Every order of the bot's with its chain, its card, its events and its operations."""
        store, told = self.shop.bot.store, []
        for order_id in sorted({row.order_id for row in await self.rows()}):
            async with store.read() as work:
                told.append(await work.story(order_id))
        return told

    async def events(self):
        """Every event the bot has kept, by link and in order."""
        async with self.shop.bot.store._reader.connect() as connection:
            found = await connection.execute(
                select(tables.events).order_by(tables.events.c.link_id, tables.events.c.seq)
            )
            return found.all()

    async def link(self, link_id):
        """A link and the story it belongs to."""
        async with self.shop.bot.store.read() as work:
            story = await work.story_of_link(link_id)
        return story, story.link(link_id)


def _further_cards(refused):
    """How many more cards follow from a refusal, while the old one stays where it is.

    Where the bot may not write, the card goes to its issuer, and back once it may; what is gone is posted afresh.
    """
    meaning = meaning_of(refused.answer["error"])
    elsewhere = meaning in {Meaning.CHANNEL, Meaning.PERSON}
    if refused.method == "chat.postMessage" and "thread_ts" in refused.args:
        return 2 if elsewhere else int(meaning is Meaning.TARGET_GONE)
    if refused.method == "chat.postMessage":
        return int(elsewhere)  # there was no old one
    if refused.method == "chat.update":
        return 2 if elsewhere else 1
    return 0


def digits(text):
    """Without the spaces that people put into numbers."""
    return re.sub(r"[\s\u00a0]", "", text)


def age(now: datetime, then: datetime) -> float:
    """Days from then to now."""
    return (now - then).total_seconds() / 86400
