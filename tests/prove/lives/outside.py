"""What happens around the bot: customers, Dintero's Backoffice, and what is out of order at Dintero and Slack."""

import contextlib
import functools

import httpx
from hypothesis import strategies as st

from sandbox.dintero import Dintero, RefusedError
from sandbox.dintero.faults import Callbacks
from sandbox.dintero.faults import Fault as AtDintero
from sandbox.slack.faults import Fault as AtSlack
from tests.prove.lives.life import Life, newest, nth, step, works

METHODS = ("vipps", "swish.swish", "dintero_psp.creditcard", "payex.mobilepay", "klarna.klarna")
CUSTOMER = ("open", "pay", "hold", "start_payment", "fail_attempt", "decline", "fail", "walk_away")
WRITES = ("create", "capture", "refund", "void", "cancel")
READS = ("session", "transaction", "list", "search", "token")
BAD_WRITES = {
    "times out before": AtDintero.drop_before(),
    "times out after": AtDintero.drop_after(),
    **{f"answers {code}": AtDintero.status(code) for code in (408, 409, 500, 503)},
    **{f"answers {code} after the work": AtDintero.status(code, after=True) for code in (408, 409, 500, 503)},
    "answers 429": AtDintero.rate_limited(),
    "answers garbage": AtDintero.garbage(),
    "answers 202": AtDintero.accepted(),
    "accepts and loses the answer": AtDintero.accepted_unanswered(),
    "answers 200 with INITIATE only": AtDintero.initiated(),
    "declines": AtDintero.declined(),
    "answers 200 and does nothing": AtDintero.idle(),
    "answers without id": AtDintero.missing(),
}
BAD_READS = ("times out before", "answers 500", "answers 429", "answers garbage")
ONLY_MONEY = {
    "answers 202",
    "accepts and loses the answer",
    "answers 200 with INITIATE only",
    "declines",
    "answers 200 and does nothing",
}
BAD_POSTS = {
    "answers 503": AtSlack.status(503),
    "answers 503 after the work": AtSlack.status_after(503),
    "answers 429": AtSlack.ratelimited(7),
    "loses the request": AtSlack.drop_before(),
    "loses the answer": AtSlack.drop_after(),
    "answers without ts": AtSlack.bare(),
    **{f"answers {code}": AtSlack.error(code) for code in ("channel_not_found", "is_archived", "not_in_channel")},
    "answers internal_error": AtSlack.error("internal_error"),
}
BAD_UPDATES = BAD_POSTS | {"answers message_not_found": AtSlack.error("message_not_found")}

at_dintero = st.sampled_from(
    [(kind, how) for kind in WRITES for how in BAD_WRITES if how not in ONLY_MONEY or kind not in {"create", "cancel"}]
    + [(kind, how) for kind in READS for how in BAD_READS]
)
at_slack = st.sampled_from(
    [("chat.postMessage", how) for how in BAD_POSTS]
    + [("chat.update", how) for how in BAD_UPDATES]
    + [(method, "answers 503") for method in ("users.info", "views.open", "views.update", "response_url")]
)
payment_methods = st.sampled_from(METHODS)
sometimes = st.integers(1, 3)


class Outside(Life):
    """Everybody but the sellers and the bot."""

    # -- customers

    @step(
        when=lambda self: self._sessions(), which=nth, deed=st.sampled_from(CUSTOMER), method=payment_methods, bot=works
    )
    def a_customer_does_something(self, which, deed, method, bot):
        session = newest(self._sessions(), which)
        more = () if deed in {"open", "walk_away"} else (method,)
        self._does(session, deed, getattr(self.dintero, deed), session["id"], *more)
        self.then(bot)

    def a_customer_pays(self, which, method, bot):
        session = newest(self._unpaid(), which)
        self._does(session, "pays by", self.dintero.pay, session["id"], method)
        self.world.do(self.dintero.deliver_due())
        self.then(bot)

    paying = step(when=lambda self: self._unpaid(), which=nth, method=payment_methods, bot=works)(a_customer_pays)
    paying_more = step(when=lambda self: self._unpaid(), which=nth, method=payment_methods, bot=works)(a_customer_pays)

    @step(when=lambda self: self._left_open(), which=nth, method=payment_methods)
    def a_customer_pays_on_a_page_left_open(self, which, method):
        session = newest(self._left_open(), which)
        self._does(session, "pays late", self.dintero.pay_late, session["id"], method)

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

    # -- what goes wrong

    @step(what=at_dintero, times=sometimes)
    def dintero_fails(self, what, times):
        kind, how = what
        self.says(f"the next {kind}: Dintero {how}, {times} times")
        self.dintero.faults.add(kind, BAD_WRITES[how], times=times)

    @step(what=at_slack, times=sometimes)
    def slack_fails(self, what, times):
        method, how = what
        self.says(f"the next {method}: Slack {how}, {times} times")
        self.shop.slack.faults.add(method, *[BAD_UPDATES[how]] * times)

    @step(who=st.sampled_from(["dintero", "slack", "#sales"]), down=st.booleans())
    def one_of_them_is_away_or_back(self, who, down):
        if who == "#sales":
            self.shop.sales.archived = down
        else:
            getattr(self.shop, who).faults.down = down

    @step(off=st.booleans(), doubled=st.booleans(), late=st.sampled_from([0.0, 90.0]), wrong_signature=st.booleans())
    def callbacks_change(self, **how):
        self.dintero.faults.callbacks = Callbacks(**how)

    @step(when=lambda self: self.dintero.deliveries, bot=works)
    def callbacks_arrive(self, bot):
        self.shop.clock.pass_(seconds=6)
        self.world.do(self.shop.dintero.deliver_due())
        self.then(bot)
