"""Where transactions come from."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.events import Event
from bot.domain.stories import Backlog, Claimed, Due, Knocked, Story, Task, Untold
from bot.domain.waiting import Waiting
from storage.accounts import Accounts
from storage.claims import Claims
from storage.clock_changes import ClockChanges, Times
from storage.drafts import Drafts
from storage.engine import WriteQueue, for_holding, for_looks, for_single_statements
from storage.events import Events
from storage.items import Items
from storage.limits import Limits
from storage.links import Links
from storage.mails import Mails
from storage.numbering import Numberings
from storage.operations import Operations
from storage.orders import Orders
from storage.references import References
from storage.ringing import Heard, listen
from storage.schema import state_of
from storage.secrets import Secrets
from storage.tasks import Tasks
from storage.transaction import Transaction
from storage.workspaces import Workspaces


class SqlWork(Accounts, Orders, Operations, Events, Mails, Drafts, Items, Numberings, References, Tasks, Limits):
    """One transaction; leaving its block without `commit` rolls back."""


T = TypeVar("T", bound=Transaction)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SqlStore:
    """Transactions, and the claims and limits, which are transactions of their own."""

    def __init__(self, engine: AsyncEngine, secrets: Secrets, machine_now: Callable[[], datetime] = _utc_now) -> None:
        """`machine_now` is the machine's own time, aware UTC."""
        self._engine = engine
        self._reader = for_looks(engine)
        self._holder = for_holding(engine)
        self._single = for_single_statements(engine)
        self._single_look = for_single_statements(self._reader)
        self._queue = WriteQueue(engine)
        self._secrets = secrets
        self._machine_now = machine_now
        self._sender = uuid4().hex
        """Whose rings are not heard here: this process has its own bell."""

    async def listen(self, heard: Heard) -> None:
        """Call `heard` when another replica has made work, until cancelled; returns at once on SQLite."""
        await listen(self._engine, self._sender, heard)

    def __call__(self) -> AbstractAsyncContextManager[SqlWork]:
        """Open a transaction that may write."""
        return self._write(SqlWork)

    def read(self) -> AbstractAsyncContextManager[SqlWork]:
        """Open a transaction that only looks, at one moment's state."""
        return self._look(SqlWork)

    def token(self, link_id: str) -> str:
        """The link's capability token, for its callback and thanks URLs."""
        return self._secrets.token(link_id)

    async def introduce(self, *, team_id: str, account_id: str) -> str:
        """Make sure that the workspace and the account have their rows; returns the workspace's id."""
        async with self._write(Workspaces) as work:
            workspace_id = await work.introduce(team_id, account_id)
            await work.commit()
            return workspace_id

    async def knocked(self, token: str) -> Knocked | None:
        """The link of this capability token, as a knock at it finds it."""
        async with self._glance(Links) as work:
            return await work.knocked(token)

    async def knocked_session(self, session_id: str) -> Knocked | None:
        """The same for Dintero's id of its session."""
        async with self._glance(Links) as work:
            return await work.knocked_session(session_id)

    async def begin_look(self, link_id: str, at: datetime) -> Story | None:
        """The story of a link that is read from now on: every hint that came so far is answered by this look."""
        async with self._held(SqlWork) as work:
            story = await work.story_of_link(link_id)
            if story is not None:
                await work.set_looked(link_id, at)
            return story

    async def prompt(self, link_id: str, at: datetime, *, session_hint: str | None = None) -> None:
        """Let the link be looked at by `at` if nothing sooner is planned: one statement, kept when this returns."""
        async with self._queue.turn(), self._single.connect() as connection:
            work = Links(connection, self._secrets, self._machine_now, self._sender)
            await work.make_due(link_id, at, session_hint=session_hint, prompted=True)

    async def claim_operations(self, machine_now: datetime, lease: timedelta, limit: int) -> Sequence[Claimed]:
        """Hold *wanted* operations, the oldest first; the note is the kind."""
        async with self._held(Claims) as work:
            return await work.wanted_operations(machine_now, lease, limit)

    async def release_operations(self, claims: Sequence[Claimed]) -> None:
        """Give back claims that were not used: what is still *wanted* under their fences may be claimed at once."""
        async with self._held(Claims) as work:
            await work.release_operations(claims)

    async def lapsed_operations(self, machine_now: datetime) -> Sequence[Claimed]:
        """Hold *sending* operations whose lease has ended; their sender's later writes fail from now on."""
        async with self._held(Claims) as work:
            return await work.lapsed_operations(machine_now)

    async def claim_mails(self, machine_now: datetime, lease: timedelta, limit: int) -> Sequence[Claimed]:
        """Hold *wanted* mails whose time has come, the longest waiting first."""
        async with self._held(Mails) as work:
            return await work.wanted_mails(machine_now, lease, limit)

    async def release_mails(self, claims: Sequence[Claimed]) -> None:
        """Give back claims that were not used: what is still *wanted* under their fences may be claimed at once."""
        async with self._held(Mails) as work:
            await work.release_mails(claims)

    async def lapsed_mails(self, machine_now: datetime) -> Sequence[Claimed]:
        """Hold *sending* mails whose lease has ended; their sender's later writes fail from now on."""
        async with self._held(Mails) as work:
            return await work.lapsed_mails(machine_now)

    async def claim_due_links(
        self, now: datetime, machine_now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Due | Claimed]:
        """Hold links that are due, the longest waiting first; one whose row cannot be read is merely *claimed*."""
        async with self._held(Claims) as work:
            return await work.due_links(now, machine_now, lease, limit)

    async def release_links(self, claims: Sequence[Claimed], *, wake: bool = True) -> None:
        """Give back due links that were not looked at; when they are due stays as it is."""
        if claims:
            async with self._held(Claims) as work:
                await work.release_links(claims, wake=wake)

    async def claim_untold(
        self,
        now: datetime,  # noqa: ARG002  the port's; machine time decides
        machine_now: datetime,
        lease: timedelta,
        limit: int,
    ) -> Sequence[Untold]:
        """Hold orders whose card or thread lags behind, most urgent first; ids are order ids."""
        async with self._held(Claims) as work:
            return await work.untold_orders(machine_now, lease, limit)

    async def untold_events(self, order_id: str) -> Sequence[Event]:
        """The order's untold events, oldest first."""
        async with self.read() as work:
            return await work.untold_events(order_id)

    async def stumble(self, claimed: Claimed) -> int:
        """Count that telling an order broke or ended in doubt; returns how often in a row."""
        async with self._held(Claims) as work:
            return await work.stumble(claimed)

    async def put_off_orders(self, until: Mapping[Claimed, datetime]) -> None:
        """Let go of orders that were not told, each until then or until something new happens to it."""
        if until:
            async with self._held(Claims) as work:
                await work.put_off_orders(until)

    async def release_order(self, claimed: Claimed, *, retry_at: datetime | None = None) -> None:
        """Let go of an order; does nothing when another holds it by now."""
        async with self._held(Claims) as work:
            await work.release_order(claimed, retry_at)

    async def claim_task(self, name: str, now: datetime, machine_now: datetime, lease: timedelta) -> Task | None:
        """Hold a sweep's row if it is due and free; its first claim makes the row."""
        async with self._held(Tasks) as work:
            return await work.claim_task(name, now, machine_now, lease)

    async def take_turn(
        self, lane: str, machine_now: datetime, *, per_minute: int, reserve: int = 0, apart: float = 0.0
    ) -> float:
        """Take one slot of a lane; the seconds to wait instead when none is free."""
        async with self._held(Limits) as work:
            return await work.take_turn(lane, machine_now, per_minute=per_minute, reserve=reserve, apart=apart)

    async def block_lane(self, lane: str, until: datetime) -> None:
        """Nobody uses the lane before `until` (machine time)."""
        async with self._held(Limits) as work:
            await work.block_lane(lane, until)

    async def spend(self, account_id: str, machine_now: datetime, *, rate: int, share: float, calls: int = 1) -> int:
        """Take calls from the account's budget of `rate` a second, up to `share` of it; how many there were left."""
        async with self._held(Limits) as work:
            return await work.spend(account_id, machine_now, room=int(rate * share), calls=calls)

    async def note_time(self, now: datetime, machine_now: datetime) -> timedelta | None:
        """Keep the time, and correct what a clock that was ahead has stored; by how much it was put back, else None."""
        async with self._write(ClockChanges) as work:
            back = await work.note_time(Times(business=now, machine=machine_now))
            await work.commit()
            return back

    async def schema(self) -> str:
        """Where the database stands: current, old, newer or empty."""
        return await state_of(self._engine)

    async def waiting(self, now: datetime, machine_now: datetime) -> frozenset[Waiting]:
        """What could be claimed now, in one look."""
        async with self._glance(Claims) as work:
            return await work.waiting(now, machine_now)

    async def backlog(self, now: datetime, machine_now: datetime) -> Backlog:
        """What waits, and for how long."""
        async with self._look(Claims) as work:
            return await work.backlog(now, machine_now)

    @asynccontextmanager
    async def _look(self, kind: type[T]) -> AsyncIterator[T]:
        async with self._reader.connect() as connection:
            yield kind(connection, self._secrets, self._machine_now, self._sender)

    @asynccontextmanager
    async def _glance(self, kind: type[T]) -> AsyncIterator[T]:
        """For one statement that only looks: a second one may see another state."""
        async with self._single_look.connect() as connection:
            yield kind(connection, self._secrets, self._machine_now, self._sender)

    @asynccontextmanager
    async def _write(self, kind: type[T]) -> AsyncIterator[T]:
        async with self._queue.turn(), self._engine.connect() as connection:
            yield kind(connection, self._secrets, self._machine_now, self._sender)

    @asynccontextmanager
    async def _held(self, kind: type[T]) -> AsyncIterator[T]:
        """A whole transaction that holds something: committed when the block ends well."""
        async with self._queue.turn(), self._holder.connect() as connection:
            work = kind(connection, self._secrets, self._machine_now, self._sender)
            yield work
            await work.commit()
