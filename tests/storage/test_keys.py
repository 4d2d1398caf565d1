"""A key can be rotated away while the bot runs: nothing is lost, and nothing still needs the old one."""

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import event, select, text

from storage import keys
from storage.keys import NotServedYet, Rotation, rotate, unsealed
from storage.secrets import KeyGone, Secrets
from storage.store import SqlStore
from storage.tables import ENCRYPTED, drafts, links, metadata, orders
from tests.storage.conftest import KEY, NOW, PHONE
from tests.storage.test_secrets import DRAFT, keep, kept

NEW = Fernet.generate_key().decode()


async def everything(house):
    """An order, a link and a draft, with every encrypted column filled, written under the old key."""
    order = house.order(email="kari@example.com", name="Kari Nordmann", note="Rings twice")
    link = house.link(order, url="https://pay.example/1")
    async with house.store() as work:
        await work.add_order(order)
        await work.add_link(link, due_at=None)
        await work.commit()
    await keep(house)
    return order, link


async def boxes(house):
    """Every value that is encrypted, by table and column, looked for in all columns of all tables."""
    found = {}
    async with house.engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                for column, value in row._mapping.items():
                    if isinstance(value, str) and value.startswith("gAAAAA"):
                        found[table, column] = value
    return found


async def served(house, *known):
    """What `serve` does at its start with these keys; returns its store."""
    return SqlStore(house.engine, await unsealed(house.engine, known), machine_now=lambda: house.machine)


async def test_every_encrypted_column_is_listed(house):
    """A new one that is forgotten would be lost with the key."""
    await everything(house)
    await served(house, KEY)

    assert set(await boxes(house)) == {(table, column) for table, columns in ENCRYPTED.items() for column in columns}


async def test_after_a_rotation_the_new_key_alone_is_enough(house):
    order, link = await everything(house)
    token = house.store.token(link.id)
    await served(house, NEW, KEY)

    done = await rotate(house.engine, Secrets([NEW, KEY]))

    assert done == Rotation(renewed=6, already=1)
    store = await served(house, NEW)
    assert store.token(link.id) == token, "the address in the customer's hands"
    async with store.read() as work:
        assert (await work.story(order.id)).order == order
        assert await work.link_by_token(token) == link
        assert await work.twins(replace(order, id="other"), typed=False, since=NOW), "the phone is still found"
    assert await kept(house, store=store) == DRAFT
    assert await rotate(house.engine, Secrets([NEW])) == Rotation(already=7)


async def test_the_old_key_opens_nothing_any_more(house):
    await everything(house)
    await served(house, NEW, KEY)
    await rotate(house.engine, Secrets([NEW, KEY]))

    for box in (await boxes(house)).values():
        with pytest.raises(KeyGone):
            Secrets([KEY]).decrypt(box)


async def test_nothing_is_rotated_before_a_serve_knows_the_key(house):
    """It could not read what was rotated under its feet."""
    await everything(house)
    before = await boxes(house)
    with pytest.raises(NotServedYet, match="Restart every one"):
        await rotate(house.engine, Secrets([NEW, KEY]))
    await served(house, KEY)

    with pytest.raises(NotServedYet):
        await rotate(house.engine, Secrets([NEW, KEY]))

    assert before.items() <= (await boxes(house)).items()


@pytest.mark.parametrize("at", range(6))
async def test_a_rotation_that_is_killed_can_be_begun_again(house, at):
    """Killed before any of its writes: with both keys everything reads, and the next one does the rest."""
    order, _ = await everything(house)
    store, seen = await served(house, NEW, KEY), []

    def killed(_connection, _cursor, statement, *_):
        seen.extend([statement] if statement.startswith("UPDATE") else [])
        if len(seen) == at + 1:
            raise SystemExit

    event.listen(house.engine.sync_engine, "before_cursor_execute", killed)
    with pytest.raises(SystemExit):
        await rotate(house.engine, Secrets([NEW, KEY]))
    event.remove(house.engine.sync_engine, "before_cursor_execute", killed)

    async with store.read() as work:
        assert (await work.story(order.id)).order == order
    assert await rotate(house.engine, Secrets([NEW, KEY])) == Rotation(renewed=6 - at, already=1 + at)


async def test_what_is_written_meanwhile_is_not_overwritten(house):
    order, _ = await everything(house)
    store = await served(house, NEW, KEY)
    secrets = Secrets([NEW, KEY])
    [row] = [row async for row in keys._rows(house.engine, orders, ("phone",))]
    async with store() as work:
        await work.change_order(replace(order, phone="+4799999999"), since=1)
        await work.commit()

    await keys._renewed(house.engine, secrets, orders, row, "phone")

    async with store.read() as work:
        assert (await work.story(order.id)).order.phone == "+4799999999"


async def test_all_batches_are_gone_through(house, monkeypatch):
    monkeypatch.setattr(keys, "_BATCH", 2)
    for _ in range(5):
        await house.issued(url="https://pay.example/1")
    await served(house, NEW, KEY)

    assert (await rotate(house.engine, Secrets([NEW, KEY]))).renewed == 10


async def test_what_no_key_opens_is_counted_and_left_alone(house):
    await everything(house)
    stranger = Secrets([Fernet.generate_key().decode()]).encrypt(PHONE)
    async with house.engine.begin() as connection:
        await connection.execute(text("UPDATE orders SET phone = :box"), {"box": stranger})
    await served(house, NEW, KEY)

    assert await rotate(house.engine, Secrets([NEW, KEY])) == Rotation(renewed=5, already=1, lost=1)
    assert (await boxes(house))[orders, "phone"] == stranger


async def test_a_fresh_database_makes_addresses_from_chance(house):
    """Whoever learns a key and never saw the database can work out no address."""
    store, again = await served(house, KEY), await served(house, NEW, KEY)

    assert store.token("x") == again.token("x") != house.store.token("x")


async def test_a_serve_without_the_newest_key_does_not_start_any_more(house):
    """It would find rows that it cannot read, one by one."""
    await served(house, NEW, KEY)

    with pytest.raises(KeyGone, match="No key in PAYLINK_SECRET_KEY"):
        await served(house, KEY)


def test_drafts_and_links_are_among_what_is_rotated():
    assert {drafts, links, orders} <= set(ENCRYPTED)
