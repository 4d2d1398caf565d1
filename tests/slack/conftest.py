import asyncio

import pytest


@pytest.fixture
def waits(monkeypatch):
    """The seconds that were slept; nobody sleeps them."""
    slept, sleep = [], asyncio.sleep

    async def soon(seconds):
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", soon)
    return slept
