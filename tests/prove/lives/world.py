"""One shop in a world of its own: a loop that only runs when told, a database, a journal, and a bot that may die."""

import asyncio
import contextlib
import io
from dataclasses import replace
from datetime import timedelta

import pytest
import stamina

from sandbox.dintero.faults import Callbacks
from sandbox.slack.faults import Faults
from tests import kept
from tests.prove.lives.witness import Witness
from tests.stories.shop import opened_shop

PATIENT = {
    "bot.slack.listeners.issue_form.SUBMIT": 30.0,
    "bot.slack.listeners.change_form.SUBMIT": 30.0,
    "bot.slack.listeners.link_buttons.SUBMIT": 30.0,
    "bot.slack.listeners.link_buttons.CLICK": 30.0,
    "bot.slack.people._PATIENCE": 30.0,
    "bot.slack.threads.SOMEBODY_WAITS": 30.0,
}
"""Lives are about what happens, not about how fast a busy machine is."""

ONE_AT_A_TIME = {
    "bot.services.running._AT_ONCE": 1,
    "bot.services.telling._AT_ONCE": 1,
    "bot.services.mailing._AT_ONCE": 1,
    "bot.services.sweeping._BATCH": 1,
}
"""On PostgreSQL what goes on side by side ends in any order, and a life must go the same way when it is told again.
SQLite lets one write after the other, in the order in which they came."""

OLA = "U2"
"""Who is trusted with money has to be known before the shop opens."""


class World:
    """The shop of the stories, driven from outside its loop, with everything that goes on in it witnessed."""

    def __init__(self, kind, *, account="T12345678", switches=None, webhook=False, methods=None):
        self.journal = io.StringIO()
        self._runner = asyncio.Runner()
        self._stack = contextlib.AsyncExitStack()
        self.do(self._open(kind, account, switches, webhook=webhook, methods=methods))

    def do(self, work):
        """Run the loop until `work` is done; returns what it returns."""
        with contextlib.redirect_stdout(self.journal):
            return self._runner.run(work)

    def close(self):
        """Stop everything and leave nothing behind."""
        try:
            self.do(self._stack.aclose())
        finally:
            self._runner.close()

    async def _open(self, kind, account, switches, *, webhook, methods):
        # Waits between tries are real seconds, which no clock of ours can make shorter.
        self._stack.enter_context(stamina.set_testing(True, attempts=3, cap=True))
        if kind == "postgresql":
            patch = self._stack.enter_context(pytest.MonkeyPatch.context())
            for name, limit in ONE_AT_A_TIME.items():
                patch.setattr(name, limit)
        more = {"paylink_money_users": OLA, "paylink_methods": methods}
        opened = opened_shop(kept.emptied(kind), account=account, switches=switches, **more)
        self.shop = await self._stack.enter_async_context(opened)
        if methods:
            self.shop.dintero.profiles["default"] = {"configuration": {methods: {"enabled": True}}, "sms": False}
        assert self.shop.people["ola"].id == OLA
        self.shop.slack.ack_deadline = 30.0
        self._settle_in()
        self.witness = Witness(self.shop)
        if webhook:
            self.shop.dintero.subscribe(f"{self.shop.url}/dintero/webhook", "webhook-secret")
        await self.shop.bot.sweeping.find_paid()  # at the start everything in the scheduler's table runs once

    def _settle_in(self):
        async def nap(seconds):
            self.shop.clock.pass_(seconds=seconds)

        self.shop.bot.gateway._wire._sleep = nap

    # -- the bot

    async def works(self, rounds=4):
        """The bot does what waits, and some seconds of what Slack's limits put off."""
        shop = self.shop
        for _ in range(rounds):
            await shop.bot.owned.settled()
            while await shop.bot.work():
                await shop.bot.owned.settled()
            if not await shop._lags():
                break
            shop.clock.pass_(seconds=1.2)

    async def sweeps(self):
        """The minute's jobs: the time is kept, and the account's newest payments are looked at."""
        self.shop.clock.pass_(minutes=1)
        await self.shop.bot.shift.clock_changes.note_time()
        await self._finds_paid()

    async def _finds_paid(self):
        with contextlib.suppress(Exception):
            await self.shop.bot.sweeping.find_paid()

    async def sets_clock(self, ahead):
        """Somebody sets the clock of the bot's computer; a second later the bot runs all its jobs."""
        clock, changes = self.shop.clock, self.shop.bot.shift.clock_changes
        await changes.note_time()  # as every minute until then, however far a step of a life lets time pass
        by, clock.ahead = ahead - clock.ahead, ahead
        if by:
            changes.note_jump(by.total_seconds())
            await self._finds_paid()
            await changes.note_time()

    def turn_odd(self, fields):
        """From now on, Dintero's answers have fields of other types than it documents; `none` ends it."""
        self.witness.note_odd_answers()
        self.shop.dintero.switches = replace(self.shop.dintero.switches, odd_fields=fields)

    async def restarts(self):
        """The process stops and another one takes its place, which does not come up before Slack is there."""
        self.shop.slack.faults.down = False
        await self.shop.restart()
        self._settle_in()

    async def dies(self, calls, *, after):
        """The process ends in the middle of its work: at one of its next calls, before or after it was made."""
        reached = asyncio.Event()
        self._stand_still_at(calls, reached, after=after)
        shop = self.shop
        working = asyncio.create_task(shop.bot.work())
        waiting = asyncio.create_task(reached.wait())
        await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
        sending = [*shop.bot.running.under_way._tasks, *shop.bot.mailing.under_way._tasks]
        ended = [working, waiting, *sending, *shop.bot.owned._tasks]
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        if reached.is_set():
            self.witness.doubts += 10  # as many orders are told at once
        await self.restarts()

    def _stand_still_at(self, calls, reached, *, after):
        """Let the call of that number never come to its end, as if the process had ended there."""
        left = [calls]

        def deadly(call):
            async def called(*args, **more):
                left[0] -= 1
                answer = await call(*args, **more) if left[0] > 0 or after else None
                if left[0] <= 0:
                    reached.set()
                    await asyncio.Event().wait()
                return answer

            return called

        bot = self.shop.bot
        bot.gateway._wire._http.send = deadly(bot.gateway._wire._http.send)
        client = bot.telling.threads.client
        client.api_call = deadly(client.api_call)

    # -- the faults

    async def lift_all(self):
        """Everybody is well again, says what time it is, speaks plainly, and lets the bot in."""
        shop = self.shop
        self.turn_odd("none")
        await self.sets_clock(timedelta())
        shop.dintero.faults.queue.clear()
        shop.dintero.faults.down = False
        shop.dintero.faults.callbacks = Callbacks()
        shop.slack.faults = Faults()
        shop.sales.archived = False

    async def an_hour_goes_by(self):
        """Nothing is wrong any more, and the bot has time to find and tell what it missed."""
        await self.lift_all()
        for wait in (6, 95, 61):
            self.shop.clock.pass_(seconds=wait)
            await self.shop.dintero.deliver_due()
            await self.sweeps()
            await self.works()
        for _ in range(8):
            backlog = await self.shop.bot.store.backlog(self.shop.clock.now(), self.shop.clock.machine_now())
            waits = backlog.oldest_untold or backlog.oldest_wanted or await self._is_to_be_read_again()
            if not waits:
                return
            self.shop.clock.pass_(minutes=15, seconds=10)
            await self.shop.dintero.deliver_due()
            await self.works()

    async def _is_to_be_read_again(self):
        """Whether something announced a change, or could not be read."""
        rows = await self.witness.rows()
        return any(row.hint_at is not None or row.facts.unclear_since is not None for row in rows)

    async def everything_is_looked_at(self):
        """Days go by as the bot's own table of looks has it, until it has seen all that happened."""
        for _ in range(60):
            unseen = [seen.row for seen in await self.witness.links() if seen.is_unseen and seen.row.due_at]
            if not unseen:
                return
            soonest = min(row.due_at for row in unseen)
            self.shop.clock.pass_(seconds=max((soonest - self.shop.clock.now()) / timedelta(seconds=1), 0) + 1)
            await self.works()
