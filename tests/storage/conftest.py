"""A database of each kind, empty for every test, and the rows that everything else hangs on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from uuid import uuid4

import pytest
from alembic import command
from cryptography.fernet import Fernet
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.events import Happened, News, Source
from bot.domain.links import Link, Status
from bot.domain.operations import Kind, Operation, State, operation_reference
from bot.domain.orders import Capture, Delivery, Line, Order
from bot.services.ports.storage import Store
from storage.engine import open_engine
from storage.schema import alembic_config
from storage.secrets import Secrets
from storage.store import SqlStore
from tests.databases import KINDS, empty_database
from tests.kept import emptied, kept_engine

KEY = Fernet.generate_key().decode()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""Business time: it stands still."""
LEASE = timedelta(seconds=30)
ACCOUNT = "T12345678"
PHONE = "+4791234567"


@dataclass
class House:
    """A store with its engine and a machine's clock that the test turns; `replica` is another process's store."""

    url: str
    engine: AsyncEngine
    keys: list[str]
    machine: datetime = NOW
    workspace_id: str = ""
    numbers: count = field(default_factory=lambda: count(1))
    others: list[AsyncEngine] = field(default_factory=list)

    def __post_init__(self):
        self.store: Store = SqlStore(self.engine, Secrets(self.keys), machine_now=lambda: self.machine)

    def replica(self) -> Store:
        engine = open_engine(self.url)
        self.others.append(engine)
        return SqlStore(engine, Secrets(self.keys), machine_now=lambda: self.machine)

    def wait(self, seconds: float) -> datetime:
        self.machine += timedelta(seconds=seconds)
        return self.machine

    async def query(self, statement: str, **values):
        async with self.engine.connect() as connection:
            return (await connection.execute(text(statement), values)).all()

    def order(self, **changes) -> Order:
        n = next(self.numbers)
        values = {
            "id": f"order{n}",
            "workspace_id": self.workspace_id,
            "team_id": "T1",
            "account_id": ACCOUNT,
            "reference": f"47{n:02}",
            "currency": "NOK",
            "lines": (
                Line(line_id="1", text="Shoes", quantity=Decimal("1.5"), unit_price=20000, vat=2500),
                Line(line_id="2", text="Laces", quantity=Decimal(1), unit_price=5000, vat=2500),
            ),
            "delivery": Delivery.SMS,
            "capture": Capture.RESERVE,
            "phone": PHONE,
            "issuer": "U1",
            "draft_id": f"draft{n}",
            "channel": "C1",
            "created_at": NOW,
        }
        return Order(**(values | changes))

    def link(self, order: Order, n: int = 1, **changes) -> Link:
        values = {
            "id": f"{order.id}-link{n}",
            "order_id": order.id,
            "n": n,
            "reference": f"{order.reference}-{n}",
            "status": Status.REQUESTED,
            "version": 1,
            "amount": order.amount,
            "currency": "NOK",
            "auto_capture": False,
            "expires_at": NOW + timedelta(days=7),
            "created_at": NOW,
        }
        return Link(**(values | changes))

    def operation(self, link: Link, kind: Kind = Kind.CAPTURE, **changes) -> Operation:
        values = {
            "id": uuid4().hex,
            "link_id": link.id,
            "kind": kind,
            "reference": operation_reference(link.reference, kind, 1),
            "state": State.WANTED,
            "requested_by": "U1",
            "created_at": NOW,
            "amount": link.amount,
            "items": {"1": 30000, "2": 5000},
            "seen_open": link.amount,
        }
        return Operation(**(values | changes))

    async def issued(self, *, due_at: datetime | None = None, **changes) -> tuple[Order, Link]:
        """An order with one link."""
        order = self.order()
        link = self.link(order, **changes)
        async with self.store() as work:
            await work.add_order(order)
            await work.add_link(link, due_at=due_at)
            await work.add_events(link.id, [news(Happened.ISSUED)])
            await work.commit()
        return order, link

    async def wants(self, link: Link, **changes) -> Operation:
        """An operation somebody asked for."""
        operation = self.operation(link, **changes)
        async with self.store() as work:
            await work.add_operation(operation)
            await work.commit()
        return operation


def news(kind: Happened, at: datetime = NOW, **data) -> News:
    return News(kind=kind, source=Source.SLACK, at=at, actor="U1", data=data)


@pytest.fixture(params=KINDS)
async def database(request, tmp_path):
    async with empty_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def engine(database):
    """On a database without tables."""
    engine = open_engine(database)
    yield engine
    await engine.dispose()


async def brought_to(engine, revision):
    """A database as an earlier program left it."""
    async with engine.begin() as connection:
        await connection.run_sync(lambda each: command.upgrade(alembic_config(each), revision))


@pytest.fixture(params=KINDS)
async def house(request):
    url = emptied(request.param)
    engine = kept_engine(url)
    house = House(url=url, engine=engine, keys=[KEY])
    house.workspace_id = await house.store.introduce(team_id="T1", account_id=ACCOUNT)
    yield house
    for each in [engine, *house.others]:
        await each.dispose()


@pytest.fixture
def statements(house):
    """Every statement sent to the house's first engine."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(house.engine.sync_engine, "before_cursor_execute", note)
    yield sent
    event.remove(house.engine.sync_engine, "before_cursor_execute", note)
