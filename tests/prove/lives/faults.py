"""What is out of order at Dintero, at Slack, between them and the bot, and with the bot's clock."""

from datetime import timedelta
from typing import get_args

from hypothesis import strategies as st

from bot.slack.error_codes import MEANINGS, Meaning
from sandbox.dintero.faults import Callbacks
from sandbox.dintero.faults import Fault as AtDintero
from sandbox.dintero.odd_fields import OddFields
from sandbox.slack.faults import Fault as AtSlack
from tests.prove.lives.life import Life, step, works

ODD = [fields for fields in get_args(OddFields) if fields != "none"]
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
    **{f"answers with {fields}": AtDintero.odd(fields) for fields in ODD},
}
BAD_READS = ("times out before", "answers 500", "answers 429", "answers garbage")
ONLY_MONEY = {
    "answers 202",
    "accepts and loses the answer",
    "answers 200 with INITIATE only",
    "declines",
    "answers 200 and does nothing",
    *(f"answers with {fields}" for fields in ODD),
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
SHOWS = ("chat.postMessage", "chat.update")
REFUSALS = sorted({code for code, meaning in MEANINGS.items() if meaning is not Meaning.MESSAGE} | {"a_code_of_2030"})
"""What is refused because of the message is final, so it meets single calls: nobody draws it again."""
NOT_SHOWN = ("invalid_blocks", "msg_too_long", "metadata_too_large")
CLOCKS = {
    "is right": timedelta(),
    "is twenty minutes ahead": timedelta(minutes=20),
    "is six hours ahead": timedelta(hours=6),
    "is twenty minutes behind": -timedelta(minutes=20),
    "is six hours behind": -timedelta(hours=6),
}
sometimes = st.integers(1, 3)


class Faults(Life):
    """Nothing of it is left when a life is looked over at rest."""

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

    @step(method=st.sampled_from([*SHOWS, *SHOWS, "users.info", "conversations.open"]), code=st.sampled_from(REFUSALS))
    def slack_refuses_from_now_on(self, method, code):
        """Or takes again what it refused."""
        refused = self.shop.slack.faults.refused
        if method in refused:
            del refused[method]
            return
        self.says(f"Slack answers every {method} with {code}")
        refused[method] = code

    @step(method=st.sampled_from(SHOWS), code=st.sampled_from(NOT_SHOWN))
    def slack_cannot_show_a_message(self, method, code):
        """As plain text it can, where it is not refused for that again."""
        faults = self.shop.slack.faults
        if not faults.waiting[method]:
            self.says(f"the next {method}: {code}")
            faults.add(method, AtSlack.error(code))

    @step(fields=st.sampled_from(["none", *ODD]))
    def dinteros_fields_are_odd(self, fields):
        self.says(f"fields of Dintero's answers from now on: {fields}")
        self.world.turn_odd(fields)

    @step(clock=st.sampled_from(sorted(CLOCKS)))
    def the_clock_is_set(self, clock):
        self.says(f"the clock of the bot {clock}")
        self.world.do(self.world.sets_clock(CLOCKS[clock]))

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
