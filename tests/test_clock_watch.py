"""The watch over the wall clock, and the database's clock that replicas share."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta

import pytest
import structlog
import time_machine

from bot.clock import DatabaseClock, SystemClock, database_clock, watch
from bot.domain.clock_skew import DATABASE, ClockSkew, differences
from storage.engine import open_engine
from storage.server_time import has_clock, server_time
from tests.process import until

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@contextlib.asynccontextmanager
async def watching(machine_now=lambda: datetime.now(UTC)):
    """Yields the jumps, and a wait for some more comparisons."""
    jumps, compared = [], asyncio.Event()

    def now():
        compared.set()
        return machine_now()

    async def some_comparisons():
        for _ in range(3):
            compared.clear()
            await compared.wait()

    task = asyncio.create_task(watch(now, lambda seconds: jumps.append(round(seconds)), every=0))
    try:
        await some_comparisons()
        yield jumps, some_comparisons
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("step", [timedelta(minutes=20), timedelta(minutes=-20), timedelta(seconds=-3)])
async def test_a_clock_that_is_set_is_noticed_once(step):
    with time_machine.travel(NOON, tick=True) as machine, structlog.testing.capture_logs() as logs:
        async with watching() as (jumps, some_comparisons):
            machine.shift(step)
            await some_comparisons()

    assert jumps == [step.total_seconds()]
    assert [one["seconds"] for one in logs if one["event"] == "clock_jumped"] == [step.total_seconds()]


async def test_a_clock_that_is_set_by_less_than_two_seconds_changes_nothing():
    with time_machine.travel(NOON, tick=True) as machine:
        async with watching() as (jumps, some_comparisons):
            machine.shift(timedelta(seconds=1.5))
            await some_comparisons()

    assert jumps == []


async def test_a_machine_that_was_suspended_is_noticed(monkeypatch):
    """The loop's own time stood still meanwhile, so whatever waits by it is late."""
    asleep = [0.0]
    awake = time.monotonic
    monkeypatch.setattr("bot.clock.time.monotonic", lambda: awake() - asleep[0])
    async with watching() as (jumps, some_comparisons):
        asleep[0] = 60.0
        await some_comparisons()

    assert jumps == [0]  # no time was skipped


async def test_a_database_whose_clock_is_set_is_noticed():
    ahead = [timedelta()]
    async with watching(lambda: datetime.now(UTC) + ahead[0]) as (jumps, some_comparisons):
        ahead[0] = timedelta(minutes=-20)
        await some_comparisons()

    assert jumps == [-1200]


async def test_time_that_was_skipped_is_no_time_that_anybody_waited():
    with time_machine.travel(NOON, tick=False) as machine:
        clock = SystemClock()
        before = clock.now()
        machine.shift(timedelta(minutes=20))
        clock.note_step(1200)
        after = clock.now()

        assert clock.certain_now(before) == NOON
        assert clock.certain_now(after) == after

        machine.shift(timedelta(minutes=-20))
        clock.note_step(-1200)
        assert clock.certain_now(before) <= NOON


class Server:
    """A database whose clock is `ahead` of this computer's."""

    def __init__(self, ahead=timedelta()):
        self.ahead, self.asked, self.broken = ahead, 0, None

    async def __call__(self):
        self.asked += 1
        if self.broken is not None:
            raise self.broken
        return datetime.now(UTC) + self.ahead


async def test_replicas_whose_own_clocks_differ_have_the_databases_time():
    """One is right, and one is six hours ahead: what one holds, the other does not take."""
    server = Server()
    clocks = [DatabaseClock(server, ClockSkew()) for _ in range(2)]
    with time_machine.travel(datetime.now(UTC), tick=True):
        await clocks[0].read()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=6), tick=True):
        server.ahead = -timedelta(hours=6)
        await clocks[1].read()

        assert abs(clocks[0].machine_now() - clocks[1].machine_now()) < timedelta(seconds=1)
        assert abs(clocks[0].now() - clocks[1].now()) < timedelta(seconds=1)


async def test_whoever_sets_this_computers_clock_moves_no_lease():
    clock = DatabaseClock(Server(), ClockSkew())
    await clock.read()
    before = clock.machine_now()

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=6), tick=True):
        assert timedelta() <= clock.machine_now() - before < timedelta(seconds=1)


@pytest.mark.parametrize(("ahead", "told"), [(4, 0), (-4, 0), (60, 1), (-60, 1)])
async def test_a_replica_whose_clock_is_more_than_five_seconds_off_says_so(ahead, told):
    skew = ClockSkew()

    await DatabaseClock(Server(timedelta(seconds=-ahead)), skew).read()

    assert len(differences(skew.known())) == told


async def test_an_answer_that_took_long_changes_nothing(monkeypatch):
    monkeypatch.setattr("bot.clock._PROMPT", -1.0)
    server = Server()
    clock = DatabaseClock(server, ClockSkew())
    await clock.read()  # there is no better one yet
    server.ahead = timedelta(hours=6)

    await clock.read()

    assert clock.machine_now() - datetime.now(UTC) < timedelta(minutes=1)


async def test_a_database_that_is_away_stops_no_time_and_is_asked_again():
    server = Server()
    clock = DatabaseClock(server, ClockSkew())
    await clock.read()
    following = asyncio.create_task(clock.follow(every=0))
    server.broken = OSError("away")
    asked = server.asked
    await until(lambda: server.asked > asked + 2)

    server.broken, server.ahead = None, timedelta(hours=6)

    await until(lambda: clock.machine_now() - datetime.now(UTC) > timedelta(hours=5))
    following.cancel()


async def test_the_databases_clock_is_postgresqls_and_a_file_has_none(database):
    engine = open_engine(database)
    try:
        assert has_clock(engine) is database.startswith("postgresql")
        if has_clock(engine):
            skew = ClockSkew()
            async with database_clock(lambda: server_time(engine), skew) as clock:
                assert clock.machine_now().tzinfo is UTC
                assert list(skew.known()) == [DATABASE]
    finally:
        await engine.dispose()
