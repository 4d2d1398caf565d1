"""Migrations make what the tables say, and a database knows where it stands."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from storage.schema import alembic_config, revisions, state_of, upgrade
from storage.tables import metadata
from tests.storage.conftest import brought_to


async def test_migrations_make_the_tables(engine):
    await upgrade(engine)
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda each: compare_metadata(MigrationContext.configure(each, opts={"compare_type": True}), metadata)
        )

    assert differences == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_migrations_make_the_very_indexes(engine):
    """What `compare_metadata` does not see: the conditions of partial indexes."""
    indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    async with engine.connect() as connection:
        await connection.run_sync(metadata.create_all)
        expected = (await connection.execute(text(indexes))).all()
        await connection.rollback()
    await upgrade(engine)
    async with engine.connect() as connection:
        made = (await connection.execute(text(indexes))).all()

    assert made == expected


async def test_a_database_knows_where_it_stands(engine):
    assert await state_of(engine) == "empty"

    await upgrade(engine)
    assert await state_of(engine) == "current"
    await upgrade(engine)
    assert await state_of(engine) == "current"

    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert await state_of(engine) == "newer"


@pytest.mark.parametrize("revision", revisions()[:-1])
async def test_an_earlier_revision_is_old_and_can_be_brought_up(engine, revision):
    await brought_to(engine, revision)
    assert await state_of(engine) == "old"

    await upgrade(engine)
    assert await state_of(engine) == "current"


async def test_two_lists_of_lines_of_one_order_have_room_beside_each_other(engine):
    """What no comparison of metadata sees: the primary key that the migration made anew."""
    await upgrade(engine)
    async with engine.connect() as connection:
        key = await connection.run_sync(lambda each: inspect(each).get_pk_constraint("order_line"))

    assert (key["name"], key["constrained_columns"]) == ("pk_order_line", ["order_id", "since", "position"])


def test_the_names_of_the_files_tell_the_revisions():
    script = ScriptDirectory.from_config(alembic_config())

    assert tuple(each.revision for each in reversed(list(script.walk_revisions()))) == revisions()
    assert script.get_current_head() == revisions()[-1]


async def test_an_upgrade_that_fails_leaves_nothing(engine, monkeypatch):
    def fall_over(*_):
        raise RuntimeError("fell over")

    monkeypatch.setattr("alembic.op.create_index", fall_over)
    with pytest.raises(RuntimeError, match="fell over"):
        await upgrade(engine)

    assert await state_of(engine) == "empty"
