"""Ten calls a second to Dintero: all of them are made while there is work, in the order of what is most urgent."""

from datetime import timedelta

from sandbox.dintero.faults import Fault
from tests.stories import database
from tests.stories.counting import counted
from tests.stories.crowd import crowd, sessions
from tests.stories.till import a_reserved_link

MANY = 25
A_CALL = timedelta(milliseconds=5)


async def paid_at_once(shop):
    """Links that were paid one right after the other, as their callbacks say."""
    references = [f"B{n:02}" for n in range(MANY)]
    made = sessions(shop, references)
    links = await crowd(shop, references, session=made.get, due_in=timedelta(days=1))
    for n, reference in enumerate(references):
        shop.dintero.pay(made[reference])
        # Ids are random: what is read first hangs on the time alone.
        await shop.bot.store.prompt(links[reference].id, shop.clock.now() + n * A_CALL)
    shop.clock.pass_(seconds=1)
    return references


async def read(shop):
    """Let the bot read what is due in this second."""
    while await shop.bot.sweeping.look_at_due():
        continue


def known(shop):
    return {reference for (reference,) in database.rows(
        shop, "SELECT merchant_reference FROM link WHERE status = 'authorized'"
    )}  # fmt: skip


async def test_a_burst_is_read_ten_a_second_the_oldest_first(shop):
    references = await paid_at_once(shop)

    for seconds in (1, 2, 3):
        await read(shop)
        assert known(shop) == set(references[: 10 * seconds])
        shop.clock.pass_(seconds=1)


async def test_an_operation_in_doubt_comes_before_payments(shop):
    """Whether money moved is asked first, however many others have been due for longer."""
    await a_reserved_link(shop)
    shop.dintero.faults.add("capture", Fault.status(503))
    await shop.presses("Capture")
    await paid_at_once(shop)
    [(link_id,)] = database.rows(shop, "SELECT id FROM link WHERE merchant_reference = '4711'")
    await shop.bot.store.prompt(link_id, shop.clock.now())
    before = len(shop.dintero.log)

    await read(shop)

    asked = [exchange.target for exchange in shop.dintero.log[before:]]
    assert any(shop.transaction()["id"] in target for target in asked)


async def test_deadlines_are_confirmed_with_the_calls_that_payments_leave(shop):
    """They wait, as they are, and are not forgotten."""
    await crowd(shop, ["E1"], due_in=timedelta(days=7, minutes=5))
    shop.clock.pass_(days=7, minutes=5)
    await paid_at_once(shop)

    with counted(shop, "list") as lists:
        await read(shop)
        assert lists() == 0
        for _ in range(2):
            shop.clock.pass_(seconds=1)
            await read(shop)

    assert lists() > 0
    assert database.rows(shop, "SELECT status FROM link WHERE merchant_reference = 'E1'") == [("expired",)]
