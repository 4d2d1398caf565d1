"""Whatever an earlier program wrote is there, and read right, once a database has been brought up to date."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Column, MetaData, Table, func, insert, inspect, select

from bot.domain.drafts import Draft, DraftLine
from bot.domain.events import Happened
from bot.domain.items import Item
from bot.domain.links import Delivered, Facts, Status
from bot.domain.numbering import Numbering
from bot.domain.orders import Capture, Delivery, Line, Remind
from bot.domain.stories import CardState
from storage.engine import open_engine
from storage.keys import unsealed
from storage.schema import revisions, state_of, upgrade
from storage.store import SqlStore
from storage.tables import links, mails, metadata, tasks
from tests.databases import ready_database
from tests.storage.conftest import ACCOUNT, KEY, LEASE, NOW, House, brought_to, news

LANE, SWEEP = "post:C1", "paid"


@dataclass
class Known:
    """All that a program finds in its database."""

    order: object
    link: object
    card: object
    sold: tuple
    operation: object
    events: list
    link_rows: tuple
    draft: Draft
    sweep: tuple
    turn: float
    call_left: bool
    workspace: str
    item: Item | None
    mail: object
    numbering: Numbering | None
    token: str
    """The link's: it stands in addresses that are out already."""


WITH_VAT = Line(line_id="7", text="Hat", quantity=Decimal("1.5"), unit_price=20000, vat=2500)
BEFORE = {
    "0002": {"order": {"email": None, "note": None, "deadline": "7d"}},
    "0003": {"operation": {"draft_id": None}},
    "0004": {"item": None},
    "0005": {
        "order": {
            "name": None,
            "thread": None,
            "remind_opened": False,
            "methods": (),
            "profile": "",
            "address": "",
            "terms": "",
            "remind": Remind.NONE,
        }
    },
    "0006": {"link": {"remind_at": None, "reminded": 0}, "mail": None},
    "0007": {"numbering": None},
    "0008": {"link": {"delivery": Delivery.EMAIL, "on_phone": False}},
    "0012": {"order": {"lines": (WITH_VAT,)}, "sold": (WITH_VAT,)},
}
"""By the revision that knew it first: how what was written before it is read. Links travelled as their order says."""


def wishes(house):
    """An order in which nothing is as it is by itself."""
    lines = (replace(WITH_VAT, without_vat=True),)
    return house.order(
        lines=lines,
        delivery=Delivery.EMAIL,
        capture=Capture.AUTOMATIC,
        email="nora@example.com",
        name="Nora",
        note="at the back door",
        deadline="3d",
        methods=("vipps",),
        profile="T12345678.shop",
        address="Home delivery",
        terms="https://example.com/terms",
        remind=Remind.EMAIL,
        remind_opened=True,
        thread="1700000000.000100",
    )


@pytest.fixture
async def today(tmp_path):
    """A database of today's with a row in every table, written by the product itself."""
    async with ready_database("sqlite", tmp_path) as url:
        engine = open_engine(url)
        house = House(url=url, engine=engine, keys=[KEY])
        house.workspace_id = await house.store.introduce(team_id="T1", account_id=ACCOUNT)
        await _filled(house, wishes(house))
        await unsealed(engine, [KEY])
        yield house
        await engine.dispose()


async def _filled(house, order):
    facts = Facts(delivered=Delivered.SENT, opened_at=NOW, authorized=30000, open_to_capture=30000, taken={"7": 100})
    link = house.link(order, status=Status.AUTHORIZED, delivery=Delivery.LINK, on_phone=True, facts=facts)
    link = replace(link, session_id="S1", transaction_id="T1", url="https://pay.example.com/1", auto_capture=True)
    link = replace(link, remind_at=NOW + timedelta(days=6), reminded=1, replaced=True)
    item = Item(
        id="I1", workspace_id=house.workspace_id, name="Tow  bar", unit_price=24950, currency="NOK", vat=1500,
        kept_by="U1", at=NOW,
    )  # fmt: skip
    draft = Draft(id="draft-9", reference="4712", lines=(DraftLine(line_id="1", text="Cap", price="99"),))
    numbering = Numbering(workspace_id=house.workspace_id, channel="C1", pattern="{yyyy}-{seq}", period="2026", last=41)
    async with house.store() as work:
        await work.add_order(order)
        await work.add_link(link, due_at=NOW + timedelta(hours=1))
        await work.add_events(link.id, [news(Happened.ISSUED), news(Happened.AUTHORIZED, amount=30000)])
        await work.add_operation(house.operation(link, draft_id="draft-9", response_url="https://slack.example.com/1"))
        await work.set_looked(link.id, NOW)
        await work.make_due(link.id, NOW + timedelta(minutes=5), session_hint="S2")
        await work.set_asked(link.id, NOW + timedelta(minutes=1))
        await work.set_card(order.id, state=CardState.POSTED, channel="C1", ts="1700000000.000200", version=1)
        await work.want_mail(link.id, 1)
        await work.save_draft(draft, workspace_id=house.workspace_id, user_id="U1", at=NOW)
        await work.keep_item(item)
        await work.set_numbering(numbering, set_by="U1", at=NOW)
        await work.commit()
    await house.store.take_turn(LANE, NOW, per_minute=1)
    await house.store.spend(ACCOUNT, NOW, rate=1, share=1.0)
    task = await house.store.claim_task(SWEEP, NOW, NOW, LEASE)
    async with house.store() as work:
        await work.keep_task(task, cursor="up to here", lease_until=NOW + LEASE)
        await work.commit()


async def known(store, house):
    """Read everything with the product's own code."""
    async with store.read() as work:
        story = await work.story("order1")
        link = story.newest
        events = await work.untold_events("order1")
        rows = (await store.knocked_session(link.session_id), await work.asked_up_to(link.id))
        mail = (await work._run(select(mails.c.id))).scalar()
        due = (await work._run(select(links.c.due_at))).scalar()
        fence = (await work._run(select(tasks.c.fence))).scalar()
        found = {
            "order": story.order,
            "link": replace(link, operation=None),
            "card": (story.card, story.version),
            "sold": story.lines(link),
            "operation": link.operation,
            "events": events,
            "link_rows": (*rows, due),
            "draft": await work.draft("draft-9", workspace_id=house.workspace_id, user_id="U1"),
            "sweep": (await work.cursor(SWEEP), fence),
            "item": await work.item("I1", house.workspace_id),
            "mail": mail and await work.mail(mail),
            "numbering": await work.numbering(house.workspace_id, "C1"),
            "token": store.token(link.id),
        }
    return Known(
        **found,
        turn=await store.take_turn(LANE, NOW, per_minute=1),
        call_left=await store.spend(ACCOUNT, NOW, rate=1, share=1.0),
        workspace=await store.introduce(team_id="T1", account_id=ACCOUNT),
    )


async def as_it_was(house, engine):
    """Copy the rows into the tables, and the columns, that an earlier revision has."""
    async with engine.begin() as old, house.engine.connect() as new:
        there = await old.run_sync(lambda each: {
            name: {column["name"] for column in inspect(each).get_columns(name)}
            for name in inspect(each).get_table_names()
        })  # fmt: skip
        for table in metadata.sorted_tables:
            if table.name not in there:
                continue
            kept = [column for column in table.c if column.name in there[table.name]]
            rows = (await new.execute(select(*kept))).mappings().all()
            then = Table(table.name, MetaData(), *(Column(column.name, column.type) for column in kept))
            await old.execute(insert(then), [dict(row) for row in rows])


async def test_every_table_has_a_row_to_be_brought_up(today):
    async with today.engine.connect() as connection:
        for table in metadata.sorted_tables:
            count = (await connection.execute(select(func.count()).select_from(table))).scalar()
            assert count, table.name


@pytest.mark.parametrize("revision", revisions()[:-1])
async def test_what_an_earlier_program_wrote_is_read_right(today, engine, revision):
    await brought_to(engine, revision)
    await as_it_was(today, engine)
    assert await state_of(engine) == "old"

    await upgrade(engine)

    assert await state_of(engine) == "current"
    expected = await known(today.store, today)
    for since, unknown in BEFORE.items():
        if since > revision:
            for name, values in unknown.items():
                was = getattr(expected, name)
                setattr(expected, name, replace(was, **values) if isinstance(values, dict) else values)
    store = SqlStore(engine, await unsealed(engine, [KEY]), machine_now=lambda: NOW)
    assert await known(store, today) == expected
