"""One transaction of the storage, as the services see it.

Unit of work: `async with store() as work:` opens a transaction, `await work.commit()` ends it, leaving without
rolls back. Everything between is one write transaction on SQLite (`BEGIN IMMEDIATE`); use `store.read()` for looks.

Times: `now` arguments are business time from `Clock.now`; `machine_now` arguments are the machine's own time from
`Clock.machine_now`, used for leases and rate limits, which a demo's clock must not move.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.doubts import Twin
from bot.domain.drafts import Draft
from bot.domain.events import Event, News
from bot.domain.items import Item
from bot.domain.links import Link
from bot.domain.mails import Mail, MailState
from bot.domain.numbering import Numbering
from bot.domain.operations import Kind, Operation, State
from bot.domain.orders import Line, Order
from bot.domain.stories import Card, CardState, Claimed, Story, Task


class Work(Protocol):
    """One transaction."""

    async def commit(self) -> None:
        """Make it so. Leaving the block without this rolls back."""
        ...

    # orders and links
    async def add_order(self, order: Order) -> None:
        """Keep a new order with its lines. Raises DraftUsed when its draft made one before."""
        ...

    async def change_order(self, order: Order, *, since: int) -> None:
        """Write all that is agreed by now; its lines hold from the chain's link number `since` on."""
        ...

    async def add_link(self, link: Link, *, due_at: datetime | None) -> None:
        """Keep a new link (its token's hash is made here) and raise the order's version."""
        ...

    async def reference_taken(self, account_id: str, reference: str) -> bool:
        """Whether one of our links already has this merchant reference."""
        ...

    async def free_number(
        self, account_id: str, before: str, after: str = "", *, at_least: int, digits: int = 0
    ) -> int:
        """The smallest number from `at_least` on for which no link has the reference before-number-after.

        `digits` is to how many the number is filled up with zeros.
        """
        ...

    async def twins(
        self, order: Order, *, typed: bool, since: datetime | None, told: Sequence[str] = ()
    ) -> Sequence[Twin]:
        """The newest open links of the workspace with the order's reference, or its phone and amount since then.

        A reference that nobody typed is compared with none, and without `since` no phone is. Those of `told`, the ids
        of links that a person was shown as open, are also found once they are paid.
        """
        ...

    async def followed_links(self, account_id: str) -> Sequence[str]:
        """The ids of the account's links that are due for a look, or have an operation to be carried out."""
        ...

    async def link(self, link_id: str) -> Link | None:
        """The link with its facts and its open operation."""
        ...

    async def held_link(self, link_id: str) -> Link | None:
        """The same, for a caller that decides by it and writes: no other changes anything of its order meanwhile."""
        ...

    async def story(self, order_id: str) -> Story | None:
        """The order, its chain, its card. Raises Unreadable."""
        ...

    async def story_of_link(self, link_id: str) -> Story | None:
        """The story that the link belongs to. Raises Unreadable."""
        ...

    async def held_story(self, link_id: str) -> Story | None:
        """The same, for whoever decides by it and writes: nobody else changes it meanwhile. Raises Unreadable."""
        ...

    async def save_link(self, link: Link, *, expected_version: int, due_at: datetime | None, visible: bool) -> bool:
        """Guarded write: `WHERE id AND version = expected_version`. False when somebody was faster.

        Every save raises the link's version by one, a visible one its order's as well. Status, facts, session, url,
        transaction, deadline, reminders and `due_at` are written, and the lease of a due link ends. When a hint came
        after `set_looked`, the link stays due for it instead of taking the later `due_at`.
        """
        ...

    async def postpone(self, link_id: str, due_at: datetime | None) -> None:
        """End the lease of a due link without a change; an unseen hint keeps it due as in `save_link`."""
        ...

    async def leave(self, until: Mapping[Claimed, datetime | None]) -> None:
        """Postpone many links, each held by its claim.

        Nothing happens to one whose lease has ended: whoever saved it since, or holds it now, knows better when it
        is due.
        """
        ...

    async def put_off(self, until: Mapping[Claimed, datetime]) -> None:
        """End the leases of one's own due links that cannot be looked at now; they wait until then, hinted or not."""
        ...

    async def mark_replaced(self, link_id: str) -> None:
        """A newer link of the same order exists now."""
        ...

    # operations
    async def add_operation(self, operation: Operation) -> None:
        """Keep an intent; raises the link's order version. Raises OperationOpen when the link has an open one."""
        ...

    async def operation(self, operation_id: str) -> Operation | None:
        """One operation."""
        ...

    async def count_operations(self, link_id: str, kind: Kind) -> int:
        """How many of `kind` the link has had, for the next reference."""
        ...

    async def move_operation(self, operation: Operation, *, from_: Sequence[State], fence: int | None = None) -> bool:
        """Guarded write: `WHERE id AND state IN from_ [AND fence = fence]`; raises the order's version."""
        ...

    # mails and reminders
    async def want_mail(self, link_id: str, n: int) -> None:
        """Keep the wish to send the link's n-th mail; nothing happens when it is kept already."""
        ...

    async def mail(self, mail_id: str) -> Mail | None:
        """One mail."""
        ...

    async def move_mail(
        self, mail: Mail, *, from_: Sequence[MailState], fence: int, due_at: datetime | None = None
    ) -> bool:
        """Guarded write: `WHERE id AND state IN from_ AND fence = fence`; `due_at` (machine time) is the next try."""
        ...

    async def links_to_remind(self, now: datetime, limit: int) -> Sequence[str]:
        """Links whose reminder is due, the longest waiting first; they are not held."""
        ...

    async def put_off_reminder(self, link_id: str, until: datetime) -> None:
        """Leave a link alone until then whose story cannot be read."""
        ...

    # events
    async def add_events(self, link_id: str, news: Sequence[News]) -> None:
        """Number them and keep them."""
        ...

    async def set_told(self, event_id: str, ts: str) -> None:
        """The thread message `ts` tells this event (empty: it was left untold on purpose)."""
        ...

    async def told_events(self, order_id: str) -> Sequence[Event]:
        """The order's events that have a thread message, oldest first."""
        ...

    async def redraw(self, order_id: str) -> None:
        """Raise the order's version: its card should be drawn again although nothing changed."""
        ...

    # cards
    async def leave_thread(self, order_id: str) -> None:
        """The thread that the order began in is gone: its card stands in the channel from now on."""
        ...

    async def begin_card_post(self, order_id: str, channel: str, *, diverted: bool) -> None:
        """Commit *posting* before the call."""
        ...

    async def restore_card(self, card: Card) -> None:
        """A post elsewhere was refused: the card still stands where it stood, and is as old as it was."""
        ...

    async def set_card(self, order_id: str, *, state: CardState, channel: str, ts: str | None, version: int) -> None:
        """What became of the card; `version` is the order's version it was drawn from."""
        ...

    # due links, callbacks
    async def link_by_token(self, token: str) -> Link | None:
        """The link whose capability token this is; looked up by its SHA-256."""
        ...

    async def links_by_session(self, session_ids: Sequence[str]) -> Mapping[str, Link]:
        """Ours among these session ids, in one query; without those whose rows cannot be read."""
        ...

    async def links_by_reference(self, account_id: str, references: Sequence[str]) -> Mapping[str, Link]:
        """The account's among these merchant references, in one query; without those whose rows cannot be read."""
        ...

    async def make_due(self, link_id: str, at: datetime, *, session_hint: str | None = None) -> None:
        """A hint came: let the link be looked at by `at` if nothing sooner is planned; keep its session id if named."""
        ...

    async def session_hint(self, link_id: str) -> str | None:
        """The session id that a callback named for a link without one."""
        ...

    async def asked_up_to(self, link_id: str) -> datetime | None:
        """Up to when the questions that time makes askable have been asked."""
        ...

    async def set_asked(self, link_id: str, at: datetime) -> None:
        """All questions that were askable at `at` have been asked."""
        ...

    async def set_looked(self, link_id: str, at: datetime) -> None:
        """It is being read now: every hint that came so far is answered by this look."""
        ...

    async def look_unhinted(self, link_id: str, at: datetime) -> bool:
        """It is looked at without being read; False, with nothing written, when a hint came that asks for more."""
        ...

    # tasks and limits
    async def cursor(self, task_name: str) -> str | None:
        """Where a sweep goes on from; None when it never ran."""
        ...

    async def keep_task(self, task: Task, *, cursor: str, lease_until: datetime) -> bool:
        """Keep where one's sweep came to, and hold it longer; False when it was taken over meanwhile."""
        ...

    async def release_task(self, task: Task, *, due_at: datetime | None = None) -> None:
        """End one's turn of a sweep; nobody takes it again before `due_at`.

        Replicas all tick: without `due_at` each of them would run the sweep once. Does nothing for a task that
        was taken over meanwhile.
        """
        ...

    async def count_message(self, workspace_id: str, user_id: str, *, limit: int) -> float:
        """Count one message of a person to a customer, at most `limit` in any hour; 0.0, or the seconds to wait."""
        ...

    # drafts and the workspace
    async def save_draft(self, draft: Draft, *, workspace_id: str, user_id: str, at: datetime) -> None:
        """Keep a form as typed (encrypted)."""
        ...

    async def draft(self, draft_id: str, *, workspace_id: str, user_id: str) -> Draft | None:
        """The kept form, if it is this person's."""
        ...

    async def last_lines(self, workspace_id: str, issuer: str) -> tuple[str, tuple[Line, ...]] | None:
        """Currency and lines of the order that a person issued last in a workspace; None when there is none."""
        ...

    # saved items
    async def keep_item(self, item: Item) -> None:
        """Keep it; an item of the same name in this workspace and currency takes its price, VAT and keeper."""
        ...

    async def find_items(self, workspace_id: str, currency: str, words: str, *, limit: int) -> Sequence[Item]:
        """Those whose name holds `words`, whatever the case; those that begin with them first, then by name."""
        ...

    async def item(self, item_id: str, workspace_id: str) -> Item | None:
        """One of this workspace's."""
        ...

    async def list_items(self, workspace_id: str, *, limit: int) -> tuple[Sequence[Item], int]:
        """The first of all items by name, and how many there are."""
        ...

    async def remove_item(self, item_id: str, workspace_id: str) -> None:
        """Forget one of this workspace's; nothing happens when it is gone already."""
        ...

    # numbers for references
    async def numbering(self, workspace_id: str, channel: str) -> Numbering | None:
        """A channel's, to look at."""
        ...

    async def hold_numbering(self, workspace_id: str, channel: str) -> Numbering | None:
        """A channel's, for this transaction alone: nobody else takes a number before it ends."""
        ...

    async def set_numbering(self, numbering: Numbering, *, set_by: str, at: datetime) -> None:
        """Keep it, in the place of the channel's former one."""
        ...

    async def count_on(self, numbering: Numbering) -> None:
        """Keep how far it has counted."""
        ...

    async def drop_numbering(self, workspace_id: str, channel: str) -> None:
        """Forget it; nothing happens when there is none."""
        ...

    async def channel_numbered(self, workspace_id: str, pattern: str) -> str | None:
        """The channel that has this pattern already."""
        ...

    async def purge_drafts(self, before: datetime) -> int:
        """Drop forms as typed, sent or not: a second *Send* of the same form is understood until then."""
        ...
