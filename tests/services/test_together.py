"""Side by side: a failure waits for the others, and is not lost."""

import asyncio

import pytest

from bot.services.together import side_by_side


async def test_a_failure_is_raised_once_all_the_others_have_come_to_their_end():
    ended = []

    async def fails():
        raise ValueError("broken")

    async def takes_longer():
        await asyncio.sleep(0.01)
        ended.append("longer")

    with pytest.raises(ValueError, match="broken"):
        await side_by_side(fails(), takes_longer())

    assert ended == ["longer"]


async def test_whoever_is_cancelled_takes_all_of_them_along():
    ended = []

    async def waits():
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            ended.append("waits")

    task = asyncio.create_task(side_by_side(waits(), waits()))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])

    assert task.cancelled()
    assert ended == ["waits", "waits"]
