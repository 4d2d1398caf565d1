"""One transaction: running statements, locking an order's rows, and noting that Slack lags behind an order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    Executable,
    Insert,
    Integer,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Unreadable
from bot.domain.events import Urgency
from bot.domain.stories import CardState, Claimed
from bot.domain.waiting import Waiting
from storage.columns import Utc
from storage.ringing import ring
from storage.secrets import KeyGone, Secrets
from storage.tables import events, links, orders

Values = Mapping[str, Any]
"""What a statement's parameters stand for; of an update's also columns and what they become."""

NOW: Final = bindparam("now", type_=Utc)
MACHINE_NOW: Final = bindparam("machine_now", type_=Utc)

# Built once: these run at every step, and building one takes longer than running it.
_ORDER: Final = select(orders).where(orders.c.id == bindparam("order_id"))
CHANGE_ORDER: Final = update(orders).where(orders.c.id == bindparam("order_id"))
_LOCKED: Final = select(orders.c.id).where(orders.c.id == bindparam("order_id")).with_for_update()
ORDER_OF: Final = select(links.c.order_id).where(links.c.id == bindparam("link_id")).scalar_subquery()
_LOCKED_OF: Final = select(orders.c.id).where(orders.c.id == ORDER_OF).with_for_update()
_UNTOLD: Final = select(func.min(events.c.urgency)).where(
    events.c.link_id.in_(select(links.c.id).where(links.c.order_id == bindparam("order_id"))),
    events.c.told_ts.is_(None),
)
_TELLING: Final = _ORDER.add_columns(_UNTOLD.scalar_subquery().label("line"))


def _stirring(tell_after: Any) -> Update:
    least: Any = bindparam("least")
    return CHANGE_ORDER.values(
        version=orders.c.version + bindparam("raised", type_=Integer),
        stirred=orders.c.stirred + 1,
        untold_since=func.coalesce(orders.c.untold_since, bindparam("now", type_=Utc)),
        urgency=case((orders.c.urgency < least, orders.c.urgency), else_=least),
        tell_after=tell_after,
    )


_STIR: Final = _stirring(case((orders.c.tell_fence == 0, orders.c.tell_after), else_=null()))
_STIR_AT_ONCE: Final = _stirring(null())


class _Lag(NamedTuple):
    """What a transaction has changed of an order."""

    raised: int = 0
    """How often a change could be seen."""
    least: Urgency | None = None
    """The smallest urgency among them."""
    link_changed: bool = False


class Hold(NamedTuple):
    """How free rows are taken: what finds them, and what holds those that were found.

    Rivals skip each other's rows on PostgreSQL; on SQLite there is only one writer at a time.
    """

    find: Select[Any]
    take: Update

    @classmethod
    def of(cls, found: Select[Any], *, lease: Column[Any], fence: Column[Any], **held: Any) -> Self:
        """Of the rows of `found`; `lease` and `fence` are the columns that say who holds one, `held` what changes."""
        table = lease.table
        taken = {lease.name: bindparam("until", type_=Utc), fence.name: fence + 1, **held}
        these = table.c.id.in_(bindparam("found", expanding=True))
        return cls(found.with_for_update(skip_locked=True), update(table).where(these).values(**taken))


class Transaction:
    """What every part of the unit of work stands on."""

    def __init__(
        self, connection: AsyncConnection, secrets: Secrets, machine_now: Callable[[], datetime], sender: str
    ) -> None:
        self._connection = connection
        self._sender = sender
        self._secrets = secrets
        self._machine_now = machine_now
        self._orders: dict[str, str] = {}
        """The orders of links that were asked for: a link never moves to another."""
        self._locked: set[str] = set()
        self._lagging: dict[str, _Lag] = {}
        self._over = False

    async def commit(self) -> None:
        """Make it so. Nothing more can be done with this unit of work."""
        await self._note_lags()
        self._over = True
        await self._connection.commit()

    async def _run(self, statement: Executable, values: Values | Sequence[Values] | None = None) -> CursorResult[Any]:
        if self._over:
            # It would begin another transaction, and leaving the block would roll that back without a word.
            raise RuntimeError("this unit of work is committed; open another")
        return await self._connection.execute(statement, values)

    async def _first(self, statement: Executable, values: Values | None = None) -> Row[Any] | None:
        return (await self._run(statement, values)).first()

    async def _changed(self, statement: Executable, values: Values | None = None) -> bool:
        """Whether the statement touched a row."""
        return (await self._run(statement, values)).rowcount > 0

    def _ringing(self, statement: Insert | Update, waiting: Waiting) -> Executable:
        """`statement`, which tells the other replicas of work when it writes a row and the transaction is committed."""
        if self._connection.dialect.name != "postgresql":
            return statement
        return statement.returning(ring(waiting, self._sender))

    async def _hold(self, hold: Hold, until: datetime, values: Values) -> Sequence[Row[Any]]:
        """Take rows under a lease `until` then, and give them as they were before."""
        rows = (await self._run(hold.find, values)).all()
        if rows:
            await self._run(hold.take, {"found": [row.id for row in rows], "until": until})
        return rows

    async def _give_back(
        self, table: Table, claims: Sequence[Claimed], waiting: Waiting | None, *conditions: ColumnElement[bool]
    ) -> None:
        """End the leases of claims whose fences still hold, and let the others know if it is `waiting` for them."""
        if claims:
            held = tuple_(table.c.id, table.c.fence).in_([(one.id, one.fence) for one in claims])
            freed = update(table).where(held, *conditions).values(lease_until=None)
            await self._run(freed if waiting is None else self._ringing(freed, waiting))

    def _unless_there(self, table: Table) -> Insert:
        """An insert that does nothing when any unique key is taken, and leaves the transaction usable."""
        return _inserting(self._connection.dialect.name, table)

    async def _order_of(self, link_id: str) -> str | None:
        """The link's order, locked: whoever changes anything of an order takes its row first.

        On PostgreSQL two transactions that change a link and an operation in opposite order would otherwise wait
        for each other. On SQLite the whole file is ours already.
        """
        if link_id not in self._orders:
            found: str | None = (await self._run(_LOCKED_OF, {"link_id": link_id})).scalar()
            if found is None:
                return None
            self._orders[link_id] = found
            self._locked.add(found)
        await self._lock(self._orders[link_id])
        return self._orders[link_id]

    async def _lock(self, order_id: str) -> None:
        if order_id not in self._locked and self._connection.dialect.name == "postgresql":
            await self._run(_LOCKED, {"order_id": order_id})
        self._locked.add(order_id)

    def _stir(
        self, order_id: str, urgency: Urgency | None = None, *, visible: bool = True, link_changed: bool = False
    ) -> None:
        """Note that Slack lags behind from now on. `visible` changes raise the order's version.

        A change without an urgency is as urgent as the events that come with it, and a problem where none does.

        An order that nobody has claimed yet keeps its first three seconds until its link changes: its create is
        under way, and the steps of that are not worth a post. Whoever changes an order changes several of its rows:
        all that is written once, when it is read again or committed.
        """
        lag = self._lagging.get(order_id, _Lag())
        self._lagging[order_id] = _Lag(
            raised=lag.raised + int(visible),
            least=min(filter(None, (lag.least, urgency)), default=None),
            link_changed=lag.link_changed or link_changed,
        )

    async def _note_lags(self) -> None:
        while self._lagging:
            order_id, lag = self._lagging.popitem()
            stir = self._ringing(_STIR_AT_ONCE if lag.link_changed else _STIR, Waiting.ORDERS)
            this = {"order_id": order_id, "raised": lag.raised, "least": lag.least or Urgency.PROBLEM}
            await self._run(stir, this | {"now": self._machine_now()})

    async def _telling(self, order_id: str) -> Row[Any] | None:
        """The order's row, locked, and `line`: how urgent its most urgent untold event is."""
        # The lock comes first, in a statement of its own: what a rival committed while we waited is seen below.
        await self._lock(order_id)
        return await self._first(_TELLING, {"order_id": order_id})

    async def _settle_telling(self, told: Row[Any], *, posted: bool = False, **card: Any) -> None:
        """Note what became of the order's card, and whether Slack lags behind by now, and how urgently.

        `told` is as `_telling` found it in this transaction, `card` the columns that change. A post that was
        answered ends doubts.
        """
        state, version = card.get("card_state", told.card_state), card.get("card_version", told.card_version)
        behind = version < told.version or state in {CardState.NONE, CardState.POSTING}
        # Without a card there is no thread to tell a line in.
        line = None if state == CardState.NOWHERE and told.line != Urgency.MONEY else told.line
        telling: dict[str, Any] = {"untold_since": None, "urgency": None, "tell_after": None}
        if behind or line is not None:
            urgency = (told.urgency or Urgency.MONEY) if behind else Urgency.PROGRESS
            telling = {
                "untold_since": told.untold_since or self._machine_now(),
                "urgency": min(urgency, line or Urgency.PROGRESS),
                "tell_after": told.tell_after,
            }
        if posted:
            telling["stumbles"] = 0
        await self._run(CHANGE_ORDER, {"order_id": told.id, **card, **telling})


@cache
def _inserting(dialect: str, table: Table) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


@contextmanager
def naming(row: str, row_id: str) -> Iterator[None]:
    """Read something that may not be readable any more: the error names the row, and nothing that stands in it.

    What a parser says of wrong input holds the input, and ends in the log.
    """
    try:
        yield
    except ValueError as error:
        why = str(error) if isinstance(error, KeyGone) else type(error).__name__
        raise Unreadable(f"{row} {row_id}: {why}") from None


def free(lease: Any, machine_now: Any) -> Any:
    """The condition that nobody holds the row."""
    return or_(lease.is_(None), lease < machine_now)
