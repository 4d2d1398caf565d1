"""What cannot be logged is counted, and the work goes on: tried on `paylink serve` itself."""

import asyncio
import contextlib
import logging
import os
import sys
from functools import partial
from pathlib import Path

import httpx
import pytest
import structlog

from bot.journal import OUTPUT, _Printing, open_journal
from tests.process import opened_world, until


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        yield made


@contextlib.contextmanager
def no_reader():
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


@contextlib.contextmanager
def full_pipe():
    """The two ends of a pipe that takes no more, until somebody reads."""
    reading, writing = os.pipe()
    for number in (reading, writing):
        os.set_blocking(number, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 1024)
    os.set_blocking(writing, True)
    yield reading, writing
    os.close(reading)
    os.close(writing)


@contextlib.contextmanager
def reader_that_stands_still():
    with full_pipe() as (_, writing):
        yield writing


@contextlib.contextmanager
def full_disk():
    with Path("/dev/full").open("wb") as file:
        yield file.fileno()


async def started(output, command, environment, _log):
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", command, env=environment, stdout=output, stderr=output
    )


async def started_without_streams(command, environment, _log):
    line = f'exec "{sys.executable}" -m bot {command} <&- >&- 2>&-'
    return await asyncio.create_subprocess_shell(line, env=environment)


async def counts(world):
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await http.get(f"{world.bot_url}/health/ready")).json()["counts"]


async def a_customer_pays_and_it_is_captured(world):
    kari, sales = await world.issued()
    await world.pays("4711")
    await until(lambda: any("Capture" in card.buttons for card in sales.messages))
    await world.slack.click(kari, sales.messages[-1], "Capture")
    await until(lambda: world.dintero.log[-1].kind == "capture")


@pytest.mark.parametrize("output", [no_reader, reader_that_stands_still, full_disk])
async def test_the_work_goes_on_where_nothing_can_be_logged(world, output):
    with output() as number:
        world.start = partial(started, number)
        async with world.serving() as process:
            await a_customer_pays_and_it_is_captured(world)
            counted = await counts(world)
            process.process.terminate()
            assert await asyncio.wait_for(process.process.wait(), 30) == 0

    assert counted["log_lines_lost"] > 0


async def test_the_work_goes_on_without_any_stream(world):
    world.start = started_without_streams
    async with world.serving():
        await a_customer_pays_and_it_is_captured(world)
        counted = await counts(world)

    assert counted["log_lines_lost"] > 0


async def test_a_command_without_any_stream_finds_what_it_always_finds(world):
    """By its exit code, as a job that runs at night asks it."""
    world.start = started_without_streams
    async with world.paylink("check") as process:
        assert await asyncio.wait_for(process.process.wait(), 30) == 0


@pytest.mark.parametrize("style", ["text", "json"])
async def test_a_reader_that_goes_on_reads_how_much_was_lost(world, style):
    world.settings["PAYLINK_LOG"] = style
    with full_pipe() as (reading, writing):
        world.start = partial(started, writing)
        async with world.serving():
            await world.issued()
            lost = (await counts(world))["log_lines_lost"]
            read(reading)
            await world.issued("99 92345678 Mat #4712 7d")
            written = read(reading)

    assert lost > 0
    assert "log_lines_lost" in written
    assert "dintero_call" in written


def read(number):
    """All that stands in the pipe."""
    parts = []
    with contextlib.suppress(BlockingIOError):
        while part := os.read(number, 65536):
            parts.append(part)
    return b"".join(parts).decode()


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("cannot be said")


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize("fields", [{"odd": "\ud800"}, {"odd": {("a", 1): object()}}, {"exc_info": Unprintable()}])
def test_what_cannot_be_rendered_is_written_or_counted_and_breaks_nothing(style, fields):
    open_journal(style)
    before = OUTPUT.lost

    structlog.get_logger().warning("odd_line", **fields)
    _Printing().handle(logging.LogRecord("library", logging.WARNING, __file__, 1, "%s and %s", ("one only",), None))

    assert OUTPUT.lost >= before + 1
