"""Orders, their stories and their cards."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, insert, select, update

from bot.domain.errors import DraftUsed
from bot.domain.events import Urgency
from bot.domain.orders import Line, Order
from bot.domain.stories import Card, CardState, Story
from storage.events import HAPPENED
from storage.links import WITH_OPERATIONS, Links
from storage.rows import card_from, event_from, line_from, order_from
from storage.tables import events, lines, links, orders, workspaces
from storage.timing import NEW_ORDER_REST
from storage.transaction import CHANGE_ORDER, ORDER_OF, naming

# Built once: a story is read at every step, and building its statements would take half as long as reading it.
_ORDER: Final = (
    select(orders, workspaces.c.team_id)
    .join(workspaces, workspaces.c.id == orders.c.workspace_id)
    .where(orders.c.id == bindparam("order_id"))
)
_LINES: Final = select(lines).where(lines.c.order_id == bindparam("order_id")).order_by(lines.c.position)
_CHAIN: Final = WITH_OPERATIONS.where(links.c.order_id == bindparam("order_id")).order_by(links.c.n)
_CHAIN_OF: Final = WITH_OPERATIONS.where(links.c.order_id == ORDER_OF).order_by(links.c.n)
_LAST: Final = (
    select(events)
    .join(links, links.c.id == events.c.link_id)
    .where(links.c.order_id == bindparam("order_id"))
    .order_by(HAPPENED.desc(), links.c.n.desc(), events.c.seq.desc())
    .limit(1)
)


class Orders(Links):
    """The part of the unit of work that keeps orders."""

    async def add_order(self, order: Order) -> None:
        """Keep a new order with its lines; Slack hears of it three seconds later, or when its link changes.

        Raises:
            DraftUsed: its draft made an order before. The transaction is still usable.

        """
        now = self._machine_now()
        kept = {
            "id": order.id,
            "workspace_id": order.workspace_id,
            "account_id": order.account_id,
            "issuer": order.issuer,
            "draft_id": order.draft_id,
            "channel": order.channel,
            "thread": order.thread,
            "created_at": order.created_at,
            "version": 1,
            "card_state": CardState.NONE,
            "card_channel": order.channel,
            "card_version": 0,
            "card_posts": 0,
            "diverted": False,
            "untold_since": now,
            "urgency": Urgency.MONEY,
            "tell_after": now + NEW_ORDER_REST,
            "tell_fence": 0,
            "stirred": 0,
            "tell_seen": 0,
            "stumbles": 0,
        }
        added = await self._run(self._unless_there(orders).returning(orders.c.id), kept | self._agreed(order))
        if added.first() is None:
            raise await self._used(order.draft_id)
        await self._add_lines(order, since=1)

    async def change_order(self, order: Order, *, since: int) -> None:
        """Write all that is agreed by now; its lines hold from the chain's link number `since` on."""
        await self._lock(order.id)
        sold = await self._sold(order.id)
        await self._run(CHANGE_ORDER, {"order_id": order.id, **self._agreed(order)})
        if order.lines != sold[max(sold)]:
            await self._add_lines(order, since=since)

    async def _add_lines(self, order: Order, *, since: int) -> None:
        rows = [
            {
                "order_id": order.id,
                "since": since,
                "position": position,
                "line_id": line.line_id,
                "text": line.text,
                "quantity": str(line.quantity),
                "unit_price": line.unit_price,
                "vat": line.vat,
                "without_vat": line.without_vat,
            }
            for position, line in enumerate(order.lines)
        ]
        if rows:
            await self._run(insert(lines), rows)

    async def _sold(self, order_id: str) -> dict[int, tuple[Line, ...]]:
        """The order's lines by the number of the first link that was made with them."""
        rows = await self._run(_LINES, {"order_id": order_id})
        sold: dict[int, tuple[Line, ...]] = {}
        for row in rows:
            sold[row.since] = (*sold.get(row.since, ()), line_from(row))
        return sold or {1: ()}

    def _agreed(self, order: Order) -> dict[str, Any]:
        """The columns that a form fills."""
        phone = order.phone
        return {
            "reference": order.reference,
            "currency": order.currency,
            "delivery": order.delivery,
            "capture": order.capture,
            "phone": self._hidden(phone),
            "phone_hash": None if phone is None else self._secrets.phone_hash(phone),
            "phone_last3": None if phone is None else phone[-3:],
            "email": self._hidden(order.email),
            "name": self._hidden(order.name),
            "note": self._hidden(order.note),
            "deadline": order.deadline,
            "methods": order.methods,
            "profile": order.profile,
            "address": order.address,
            "terms": order.terms,
            "remind": order.remind,
            "remind_opened": order.remind_opened,
        }

    def _hidden(self, text: str | None) -> str | None:
        return None if text is None else self._secrets.encrypt(text)

    async def story(self, order_id: str) -> Story | None:
        """The order, its chain, its card: four queries, however long the chain is.

        Raises:
            Unreadable: when a row of it cannot be read.

        """
        return await self._story(order_id, (await self._run(_CHAIN, {"order_id": order_id})).all())

    async def story_of_link(self, link_id: str) -> Story | None:
        """The story that the link belongs to.

        Raises:
            Unreadable: when a row of it cannot be read.

        """
        chain = (await self._run(_CHAIN_OF, {"link_id": link_id})).all()
        return await self._story(chain[0].order_id, chain) if chain else None

    async def _story(self, order_id: str, chain: Sequence[Row[Any]]) -> Story | None:
        this = {"order_id": order_id}
        await self._note_lags()
        with naming("order", order_id):
            row = await self._first(_ORDER, this)
            if row is None:
                return None
            sold = await self._sold(order_id)
            last = await self._first(_LAST, this)
            return Story(
                order=order_from(row, sold[max(sold)], self._secrets),
                links=tuple(self._linked(chain)),
                card=card_from(row),
                version=row.version,
                last_event=event_from(last) if last else None,
                sold=sold,
            )

    async def held_story(self, link_id: str) -> Story | None:
        """The same, held: until this transaction ends, nobody else changes anything of the order.

        Raises:
            Unreadable: when a row of it cannot be read.

        """
        order_id = await self._order_of(link_id)
        return None if order_id is None else await self.story(order_id)

    async def last_lines(self, workspace_id: str, issuer: str) -> tuple[str, tuple[Line, ...]] | None:
        """Currency and lines of the order that a person issued last in a workspace; None when there is none."""
        newest = (
            select(orders.c.id, orders.c.currency)
            .where(orders.c.workspace_id == workspace_id, orders.c.issuer == issuer)
            .order_by(orders.c.created_at.desc())
            .limit(1)
            .subquery()
        )
        joined = select(lines, newest.c.currency).join(newest, newest.c.id == lines.c.order_id)
        rows = (await self._run(joined.order_by(lines.c.since.desc(), lines.c.position))).all()
        rows = [row for row in rows if row.since == rows[0].since]
        return (rows[0].currency, tuple(line_from(row) for row in rows)) if rows else None

    async def redraw(self, order_id: str) -> None:
        """Raise the order's version: its card should be drawn again although nothing changed.

        Somebody asked, so a card that stood nowhere is tried again, where it belongs.
        """
        await self._lock(order_id)
        nowhere = (orders.c.id == order_id, orders.c.card_state == CardState.NOWHERE)
        anew = {"card_state": CardState.NONE, "card_channel": orders.c.channel, "diverted": False}
        await self._run(update(orders).where(*nowhere).values(**anew))
        self._stir(order_id, Urgency.MONEY, link_changed=True)

    async def leave_thread(self, order_id: str) -> None:
        """The thread that the order began in is gone: its card stands in the channel from now on."""
        await self._lock(order_id)
        await self._run(CHANGE_ORDER, {"order_id": order_id, "thread": None})

    async def begin_card_post(self, order_id: str, channel: str, *, diverted: bool) -> None:
        """Commit *posting* before the call, and count it.

        A post to another channel straight from *posting* is not counted: the first channel refused, so no card of
        that attempt can stand anywhere.
        """
        told = await self._telling(order_id)
        if told is None:
            return
        refused_elsewhere = told.card_state == CardState.POSTING and told.card_channel != channel
        await self._settle_telling(
            told,
            card_state=CardState.POSTING,
            card_channel=channel,
            card_posts=told.card_posts + int(not refused_elsewhere),
            diverted=diverted,
        )

    async def set_card(self, order_id: str, *, state: CardState, channel: str, ts: str | None, version: int) -> None:
        """What became of the card; `version` is the order's version it was drawn from.

        From *posting* to *none* or *nowhere* means that Slack refused, so that post does not count. An order whose
        card is *nowhere* is left alone from then on until its version moves, but for events about money.
        """
        told = await self._telling(order_id)
        if told is None:
            return
        asked = told.card_state == CardState.POSTING
        refused = asked and state in {CardState.NONE, CardState.NOWHERE}
        await self._settle_telling(
            told,
            posted=asked and state == CardState.POSTED,
            card_state=state,
            card_channel=channel,
            card_ts=ts,
            card_version=version,
            card_posts=told.card_posts - int(refused),
        )

    async def restore_card(self, card: Card) -> None:
        """A post elsewhere was refused: the card still stands where it stood, and is as old as it was."""
        told = await self._telling(card.order_id)
        if told is not None:
            await self._settle_telling(
                told,
                card_state=card.state,
                card_channel=card.channel,
                card_ts=card.ts,
                card_version=card.version,
                card_posts=card.posts,
                diverted=card.diverted,
            )

    async def _used(self, draft_id: str) -> DraftUsed:
        first = await self._first(
            select(orders.c.id, links.c.id.label("link_id"))
            .join(links, links.c.order_id == orders.c.id)
            .where(orders.c.draft_id == draft_id)
            .order_by(links.c.n)
            .limit(1)
        )
        if first is None:
            raise ValueError("the order's id is taken")
        return DraftUsed(order_id=first.id, link_id=first.link_id)
