"""The bot and time, and with them the whole life."""

from hypothesis import strategies as st

from tests.prove.lives.faults import Faults
from tests.prove.lives.life import step
from tests.prove.lives.outside import Outside
from tests.prove.lives.sellers import Sellers

SPANS = {
    "some seconds": {"seconds": 7},
    "a minute": {"minutes": 1, "seconds": 5},
    "a quarter": {"minutes": 15},
    "an hour": {"hours": 1},
    "a day": {"days": 1},
    "a week": {"days": 8},
}


class Lives(Sellers, Outside, Faults):
    """People, customers, Backoffice, faults, the bot and time."""

    def begins(self):
        """Kari's customer has paid her link already; Ola's waits."""
        super().begins()
        self.a_customer_pays(1, "vipps", "works")

    @step(span=st.sampled_from(sorted(SPANS)))
    def time_passes(self, span):
        self.says(f"{span} goes by")
        self.shop.clock.pass_(**SPANS[span])

    @step()
    def the_bot_works(self):
        self.world.do(self.world.works())

    @step()
    def the_bot_sweeps(self):
        self.world.do(self.world.sweeps())
        self.world.do(self.world.works())

    @step(calls=st.integers(0, 6), after=st.booleans())
    def the_bot_restarts_or_dies_at_work(self, calls, after):
        if not calls:
            self.world.do(self.world.restarts())
            return
        self.says(f"the bot dies {'after' if after else 'before'} its call number {calls}")
        self.world.do(self.world.dies(calls, after=after))
