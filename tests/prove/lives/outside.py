"""What happens around the bot: customers, and Dintero's Backoffice."""

import contextlib
import functools

import httpx
from hypothesis import strategies as st

from sandbox.dintero import Dintero, RefusedError
from tests.prove.lives.life import Life, newest, nth, step, works

METHODS = ("vipps", "swish.swish", "dintero_psp.creditcard", "payex.mobilepay", "klarna.klarna")
CUSTOMER = ("open", "pay", "hold", "start_payment", "fail_attempt", "decline", "fail", "walk_away")
payment_methods = st.sampled_from(METHODS)


class Outside(Life):
    """Everybody but the sellers and the bot."""

    # -- customers

    @step(
        when=lambda self: self._sessions(), which=nth, deed=st.sampled_from(CUSTOMER), method=payment_methods, bot=works
    )
    def a_customer_does_something(self, which, deed, method, bot):
        session = newest(self._sessions(), which)
        more = () if deed in {"open", "walk_away"} else (self._offered(session, method),)
        self._does(session, deed, getattr(self.dintero, deed), session["id"], *more)
        self.then(bot)

    def a_customer_pays(self, which, method, bot):
        session = newest(self._unpaid(), which)
        self._does(session, "pays by", self.dintero.pay, session["id"], self._offered(session, method))
        self.world.do(self.dintero.deliver_due())
        self.then(bot)

    paying = step(when=lambda self: self._unpaid(), which=nth, method=payment_methods, bot=works)(a_customer_pays)
    paying_more = step(when=lambda self: self._unpaid(), which=nth, method=payment_methods, bot=works)(a_customer_pays)

    @step(when=lambda self: self._left_open(), which=nth, method=payment_methods)
    def a_customer_pays_on_a_page_left_open(self, which, method):
        session = newest(self._left_open(), which)
        self._does(session, "pays late", self.dintero.pay_late, session["id"], self._offered(session, method))

    @step(when=lambda self: self._unpaid(), which=nth, part=st.integers(1, 3))
    def a_customer_uses_a_gift_card(self, which, part):
        """It covers some quarters of the amount; the rest is still to be paid."""
        session = newest(self._unpaid(), which)
        self._does(session, "gift card of", self._uses_gift_card, session["id"], session["order"]["amount"] * part // 4)

    @step(when=lambda self: self._held(), which=nth, deed=st.sampled_from(["approve", "reject"]))
    def the_provider_decides(self, which, deed):
        payment = newest(self._held(), which)
        self._does(payment, deed, getattr(self.dintero, deed), payment["id"])

    @step(when=lambda self: self._sessions(), which=nth, deed=st.sampled_from(["report", "seen"]))
    def a_customer_tells_on_our_page(self, which, deed):
        row = newest(self.world.do(self.world.witness.rows()), which)
        self.says(f"the customer of {row.merchant_reference}: {deed}")
        self.world.do(self._knocks(f"/p/{self.shop.bot.store.token(row.id)}/{deed}"))

    def _sessions(self):
        return list(self.dintero.sessions.values())

    def _unpaid(self):
        return [one for one in self._sessions() if "transaction_id" not in one]

    def _payments(self):
        return list(self.dintero.transactions.values())

    def _held(self):
        return [one for one in self._payments() if one["status"] == "ON_HOLD"]

    def _left_open(self):
        return [one for one in self._sessions() if self._is_left_open(one)]

    def _offered(self, session, method):
        """The method, or the first of the page's that is."""
        offered = self.dintero.methods(session)
        return method if method in offered else offered[0]

    def _uses_gift_card(self, session_id, amount):
        self.dintero.open(session_id)
        self.dintero.use_gift_card(session_id, amount)

    async def _knocks(self, path):
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(f"{self.shop.url}{path}")
            if answer.status_code >= 500:
                self.books.lost.append(f"the customer's page answered {answer.status_code}")

    def _is_left_open(self, session):
        payment = self.dintero.transactions.get(session.get("transaction_id", ""))
        begun = any(event["name"] == "VISITED" for event in session["events"])
        return begun and (payment is None or payment["status"] == "INITIATED")

    def _does(self, about, deed, work, *args):
        reference = about.get("merchant_reference") or about["order"]["merchant_reference"]
        self.says(f"{reference}: {deed} {args[-1] if len(args) > 1 else ''}")
        with contextlib.suppress(RefusedError):
            work(*args)

    # -- Backoffice

    @step(
        when=lambda self: self._payments(),
        which=nth,
        deed=st.sampled_from(["capture", "refund", "void"]),
        part=st.integers(1, 4),
        mode=st.sampled_from(["", "", "initiated"]),
    )
    def a_colleague_uses_backoffice(self, which, deed, part, mode):
        payment = newest(self._payments(), which)
        amount = () if deed == "void" or part == 4 else (payment["amount"] * part // 4,)
        work = functools.partial(getattr(self.dintero, f"backoffice_{deed}"), mode=mode)
        self._does(payment, f"{deed} in Backoffice {mode}", work, payment["id"], *amount)

    @step(when=lambda self: self._sessions(), which=nth)
    def a_colleague_cancels_elsewhere(self, which):
        session = newest(self._sessions(), which)
        self._does(session, "cancelled elsewhere", lambda one: Dintero.cancel(self.dintero, one), session["id"])

    @step(when=lambda self: self.dintero.pending, success=st.booleans())
    def dintero_finishes_what_it_accepted(self, success):
        self.says(f"what was accepted is {'done' if success else 'not done'}")
        self.dintero.complete_async(success=success)
