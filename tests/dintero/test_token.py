import asyncio
import gc

import pytest

from bot.dintero.models import Granted
from bot.dintero.token import AccessToken
from bot.domain.errors import Unreachable


class Office:
    """Grants numbered tokens once it is told to."""

    def __init__(self):
        self.now, self.asked, self.life = 1000.0, 0, 14400.0
        self.open = asyncio.Event()
        self.open.set()
        self.error = None
        self.token = AccessToken(self.fetch, lambda: self.now)

    async def fetch(self):
        self.asked += 1
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return Granted(access_token=f"token-{self.asked}", expires_in=self.life)


@pytest.fixture
async def office():
    office = Office()
    yield office
    await office.token.aclose()


async def test_a_token_is_kept(office):
    assert [await office.token.get() for _ in range(3)] == ["token-1"] * 3
    assert office.asked == 1


async def test_many_waiters_share_one_fetch(office):
    office.open.clear()
    waiting = [asyncio.create_task(office.token.get()) for _ in range(50)]
    await asyncio.sleep(0)

    office.open.set()

    assert set(await asyncio.gather(*waiting)) == {"token-1"}
    assert office.asked == 1


async def test_a_failing_fetch_fails_all_its_waiters_and_is_tried_anew_by_the_next(office):
    office.open.clear()
    office.error = Unreachable("down")
    waiting = [asyncio.create_task(office.token.get()) for _ in range(5)]
    await asyncio.sleep(0)
    office.open.set()

    results = await asyncio.gather(*waiting, return_exceptions=True)

    assert all(isinstance(result, Unreachable) for result in results)
    assert office.asked == 1
    office.error = None
    assert await office.token.get() == "token-2"


async def test_a_waiter_who_leaves_takes_nobody_along(office):
    office.open.clear()
    leaver, stayer = asyncio.create_task(office.token.get()), asyncio.create_task(office.token.get())
    await asyncio.sleep(0)

    leaver.cancel()
    await asyncio.gather(leaver, return_exceptions=True)
    office.open.set()

    assert await stayer == "token-1"


async def test_a_token_near_its_end_is_renewed_while_it_still_serves(office):
    """Nobody waits for the successor of a token that is still good."""
    await office.token.get()
    office.now += 14400 - 600

    office.open.clear()
    async with asyncio.timeout(1):
        assert await office.token.get() == "token-1"
    await asyncio.sleep(0)
    office.open.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert await office.token.get() == "token-2"
    assert office.asked == 2


async def test_a_renewal_that_fails_leaves_the_old_token_in_use(office):
    await office.token.get()
    office.now += 14400 - 600
    office.error = Unreachable("down")
    reported = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reported.append(context))

    for _ in range(3):
        assert await office.token.get() == "token-1"
        await asyncio.sleep(0.001)

    gc.collect()
    assert reported == []


async def test_a_token_past_its_end_is_not_used(office):
    await office.token.get()
    office.now += 14400 - 30

    assert await office.token.get() == "token-2"


async def test_the_age_counts_from_before_the_question(office):
    async def slow():
        office.now += 100
        return Granted(access_token="slow", expires_in=1000)

    token = AccessToken(slow, lambda: office.now)
    await token.get()

    assert token._useless_at == 1000 + 1000 - 30


async def test_a_refused_token_is_forgotten_but_not_its_successor(office):
    first = await office.token.get()
    office.token.forget(first)
    second = await office.token.get()

    office.token.forget(first)

    assert await office.token.get() == second == "token-2"


async def test_a_token_that_lives_no_time_serves_its_asker(office):
    office.life = 0.0

    assert [await office.token.get(), await office.token.get()] == ["token-1", "token-2"]
