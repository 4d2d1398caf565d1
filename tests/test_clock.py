"""The product's one clock, and the one that follows the sandbox's."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import structlog
import time_machine
from starlette.responses import JSONResponse, PlainTextResponse

from bot.clock import SystemClock
from bot.following import FollowedClock, NoTime, followed
from tests.serving import serving


@pytest.mark.parametrize("zone", ["Europe/Oslo", "America/New_York"])
def test_the_time_is_aware_and_in_utc_also_in_the_night_when_clocks_change(zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    with time_machine.travel("2026-03-29T01:30:00Z", tick=False):
        seen = SystemClock().now(), SystemClock().machine_now()

    assert seen == (datetime(2026, 3, 29, 1, 30, tzinfo=UTC),) * 2


def test_elapsed_time_never_goes_back_and_goes_on_while_the_machine_is_suspended(monkeypatch):
    clock = SystemClock()
    monkeypatch.setattr("time.monotonic", lambda: 1.0)  # a suspended machine's: it stands still

    readings = [clock.monotonic() for _ in range(100)]

    assert readings == sorted(readings)
    assert readings[0] < readings[-1]


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Sandbox:
    """Answers with the machine's time and what it is `ahead`, or with `answer`."""

    def __init__(self):
        self.ahead, self.answer, self.asked = timedelta(), None, 0
        self.on_the_way = lambda: None

    def __call__(self, _request):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        self.on_the_way()
        now = datetime.now(UTC) + self.ahead
        self.on_the_way()
        return self.answer or httpx.Response(200, json={"now": now.isoformat()})


@pytest.fixture
async def sandbox():
    return Sandbox()


@pytest.fixture
async def machine():
    """The machine's own time, which stands still."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
async def clock(sandbox, machine):
    """It follows the sandbox on a machine whose own time stands at noon."""
    machine.move_to(NOON)
    async with httpx.AsyncClient(transport=httpx.MockTransport(sandbox)) as http:
        yield FollowedClock("http://127.0.0.1:9000/clock", http)


@pytest.mark.parametrize("ahead", [timedelta(days=7), timedelta(days=-7), timedelta(seconds=1)])
async def test_business_time_jumps_with_the_sandbox_and_leases_do_not(sandbox, clock, ahead):
    sandbox.ahead = ahead

    assert await clock.read()

    assert (clock.now(), clock.machine_now()) == (NOON + ahead, NOON)
    assert not await clock.read()


async def test_the_way_of_an_answer_is_no_jump(sandbox, clock):
    sandbox.ahead = timedelta(days=7)
    await clock.read()
    sandbox.ahead += timedelta(seconds=0.9)

    assert not await clock.read()
    assert clock.now() == NOON + timedelta(days=7)


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=7)])
async def test_a_slow_answer_is_no_jump(sandbox, machine, clock, ahead):
    """It was true when the sandbox wrote it, half-way between the question and its arrival."""
    sandbox.ahead = ahead
    await clock.read()
    sandbox.on_the_way = lambda: machine.shift(timedelta(seconds=1.5))

    assert not await clock.read()
    assert clock.now() == clock.machine_now() + ahead


async def test_a_jump_is_measured_without_the_time_its_answer_took(sandbox, machine, clock):
    sandbox.ahead = timedelta(days=7)
    sandbox.on_the_way = lambda: machine.shift(timedelta(seconds=1.5))

    assert await clock.read()

    assert clock.now() == clock.machine_now() + timedelta(days=7)


class Dripping(httpx.AsyncByteStream):
    """An answer that never ends, and never pauses for long."""

    async def __aiter__(self):
        while True:
            yield b" "
            await asyncio.sleep(0.01)


async def test_an_answer_that_drips_in_for_ever_is_no_answer(monkeypatch):
    monkeypatch.setattr("bot.following._PATIENCE", 0.1)

    def drip(_request):
        return httpx.Response(200, stream=Dripping())

    async with httpx.AsyncClient(transport=httpx.MockTransport(drip), timeout=0.1) as http:
        with pytest.raises(NoTime, match="TimeoutError"):
            await FollowedClock("http://127.0.0.1:9000/clock", http).read()


async def test_small_steps_of_the_sandbox_add_up_to_a_jump(sandbox, clock):
    jumps = []
    for _ in range(5):
        sandbox.ahead += timedelta(seconds=0.5)
        jumps.append(await clock.read())

    assert jumps == [False, True, False, True, False]


async def test_the_sandboxs_zone_is_its_own_business(sandbox, clock):
    sandbox.answer = httpx.Response(200, json={"now": "2026-11-21T01:00:00.000000+01:00"})

    await clock.read()

    assert clock.now() == NOON + timedelta(hours=12)
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("late"),
        httpx.Response(500, json={"now": "2026-12-20T12:00:00+00:00"}),
        httpx.Response(302, headers={"location": "/"}),
        httpx.Response(200, text="noon"),
        httpx.Response(200, content=b"\xff"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"now": None}),
        httpx.Response(200, json={"now": 1795176000}),
        httpx.Response(200, json={"now": "2026-11-20T12:00:00"}),
        httpx.Response(200, json={"now": "9999-12-31T23:59:59+00:00"}),
        httpx.Response(200, json={"now": "0001-01-01T00:00:00+14:00"}),
        httpx.Response(200, json={"now": (NOON + timedelta(days=3654)).isoformat()}),
    ],
    ids=[
        "away",
        "late",
        "broken",
        "elsewhere",
        "words",
        "bytes",
        "list",
        "nothing",
        "number",
        "no zone",
        "end of time",
        "beginning of time",
        "ten years",
    ],
)
async def test_what_is_no_time_moves_nothing(sandbox, clock, answer):
    sandbox.ahead = timedelta(days=7)
    await clock.read()
    sandbox.answer = answer

    with pytest.raises(NoTime, match=r"^PAYLINK_CLOCK_URL: the time cannot be read at http://127.0.0.1:9000/clock \("):
        await clock.read()

    assert clock.now() == NOON + timedelta(days=7)


@contextlib.asynccontextmanager
async def following(clock, sandbox):
    """Follow it; yields the jumps it told of, and a wait for some more readings."""
    jumps = []
    task = asyncio.create_task(clock.follow(lambda: jumps.append(clock.now()), every=0))

    async def some_readings():
        until = sandbox.asked + 5
        for _ in range(1000):
            if sandbox.asked >= until:
                return
            await asyncio.sleep(0)
        raise AssertionError("it follows no more")

    try:
        yield jumps, some_readings
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_each_jump_is_told_once(sandbox, clock):
    async with following(clock, sandbox) as (jumps, some_readings):
        await some_readings()
        for _ in range(2):
            sandbox.ahead += timedelta(days=1)
            await some_readings()

    assert jumps == [NOON + timedelta(days=1), NOON + timedelta(days=2)]


async def test_a_sandbox_that_is_away_is_logged_once_and_followed_again_when_it_is_back(sandbox, clock):
    with structlog.testing.capture_logs() as logs:
        async with following(clock, sandbox) as (jumps, some_readings):
            for _ in range(2):
                sandbox.answer = httpx.ConnectError("refused")
                await some_readings()
                sandbox.answer, sandbox.ahead = None, sandbox.ahead + timedelta(days=1)
                await some_readings()

    assert [one["event"] for one in logs] == ["clock_not_read", "time_jumped"] * 2
    assert "127.0.0.1" not in str(logs)
    assert len(jumps) == 2


@contextlib.asynccontextmanager
async def answering(*answers):
    """An address that answers so, the last answer for ever."""
    waiting = list(answers)

    def answer(_request):
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    async def app(scope, receive, send):
        await answer(scope)(scope, receive, send)

    async with serving(app) as url:
        yield f"{url}/clock"


BUSY = PlainTextResponse("busy", 503)


async def test_a_bot_that_starts_waits_for_a_sandbox_that_is_busy(monkeypatch):
    monkeypatch.setattr("bot.following._RETRY_EVERY", 0.01)
    ahead = datetime.now(UTC) + timedelta(days=7)

    answers = (BUSY, BUSY, JSONResponse({"now": ahead.isoformat()}))
    async with answering(*answers) as url, followed(url, within=30) as clock:
        now = clock.now()

    assert now - datetime.now(UTC) > timedelta(days=6)


async def test_a_bot_that_waited_in_vain_says_for_how_long_and_what_to_do(monkeypatch):
    monkeypatch.setattr("bot.following._RETRY_EVERY", 0.01)

    async with answering(BUSY) as url:
        with pytest.raises(NoTime) as told:
            await followed(url, within=1).__aenter__()

    assert str(told.value) == (
        f"PAYLINK_CLOCK_URL: the time cannot be read at {url} (HTTPStatusError). "
        "Start the sandbox first, or remove the setting. Tried for 1 seconds."
    )
