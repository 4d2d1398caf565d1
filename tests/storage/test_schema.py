"""Migrations make what the tables say, and a database knows where it stands."""

from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import Column, MetaData, Table, insert, inspect, text

from bot.domain.links import Facts
from bot.domain.orders import Delivery
from storage.engine import open_engine
from storage.schema import alembic_config, revisions, state_of, upgrade
from storage.secrets import Secrets
from storage.store import SqlStore
from storage.tables import lines, links, metadata, orders

NEWER = {"email", "note", "deadline"}
"""Columns that orders have since revision 0002."""


@pytest.fixture
async def engine(database):
    engine = open_engine(database)
    yield engine
    await engine.dispose()


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


async def brought_to(engine, revision):
    """A database as an earlier program left it."""
    async with engine.begin() as connection:
        await connection.run_sync(lambda each: command.upgrade(alembic_config(each), revision))


@pytest.mark.parametrize("revision", revisions()[:-1])
async def test_an_earlier_revision_is_old_and_can_be_brought_up(engine, revision):
    await brought_to(engine, revision)
    assert await state_of(engine) == "old"

    await upgrade(engine)
    assert await state_of(engine) == "current"


async def test_an_order_from_before_there_were_notes_and_deadlines_is_still_told(engine):
    await brought_to(engine, "0001")
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    old = Table("orders", MetaData(), *(Column(c.name, c.type) for c in orders.c if c.name not in NEWER))
    told = {"id": "O1", "workspace_id": "W1", "account_id": "T12345678", "reference": "4711", "currency": "NOK"}
    told |= {"delivery": "sms", "capture": "reserve", "issuer": "U1", "draft_id": "D1", "channel": "C1"}
    told |= {"created_at": now, "version": 1, "card_state": "none", "card_channel": "C1", "card_version": 0}
    told |= {"card_posts": 0, "diverted": False, "tell_fence": 0, "stirred": 0, "tell_seen": 0, "stumbles": 0}
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO workspace (id, team_id) VALUES ('W1', 'T1')"))
        await connection.execute(text("INSERT INTO account (id) VALUES ('T12345678')"))
        await connection.execute(insert(old).values(**told))
    await upgrade(engine)

    store = SqlStore(engine, Secrets([Fernet.generate_key().decode()]), machine_now=lambda: now)
    async with store.read() as work:
        order = (await work.story("O1")).order
    assert (order.reference, order.deadline, order.email, order.note) == ("4711", "7d", None, None)


async def test_links_from_before_orders_could_change_keep_their_lines_and_their_way(engine):
    await brought_to(engine, "0005")
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    told = {"id": "O1", "workspace_id": "W1", "account_id": "T12345678", "reference": "4711", "currency": "NOK"}
    told |= {"delivery": "link", "capture": "reserve", "issuer": "U1", "draft_id": "D1", "channel": "C1"}
    told |= {"deadline": "7d", "methods": (), "profile": "", "address": "", "terms": "", "remind": "none"}
    told |= {"created_at": now, "version": 1, "card_state": "none", "card_channel": "C1", "card_version": 0}
    told |= {"card_posts": 0, "diverted": False, "tell_fence": 0, "stirred": 0, "tell_seen": 0, "stumbles": 0}
    link = {"id": "L1", "order_id": "O1", "account_id": "T12345678", "n": 1, "merchant_reference": "4711"}
    link |= {"token_hash": "x", "status": "open", "amount": 100, "currency": "NOK", "auto_capture": False}
    link |= {"replaced": False, "facts": Facts(), "expires_at": now, "created_at": now, "version": 1, "fence": 0}
    line = {"order_id": "O1", "position": 0, "line_id": "1", "text": "Hat", "quantity": "1", "unit_price": 100}
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO workspace (id, team_id) VALUES ('W1', 'T1')"))
        await connection.execute(text("INSERT INTO account (id) VALUES ('T12345678')"))
        for of, row in ((orders, told | {"remind_opened": False}), (links, link), (lines, line | {"vat": 2500})):
            kept = Table(of.name, MetaData(), *(Column(name, of.c[name].type) for name in row))
            await connection.execute(insert(kept).values(**row))
    await upgrade(engine)

    store = SqlStore(engine, Secrets([Fernet.generate_key().decode()]), machine_now=lambda: now)
    async with store.read() as work:
        story = await work.story("O1")
    [kept] = story.links
    assert [one.text for one in story.lines(kept)] == ["Hat"]
    assert (kept.delivery, kept.on_phone) == (Delivery.LINK, False)


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
