"""Finding what is due among many links, and what is to be sent among many finished operations and e-mails."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from statistics import median

from benchmarks.figures import Bar
from benchmarks.houses import KINDS, House, a_draft, crowd, finished, house
from bot.domain.stories import Claimed, Due

_FEW = 1_000
_DUE = 100
_EVERY = timedelta(minutes=6)
_AGAIN = _EVERY * (_FEW // _DUE)
"""When the same hundred is due again: the others were meanwhile."""
_TIMES = 10


async def claims(*, quick: bool) -> Sequence[Bar]:
    """Hold a hundred due links of many and plan their next look; look for operations and e-mails; the same of few."""
    many, rounds = (100_000, 3) if quick else (1_000_000, 7)
    begin = datetime.now(UTC)
    async with AsyncExitStack() as stack:
        wanted = [(kind, links) for kind in KINDS for links in (many, _FEW)]
        houses = [await stack.enter_async_context(house(kind)) for kind, _ in wanted]
        filled = (_filled(each, links, kind, begin) for each, (kind, links) in zip(houses, wanted, strict=True))
        await asyncio.gather(*filled)
        bars = []
        for at, kind in ((0, KINDS[0]), (2, KINDS[1])):
            bars.append(await _claims(kind, houses[at : at + 2], many, rounds, begin))
            bars.append(await _looks(kind, houses[at : at + 2], many, rounds))
        return bars


async def _filled(house: House, many: int, kind: str, begin: datetime) -> None:
    await house.issue(a_draft())
    await crowd(house, many, due_at=_due(kind, begin))
    await finished(house, many)


async def _claims(kind: str, both: Sequence[House], many: int, rounds: int, now: datetime) -> Bar:
    bar = Bar(
        what=f"claim and reschedule {_DUE} due of {many:,} open links ({kind})",
        against=f"the same of {_FEW:,}",
        unit="ms",
        at_most=1.5,
    )
    for number in range(rounds + 1):
        figures: list[list[float]] = [[], []]
        for _ in range(_TIMES):
            for each, taken in zip(both, figures, strict=True):
                taken.append(await _claim(each, now))
            now += _EVERY
        if number:
            bar.add(*(median(each) * 1000 for each in figures))
    return bar


async def _looks(kind: str, both: Sequence[House], many: int, rounds: int) -> Bar:
    bar = Bar(
        what=f"look for operations and e-mails to send among {3 * many:,} and {2 * many:,} finished ones ({kind})",
        against=f"the same among {3 * _FEW:,} and {2 * _FEW:,}",
        unit="ms",
        at_most=1.5,
    )
    for number in range(rounds + 1):
        figures: list[list[float]] = [[], []]
        for _ in range(_TIMES):
            for each, taken in zip(both, figures, strict=True):
                taken.append(await _look(each))
        if number:
            bar.add(*(median(each) * 1000 for each in figures))
    return bar


async def _look(house: House) -> float:
    """Seconds for what an idle bot asks, and for the claims that find nothing."""
    now, lease, store = datetime.now(UTC), timedelta(minutes=1), house.store
    started = time.perf_counter()
    await store.waiting(now - timedelta(days=1), now)
    found = [
        *await store.claim_operations(now, lease, 8),
        *await store.lapsed_operations(now),
        *await store.claim_mails(now, lease, 8),
        *await store.lapsed_mails(now),
    ]
    taken = time.perf_counter() - started
    if found:
        raise RuntimeError(f"{len(found)} were claimed, and all are finished")
    return taken


def _due(kind: str, begin: datetime) -> str:
    """A hundred every six minutes, over and over; all others in a month."""
    turn = f"(CASE WHEN i <= {_FEW} THEN ((i - 1) / {_DUE}) * {int(_EVERY.total_seconds())} ELSE 2592000 + i END)"
    if kind == "sqlite":
        return f"strftime('%Y-%m-%d %H:%M:%f000', '{begin:%Y-%m-%d %H:%M:%S}', {turn} || ' seconds')"
    return f"timestamptz '{begin:%Y-%m-%d %H:%M:%S}+00' + {turn} * interval '1 second'"


async def _claim(house: House, now: datetime) -> float:
    """Seconds for the claim and the plan."""
    started = time.perf_counter()
    held = await house.store.claim_due_links(now, datetime.now(UTC), timedelta(minutes=1), _DUE)
    async with house.store() as work:
        await work.leave({_claimed(each): now + _AGAIN for each in held})
        await work.commit()
    taken = time.perf_counter() - started
    if len(held) != _DUE:
        raise RuntimeError(f"{len(held)} links were due, not {_DUE}")
    return taken


def _claimed(each: Due | Claimed) -> Claimed:
    return each if isinstance(each, Claimed) else Claimed(id=each.link.id, fence=each.fence)
