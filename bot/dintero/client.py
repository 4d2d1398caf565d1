"""Dintero as the services see it: a thin shell around `requests`, `wire`, `answers` and `observing`."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, TypeVar

import httpx
import structlog

from bot.dintero import observing, requests
from bot.dintero.answers import created, element, elements, is_page, read, written
from bot.dintero.config import DinteroConfig, looks_like_an_id
from bot.dintero.models import CreateAnswer, SessionBody, TransactionBody
from bot.dintero.requests import PAGE, Call
from bot.dintero.wire import Admitted, Dated, MaySend, Wire, undated, unnoted
from bot.domain.answers import Answered, Created
from bot.domain.errors import Declined, Missing, NotSent, OutcomeUnknown, TooMany, Unreachable
from bot.domain.links import Link
from bot.domain.methods import title
from bot.domain.observations import Payment, Payments, Report, Session
from bot.domain.operations import Operation
from bot.domain.orders import Order

log = structlog.get_logger()

BATCH: Final = 50
"""Ids in one question, which keeps its URL under 4 kB (Dintero reference §12)."""

MAX_PAGES: Final = 50
"""After so many pages a list is given up, loudly, instead of being read for ever; less may be asked for then."""

ACCEPTED: Final = 202

_PROBE: Final = "paylink-probe"

_Body = TypeVar("_Body", SessionBody, TransactionBody)


class DinteroGateway:
    """One account at Dintero. Give it an `httpx.AsyncClient` of its own and close that after `aclose`."""

    def __init__(
        self,
        config: DinteroConfig,
        http: httpx.AsyncClient,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        admitted: Admitted = unnoted,
        dated: Dated = undated,
    ) -> None:
        self._config = config
        self._wire = Wire(config, http, monotonic=monotonic, sleep=sleep, admitted=admitted, dated=dated)
        self._can_search: bool | None = None
        self._known_paid = ("", "")

    async def aclose(self) -> None:
        """Stop what runs in the background."""
        await self._wire.aclose()

    async def sign_in(self) -> None:
        """Have an access token of DINTERO_API_URL. Raises Unreachable."""
        await self._wire.sign_in()

    # writes

    async def create(self, order: Order, link: Link, *, token: str, may_send: MaySend | None = None) -> Created:
        """Create the link's session. Raises NotSent, Declined, OutcomeUnknown.

        An order that may only be paid in ways that the settings list no more is declined before Dintero hears of it.
        """
        if gone := [title(word) for word in order.methods if word not in self._config.methods]:
            raise Declined(400, f"{' and '.join(gone)} is not among the shop's payment methods any more.")
        response = await self._wire.write(requests.create(order, link, self._config, token=token), may_send)
        answer = written(response, CreateAnswer)
        if not self._config.owns(answer.id):
            raise OutcomeUnknown("a session id that is not this account's")
        return created(answer, asked=order.delivery, sandbox=self._config.is_sandbox)

    async def capture(self, transaction_id: str, operation: Operation, *, may_send: MaySend | None = None) -> Answered:
        """Take reserved money. Raises NotSent, Declined, OutcomeUnknown."""
        return await self._operate(requests.capture(transaction_id, operation), may_send)

    async def refund(self, transaction_id: str, operation: Operation, *, may_send: MaySend | None = None) -> Answered:
        """Return taken money. Raises NotSent, Declined, OutcomeUnknown."""
        return await self._operate(requests.refund(transaction_id, operation), may_send)

    async def void(self, transaction_id: str, *, may_send: MaySend | None = None) -> Answered:
        """Let go of reserved money. Raises NotSent, Declined, OutcomeUnknown."""
        return await self._operate(requests.void(transaction_id), may_send)

    async def cancel(self, session_id: str, *, may_send: MaySend | None = None) -> Answered:
        """End a session. Raises NotSent, Declined, OutcomeUnknown."""
        response = await self._write(requests.cancel(session_id), may_send)
        if _is_accepted(response):
            return _accepted(response)
        body = written(response, SessionBody)
        if body.id != session_id:
            raise OutcomeUnknown("answered with another session")
        seen = observing.session(body)
        if not (seen.understood or seen.cancelled):
            raise OutcomeUnknown("answered with a session that cannot be read")
        return Answered(session=seen)

    async def _operate(self, call: Call, may_send: MaySend | None) -> Answered:
        response = await self._write(call, may_send)
        if _is_accepted(response):
            return _accepted(response)
        body = written(response, TransactionBody)
        if body.id != call.id:
            raise OutcomeUnknown("answered with another transaction")
        seen = _observed(body)
        if not seen.understood:
            raise OutcomeUnknown("answered with a transaction that cannot be read")
        return Answered(payment=seen)

    async def _write(self, call: Call, may_send: MaySend | None) -> httpx.Response:
        if not self._config.owns(call.id):
            raise NotSent("not an id of this account")
        return await self._wire.write(call, may_send)

    # reads

    async def session(self, session_id: str) -> Session:
        """Read a session. Raises Missing, Unreachable.

        Its `url` is the customer page that its id leads to, for a link whose create was never answered: the answer
        is all that would have named the link.
        """
        body = await self._read(requests.session(session_id), SessionBody)
        return observing.session(body, url=self._page(body.id))

    async def payment(self, transaction_id: str) -> Payment:
        """Read a transaction. Raises Missing, Unreachable."""
        body = await self._read(requests.transaction(transaction_id), TransactionBody)
        return _observed(body)

    async def payments(
        self,
        *,
        transaction_ids: Sequence[str] = (),
        session_ids: Sequence[str] = (),
        reference: str | None = None,
        created_since: datetime | None = None,
        created_until: datetime | None = None,
    ) -> Payments:
        """List the transactions that have one of the ids and fit the other filters, each once, in no order.

        Without any filter the answer is empty: nobody means the whole account. Elements of other accounts are left
        out; one that hides whose it is makes the list incomplete. Raises Unreachable, and TooMany when there is no end
        of pages.
        """
        common = [("merchant_reference", reference)] if reference is not None else []
        if created_since is not None:
            common.append(("created_at.gte", requests.stamp(created_since)))
        if created_until is not None:
            common.append(("created_at.lte", requests.stamp(created_until)))
        found: dict[str, Payment] = {}
        complete = True
        for filters in _questions(transaction_ids, session_ids, common):
            complete &= await self._collect(filters, found)
        return Payments(found=tuple(found.values()), complete=complete)

    async def unpaid(self, session_ids: Sequence[str]) -> frozenset[str]:
        """Those of at most `BATCH` sessions that one list shows for certain to have no transaction.

        How many repeated ids Dintero heeds is not known (Dintero reference §12, §19.4), so the first and the last id
        of the question are sessions that are known to be paid: where one of these is missing from the answer, where
        the account has no two such sessions, or where an element is unreadable, nothing is certain. Raises Unreachable.
        """
        first, last = await self._paid_sessions(session_ids)
        if not first or not last:
            return frozenset()
        found: dict[str, Payment] = {}
        complete = await self._collect([("session_id", each) for each in (first, *session_ids, last)], found)
        paid = {payment.session_id for payment in found.values()}
        if not complete or not {first, last} <= paid:
            log.warning("dintero_list_not_believed", complete=complete)
            self._known_paid = ("", "")
            return frozenset()
        return frozenset(session_ids) - paid

    async def _paid_sessions(self, but: Sequence[str]) -> tuple[str, str]:
        """Two sessions of the account that have a transaction, none of them among `but`; empty where there are none."""
        if not all(self._known_paid) or set(self._known_paid) & set(but):
            raw = await self._wire.read(requests.transactions([], None), elements)
            bodies = [body for one in raw if (body := element(one, TransactionBody)) and self._config.owns(body.id)]
            usable = {body.session_id for body in bodies if self._config.owns(body.session_id)} - set(but)
            first, last, *_ = (*sorted(usable), "", "")
            self._known_paid = first, last
        return self._known_paid

    async def probe(self) -> bool:
        """Learn whether sessions can be searched, which nobody promises (Dintero reference §5.1).

        False, and to be asked again, while Dintero cannot be reached.
        """
        try:
            await self._wire.read(requests.search(_PROBE, limit=1), _answered_at_all)
        except Unreachable as error:
            log.warning("dintero_probe_failed", why=str(error))
            return False
        except Missing:
            self._can_search = False
        else:
            self._can_search = True
        log.info("dintero_session_search", available=self._can_search)
        return self._can_search

    async def find_sessions(self, reference: str) -> Sequence[str]:
        """The ids of sessions that may have this merchant reference, the newest first; none where search is missing.

        Elements may be ids only (Dintero reference §5.1), so the caller reads each. Raises Unreachable.
        """
        if self._can_search is None:
            await self.probe()
        if not self._can_search:
            return ()
        raw = await self._wire.read(requests.search(reference), elements)
        bodies = [body for one in raw if (body := element(one, SessionBody)) and self._config.owns(body.id)]
        maybe = [body for body in bodies if body.order.merchant_reference in {"", reference}]
        maybe.sort(key=lambda body: body.created_at.timestamp() if body.created_at else 0.0, reverse=True)
        return [body.id for body in maybe]

    def _page(self, session_id: str) -> str:
        """The customer page that a session's id leads to (Dintero reference §2)."""
        return f"{self._config.checkout_url.rstrip('/')}/view/{session_id}"

    async def _read(self, call: Call, into: type[_Body]) -> _Body:
        if not self._config.owns(call.id):
            raise Missing("not an id of this account")
        body = await self._wire.read(call, lambda response: read(response, into))
        if body.id != call.id:
            raise Unreachable("answered with another id")
        return body

    async def _collect(self, filters: Sequence[tuple[str, str]], found: dict[str, Payment]) -> bool:
        """Read all pages until one is empty, whatever their order (Dintero reference §6).

        A page may be shorter than it was asked for, and not the last. False when an element hides whose it is: it
        names no session of any account; or when nothing on a page names where the next begins.
        """
        wanted = {value for name, value in filters if name == "id"}
        after: str | None = None
        complete = True
        for _ in range(MAX_PAGES):
            raw = await self._wire.read(requests.transactions(filters, after), elements)
            for one in raw:
                body = element(one, TransactionBody)
                complete &= body is not None and looks_like_an_id(body.session_id)
                if body is not None and self._config.owns(body.id):
                    found[body.id] = _observed(body)
                else:
                    log.warning("dintero_element_skipped", readable=body is not None)
            if not raw or (wanted and wanted <= found.keys()):
                return complete
            last = next((one["id"] for one in reversed(raw) if isinstance(one.get("id"), str)), None)
            if last is None and len(raw) < PAGE:
                return False
            if last is None or last == after:
                raise Unreachable("a page of transactions that leads nowhere")
            after = last
        log.warning("dintero_too_many_pages", pages=MAX_PAGES)
        raise TooMany(f"more than {MAX_PAGES} pages of transactions")


def _observed(body: TransactionBody) -> Payment:
    payment = observing.payment(body)
    if not payment.understood:
        log.warning("dintero_transaction_unread", fields=sorted(body.unread))
    elif payment.report is Report.UNKNOWN:
        log.warning("dintero_unknown_status", status=body.status[:40])
    return payment


def _is_accepted(response: httpx.Response) -> bool:
    """Whether Dintero itself answered 202 (§8.1)."""
    return response.status_code == ACCEPTED and not is_page(response)


def _accepted(response: httpx.Response) -> Answered:
    """What a 202 says, whatever its body: begun and not ended, and by which id its end is known (§8.1)."""
    return Answered(accepted=True, correlation_id=response.headers.get("event-request-id") or None)


def _answered_at_all(response: httpx.Response) -> None:
    """Raise Missing for every refusal that says: not here."""
    if response.status_code in {400, 403}:
        raise Missing(str(response.status_code))
    elements(response)


def _questions(
    transaction_ids: Sequence[str], session_ids: Sequence[str], common: Sequence[tuple[str, str]]
) -> Iterator[list[tuple[str, str]]]:
    if not transaction_ids and not session_ids and common:
        yield [*common]
    for name, ids in (("id", transaction_ids), ("session_id", session_ids)):
        for start in range(0, len(ids), BATCH):
            yield [*((name, one) for one in ids[start : start + BATCH]), *common]
