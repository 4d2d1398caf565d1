"""Which references are free, and which open links look like the one that is about to be made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    union,
)

from bot.domain.doubts import MOST_TWINS, STILL_OPEN, Twin
from bot.domain.links import Status
from bot.domain.orders import Order
from bot.domain.stories import CardState
from storage.links import OF_ANY_ACCOUNT
from storage.tables import links, orders
from storage.transaction import Transaction


def _padded(number: ColumnElement[str]) -> ColumnElement[str]:
    """Filled up with zeros in front; one that is longer stays whole."""
    digits = bindparam("digits", type_=Integer)
    filled = func.substr(bindparam("zeros", type_=String) + number, func.length(number) + 1, digits)
    return case((func.length(number) >= digits, number), else_=filled)


def _free() -> Select[tuple[int]]:
    """The smallest number for which no link has the reference; counted up one by one, in the database."""
    numbers = select(bindparam("at_least", type_=Integer).label("n")).cte("numbers", recursive=True)
    number = _padded(cast(numbers.c.n, String))
    name = bindparam("before", type_=String) + number + bindparam("after", type_=String)
    taken = select(links.c.id).where(
        links.c.account_id == bindparam("account_id"), links.c.merchant_reference == name
    )  # fmt: skip
    numbers = numbers.union_all(select(numbers.c.n + 1).where(taken.exists()))
    return select(func.max(numbers.c.n))


_FREE: Final = _free()
_OF_ORDERS: Final = select(links.c.id).join(orders, orders.c.id == links.c.order_id)


class References(Transaction):
    """The part of the unit of work that looks for references and for links like another."""

    async def free_number(
        self, account_id: str, before: str, after: str = "", *, at_least: int, digits: int = 0
    ) -> int:
        """The smallest number from `at_least` on for which no link has the reference before-number-after.

        `digits` is to how many the number is filled up with zeros. One query, however many are taken.
        """
        name = {"before": before, "after": after, "zeros": "0" * digits, "digits": digits}
        found: int = (await self._run(_FREE, {"account_id": account_id, "at_least": at_least, **name})).scalar_one()
        return found

    async def twins(
        self, order: Order, *, typed: bool, since: datetime | None, told: Sequence[str] = ()
    ) -> Sequence[Twin]:
        """The newest open links of the workspace with the order's reference, or its phone and amount since then.

        A reference that nobody typed is compared with none, and without `since` no phone is. Those of `told`, the ids
        of links that a person was shown as open, are also found once they are paid.
        """
        alike = list(self._same_reference(order)) if typed else []
        if since is not None and order.phone is not None:
            alike.append(self._same_purchase(order, order.phone, since))
        if not alike:
            return []
        paid_since = and_(links.c.id.in_(told), links.c.status == Status.CAPTURED)
        counts = or_(links.c.status.in_(STILL_OPEN), paid_since)
        found = await self._run(
            select(
                links.c.id, links.c.merchant_reference, links.c.status, links.c.created_at, orders.c.reference,
                orders.c.issuer, orders.c.card_channel, orders.c.card_ts, orders.c.card_state, orders.c.thread,
                orders.c.diverted, orders.c.channel,
            )
            .join(orders, orders.c.id == links.c.order_id)
            # One search for each way to be alike, by its own index: with OR all orders would be read. Those of a
            # workspace are nearly all, so the workspace must not be searched by; `|| ''` keeps its index out.
            .where(links.c.id.in_(union(*alike)), orders.c.workspace_id.concat("") == order.workspace_id, counts)
            .order_by(links.c.created_at.desc(), links.c.n.desc())
            .limit(MOST_TWINS)
        )  # fmt: skip
        return [_twin(row, order.reference) for row in found]

    def _same_purchase(self, order: Order, phone: str, since: datetime) -> Select[tuple[str]]:
        return _OF_ORDERS.where(
            orders.c.phone_hash == self._secrets.phone_hash(phone),
            orders.c.created_at >= since,
            links.c.amount == order.amount,
            links.c.currency == order.currency,
        )

    @staticmethod
    def _same_reference(order: Order) -> tuple[Select[tuple[str]], Select[tuple[str]]]:
        of_links = select(links.c.id).where(OF_ANY_ACCOUNT, links.c.merchant_reference == order.reference)
        return of_links, _OF_ORDERS.where(orders.c.reference == order.reference)


def _twin(row: Row[Any], reference: str) -> Twin:
    posted = row.card_state in {CardState.POSTED, CardState.FROZEN} and not row.diverted
    return Twin(
        link_id=row.id,
        reference=row.merchant_reference,
        status=Status(row.status),
        issuer=row.issuer,
        created_at=row.created_at,
        same_reference=reference in {row.merchant_reference, row.reference},
        channel=row.card_channel,
        ts=row.card_ts if posted else None,
        thread=row.thread,
        issued_in=row.channel,
    )
