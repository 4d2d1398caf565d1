"""`paylink stop-following` and `serve` as processes of their own, when the account in the settings is another one."""

import asyncio
import os
import sys

import pytest

from tests.process import NEWER, OURS, opened_world, until

OLD, NEW = "T12345678", "T87654321"


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        yield made


async def types(world, typed, account=OLD):
    """Run the command and type this; returns its exit code and all that it wrote."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "stop-following",
        account,
        env=inherited | world.settings | {"DINTERO_ACCOUNT_ID": NEW},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate(typed.encode())
    return process.returncode, told.decode()


async def test_serve_names_the_two_ways_out_and_starts_after_one_of_them(world):
    async with world.serving() as process:
        _, sales = await world.issued()
        await process.stopped()  # one that is killed holds the card for a minute
    code, told = await world.run("serve", DINTERO_ACCOUNT_ID=NEW)
    assert code == 1
    assert told.strip().splitlines()[-1] == (
        f"The bot cannot start: 1 link of Dintero account {OLD} is still followed, and DINTERO_ACCOUNT_ID is {NEW}. "
        f"Put the old account and its client back, or end following its links: paylink stop-following {OLD}"
    )
    assert (
        f"FAIL DINTERO_ACCOUNT_ID: 1 link of Dintero account {OLD}"
        in (await world.run("check", DINTERO_ACCOUNT_ID=NEW))[1]
    )

    code, told = await types(world, f"{OLD}\n")
    assert code == 0, told
    assert f"1 link of Dintero account {OLD} is followed, with no money reserved." in told
    assert "1 link no longer followed. Cards and threads say so once paylink serve runs." in told

    world.settings["DINTERO_ACCOUNT_ID"] = world.dintero.account_id = NEW
    async with world.serving():
        await until(lambda: any("No longer followed" in card.read() for card in sales.messages))


@pytest.mark.parametrize("typed", ["", "\n", "no\n", NEW + "\n"])
async def test_whatever_else_is_typed_changes_nothing(world, typed):
    async with world.serving():
        await world.issued()

    code, told = await types(world, typed)

    assert code == 1
    assert "Traceback" not in told
    assert (await world.run("serve", DINTERO_ACCOUNT_ID=NEW))[0] == 1


async def test_a_database_of_a_newer_program_is_named(world):
    await world.writes(*NEWER)

    code, told = await types(world, "")

    assert (code, told.strip()) == (
        1,
        "The database is at a newer schema: a newer Paylink has migrated it. Run that one.",
    )


@pytest.mark.parametrize(
    ("account", "sentence"),
    [(NEW, "is the account that Paylink uses"), ("T1", "The database has no tables. Run: paylink migrate.")],
)
async def test_an_account_that_cannot_be_left_is_named(world, account, sentence):
    code, told = await types(world, "", account)

    assert code == 1
    assert sentence in told
    assert "Traceback" not in told
