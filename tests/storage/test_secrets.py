"""What a stolen database file gives away, and what survives a rotation of the key."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import make_url, text

from bot.domain.drafts import Draft, DraftLine
from bot.domain.errors import Unreadable
from storage.engine import open_engine
from storage.secrets import Secrets, token_hash
from storage.store import SqlStore
from tests.storage.conftest import KEY, NOW, PHONE

DRAFT = Draft(
    id="d1", phone="912 34 567", lines=(DraftLine(line_id="1", text="Red shoes", price="249"),), expanded=True
)
NEW_KEY = Fernet.generate_key().decode()


async def keep(house, draft=DRAFT, user_id="U1", at=NOW):
    async with house.store() as work:
        await work.save_draft(draft, workspace_id=house.workspace_id, user_id=user_id, at=at)
        await work.commit()


async def kept(house, user_id="U1", store=None):
    async with (store or house.store).read() as work:
        return await work.draft("d1", workspace_id=house.workspace_id, user_id=user_id)


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
async def test_no_phone_no_draft_and_no_pay_link_stands_in_the_file(house):
    _, link = await house.issued(url="https://pay.example/capability")
    await keep(house)

    folder = Path(make_url(house.url).database).parent
    raw = b"".join(file.read_bytes() for file in folder.iterdir())

    assert link.reference.encode() in raw, "we looked in the right place"
    for secret in (PHONE, "91234567", "912 34 567", "Red shoes", "pay.example", house.store.token(link.id)):
        assert secret.encode() not in raw


async def test_a_draft_is_kept_whole_and_replaced(house):
    await keep(house)
    assert await kept(house) == DRAFT

    changed = replace(DRAFT, reference="4711")
    await keep(house, changed)

    assert await kept(house) == changed


async def test_a_draft_of_another_shape_is_gone_and_says_nothing(house):
    """A newer Paylink meets a form that an older one kept; an error would print what was typed."""
    await keep(house)
    box = Secrets([KEY]).encrypt('{"id": "d1", "phone": 91234567}')
    async with house.engine.begin() as connection:
        await connection.execute(text("UPDATE draft SET typed = :box"), {"box": box})

    assert await kept(house) is None


async def test_a_draft_is_for_its_own_person_only(house):
    await keep(house)
    await keep(house, replace(DRAFT, phone="stolen"), user_id="U2")

    assert await kept(house, "U2") is None
    assert await kept(house) == DRAFT


async def test_old_drafts_go_and_newer_ones_stay(house):
    await keep(house)
    await keep(house, replace(DRAFT, id="d2"), at=NOW - timedelta(days=2))
    async with house.store() as work:
        assert await work.purge_drafts(NOW - timedelta(days=1)) == 1
        await work.commit()

    assert await kept(house) == DRAFT
    assert await house.query("SELECT id FROM draft") == [("d1",)]


async def test_everything_survives_a_new_key_in_front(house):
    order, link = await house.issued(url="https://pay.example/1")
    await keep(house)
    token = house.store.token(link.id)

    rotated = SqlStore(house.engine, Secrets([NEW_KEY, KEY]))

    assert rotated.token(link.id) == token
    assert Secrets([NEW_KEY, KEY]).phone_hash(PHONE) == Secrets([KEY]).phone_hash(PHONE)
    async with rotated.read() as work:
        assert await work.link_by_token(token) == link
        assert (await work.story(order.id)).order == order
    assert await kept(house, store=rotated) == DRAFT


async def test_a_key_that_is_gone_is_named_as_the_cause(house):
    order, _ = await house.issued()
    async with SqlStore(house.engine, Secrets([NEW_KEY])).read() as work:
        with pytest.raises(Unreadable, match="PAYLINK_SECRET_KEY"):
            await work.story(order.id)


def test_the_newest_key_encrypts():
    box = Secrets([NEW_KEY, KEY]).encrypt("x")

    assert Secrets([NEW_KEY]).decrypt(box) == "x"
    with pytest.raises(ValueError, match="Put the key"):
        Secrets([KEY]).decrypt(box)


def test_the_same_words_never_look_the_same_but_a_phone_can_be_searched():
    secrets = Secrets([KEY])

    assert secrets.encrypt("x") != secrets.encrypt("x")
    assert secrets.phone_hash(PHONE) == secrets.phone_hash(PHONE)
    assert secrets.phone_hash(PHONE) != Secrets([NEW_KEY]).phone_hash(PHONE)


def test_every_use_has_a_key_of_its_own():
    secrets = Secrets([KEY])

    assert token_hash(secrets.token("x")) != secrets.phone_hash("x")
    assert secrets._phones != secrets._tokens
    assert secrets.token("x") != secrets.token("y")


def test_nobody_makes_a_links_token_of_its_id():
    """Ids stand in buttons and in the log; the token opens the customer's page."""
    assert Secrets([KEY]).token("x") == Secrets([KEY]).token("x")
    assert Secrets([KEY]).token("x") != Secrets([NEW_KEY]).token("x")


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ([], "there is no key"),
        ([""], "key 1 is not a key (0 bytes instead of 32)"),
        (["short"], "key 1 is not a key (not URL-safe base64)"),
        (["not base64 at all!"], "key 1 is not a key (not URL-safe base64)"),
        ([KEY, KEY[:20]], "key 2 is not a key (15 bytes instead of 32)"),
        ([KEY, ""], "key 2 is not a key (0 bytes instead of 32)"),
        ([KEY[:-4]], "key 1 is not a key (30 bytes instead of 32)"),
    ],
)
def test_a_missing_or_short_key_is_refused_with_the_mend(keys, reason):
    with pytest.raises(ValueError, match="PAYLINK_SECRET_KEY") as problem:
        Secrets(keys)

    assert str(problem.value) == f"PAYLINK_SECRET_KEY: {reason}. Make one with: paylink new-key"


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
async def test_the_files_are_for_their_owner_only(house):
    await house.issued()
    files = list(Path(make_url(house.url).database).parent.iterdir())

    assert len(files) == 3, "the database, -wal and -shm"
    assert {0o600} == {file.stat().st_mode & 0o777 for file in files}


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "sqlite:////no/such/folder/x.db"])
def test_a_database_that_cannot_serve_is_refused(url):
    with pytest.raises(ValueError, match=r"sqlite|folder|SQLite"):
        open_engine(url)
