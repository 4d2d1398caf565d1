"""One crash: the deed, the death, a new process on the same database, and people who go on."""

from tests.prove.crash.books import Findings, at_dintero, in_database, in_slack, with_customer
from tests.prove.crash.calls import Point
from tests.prove.crash.people import People
from tests.prove.crash.world import LEASES_END

PATIENCE = 8
"""How often people look at the card and do what it asks, before they give up."""


async def uncut(world, prepared, life):
    """The deed as it should be; returns all the points at which it can be cut."""
    people = People(world)
    async with world.again(prepared):
        world.arm()
        await life.do(people)
        await world.settle()
        commits, calls = world.board.commits, world.calls.counted
        assert life.is_done(people), people.reads()
        wrong = {name: one for name, one in (await books(world, life, people, crashes=0)).items() if one != Findings()}
        assert not wrong
    assert commits
    numbers = [("commit", number) for number in range(1, commits + 1)]
    numbers += [("call", number) for number in range(1, calls + 1)]
    return [Point(what, number, after) for what, number in numbers for after in (False, True)]


async def cut(world, prepared, life, point):
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
        return where, await books(world, life, people, crashes=1)


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


async def books(world, life, people, *, crashes):
    """What does not fit, by promise."""
    found = {1: at_dintero(world, life), 2: await in_database(world), 3: await in_slack(world, people, crashes)}
    with_them = await with_customer(world, life)
    found[1].lost += with_them.lost
    found[1].doubled += with_them.doubled
    found[4] = Findings(lost=["typed twice"] if people.retyped else [])
    if len(people.sales.messages) > 1:
        found[3].check("the copy leads nowhere", holds=await people.presses_on_the_copy())
    return found
