"""A pooler in front of PostgreSQL, for real: what docs/operations.md promises of it."""

import pytest

from tests.databases import empty_database
from tests.process import opened_world, until
from tests.prove.proxies.programs import pooled

PATIENCE = 45


async def sold(world):
    """A customer pays, and somebody captures it."""
    kari, sales = await world.issued()
    await world.pays("4711")
    await until(lambda: any("Capture" in card.buttons for card in sales.messages), PATIENCE)
    await world.slack.click(kari, sales.messages[-1], "Capture")
    await until(lambda: any("Paid" in card.read() for card in sales.messages), PATIENCE)


async def test_a_pooler_in_session_mode_is_as_good_as_none(tmp_path, proof):
    """Limits, prepared statements and LISTEN belong to a session."""
    async with (
        empty_database("postgresql", tmp_path) as url,
        pooled(url, "session") as through,
        opened_world(tmp_path, through) as world,
    ):
        assert await world.run("migrate") == (0, "The database is up to date.\n")
        code, told = await world.run("check")
        assert code == 0, told

        with proof(promise=1, varied="PgBouncer in session mode between the bot and PostgreSQL") as tally:
            tally.tried += 1
            async with world.serving() as process:
                await sold(world)
                code, told = await process.stopped()
            if code != 0 or [exchange.kind for exchange in world.dintero.log].count("capture") != 1:
                tally.lost.append(told[-2000:])

    assert "listening" in told
    assert "not_listening" not in told
    assert "Traceback" not in told


@pytest.mark.parametrize("mode", ["transaction", "statement"])
async def test_a_pooler_in_another_mode_is_named_by_check(tmp_path, mode):
    async with (
        empty_database("postgresql", tmp_path) as url,
        pooled(url, mode) as through,
        opened_world(tmp_path, through) as world,
    ):
        code, told = await world.run("check")

    assert code == 1
    assert "FAIL database: PAYLINK_DATABASE_URL: " in told
    assert "pool_mode = session" in told
