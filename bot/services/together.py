"""Deeds side by side, none of which is left running alone."""

import asyncio
from collections.abc import Awaitable


async def side_by_side(*deeds: Awaitable[None]) -> None:
    """Await them all; the first failure is raised once each has come to its end.

    `asyncio.gather` by itself would leave the others running, with nobody to wait for them at a stop.
    """
    ended = await asyncio.gather(*deeds, return_exceptions=True)
    for problem in ended:
        if problem is not None:
            raise problem
