"""One Dintero account: its credentials, sessions and transactions, and what the API does to them."""

import copy
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sandbox.dintero import payments
from sandbox.dintero.faults import Faults
from sandbox.dintero.payments import Order, short_id, stamp
from sandbox.dintero.post import Delivery, Post, Subscription
from sandbox.dintero.rules import METHODS, Json, RefusedError, check_create, moment
from sandbox.dintero.switches import Switches
from sandbox.dintero.versions import Versions

BLOCKS = METHODS.keys() | {"vipps"}
TOKEN_LIFE = timedelta(seconds=14400)
VIPPS = {"vipps", "dintero_psp.vipps", "payex.vipps", "bambora.vipps"}
MOBILEPAY = {"payex.mobilepay", "bambora.mobilepay"}
WALLETS = VIPPS | MOBILEPAY | {"swish.swish", "payex.swish"}
OPENS_APP = {"hosted": VIPPS | MOBILEPAY, "in_app": WALLETS}
DEFAULT_METHODS: Json = {
    "vipps": {"enabled": True},
    "swish": {"swish": {"enabled": True}},
    "dintero_psp": {"creditcard": {"enabled": True}},
    "payex": {"mobilepay": {"enabled": True}, "creditcard": {"enabled": True}},
    "klarna": {"klarna": {"enabled": True}},
}


@dataclass(frozen=True)
class Message:
    """One SMS or push to the customer; its words are not published (Dintero reference §4.5)."""

    to: str
    channel: str
    text: str
    url: str
    at: datetime
    withheld: bool = False
    """It never left: a production account would have sent it, a sandbox account sends nothing (§2)."""


@dataclass
class Exchange:
    """One request and its answer; `status` stays None while unanswered or when the connection was dropped."""

    kind: str
    method: str
    path: str
    target: str
    headers: dict[str, str]
    body: Any
    at: datetime
    status: int | None = None
    answer: Any = None
    request_id: str = field(default_factory=lambda: uuid4().hex)
    """In the header `request-id` of the answer (Dintero reference §2)."""


@dataclass
class Account:
    """The account as the API sees it, its state open for tests to read."""

    account_id: str
    client_id: str
    client_secret: str = field(repr=False)
    clock: Callable[[], datetime]
    base_url: str
    signature_secret: str | None = None
    switches: Switches = field(default_factory=Switches)
    browser_goes: Callable[[str], str] = lambda address: address
    """Where the customer's browser is sent instead of an address: a demo keeps it on the phone that it shows."""

    def __post_init__(self) -> None:
        self.faults = Faults()
        self.tokens: dict[str, datetime] = {}
        self.profiles: dict[str, Json] = {"default": {"configuration": DEFAULT_METHODS, "sms": False}}
        self.sessions: dict[str, Json] = {}
        self.transactions: dict[str, Json] = {}
        self.messages: list[Message] = []
        self.app_links: dict[str, str] = {}  # session id to the wallet's own address
        self.unreachable: set[str] = set()  # phones an SMS fails for
        self.log: list[Exchange] = []
        self.pending: list[tuple[Json, Order]] = []  # initiated, not done yet
        self.auto_captures: list[str] = []
        self.post = Post(self)
        self.versions = Versions()

    # -- the account

    @property
    def deliveries(self) -> list[Delivery]:
        """Callbacks and webhooks still on their way."""
        return self.post.queue

    @property
    def subscription(self) -> Subscription | None:
        """The webhook; None once it was deleted after five failures (Dintero reference §11)."""
        return self.post.subscription

    @property
    def inbox(self) -> list[Message]:
        """What the customers got, oldest first."""
        return [message for message in self.messages if not message.withheld]

    def subscribe(self, url: str, secret: str | None = None) -> None:
        """Create the webhook subscription; a ping follows (Dintero reference §11)."""
        self.post.subscription = Subscription(url, secret)
        self.post.hook("ping")

    def issue_token(self, client_id: str, secret: str) -> str | None:
        """Give a new token for the right credentials (Dintero reference §3)."""
        right = (self.client_id.encode(), self.client_secret.encode())
        given = (client_id.encode(), secret.encode())
        if not all(hmac.compare_digest(a, b) for a, b in zip(right, given, strict=True)):
            return None
        token = f"{short_id()}.{short_id()}.{short_id()}"
        self.tokens[token] = self.clock() + TOKEN_LIFE
        return token

    def session_by_reference(self, reference: str) -> Json:
        """Find the newest session with this merchant_reference, or raise KeyError."""
        for session in reversed(self.sessions.values()):
            if session["order"]["merchant_reference"] == reference:
                return session
        raise KeyError(reference)

    def session(self, session_id: str) -> Json:
        """Find a session, or 404."""
        if session_id not in self.sessions:
            raise RefusedError(404, "Session not found")
        return self.sessions[session_id]

    def transaction(self, transaction_id: str) -> Json:
        """Find a transaction, or 404."""
        if transaction_id not in self.transactions:
            raise RefusedError(404, "Transaction not found")
        return self.transactions[transaction_id]

    # -- what the API does

    def create(self, value: object, *, strict_amounts: bool = False) -> Json:
        """Create a session and publish it (Dintero reference §4)."""
        now = self.clock()
        body = check_create(value, now, strict_amounts=strict_amounts)
        if body["profile_id"] not in self.profiles:
            raise RefusedError(400, "Unknown profile_id")
        profile = self.profiles[body["profile_id"]]
        session_id = f"{self.account_id}.{short_id()}"
        expires_at = moment(body["expires_at"]) if "expires_at" in body else now + timedelta(hours=4)
        session = {key: value for key, value in body.items() if key != "profile_id"} | {
            "id": session_id,
            "created_at": stamp(now),
            "updated_at": stamp(now),
            "expires_at": stamp(expires_at),
            "payment_operation": "unscheduled_purchase",
            "metadata": body.get("metadata", {}) | {"session:profile_id": body["profile_id"]},
            "configuration": self._configured(profile["configuration"], body.get("configuration", {})),
            "events": [],
        }
        self._open_app(session)
        self.sessions[session_id] = session
        self._event(session, "INITIATED")
        if profile["sms"]:
            self._send(session, "sms")  # beside publish: whether one or two go out is unknown, two are worse (§4.5)
        published = session["configuration"].get("publish", [])
        session["configuration"]["publish"] = [
            entry | {"id": short_id(), "status": self._send(session, entry["channel"])} for entry in published
        ]
        return session

    def url_of(self, session: Json) -> str:
        """Give the link: the page, or the wallet's own address that opens its app (Dintero reference §4.5)."""
        return self.app_links.get(session["id"]) or self.page_of(session)

    def behind(self, app_link: str) -> str | None:
        """Find the id of the session that a wallet's address belongs to."""
        return next((session_id for session_id, link in self.app_links.items() if link == app_link), None)

    def page_of(self, session: Json) -> str:
        """Give the address of the customer's page."""
        return f"{self.base_url.rstrip('/')}/v1/view/{session['id']}"

    def cancel(self, session_id: str) -> Json:
        """Cancel a session and void what was reserved; 400 once money was taken (Dintero reference §5.3)."""
        session = self.session(session_id)
        tx = self.transactions.get(session.get("transaction_id", ""))
        if (tx and tx["status"] not in {"INITIATED", "AUTHORIZED"}) or "cancelled_at" in session:
            raise RefusedError(400, "Session can not be cancelled")
        session |= {"cancelled_by": self.client_id, "cancelled_at": stamp(self.clock())}
        self._event(session, "CANCELLED")
        if tx and (tx["status"] == "AUTHORIZED" or self.switches.cancel_voids_initiated):
            tx["status"] = "AUTHORIZATION_VOIDED"
            self._changed(tx, payments.add_event(tx, "VOID", self.clock(), by=self.client_id))
        if self.switches.cancel_calls_back:
            self.post.callback(session, tx, error="cancelled")
        return session

    def operate(self, transaction_id: str, order: Order, mode: str = "") -> Json:
        """Capture, refund or void; asked twice, it is done twice (Dintero reference §8, §8.2)."""
        tx, now = self.transaction(transaction_id), self.clock()
        if wrong := payments.objections(tx, order):
            raise RefusedError(400, wrong[0], wrong)
        if order.kind == "CAPTURE" and transaction_id in self.auto_captures:
            self.auto_captures.remove(transaction_id)  # a manual capture stops the automatic one (§4.5)
        if mode in {"accepted", "initiated"}:
            if mode == "initiated" or self.switches.accepted_is_logged:
                with_reference = self.switches.initiate_events_carry_reference
                payments.initiate(tx, order, now, with_reference=with_reference)
            self.pending.append((tx, order))
        elif mode == "declined":
            self._decline(tx, order)
        elif mode != "idle":
            self._changed(tx, payments.apply(tx, order, now, self.switches))
        return tx

    # -- what follows from the state

    def cause(self, session: Json) -> str | None:
        """Say why the page is not to be had, as its own endpoint does (Dintero reference §5), or None."""
        names = [event["name"] for event in session["events"]]
        tx = self.transactions.get(session.get("transaction_id", ""))
        if tx and tx["status"] == "INITIATED" and [n for n in names if "LOCK" in n][-1:] == ["PAY_LOCK_START"]:
            return "PAYMENT_INITIATED"
        if "CANCELLED" in names:
            return "CANCELLED"
        if tx and tx["status"] in {"FAILED", "DECLINED"} and tx["status"] not in names:
            tx = None  # one attempt has failed, and the page can still be paid
        if tx and tx["status"] != "INITIATED":
            return str(tx["status"]) if tx["status"] in {"ON_HOLD", "DECLINED", "FAILED"} else "AUTHORIZED"
        over = self.clock() >= moment(session["expires_at"])
        return "EXPIRED" if over or self._is_dead_in_wallet(session) else None

    def _is_dead_in_wallet(self, session: Json) -> bool:
        """Whether the wallet has ended what only it can open, which the session's own deadline does not say."""
        life, channel = self.switches.wallet_link_life, session["configuration"].get("channel")
        methods = self.methods(session)
        pushed = bool(session["configuration"].get("publish")) and len(methods) == 1 and methods[0] in WALLETS
        born = moment(session["created_at"])
        return bool(life and (pushed or channel == "hosted") and self.clock() >= born + timedelta(seconds=life))

    def methods(self, session: Json) -> list[str]:
        """Name the payment methods the page offers, as payment_product_type (Dintero reference §4.6)."""
        found = []
        for block, products in session["configuration"].items():
            if block in BLOCKS and isinstance(products, dict):
                if products.get("enabled"):
                    found.append(block)
                found += [
                    f"{block}.{p}" for p, value in products.items() if isinstance(value, dict) and value["enabled"]
                ]
        return found

    def _open_app(self, session: Json) -> None:
        """Make the address that opens the app of the session's one wallet, or 400 (Dintero reference §4.5)."""
        channel, methods = session["configuration"].get("channel"), self.methods(session)
        if channel not in OPENS_APP:
            return
        if len(methods) != 1 or methods[0] not in OPENS_APP[channel]:
            raise RefusedError(400, f"{channel} needs one wallet alone, not {methods}")
        self.app_links[session["id"]] = f"{methods[0].rpartition('.')[2]}://pay?token={short_id()}"

    def _configured(self, profile: Json, override: Json) -> Json:
        """Bring profile and session together, by the switch (Dintero reference §4.5)."""
        if override.get("active_payment_types", {}).get("enabled"):
            profile = DEFAULT_METHODS | profile
        elif self.switches.override == "replaces" and BLOCKS & override.keys():
            profile = {key: value for key, value in profile.items() if key not in BLOCKS}
        merged = copy.deepcopy(profile)
        for key, value in override.items():
            merged[key] = merged[key] | value if key in BLOCKS & merged.keys() else value
        return merged

    def _send(self, session: Json, channel: str) -> str:
        """Publish the link: one wallet alone turns the SMS into a push; T accounts send nothing (§2, §4.5)."""
        to, methods = session.get("customer", {}).get("phone_number"), self.methods(session)
        if not to:
            return "skipped"
        withheld = self.account_id.startswith("T")
        status = self.switches.sandbox_publish_status if withheld else "sent"
        if to in self.unreachable:
            return status if withheld else "failed"
        if len(methods) == 1 and methods[0] in WALLETS:
            channel = "push"
            if not withheld:
                self._event(session, "PUSH_NOTIFICATION_SENT")
        order, url = session["order"], self.url_of(session)
        words = f"Pay {order['amount'] / 100:.2f} {order['currency']} ({order['merchant_reference']}): {url}"
        self.messages.append(Message(to, channel, words, url, self.clock(), withheld))
        return status

    def _event(self, session: Json, name: str, **details: Any) -> None:
        event: Json = {"id": short_id(), "name": name, "created_at": stamp(self.clock()), "request_id": short_id()}
        session["events"].append(event | ({"details": details} if details else {}))
        session["updated_at"] = event["created_at"]

    def _changed(self, tx: Json, event: Json | None = None) -> None:
        """Tell the world that a transaction was made or updated (Dintero reference §9, §11)."""
        if self.switches.updated_at_moves:
            tx["updated_at"] = stamp(self.clock())
        self.versions.keep(tx, self.clock())
        told = ("id", "session_id", "merchant_reference", "merchant_reference_2", "created_at", "updated_at", "status")
        self.post.hook("checkout_transaction", transaction={key: tx[key] for key in told if key in tx})
        if event:
            self.post.callback(self.sessions[tx["session_id"]], tx, event=event)

    def _decline(self, tx: Json, order: Order) -> Json:
        with_reference = self.switches.failed_events_carry_reference
        event = payments.decline(tx, order, self.clock(), with_reference=with_reference)
        self._changed(tx, event)
        return event
