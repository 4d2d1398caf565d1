"""The people and machines around an account: customer, provider, Backoffice, and the pump that delivers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sandbox.dintero import payments
from sandbox.dintero.account import Account
from sandbox.dintero.payments import Operation, Order, short_id
from sandbox.dintero.rules import Json, RefusedError


def asks_for_address(session: Json) -> bool:
    """Say whether the page wants an address before it shows how to pay (Dintero reference §4.7)."""
    wants = session.get("express", {"shipping_mode": "shipping_not_required"})
    required = wants.get("shipping_mode", "shipping_required") == "shipping_required"
    return required and "shipping_address" not in session["order"]


@dataclass
class Dintero(Account):
    """The account and everybody's verbs; page, tests and demo take the same path."""

    # -- what customers do

    def open(self, session_id: str) -> Json:
        """Visit the page: VISITED, or 404 when the link is dead (Dintero reference §5)."""
        session = self.session(session_id)
        if cause := self.cause(session):
            raise RefusedError(404, cause)
        self._event(session, "VISITED")
        session |= {"customer_ip": "192.0.2.1", "user_agent": "Sandbox"}
        return session

    def give_address(self, session_id: str, option: str | None = None, **address: str) -> Json:
        """Type the address that an express session asks for; its option becomes part of the sum (§4.7)."""
        session = self.session(session_id)
        if cause := self.cause(session):
            raise RefusedError(404, cause)
        options = session.get("express", {}).get("shipping_options", [])
        chosen = next((one for one in options if option in {None, one["id"]}), None)
        if chosen is None or not address.get("address_line") or not address.get("postal_place"):
            raise RefusedError(400, "The page asks for an address and one of its shipping options")
        order, before = session["order"], session["order"].get("shipping_option", {"amount": 0})
        order |= {"shipping_address": {"country": "NO"} | address, "shipping_option": dict(chosen)}
        order["amount"] += chosen["amount"] - before["amount"]
        self._event(session, "SET_SHIPPING_ADDRESS")
        self._event(session, "SET_SHIPPING_OPTION")
        return session

    def start_payment(self, session_id: str, method: str | None = None) -> Json:
        """Begin to pay: the transaction exists and is INITIATED; a second visitor finds the link dead."""
        session = self.session(session_id)
        if asks_for_address(session) and not self.cause(session):
            raise RefusedError(400, "Nobody can pay before the address is typed")
        if not self._lock(session, method):
            return self.transactions[session["transaction_id"]]
        tx = payments.new_transaction(session, self._method(session, method), self.clock(), self.account_id)
        self.transactions[tx["id"]] = tx
        session["transaction_id"] = tx["id"]
        self._changed(tx)
        return tx

    def pay(self, session_id: str, method: str | None = None) -> Json:
        """Pay: AUTHORIZED, or CAPTURED where nothing is ever reserved (Dintero reference §7)."""
        tx = self.start_payment(session_id, method)
        return self._settle(tx, "CAPTURED" if tx["payment_product_type"] in payments.AT_ONCE else "AUTHORIZED")

    def pay_late(self, session_id: str, method: str | None = None) -> Json:
        """Pay on a page that was open before the link ended: nobody promises that it comes to nothing (§5, §19.3)."""
        tx = self._late(session_id, method)
        return self._settle(tx, "CAPTURED" if tx["payment_product_type"] in payments.AT_ONCE else "AUTHORIZED")

    def hold_late(self, session_id: str, method: str | None = None) -> Json:
        """The same with a method that wants extra control: ON_HOLD (Dintero reference §7)."""
        return self._settle(self._late(session_id, method), "ON_HOLD")

    def use_gift_card(self, session_id: str, amount: int) -> Json:
        """Enter a gift card on the page: so much less is left to pay with a method (Dintero reference §4.2, §5)."""
        session = self.session(session_id)
        order = session["order"]
        covered = sum(card["amount"] for card in order.get("gift_cards", ()))
        left = order["amount"] - (covered if self.switches.gift_card_lowers == "transaction" else 0)
        if not 0 < amount < left:
            raise RefusedError(400, "A gift card covers a part of what is left")
        order["gift_cards"] = [*order.get("gift_cards", ()), {"amount": amount}]
        if self.switches.gift_card_lowers == "session":
            order["amount"] -= amount
        self._event(session, "SET_GIFT_CARD")
        return session

    def pay_once_more(self, session_id: str, method: str | None = None, *, named: bool = False) -> Json:
        """Pay a session that has a transaction already: only a promise says that it cannot be (Dintero reference §1).

        `named` says that the session points at this one from then on.
        """
        session = self.session(session_id)
        tx = payments.new_transaction(session, self._method(session, method), self.clock(), self.account_id)
        self.transactions[tx["id"]] = tx
        if named:
            session["transaction_id"] = tx["id"]
        return self._settle(tx, "CAPTURED" if tx["payment_product_type"] in payments.AT_ONCE else "AUTHORIZED")

    def hold(self, session_id: str, method: str | None = None) -> Json:
        """Pay with a method that wants extra control: ON_HOLD, with a callback (Dintero reference §7)."""
        return self._settle(self.start_payment(session_id, method), "ON_HOLD")

    def approve(self, transaction_id: str) -> Json:
        """Let the provider accept what was on hold: AUTHORIZED and a second callback."""
        return self._settle(self._held(transaction_id), "AUTHORIZED")

    def reject(self, transaction_id: str) -> Json:
        """Let the provider refuse what was on hold."""
        return self._settle(self._held(transaction_id), "FAILED", "failed")

    def decline(self, session_id: str, method: str | None = None) -> Json:
        """Dismiss the payment while it is processed: DECLINED, and the link is dead (Dintero reference §7)."""
        return self._settle(self.start_payment(session_id, method), "DECLINED", "authorization")

    def fail(self, session_id: str, method: str | None = None) -> Json:
        """Let the payment be rejected for good: FAILED, and the link is dead."""
        return self._settle(self.start_payment(session_id, method), "FAILED", "failed")

    def fail_attempt(self, session_id: str, method: str | None = None) -> Json:
        """Fail one attempt: PAY_FAILED, and the customer may try again on the same link (Dintero reference §5)."""
        session, leaves = self.session(session_id), self.switches.failed_attempt_leaves
        if leaves == "nothing":
            self._lock(session, method)
        else:
            tx = self.start_payment(session_id, method)
            error = payments.add_event(tx, "AUTHORIZE", self.clock(), success=False)
            error["error"] = {"code": "DECLINED", "message": "Rejected", "type": ["DECLINED"]}
            tx["status"] = "FAILED" if leaves == "failed" else "INITIATED"
            self._changed(tx)
        self._event(session, "PAY_FAILED", error="Rejected")
        self._event(session, "PAY_LOCK_END")
        if leaves == "failed":
            self._call_back(tx, "authorization")
        return session

    def walk_away(self, session_id: str) -> Json:
        """Cancel on the page: the link is dead, the callback names no transaction (Dintero reference §10, §11)."""
        session = self.session(session_id)
        self._lock(session, None)
        self._event(session, "CANCELLED")
        if tx := self.transactions.get(session.get("transaction_id", "")):
            tx["status"] = "DECLINED"
            self._changed(tx)
        self.post.callback(session, None, error="cancelled")
        return session

    def stranger_pays(self, amount: int = 9900, method: str = "vipps", reference: str = "WEB-1") -> Json:
        """Let somebody pay in the web shop that shares the account; no callback of ours."""
        order = {"amount": amount, "currency": "NOK", "merchant_reference": reference}
        order["items"] = [{"id": "1", "line_id": "1", "description": "Web shop", "quantity": 1, "amount": amount}]
        body = {"profile_id": "default", "url": {"return_url": "https://shop.example/thanks"}, "order": order}
        return self.pay(self.create(body)["id"], method)

    # -- what happens in Backoffice and at the provider

    def backoffice_capture(
        self, transaction_id: str, amount: int | None = None, items: Sequence[Json] = (), mode: str = ""
    ) -> Json:
        """Let a colleague capture outside Slack; without an amount, everything that is left.

        With mode `initiated` it is in progress until `complete_async`.
        """
        return self._outside(transaction_id, "CAPTURE", amount, items, mode=mode)

    def backoffice_refund(
        self, transaction_id: str, amount: int | None = None, items: Sequence[Json] = (), mode: str = ""
    ) -> Json:
        """Let a colleague refund outside Slack; without an amount, everything that is left; `mode` as above."""
        return self._outside(transaction_id, "REFUND", amount, items, mode=mode)

    def backoffice_void(self, transaction_id: str, mode: str = "") -> Json:
        """Let a colleague void outside Slack; `mode` as above."""
        return self._outside(transaction_id, "VOID", mode=mode)

    def auto_capture_now(self, transaction_id: str | None = None) -> list[Json]:
        """Let auto-capture run now, for one transaction or for all that wait for it (Dintero reference §4.5)."""
        waiting = [transaction_id] if transaction_id else list(self.auto_captures)
        self.auto_captures = [other for other in self.auto_captures if other not in waiting]
        due = [tx_id for tx_id in waiting if self.transaction(tx_id)["status"] == "AUTHORIZED"]
        captured = [self._outside(due_id, "CAPTURE", by="auto_capture") for due_id in due]
        if self.switches.auto_capture_calls_back == "captured" and not self.switches.auto_capture_ignored:
            for tx in captured:
                self._call_back(tx)
        return captured

    def complete_async(self, *, success: bool = True) -> list[Json]:
        """Finish what was initiated: an event with its correlation_request_id each (Dintero reference §8.1)."""
        waiting, self.pending = self.pending, []
        events = []
        for tx, order in waiting:
            correlated = replace(order, correlation=order.request_id, request_id=short_id())
            if not success or payments.objections(tx, correlated):
                events.append(self._decline(tx, correlated))
                continue
            events.append(payments.apply(tx, correlated, self.clock(), self.switches))
            self._changed(tx, events[-1])
        return events

    # -- the pump

    async def deliver_due(self) -> int:
        """Attempt every callback and webhook that is due; the number of attempts made."""
        return await self.post.deliver_due()

    async def run(self) -> None:
        """Deliver for as long as the demo lives, and let auto-capture run."""
        while True:
            self.auto_capture_now()
            await self.deliver_due()
            await asyncio.sleep(0.05)

    async def aclose(self) -> None:
        """Close the connections to whoever is called back."""
        if self.post.http:
            await self.post.http.aclose()

    # -- how

    def _late(self, session_id: str, method: str | None) -> Json:
        session = self.session(session_id)
        tx = self.transactions.get(session.get("transaction_id", ""))
        if tx is None:
            tx = payments.new_transaction(session, self._method(session, method), self.clock(), self.account_id)
            self.transactions[tx["id"]] = tx
            session["transaction_id"] = tx["id"]
        return tx

    def _method(self, session: Json, method: str | None) -> str:
        offered = self.methods(session)
        chosen = method or ("vipps" if "vipps" in offered else next(iter(offered), ""))
        if chosen not in offered:
            raise RefusedError(400, f"The page offers {offered}, not {chosen!r}")
        return chosen

    def _lock(self, session: Json, method: str | None) -> bool:
        """Enter or continue a payment attempt; True when there is no transaction yet."""
        tx = self.transactions.get(session.get("transaction_id", ""))
        if self.cause(session) != "PAYMENT_INITIATED":
            if all(event["name"] != "VISITED" for event in session["events"]) or self.cause(session):
                self.open(session["id"])  # nobody pays without the page; 404 when it is dead
            chosen = self._method(session, method or (tx and tx["payment_product_type"]))
            self._event(session, "PAY_LOCK_START", payment_product_type=chosen)
        if tx and tx["status"] in {"FAILED", "DECLINED"}:
            return True  # the next attempt has a transaction of its own
        if tx and method:
            payments.choose(tx, self._method(session, method))
        return tx is None

    def _held(self, transaction_id: str) -> Json:
        tx = self.transaction(transaction_id)
        if tx["status"] != "ON_HOLD":
            raise RefusedError(400, f"Nothing to decide about {tx['status']}")
        return tx

    def _settle(self, tx: Json, status: str, error: str | None = None) -> Json:
        """End an attempt (or a hold): status, events on both sides, callback, webhook."""
        session = self.sessions[tx["session_id"]]
        tx["status"] = status
        if status != "ON_HOLD":
            kind = "CAPTURE" if status == "CAPTURED" else "AUTHORIZE"
            event = payments.add_event(tx, kind, self.clock(), success=error is None)
            if error:
                event["error"] = {"code": status, "message": f"Payment {status.lower()}", "type": ["DECLINED"]}
            self._event(session, "COMPLETED" if status == "CAPTURED" else status)
        self._event(session, "PAY_LOCK_END")
        self._changed(tx)
        waits = status == "AUTHORIZED" and session["configuration"].get("auto_capture")
        waits = waits and not self.switches.auto_capture_ignored
        if waits:
            self.auto_captures.append(tx["id"])
        if not (waits and self.switches.auto_capture_calls_back == "captured"):
            self._call_back(tx, error)
        return tx

    def _call_back(self, tx: Json, error: str | None = None) -> None:
        session = self.sessions[tx["session_id"]]
        if self.post.callback(session, tx, error=error) and not error:
            self._event(session, "ON_HOLD_CALLBACK_SENT" if tx["status"] == "ON_HOLD" else "AUTH_CALLBACK_SENT")

    def _outside(
        self,
        transaction_id: str,
        kind: Operation,
        amount: int | None = None,
        items: Sequence[Json] = (),
        by: str = "backoffice",
        mode: str = "",
    ) -> Json:
        left = payments.open_amount(self.transaction(transaction_id), kind)
        order = Order(kind, left if amount is None else amount, by, items=tuple(items), request_id=short_id())
        return self.operate(transaction_id, order, mode)
