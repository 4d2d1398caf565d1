"""One crash: the deed, the death, a new process on the same database, and people who go on."""

from collections import Counter
from dataclasses import dataclass

from tests.prove.crash.books import Findings, at_dintero, in_database, in_slack, lines_told, with_customer
from tests.prove.crash.calls import Point
from tests.prove.crash.people import People
from tests.prove.crash.world import LEASES_END

PATIENCE = 8
"""How often people look at the card and do what it asks, before they give up."""


@dataclass(frozen=True)
class Uncut:
    """The deed as it should be: the points at which it can be cut, and the lines of the thread by what they tell."""

    points: list[Point]
    lines: Counter


async def uncut(world, prepared, life):
    """Do the deed and let nobody die."""
    people = People(world)
    async with world.again(prepared):
        world.arm()
        await life.do(people)
        await world.settle()
        commits, calls = world.board.commits, world.calls.counted
        assert life.is_done(people), people.reads()
        lines = await lines_told(world)
        wrong = await books(world, life, people, lines, crashes=0)
        assert all(one == Findings() for one in wrong.values()), wrong
    assert commits
    numbers = [("commit", number) for number in range(1, commits + 1)]
    numbers += [("call", number) for number in range(1, calls + 1)]
    return Uncut([Point(what, number, after) for what, number in numbers for after in (False, True)], lines)


async def cut(world, prepared, life, point, lines):
    """The deed cut at `point`; returns where that was and what the books say, or None when it never came so far."""
    people = People(world)
    async with world.again(prepared):
        world.arm(point)
        await life.do(people)
        await world.settle()
        where = f"{point} ({world.board.name if point.what == 'commit' else world.calls.name})"
        if world.alive:
            return None
        world.disarm()
        world.clock.jump(LEASES_END)
        await world.start()
        await world.settle()
        await carry_on(life, people)
        return where, await books(world, life, people, lines, crashes=1)


async def carry_on(life, people):
    """People do what the card asks of them, and what was lost with the crash once more."""
    for _ in range(PATIENCE):
        if not await people.answers():
            if life.is_done(people):
                break
            await life.do(people)
            await people.world.settle()
    if not people.session_is_known():
        await people.customer_pays()
        await people.world.settle()


async def books(world, life, people, lines, *, crashes):
    """What does not fit, by promise: Dintero, the database and the customer are one matter."""
    money = await at_dintero(world, life)
    money.add(await in_database(world))
    money.add(await with_customer(world, life))
    told = await in_slack(world, people, crashes)
    missing = lines - await lines_told(world)
    told.check(f"never told: {', '.join(missing)}", holds=not missing)
    if len(people.sales.messages) > 1:
        told.check("the copy leads nowhere", holds=await people.presses_on_the_copy())
    typed = Findings(lost=["typed twice"] if people.retyped else [])
    return {life.promise: money, 3: told, 4: typed}
