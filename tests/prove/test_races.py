"""Two replicas at once: clicks, callbacks, sweeps, payments, and one that stands still or dies in the middle.

After every race Dintero has each effect once, our database says the same, the card equals it, and the thread tells
nothing twice. The two processes live through all rounds of a race; the timing differs from round to round.
"""

import asyncio
import contextlib
import itertools
import random

from sandbox.dintero.faults import Fault
from tests import kept
from tests.databases import KINDS
from tests.process import until
from tests.prove.replicas import PATIENCE, eventually, opened_replicas

ROUNDS = 40
ON_ONE_LANE = 40
"""Orders of one channel, told at once."""
UPDATES_EACH, UPDATES_A_MINUTE = 4, 45
"""Of a card that is reserved and captured, and of all cards together: who comes last waits for all the others."""
APART = 1.0
"""Seconds that Slack wants between two posts to a channel."""
SLOW_ROUNDS = 10
"""Of those in which a replica stands still or is started anew."""
REPEATED = {"killed": 1, "frozen_in_a_claim": 1, "frozen_before_its_call": 1, "frozen_with_its_permit": 1}
"""What promise 3 allows: one line or card per crash. One that stands still for longer than its lease is to the others
what a dead one is: what it had posted and not noted, they post again.
"""


class Race:
    """One round: an order, the chance of its timing, and what it found."""

    def __init__(self, two, name, number):
        self.two, self.reference = two, f"{name}-{number}"
        self.chance = random.Random(f"{name} {number}")
        self.order = None

    async def issued(self):
        self.order = await self.two.issue(self.reference, self.two.channel())
        return self.order

    async def reserved(self):
        await self.issued()
        await self.order.paid()
        return self.order

    async def later(self, work, most=0.3):
        await asyncio.sleep(self.chance.uniform(0, most))
        result = work()
        return await result if asyncio.iscoroutine(result) else result

    def pressing(self, button, person=None):
        """Press a button where it stands now, whatever will have happened to it by then."""
        message = self.order.offering(button).copy()
        return lambda: self.two.slack.click(person or self.two.kari, message, button)

    def slow(self, *kinds, most=0.4):
        """Let Dintero take its time with the next request of each kind, before or after the work."""
        for kind in kinds:
            delay = Fault.delay(self.chance.uniform(0, most), after=self.chance.random() < 0.5)
            self.two.dintero.faults.add(kind, delay)

    async def paid_and_called(self):
        with contextlib.suppress(Exception):  # the sandbox refuses who pays a link that has ended: so be it
            self.order.pay()
        await self.two.dintero.deliver_due()


async def two_clicks(race):
    """Kari and Ola press Capture at once, each at another replica."""
    order = await race.reserved()
    race.slow("transaction", "capture")

    await asyncio.gather(
        race.later(race.pressing("Capture")),
        race.later(race.pressing("Capture", race.two.ola)),
    )
    await until(lambda: order.done("CAPTURE"), PATIENCE)

    return {"capture": 1}


async def click_and_callback(race):
    """The capture is asked for while Dintero calls back about the reservation, twice."""
    order = await race.reserved()
    race.two.dintero.faults.callbacks.doubled = True
    race.slow("transaction", "transaction", "capture")

    await asyncio.gather(
        race.later(race.pressing("Capture")),
        race.later(lambda: knock_again(race)),
        race.later(lambda: knock_again(race)),
    )
    await until(lambda: order.done("CAPTURE"), PATIENCE)
    race.two.dintero.faults.callbacks.doubled = False

    return {"capture": 1}


async def knock_again(race):
    session, [payment] = race.two.session(race.reference), race.order.transactions
    race.two.dintero.post.callback(session, payment)
    await race.two.dintero.deliver_due()


async def callback_and_sweep(race):
    """Both replicas sweep at once while the callback arrives: one change, told once."""
    order = await race.issued()
    race.slow("list", "session", "transaction")

    await asyncio.gather(race.later(race.paid_and_called), race.later(lambda: race.two.jump(minutes=2), most=0.5))
    await until(lambda: order.offering("Capture"), PATIENCE)

    return {"capture": 0}


async def cancel_and_payment(race):
    """The seller cancels while the customer pays: cancelled, or paid, or paid and given back, and the card says so."""
    await race.issued()
    race.slow("session", "cancel")

    await asyncio.gather(race.later(race.pressing("Cancel link")), race.later(race.paid_and_called))
    await asyncio.sleep(0.5)

    return {}


async def replace_and_payment(race):
    """The seller sends the link again to another number while the customer pays the first: never two to pay."""
    order = await race.issued()
    form = await order.form("Send again…")
    await race.two.slack.fill(form, {"Mobile number": "998 76 543"})
    race.slow("session", "cancel", "create")

    await asyncio.gather(
        race.later(lambda: race.two.slack.submit(race.two.kari, form)), race.later(race.paid_and_called)
    )
    await asyncio.sleep(0.5)

    return {}


async def frozen(race, moment, *, wait):
    """One replica stands still at `moment` of a refund; the other lives on, and then it wakes."""
    order = await race.reserved()
    await order.click("Capture")
    await until(lambda: order.offering("Refund…"), PATIENCE)
    form = await order.form("Refund…")
    await race.two.slack.fill(form, {"How much": "An amount", "Amount (NOK)": "50", "Reason": "Wrong size"})
    for replica in race.two.door.replicas:
        replica.stands_still_at(moment)

    # Whoever stands still before it has answered is watched at once: the other must not follow it.
    submitted = asyncio.create_task(race.two.slack.submit(race.two.kari, form))
    await until(lambda: any(one.still for one in race.two.door.replicas), PATIENCE)
    sleeper = next(one for one in race.two.door.replicas if one.still)
    sleeper.open = False
    for replica in race.two.door.replicas:
        replica.freeze.unlink(missing_ok=True)
    try:
        await wait(order)
    finally:
        sleeper.wake()
        await submitted
    return order


async def frozen_in_a_claim(race):
    """Its row is locked and its claim not written: the other takes the row once the database has let go of it."""

    async def wait(order):
        if race.two.engine.dialect.name == "postgresql":
            await until(lambda: order.done("REFUND"), PATIENCE)
        else:  # nobody else can write to the file meanwhile
            await asyncio.sleep(race.chance.uniform(0.5, 2))

    order = await frozen(race, "in the middle of a claim", wait=wait)
    await until(lambda: order.done("REFUND"), PATIENCE)

    return {"refund": 1}


async def frozen_before_its_call(race):
    """*Sending* is committed. The others find no trace, a person asks again ten minutes later, and then it wakes."""
    return await asked_again_while_frozen(race, "after the commit of sending")


async def asked_again_while_frozen(race, moment):
    async def wait(order):
        await order.age_leases()
        await eventually(lambda: _is(order, "unknown"))
        race.two.jump(minutes=10, seconds=30)
        await order.click("Try again")
        await until(lambda: order.done("REFUND"), PATIENCE)
        await asyncio.sleep(2)  # longer than the sleeper trusts that it is alone

    await frozen(race, moment, wait=wait)
    await asyncio.sleep(0.5)

    return {"refund": 1}


async def frozen_with_its_permit(race):
    """The same, once its permit was given: it looks at the time again when the request is about to leave."""
    return await asked_again_while_frozen(race, "with the permit in hand")


async def killed(race):
    """The sender dies while Dintero works, or before: the other takes its leases over."""
    order = await race.reserved()
    race.slow("transaction")
    slowly = Fault.delay(race.chance.uniform(0.2, 1.0), after=race.chance.random() < 0.5)
    race.two.dintero.faults.add("capture", slowly)
    victim = race.two.door.replicas[race.chance.randrange(2)]

    await order.press("Capture")
    await asyncio.sleep(race.chance.uniform(0, 0.6))
    await victim.kill()
    await asyncio.sleep(1)
    await order.age_leases()
    await eventually(lambda: _is_over(order))
    await victim.start()
    race.two.jump(minutes=2)

    return {"capture": 1}


async def _is(order, state):
    return await order.state() == state


async def _is_over(order):
    return await order.state() not in {"wanted", "sending"}


RACES = (two_clicks, click_and_callback, callback_and_sweep, cancel_and_payment, replace_and_payment)
SLOW = (frozen_in_a_claim, frozen_before_its_call, frozen_with_its_permit, killed)


async def compared(race, wanted, tally, allowed):
    """Compare the books of Dintero, the database and Slack."""
    order = race.order
    await order.settled()
    for kind, times in wanted.items():
        done, asked = len(order.done(kind.upper())), order.asked(kind)
        if max(done, asked) > times:
            tally.doubled.append(f"{race.reference}: {kind} done {done} times, asked for {asked} times")
        if done < times:
            tally.lost.append(f"{race.reference}: {kind} never done")
    if len([one for one in order.transactions if one["status"] in {"AUTHORIZED", "CAPTURED"}]) > 1:
        tally.doubled.append(f"{race.reference}: paid twice")
    tally.lost += await order.wrong_books()
    tally.lost += await order.wrong_in_slack(allowed)


def pytest_generate_tests(metafunc):
    """Each race on each database; in `make test` on one of them, in turn."""
    if "run" in metafunc.fixturenames:
        both = [(run, kind) for run in (*RACES, *SLOW) for kind in KINDS]
        whole = metafunc.config.getoption("--whole")
        pairs = both if whole else [(run, KINDS[at % 2]) for at, run in enumerate((*RACES, *SLOW))]
        metafunc.parametrize(("run", "kind"), pairs, ids=[f"{run.__name__}-{kind}" for run, kind in pairs])


async def test_every_race_ends_in_one_effect_that_everybody_knows_of(tmp_path, proof, share, run, kind):
    with proof(promise=1, varied=f"races of two replicas ({kind}): {_names()}") as tally:
        async with opened_replicas(tmp_path, kept.emptied(kind)) as two:
            for number in range(share(SLOW_ROUNDS if run in SLOW else ROUNDS)):
                race = Race(two, run.__name__.replace("_", ""), number)
                wanted = await run(race)
                tally.tried += 1
                await compared(race, wanted, tally, REPEATED.get(run.__name__, 0))
                two.dintero.faults.queue.clear()


async def paid_and_captured_at_once(orders):
    """Each is reserved and captured at the same time as all others, so that both replicas have much to tell."""
    for order in orders:
        order.pay()
    await orders[0].replicas.dintero.deliver_due()
    for order in orders:
        await until(lambda order=order: order.offering("Capture"), PATIENCE)
    await asyncio.gather(*(order.press("Capture") for order in orders))
    for order in orders:
        await until(lambda order=order: order.done("CAPTURE"), PATIENCE)
        await order.settled(PATIENCE + len(orders) * UPDATES_EACH * 60 / UPDATES_A_MINUTE)


def gaps(turns):
    return [later - sooner for sooner, later in itertools.pairwise(turns)]


def too_many(log, method, *, per_second, at_once=3):
    """Whether more calls reached Slack than fit into the time from the first to the last.

    What Slack refused proves nothing: on a busy computer a call that took long on its way stands too close before the
    next one. Such calls are no more than their turns.
    """
    at = [call.at for call in log if call.method == method]
    room = (at[-1] - at[0]).total_seconds() * per_second + at_once
    return [f"{len(at)} times {method}, and there was room for {room:.0f}"] if len(at) > room else []


async def test_two_replicas_on_one_lane_keep_to_slacks_limits_and_tell_everything_in_order(
    database, tmp_path, proof, share
):
    kind = database.partition(":")[0]
    with proof(promise=3, varied=f"two replicas on one lane of Slack's ({kind})") as tally:
        async with opened_replicas(tmp_path, database) as two:
            channel, two.slack.complaints[:] = two.channel(), []
            orders = [await two.issue(f"lane-{number:03}", channel) for number in range(share(ON_ONE_LANE))]
            await paid_and_captured_at_once(orders)
            for order in orders:
                tally.tried += 1
                tally.lost += await order.wrong_in_slack()
                told = [line.splitlines()[0] for line in order.lines]
                if not (len(told) == 2 and "eserved" in told[0] and "captured" in told[1]):
                    tally.lost.append(f"{order.reference}: told {told}")
            turns = await two.turns(channel)
            tally.doubled += [f"{gap:.2f} s between two posts" for gap in gaps(turns) if gap < APART]
            tally.doubled += too_many(two.slack.log, "chat.postMessage", per_second=1 / APART)
            tally.doubled += too_many(two.slack.log, "chat.update", per_second=50 / 60, at_once=50)


def _names():
    return ", ".join(run.__name__.replace("_", " ") for run in (*RACES, *SLOW))
