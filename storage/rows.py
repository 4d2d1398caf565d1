"""Rows to domain values."""

from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Row

from bot.domain.events import Event, Happened, Source
from bot.domain.links import Link, Status
from bot.domain.operations import Kind, Operation, State
from bot.domain.orders import Capture, Delivery, Line, Order, Remind
from bot.domain.stories import Card, CardState
from storage.secrets import Secrets


def order_from(row: Row[Any], lines: tuple[Line, ...], secrets: Secrets) -> Order:
    """An order from its row joined with its workspace's `team_id`."""
    return Order(
        id=row.id,
        workspace_id=row.workspace_id,
        team_id=row.team_id,
        account_id=row.account_id,
        reference=row.reference,
        currency=row.currency,
        lines=lines,
        delivery=Delivery(row.delivery),
        capture=Capture(row.capture),
        phone=_shown(row.phone, secrets),
        email=_shown(row.email, secrets),
        name=_shown(row.name, secrets),
        note=_shown(row.note, secrets),
        deadline=row.deadline,
        methods=row.methods,
        profile=row.profile,
        address=row.address,
        terms=row.terms,
        remind=Remind(row.remind),
        remind_opened=row.remind_opened,
        issuer=row.issuer,
        draft_id=row.draft_id,
        channel=row.channel,
        thread=row.thread,
        created_at=row.created_at,
    )


def card_from(row: Row[Any]) -> Card:
    """The card's part of an order's row."""
    return Card(
        order_id=row.id,
        state=CardState(row.card_state),
        channel=row.card_channel,
        ts=row.card_ts,
        posts=row.card_posts,
        version=row.card_version,
        diverted=row.diverted,
    )


def line_from(row: Row[Any]) -> Line:
    """One line."""
    return Line(
        line_id=row.line_id,
        text=row.text,
        quantity=Decimal(row.quantity),
        unit_price=row.unit_price,
        vat=row.vat,
        without_vat=bool(row.without_vat),
    )


def link_from(row: Row[Any], operation: Operation | None, secrets: Secrets) -> Link:
    """A link with its open operation."""
    return Link(
        id=row.id,
        order_id=row.order_id,
        account_id=row.account_id,
        n=row.n,
        reference=row.merchant_reference,
        status=Status(row.status),
        version=row.version,
        amount=row.amount,
        currency=row.currency,
        auto_capture=row.auto_capture,
        delivery=Delivery(row.delivery),
        on_phone=row.on_phone,
        expires_at=row.expires_at,
        created_at=row.created_at,
        session_id=row.session_id,
        url=_shown(row.url, secrets),
        transaction_id=row.transaction_id,
        replaced=row.replaced,
        remind_at=row.remind_at,
        reminded=row.reminded,
        facts=row.facts,
        operation=operation,
    )


def operation_from(row: Row[Any], prefix: str = "") -> Operation:
    """An operation; `prefix` stands before the names of its columns where the row holds more than that."""
    # By key: a row is a tuple, and `count` and `index` are not the only names it keeps for itself.
    kept = {field: row._mapping[f"{prefix}{field}"] for field in _OF_OPERATION}  # noqa: SLF001  SQLAlchemy's public name
    return Operation(**kept | {"kind": Kind(kept["kind"]), "state": State(kept["state"])})


def event_from(row: Row[Any]) -> Event:
    """An event."""
    return Event(
        id=row.id,
        link_id=row.link_id,
        seq=row.seq,
        kind=Happened(row.kind),
        source=Source(row.source),
        at=row.at,
        actor=row.actor,
        data=row.data,
        told_ts=row.told_ts,
    )


_OF_OPERATION: Final = tuple(field.name for field in fields(Operation))
"""Each has a column of its name."""


def _shown(encrypted: str | None, secrets: Secrets) -> str | None:
    return None if encrypted is None else secrets.decrypt(encrypted)
