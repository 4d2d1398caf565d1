"""The life of a shop: what all its rules share, what is checked after each of them, and how it ends."""

import functools

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sandbox.dintero import Switches
from tests.prove.lives.books import Books
from tests.prove.lives.rest import Rest
from tests.prove.lives.world import World

PHONES = {"91234567": "+4791234567", "92345678": "+4792345678"}
SECRETS = (*PHONES, "callback-secret", "webhook-secret", "xoxb-", "/v1/view/")

works = st.sampled_from(["works", "waits"])
nth = st.integers(0, 40)
"""Which one of several, counted from the newest."""


def newest(some, n):
    """The nth of some, counted from the newest; beyond the oldest it begins again."""
    some = list(some)
    return some[-1 - n % len(some)] if some else None


def step(when=None, **drawn):
    """A rule after which everything is looked over; nothing happens unless there is something to do it with (`when`).

    No precondition: what Hypothesis draws must be the same when a life is told again, and what goes on side by side in
    the bot may have ended in another order by then.
    """

    def made(deed):
        @functools.wraps(deed)
        def lived(self, **chosen):
            if when is None or when(self):
                deed(self, **chosen)
                self.the_promises_hold()

        return rule(**drawn)(lived)

    return made


class Life(RuleBasedStateMachine):
    """Begins with a shop and ends with the promises kept; the rules between come from who inherits."""

    kind, tally = "sqlite", None

    def __init__(self):
        super().__init__()
        self.world = None
        self.steps = 0
        self.rests_at = 8
        self.taken_away = set()

    @initialize(
        account=st.sampled_from(["T12345678", "P12345678"]),
        webhook=st.booleans(),
        methods=st.sampled_from([None, None, "vipps"]),
        switches=st.builds(
            Switches,
            list_order=st.sampled_from(["shuffled", "newest", "oldest"]),
            list_lag=st.sampled_from([0.0, 30.0]),
            repeated_ids=st.sampled_from(["all", "first", "last", "first_ten"]),
            gift_card_lowers=st.sampled_from(["transaction", "session"]),
            wallet_link_life=st.sampled_from([0.0, 600.0]),
            get_after_expiry=st.sampled_from([404, 200]),
            retries_resigned=st.booleans(),
            cancel_calls_back=st.booleans(),
            failed_events_carry_reference=st.booleans(),
            initiate_events_carry_reference=st.booleans(),
            session_search=st.booleans(),
            sessions_listed=st.sampled_from(["ids", "without_events", "whole"]),
            void_rest=st.sampled_from(["PARTIALLY_CAPTURED", "CAPTURED"]),
            log_entries=st.sampled_from(["once", "twice"]),
            updated_at_moves=st.booleans(),
            list_page=st.sampled_from([100, 3]),
            failed_attempt_leaves=st.sampled_from(["nothing", "initiated", "failed"]),
            cancel_voids_initiated=st.booleans(),
            accepted_body=st.sampled_from(["transaction", "empty"]),
            accepted_is_logged=st.booleans(),
        ),
    )
    def the_shop_opens(self, account, webhook, methods, switches):
        """With one wallet alone, links go out as pushes, which the wallet may end."""
        self.world = World(self.kind, account=account, switches=switches, webhook=webhook, methods=methods)
        self.books = Books(self.world.witness, SECRETS)
        self.begins()

    def begins(self):
        """What has happened by the time the story begins."""

    # -- what the rules use

    @property
    def shop(self):
        return self.world.shop

    @property
    def dintero(self):
        return self.shop.dintero

    def says(self, sentence):
        """A step as a sentence of the story that is printed when it ends badly."""
        note(f"    # {sentence}")

    def then(self, bot):
        """The bot works at once, or the next thing happens first."""
        if bot == "works":
            self.world.do(self.world.works())

    # -- what holds always

    def the_promises_hold(self):
        self.tally.tried += 1
        self.steps += 1
        self.shop.clock.pass_(milliseconds=2)  # what comes next comes after the looks that were taken so far
        self.books.close_day()
        self.books.read_everything(self.world.journal)
        self.world.do(self.books.compare())
        self._hold()

    def _hold(self):
        books = self.books
        if not books.holds:
            self.tally.lost, self.tally.doubled, self.tally.let_in = books.lost, books.doubled, books.let_in
        assert books.holds, "\n".join(["the promises are broken:", *books.lost, *books.doubled, *books.let_in])

    @step(when=lambda self: self.steps >= self.rests_at)
    def an_hour_goes_by_and_all_is_well(self):
        self.rests_at = self.steps + 8
        self._comes_to_rest(to_the_end=False)

    def _comes_to_rest(self, *, to_the_end):
        self.world.do(self._rests(to_the_end=to_the_end))
        self._hold()

    async def _rests(self, *, to_the_end):
        await self.world.an_hour_goes_by()
        if to_the_end:
            await self.world.everything_is_looked_at()
            await self.world.an_hour_goes_by()
        self.books.close_day()
        self.books.read_everything(self.world.journal)
        rest = Rest(self.world, taken_away=self.taken_away, to_the_end=to_the_end)
        await rest.look()
        self.books.lost += rest.lost
        self.books.doubled += rest.doubled

    def teardown(self):
        if self.world is None:
            return
        try:
            if self.books.holds:
                self.says("in the end nothing is in the way any more, and all must be known and told")
                self._comes_to_rest(to_the_end=True)
        finally:
            self.world.close()
