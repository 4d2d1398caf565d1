"""Links: guarded writes, what is due, and who asks for them."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Integer, Row, Select, and_, bindparam, case, insert, or_, select, text, update

from bot.domain.events import Urgency
from bot.domain.links import Link
from bot.domain.operations import Operation
from bot.domain.stories import Claimed, Knocked
from bot.domain.waiting import Waiting
from storage.columns import Utc
from storage.rows import link_from, operation_from
from storage.secrets import token_hash
from storage.tables import IS_OPEN, accounts, links, operations, orders
from storage.transaction import NOW, Transaction

_OPERATION: Final = "operation_"
WITH_OPERATIONS: Final = select(
    links, *(column.label(f"{_OPERATION}{column.name}") for column in operations.c)
).outerjoin_from(links, operations, and_(operations.c.link_id == links.c.id, text(f"operation.{IS_OPEN}")))
"""Links, each with its open operation: there is at most one. Conditions are added."""

OF_ANY_ACCOUNT: Final = links.c.account_id.in_(select(accounts.c.id))
"""True of every link. The index of merchant references begins with the account: without it all links are read."""

_PLANNED: Final = bindparam("planned", type_=Utc)
_DUE: Final = case((or_(_PLANNED.is_(None), links.c.hint_at < _PLANNED), links.c.hint_at), else_=_PLANNED)
"""The next look as planned, or sooner for a hint that came after the last look began.

Whether there is such a hint is a fact of its own and not a comparison of times: under a clock that stands still a
comparison would either lose it or never be done with it.
"""

_THIS: Final = links.c.id == bindparam("link_id")
_CHANGE: Final = update(links).where(_THIS)
_SAVE: Final = _CHANGE.where(links.c.version == bindparam("expected")).values(due_at=_DUE)
_BY: Final = bindparam("by", type_=Utc)
_HINT: Final = _CHANGE.values(
    {each: case((each < _BY, each), else_=_BY) for each in (links.c.due_at, links.c.hint_at)},
)
_PROMPT: Final = _HINT.values(prompted_at=_BY)
_CHANGE_UNHINTED: Final = _CHANGE.where(links.c.hint_at.is_(None))
_CHANGE_HELD: Final = _CHANGE.where(links.c.fence == bindparam("held"), links.c.lease_until.is_not(None))
"""Does nothing when the claim with this fence holds the link no longer."""
_POSTPONE: Final = _CHANGE.values(due_at=_DUE)
_POSTPONE_HELD: Final = _CHANGE_HELD.values(due_at=_DUE)
_ADD: Final = insert(links).values(
    account_id=select(orders.c.account_id).where(orders.c.id == bindparam("its_order")).scalar_subquery()
)
_TAKEN: Final = select(links.c.id).where(
    links.c.account_id == bindparam("account_id"), links.c.merchant_reference == bindparam("reference")
)
_SESSION_HINT: Final = select(links.c.session_hint).where(_THIS)
_ASKED: Final = select(links.c.asked_at).where(_THIS)
_KNOCKED: Final = select(
    links.c.id,
    links.c.account_id,
    links.c.prompted_at,
    links.c.due_at,
    links.c.hint_at,
    links.c.session_hint,
    links.c.session_id,
)
_KNOCKED_TOKEN: Final = _KNOCKED.where(links.c.token_hash == bindparam("hashed"))
_KNOCKED_SESSION: Final = _KNOCKED.where(links.c.session_id == bindparam("named"))
_ONE: Final = WITH_OPERATIONS.where(_THIS)
_REMIND: Final = (
    select(links.c.id)
    .where(links.c.remind_at <= NOW)
    .order_by(links.c.remind_at, links.c.id)
    .limit(bindparam("limit", type_=Integer))
)


class Links(Transaction):
    """The part of the unit of work that keeps links."""

    async def add_link(self, link: Link, *, due_at: datetime | None) -> None:
        """Keep a new link, its token's hash with it, and raise the order's version.

        Raises:
            IntegrityError: (SQLAlchemy's) when the account has the merchant reference already.

        """
        await self._lock(link.order_id)
        kept = {
            "id": link.id,
            "order_id": link.order_id,
            "n": link.n,
            "merchant_reference": link.reference,
            "token_hash": token_hash(self._secrets.token(link.id)),
            "amount": link.amount,
            "currency": link.currency,
            "auto_capture": link.auto_capture,
            "delivery": link.delivery,
            "on_phone": link.on_phone,
            "replaced": link.replaced,
            "created_at": link.created_at,
            "version": link.version,
            "due_at": due_at,
            "fence": 0,
        }
        self._orders[link.id] = link.order_id
        await self._run(_ADD, {"its_order": link.order_id, **kept, **self._state_of(link)})
        self._stir(link.order_id, Urgency.MONEY)

    async def reference_taken(self, account_id: str, reference: str) -> bool:
        """Whether one of our links already has this merchant reference."""
        return await self._first(_TAKEN, {"account_id": account_id, "reference": reference}) is not None

    async def link(self, link_id: str) -> Link | None:
        """The link with its facts and its open operation."""
        found = await self._links(_ONE, {"link_id": link_id})
        return found[0] if found else None

    async def held_link(self, link_id: str) -> Link | None:
        """The same, held: until this transaction ends, no other changes anything of its order.

        The order's row is locked before the link's, as everywhere: the other way round, two transactions on
        PostgreSQL wait for each other.
        """
        await self._order_of(link_id)
        return await self.link(link_id)

    async def link_by_token(self, token: str) -> Link | None:
        """The link whose capability token this is; looked up by its SHA-256."""
        found = await self._links(WITH_OPERATIONS.where(links.c.token_hash == token_hash(token)))
        return found[0] if found else None

    async def knocked(self, token: str) -> Knocked | None:
        """The link of this capability token, as a knock at it finds it."""
        return _knocked(await self._first(_KNOCKED_TOKEN, {"hashed": token_hash(token)}))

    async def knocked_session(self, session_id: str) -> Knocked | None:
        """The same for Dintero's id of its session."""
        return _knocked(await self._first(_KNOCKED_SESSION, {"named": session_id}))

    async def links_by_session(self, session_ids: Sequence[str]) -> Mapping[str, Link]:
        """Ours among these session ids."""
        if not session_ids:
            return {}
        found = await self._readable(WITH_OPERATIONS.where(links.c.session_id.in_(session_ids)))
        return {link.session_id: link for link in found if link.session_id is not None}

    async def links_by_reference(self, account_id: str, references: Sequence[str]) -> Mapping[str, Link]:
        """Ours among these merchant references of the account."""
        if not references:
            return {}
        these = WITH_OPERATIONS.where(links.c.account_id == account_id, links.c.merchant_reference.in_(references))
        found = await self._readable(these)
        return {link.reference: link for link in found}

    async def save_link(self, link: Link, *, expected_version: int, due_at: datetime | None, visible: bool) -> bool:
        """Write status, facts, session, url, transaction, deadline and `due_at`; end the lease of a due link.

        False, with nothing written, when the version is no longer `expected_version`. Every save raises the link's
        version by one, so that none overwrites another's; a visible one raises its order's as well.
        """
        order_id = await self._order_of(link.id)
        its = {"link_id": link.id, "expected": expected_version, "planned": due_at}
        new = {"version": expected_version + 1, "lease_until": None, **self._state_of(link)}
        saved = await self._changed(_SAVE, its | new)
        if saved and visible and order_id is not None:
            self._stir(order_id, link_changed=True)
        return saved

    async def postpone(self, link_id: str, due_at: datetime | None) -> None:
        """End the lease of a due link without a change; an unseen hint keeps it due as in `save_link`."""
        await self._run(_POSTPONE, {"link_id": link_id, "planned": due_at, "lease_until": None})

    async def leave(self, until: Mapping[Claimed, datetime | None]) -> None:
        """Postpone many links, each held by its claim.

        Nothing happens to one whose lease has ended: whoever saved it since, or holds it now, knows better when it
        is due.
        """
        await self._run(_POSTPONE_HELD, _each(until, "planned"))

    async def put_off(self, until: Mapping[Claimed, datetime]) -> None:
        """End the leases of one's own due links that cannot be looked at now; they wait until then, hinted or not."""
        await self._run(_CHANGE_HELD, _each(until, "due_at"))

    async def mark_replaced(self, link_id: str) -> None:
        """A newer link of the same order exists now.

        Raises the version, so that a look under way settles again and sees that money here is late.
        """
        order_id = await self._order_of(link_id)
        if order_id is not None:
            changed = {"replaced": True, "version": links.c.version + 1}
            await self._run(update(links).where(links.c.id == link_id).values(**changed))
            self._stir(order_id, link_changed=True)

    async def make_due(
        self, link_id: str, at: datetime, *, session_hint: str | None = None, prompted: bool = False
    ) -> None:
        """A hint came: let the link be looked at by `at` if nothing sooner is planned.

        `prompted`: from outside, where it may be repeated.
        """
        hint = {"link_id": link_id, "by": at} | ({} if session_hint is None else {"session_hint": session_hint})
        await self._run(self._ringing(_PROMPT if prompted else _HINT, Waiting.LINKS), hint)

    async def session_hint(self, link_id: str) -> str | None:
        """The session id that a callback or a list named, other than the link's own."""
        row = await self._first(_SESSION_HINT, {"link_id": link_id})
        return row.session_hint if row else None

    async def set_looked(self, link_id: str, at: datetime) -> None:
        """It is being read now: every hint that came so far is answered by this look.

        Should the look never end, `due_at` still stands where the hint moved it.
        """
        await self._run(_CHANGE, {"link_id": link_id, "looked_at": at, "hint_at": None})

    async def look_unhinted(self, link_id: str, at: datetime) -> bool:
        """It is looked at without being read; False, with nothing written, when a hint came that asks for more."""
        return await self._changed(_CHANGE_UNHINTED, {"link_id": link_id, "looked_at": at})

    async def asked_up_to(self, link_id: str) -> datetime | None:
        """Up to when the questions that time makes askable have been asked."""
        row = await self._first(_ASKED, {"link_id": link_id})
        return row.asked_at if row else None

    async def set_asked(self, link_id: str, at: datetime) -> None:
        """All questions that were askable at `at` have been asked."""
        await self._run(_CHANGE, {"link_id": link_id, "asked_at": at})

    async def links_to_remind(self, now: datetime, limit: int) -> Sequence[str]:
        """Links whose reminder is due, the longest waiting first; they are not held."""
        return (await self._run(_REMIND, {"now": now, "limit": limit})).scalars().all()

    async def put_off_reminder(self, link_id: str, until: datetime) -> None:
        """Leave a link alone until then whose story cannot be read."""
        await self._run(_CHANGE, {"link_id": link_id, "remind_at": until})

    async def _readable(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> list[Link]:
        """The links of `query` whose rows can be read: one that cannot must not stop the rest."""
        try:
            return await self._links(query, values)
        except ValueError:
            ids = (await self._run(query.with_only_columns(links.c.id), values)).scalars().all()
        found: list[Link] = []
        for each in ids:
            with suppress(ValueError):
                found += await self._links(_ONE, {"link_id": each})
        return found

    async def _links(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> list[Link]:
        """Links from a query that began as `WITH_OPERATIONS`."""
        return self._linked((await self._run(query, values)).all())

    def _linked(self, rows: Sequence[Row[Any]]) -> list[Link]:
        """The links of such a query's rows."""
        return [link_from(row, _operation(row), self._secrets) for row in rows]

    def _state_of(self, link: Link) -> dict[str, Any]:
        """The columns that change while a link lives."""
        return {
            "status": link.status,
            "facts": link.facts,
            "session_id": link.session_id,
            "url": None if link.url is None else self._secrets.encrypt(link.url),
            "transaction_id": link.transaction_id,
            "expires_at": link.expires_at,
            "remind_at": link.remind_at,
            "reminded": link.reminded,
        }


def _each(until: Mapping[Claimed, datetime | None], name: str) -> list[dict[str, Any]]:
    """A row of parameters for each claim; in the order of the links, so that rivals do not lock them crosswise."""
    ordered = sorted(until.items(), key=lambda each: each[0].id)
    return [{"link_id": one.id, "held": one.fence, name: at, "lease_until": None} for one, at in ordered]


def _knocked(row: Row[Any] | None) -> Knocked | None:
    if row is None:
        return None
    return Knocked(
        id=row.id,
        account_id=row.account_id,
        prompted_at=row.prompted_at,
        due_at=row.due_at,
        hinted=row.hint_at is not None,
        session_hint=row.session_hint,
        session_id=row.session_id,
    )


def _operation(row: Row[Any]) -> Operation | None:
    return None if row.operation_id is None else operation_from(row, _OPERATION)
