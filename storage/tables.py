"""The tables. Statements use the `Table` objects at the end; the classes only declare them.

Amounts are minor units, times aware UTC. `due_at`, `expires_at` and the times of events and drafts are business
time; leases, `tell_after`, `untold_since` and `ended_at` are the machine's own time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, MetaData, Table, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from bot.domain.links import Facts
from bot.domain.operations import OPEN, State
from storage.columns import AsJson, Utc

_NAMES: Final = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

IS_OPEN: Final = f"state IN ({', '.join(repr(str(state)) for state in State if state in OPEN)})"
IS_UNSENT: Final = "state IN ('wanted', 'sending')"
"""The condition of operations and e-mails that wait to be sent or are being sent."""


def _where(condition: str) -> dict[str, Any]:
    """A partial index, on both databases.

    SQLite uses it only for statements that repeat the condition word for word: `state = ?` is not enough.
    """
    return {"sqlite_where": sql(condition), "postgresql_where": sql(condition)}


class Base(SQLModel):
    """The tables' common ground, apart from any other SQLModel in the process."""

    metadata = MetaData(naming_convention=_NAMES)


class WorkspaceRow(Base, table=True):
    """A Slack workspace."""

    __tablename__ = "workspace"

    id: str = Field(primary_key=True)
    team_id: str = Field(unique=True)


class AccountRow(Base, table=True):
    """A Dintero account, by its own id such as T12345678."""

    __tablename__ = "account"

    id: str = Field(primary_key=True)


class OrderRow(Base, table=True):
    """An order, its card, and how far Slack has been told."""

    __tablename__ = "orders"

    id: str = Field(primary_key=True)
    workspace_id: str = Field(foreign_key="workspace.id")
    account_id: str = Field(foreign_key="account.id")
    reference: str = Field(index=True)
    currency: str
    delivery: str
    capture: str
    phone: str | None = Field(sa_type=Text)
    """Encrypted."""
    phone_hash: str | None
    phone_last3: str | None
    email: str | None = Field(sa_type=Text)
    """Encrypted, like the name and the note."""
    name: str | None = Field(sa_type=Text)
    note: str | None = Field(sa_type=Text)
    deadline: str
    methods: Sequence[str] = Field(sa_column=Column(AsJson(tuple[str, ...]), nullable=False))
    profile: str
    address: str
    terms: str
    remind: str
    remind_opened: bool
    issuer: str
    draft_id: str = Field(unique=True)
    channel: str
    thread: str | None
    created_at: datetime = Field(sa_type=Utc, index=True)

    version: int
    card_state: str
    card_channel: str
    card_ts: str | None
    card_version: int
    card_posts: int
    diverted: bool

    untold_since: datetime | None = Field(sa_type=Utc)
    """Since when Slack lags behind; null when it does not."""
    urgency: int | None
    """The smallest urgency of what is untold."""
    tell_after: datetime | None = Field(sa_type=Utc)
    tell_lease: datetime | None = Field(sa_type=Utc)
    tell_fence: int
    stirred: int
    """Counts everything that happened to the order, so that its holder sees what came after the claim."""
    tell_seen: int
    """`stirred` at the claim."""
    stumbles: int
    """How often in a row telling it broke, or a post of it ended in doubt."""

    __table_args__ = (
        Index("ix_orders_untold", "urgency", "untold_since", **_where("untold_since IS NOT NULL")),
        Index("ix_orders_of_issuer", "workspace_id", "issuer", "created_at"),
        Index("ix_orders_of_phone", "phone_hash", "created_at"),
    )


class LineRow(Base, table=True):
    """One line of an order."""

    __tablename__ = "order_line"

    order_id: str = Field(primary_key=True, foreign_key="orders.id")
    since: int = Field(primary_key=True)
    """The number of the first link that was made with it; up to the next number it holds for the links after it too."""
    position: int = Field(primary_key=True)
    line_id: str
    text: str
    quantity: str
    """A decimal as text: SQLite has no exact decimals."""
    unit_price: int = Field(sa_type=BigInteger)
    vat: int
    without_vat: bool


class LinkRow(Base, table=True):
    """One session at Dintero."""

    __tablename__ = "link"

    id: str = Field(primary_key=True)
    order_id: str = Field(foreign_key="orders.id")
    account_id: str = Field(foreign_key="account.id")
    n: int
    merchant_reference: str
    token_hash: str = Field(unique=True)
    """SHA-256 of the capability token."""
    session_id: str | None = Field(index=True)
    session_hint: str | None
    """A session id that a callback named for a link without one."""
    transaction_id: str | None = Field(index=True)
    url: str | None = Field(sa_type=Text)
    """Encrypted: who holds it may pay, and sees the order."""
    status: str
    amount: int = Field(sa_type=BigInteger)
    currency: str
    auto_capture: bool
    delivery: str
    on_phone: bool
    replaced: bool
    facts: Facts = Field(sa_column=Column(AsJson(Facts), nullable=False))
    expires_at: datetime = Field(sa_type=Utc)
    created_at: datetime = Field(sa_type=Utc)
    version: int

    due_at: datetime | None = Field(sa_type=Utc)
    hint_at: datetime | None = Field(sa_type=Utc)
    """When the hints that no look has answered yet want the link to be read; null when there are none."""
    looked_at: datetime | None = Field(sa_type=Utc)
    prompted_at: datetime | None = Field(sa_type=Utc)
    """For when a callback, a webhook or a customer who came back last asked for a read."""
    asked_at: datetime | None = Field(sa_type=Utc)
    """Up to when the questions that time makes askable have been asked."""
    lease_until: datetime | None = Field(sa_type=Utc)
    fence: int
    remind_at: datetime | None = Field(sa_type=Utc)
    reminded: int

    __table_args__ = (
        UniqueConstraint("account_id", "merchant_reference"),
        UniqueConstraint("order_id", "n"),
        Index("ix_link_due", "due_at", **_where("due_at IS NOT NULL")),
        Index("ix_link_remind", "remind_at", **_where("remind_at IS NOT NULL")),
    )


class OperationRow(Base, table=True):
    """One intent."""

    __tablename__ = "operation"

    id: str = Field(primary_key=True)
    link_id: str = Field(foreign_key="link.id", index=True)
    kind: str
    reference: str
    state: str
    requested_by: str
    approved_by: str | None
    reason: str | None = Field(sa_type=Text)
    note: str | None = Field(sa_type=Text)
    amount: int = Field(sa_type=BigInteger)
    items: Mapping[str, int] = Field(sa_column=Column(AsJson(Mapping[str, int]), nullable=False))
    seen_open: int = Field(sa_type=BigInteger)
    response_url: str | None = Field(sa_type=Text)
    view_id: str | None
    correlation_id: str | None
    draft_id: str | None
    created_at: datetime = Field(sa_type=Utc)
    sent_at: datetime | None = Field(sa_type=Utc)
    ended_at: datetime | None = Field(sa_type=Utc)
    log_before: int | None
    releases_rest: bool
    lease_until: datetime | None = Field(sa_type=Utc)
    fence: int

    __table_args__ = (
        Index("ix_operation_open", "link_id", unique=True, **_where(IS_OPEN)),
        Index("ix_operation_run", "state", "created_at", **_where(IS_UNSENT)),
    )


class EventRow(Base, table=True):
    """One change. No personal data, so that it survives when a customer is forgotten."""

    __tablename__ = "event"

    id: str = Field(primary_key=True)
    link_id: str = Field(foreign_key="link.id")
    seq: int
    kind: str
    urgency: int
    source: str
    actor: str | None
    at: datetime = Field(sa_type=Utc, index=True)
    data: Mapping[str, Any] = Field(
        sa_column=Column(AsJson(Mapping[str, str | int | bool | None]), nullable=False),
    )
    told_ts: str | None

    __table_args__ = (
        UniqueConstraint("link_id", "seq"),
        Index("ix_event_untold", "link_id", **_where("told_ts IS NULL")),
    )


class MailRow(Base, table=True):
    """One mail to a customer. To whom stands with the order, encrypted; all its times are the machine's own."""

    __tablename__ = "mail"

    id: str = Field(primary_key=True)
    link_id: str = Field(foreign_key="link.id")
    n: int
    state: str
    tries: int
    wanted_at: datetime = Field(sa_type=Utc)
    due_at: datetime = Field(sa_type=Utc)
    """When to try it, or to try it again."""
    ended_at: datetime | None = Field(sa_type=Utc)
    lease_until: datetime | None = Field(sa_type=Utc)
    fence: int

    __table_args__ = (
        UniqueConstraint("link_id", "n"),
        Index("ix_mail_run", "state", "due_at", **_where(IS_UNSENT)),
    )


class DraftRow(Base, table=True):
    """A form as typed, encrypted whole."""

    __tablename__ = "draft"

    id: str = Field(primary_key=True)
    workspace_id: str = Field(foreign_key="workspace.id")
    user_id: str
    at: datetime = Field(sa_type=Utc, index=True)
    typed: str = Field(sa_type=Text)


class ItemRow(Base, table=True):
    """A saved item."""

    __tablename__ = "item"

    id: str = Field(primary_key=True)
    workspace_id: str = Field(foreign_key="workspace.id")
    currency: str
    name_key: str
    """The name as searches compare it."""
    name: str
    unit_price: int = Field(sa_type=BigInteger)
    vat: int
    kept_by: str
    at: datetime = Field(sa_type=Utc)

    __table_args__ = (UniqueConstraint("workspace_id", "currency", "name_key"),)


class NumberingRow(Base, table=True):
    """What an empty reference becomes in a channel, and how far it has counted."""

    __tablename__ = "numbering"

    workspace_id: str = Field(primary_key=True, foreign_key="workspace.id")
    channel: str = Field(primary_key=True)
    pattern: str
    """Empty when it is off; the count stays."""
    period: str
    """The dates in the latest number: once they differ, it starts from 1 again."""
    last: int
    set_by: str
    at: datetime = Field(sa_type=Utc)


class LaneRow(Base, table=True):
    """A rate limit that the replicas share."""

    __tablename__ = "lane"

    name: str = Field(primary_key=True)
    turns: list[float] = Field(sa_column=Column(AsJson(list[float]), nullable=False))
    """The turns of the last minute, or hour where that is the limit's, oldest first, in seconds since 1970."""
    blocked_until: datetime | None = Field(sa_type=Utc)


class TaskRow(Base, table=True):
    """A sweep."""

    __tablename__ = "task"

    name: str = Field(primary_key=True)
    cursor: str | None = Field(sa_type=Text)
    due_at: datetime | None = Field(sa_type=Utc)
    lease_until: datetime | None = Field(sa_type=Utc)
    fence: int


class BudgetRow(Base, table=True):
    """Calls to Dintero in one second."""

    __tablename__ = "budget"

    account_id: str = Field(primary_key=True, foreign_key="account.id")
    second: int = Field(primary_key=True, sa_type=BigInteger)
    spent: int


class SeedRow(Base, table=True):
    """What tokens and the phone search's hash are made from."""

    __tablename__ = "seed"

    name: str = Field(primary_key=True)
    box: str = Field(sa_type=Text)
    """Encrypted."""


metadata: Final = Base.metadata

workspaces: Final[Table] = metadata.tables["workspace"]
accounts: Final[Table] = metadata.tables["account"]
orders: Final[Table] = metadata.tables["orders"]
lines: Final[Table] = metadata.tables["order_line"]
links: Final[Table] = metadata.tables["link"]
operations: Final[Table] = metadata.tables["operation"]
events: Final[Table] = metadata.tables["event"]
mails: Final[Table] = metadata.tables["mail"]
drafts: Final[Table] = metadata.tables["draft"]
items: Final[Table] = metadata.tables["item"]
numberings: Final[Table] = metadata.tables["numbering"]
lanes: Final[Table] = metadata.tables["lane"]
tasks: Final[Table] = metadata.tables["task"]
budgets: Final[Table] = metadata.tables["budget"]
seeds: Final[Table] = metadata.tables["seed"]

ENCRYPTED: Final[Mapping[Table, tuple[str, ...]]] = {
    orders: ("phone", "email", "name", "note"),
    links: ("url",),
    drafts: ("typed",),
    seeds: ("box",),
}
"""Every column that holds what only a key of PAYLINK_SECRET_KEY opens."""
