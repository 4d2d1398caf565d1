"""Promise 1: whatever Dintero answers, or does not, an intent has at most one effect and people are told the truth.

Each attempt is one order. One write of it meets one outcome; then life goes on: callbacks find the door closed and
come again, sweeps run, ten minutes pass, and the person presses what the card offers until it offers no more.
"""

import asyncio
import contextlib
import re

import httpx
import pytest
from starlette.responses import Response

from bot.dintero import wire
from tests import kept
from tests.databases import KINDS
from tests.prove.agreeing import differences, doubles
from tests.prove.intents import INTENTS
from tests.prove.outcomes import SLOW, cases
from tests.stories.patience import LONGER, patient
from tests.stories.shop import opened_shop
from tests.stories.till import card, plain, stops_waiting

_HURRY = wire.Limits(httpx.Timeout(0.1, connect=3.0, pool=5.0), 5.0)
_NOTHING = re.compile(r"[Nn]othing (was|came|new was)|refused|no trace of|Could not be created|could not be created")
"""Words that say of what was just asked for that it was not done."""


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A save, and a question to Slack, may take longer than people wait where the machine is busy."""
    monkeypatch.setattr("bot.slack.people._PATIENCE", LONGER)
    with patient():
        yield


class Witness:
    """What people are told at every stage, held against what Dintero has done by then."""

    def __init__(self, shop, intent):
        self.shop, self.intent = shop, intent
        self.heard, self.happened, self.denied, self.untrue = self._said(), 0, False, []

    def _said(self):
        """Every message by its place: one that is only drawn again says nothing new. A form says what it says now."""
        told = [*self.shop.thread, *self.shop.slack.ephemerals(self.shop.kari)] if self.shop.cards else []
        forms = {form.id + plain(form): plain(form) for form in self.shop.slack.modals(self.shop.kari)}
        return {one.ts: plain(one) for one in told} | forms

    def looks(self, stage, *, pressed=False):
        """Compare; what was denied may only happen once it has been asked for anew."""
        said = self._said()
        happened = self.intent.happened(self.shop)
        denied = [words for key, words in said.items() if key not in self.heard and _NOTHING.search(words)]
        more = happened > self.happened
        if more and (denied or (self.denied and not pressed)):
            self.untrue.append(f"{stage}: said that nothing was done, and it was: {denied}")
        if (told := self.intent.told_as_done(self.shop)) > happened:
            self.untrue.append(f"{stage}: said {told} was done, and {happened} was")
        self.heard |= said
        self.denied = bool(denied) or (self.denied and not more)
        self.happened = happened


@contextlib.contextmanager
def suffering(shop, intent, outcome):
    """The next write meets its outcome; a pause that Dintero asks for is the clock's."""

    async def waits(seconds):
        shop.clock.pass_(seconds=seconds)

    for fault in outcome.faults:
        shop.dintero.faults.add(intent.kind, fault)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop.bot.gateway._wire, "_sleep", waits)
        if outcome.slow:
            patch.setattr(wire, "WRITE", _HURRY)
        yield


async def callbacks_come(shop):
    """The door is closed at first, so each comes once more."""
    if not shop.dintero.deliveries:
        return

    async def closed(scope, receive, send):
        await Response(status_code=503)(scope, receive, send)

    shop.clock.pass_(seconds=6)
    web, shop.bot.web = shop.bot.web, closed
    await shop.dintero.deliver_due()
    shop.bot.web = web
    await shop.dintero_calls_back()


async def lives_on(shop, intent, case, witness):
    """Time passes and the person does what the card offers, until it offers no more about this."""
    if case.person == "checks" and "Check again" in shop.card.buttons:
        await shop.presses("Check again")
        witness.looks("checked at once")
    await shop.later(minutes=2)
    witness.looks("two minutes")
    if case.outcome.later in {"success", "failure"}:
        shop.dintero.complete_async(success=case.outcome.later == "success")
    await callbacks_come(shop)
    await shop.sweep()
    witness.looks("callbacks and a sweep")
    await shop.later(minutes=10)
    witness.looks("ten minutes")
    if case.outcome.later == "nothing" or (intent.moves_money and shop.card.buttons == ["Check again"]):
        await shop.later(days=1)
        witness.looks("a day")
    if case.person == "waits":
        await shop.later(days=7)
        await shop.later(minutes=31)
        witness.looks("the deadline")
    else:
        await presses_on(shop, intent, case, witness)


def next_press(shop, intent, case):
    """The button that this person presses now, if there is one that leads on."""
    offered = shop.card.buttons
    if intent.kind == "create" and "It arrived" in offered:
        there = case.person == "checks" and shop.dintero.sessions
        return "It arrived" if there else "Send again"
    ways = ("Try again", "Stop waiting…", "Check again") if case.person == "tries" else ("Stop waiting…", "Check again")
    wanted = [*ways, "Send again"] if intent.kind == "create" else ways
    return next((one for one in wanted if one in offered), None)


async def presses_on(shop, intent, case, witness):
    """Press what leads on, at most as often as any way through can be long."""
    for step in range(5):
        button = next_press(shop, intent, case)
        if button == "Stop waiting…":
            await stops_waiting(shop)
        elif button:
            await shop.presses(button)
        elif intent.button in shop.card.buttons and not intent.told_as_done(shop):
            await intent.press(shop)
        else:
            return
        witness.looks(f"step {step}, {button or intent.button}", pressed=True)
        await callbacks_come(shop)
        witness.looks(f"callbacks after step {step}")
    raise AssertionError(f"no end of it: {shop.card.buttons}")


async def customer_pays_all(shop):
    """Whatever link is alive is paid."""
    for session in shop.dintero.sessions.values():
        if shop.dintero.cause(session) is None:
            shop.dintero.pay(session["id"])
            await shop.dintero_calls_back()
    await shop.sweep()


async def attempted(shop, intent, case, tally):
    """One attempt from the press to the books."""
    await intent.ready(shop)
    witness = Witness(shop, intent)
    with suffering(shop, intent, case.outcome):
        await intent.press(shop)
    if case.outcome.slow:
        await asyncio.sleep(SLOW)  # what Dintero is slow with is over by then
    witness.looks("pressed", pressed=True)
    await lives_on(shop, intent, case, witness)

    name = f"{intent.name}: {case}"
    happened = intent.happened(shop)
    tally.doubled += [f"{name}: {one}" for one in doubles(shop)]
    if intent.kind != "create":
        if happened > intent.worth:
            tally.doubled.append(f"{name}: {happened}")
        if case.person != "waits" and case.outcome.later != "nothing" and happened < intent.worth:
            tally.lost.append(f"{name}: only {happened}, and the card says {card(shop)}")
        if happened != intent.told_as_done(shop):
            tally.lost.append(f"{name}: {happened} done, told {intent.told_as_done(shop)}")
    else:
        await customer_pays_all(shop)
    tally.lost += [f"{name}: {one}" for one in [*witness.untrue, *await differences(shop), *shop.slack.complaints]]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", INTENTS)
async def test_no_outcome_makes_an_intent_happen_twice_or_anybody_hear_an_untruth(proof, chosen, kind, name):
    intent = INTENTS[name]
    with proof(promise=1, varied=f"what Dintero answers to {name}, or does not") as tally:
        for case in chosen(cases(intent, kind)):
            tally.tried += 1
            async with opened_shop(kept.emptied(kind), switches=case.switches) as shop:
                await attempted(shop, intent, case, tally)
