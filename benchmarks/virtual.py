"""Virtual time, and a Dintero and a Slack that live in it and hold a million of anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from benchmarks.houses import AMOUNT
from benchmarks.stage import ACCOUNT
from bot.clock import SystemClock

BEGIN = datetime(2027, 3, 1, 12, tzinfo=UTC)


class VirtualClock(SystemClock):
    """All three times, moved together and by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.at = BEGIN

    def now(self) -> datetime:
        """Business time."""
        return self.at

    machine_now = now

    def monotonic(self) -> float:
        """Seconds."""
        return (self.at - BEGIN).total_seconds()

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


@dataclass
class VirtualDintero:
    """Answers for any session of the account: it is what the payments that were noted say, and else unpaid.

    Its words are those of Dintero reference §5 and §6, as far as a payment link needs them.
    """

    clock: VirtualClock
    references: Mapping[str, str]
    """The merchant references of our sessions; the others are the web shop's."""
    paid: dict[str, datetime] = field(default_factory=dict)
    """When each session was paid, in that order."""
    calls: dict[str, int] = field(default_factory=dict)

    def app(self) -> Starlette:
        """The wire."""
        return Starlette(
            routes=[
                Route("/v1/accounts/{id}/auth/token", self._token, methods=["POST"]),
                Route("/v1/sessions/{id}", self._session),
                Route("/v1/transactions/{id}", self._transaction),
                Route("/v1/transactions", self._list),
            ]
        )

    def _count(self, kind: str) -> None:
        self.calls[kind] = self.calls.get(kind, 0) + 1

    async def _token(self, _request: Request) -> JSONResponse:
        return JSONResponse({"access_token": "t", "token_type": "Bearer", "expires_in": 1e6})

    async def _session(self, request: Request) -> JSONResponse:
        self._count("session")
        session = request.path_params["id"]
        more = {"transaction_id": _paying(session)} if session in self.paid else {}
        return JSONResponse({"id": session, "order": self._order(session), "events": [], **more})

    async def _transaction(self, request: Request) -> JSONResponse:
        self._count("transaction")
        return JSONResponse(self._payment(_paid_by(request.path_params["id"])))

    async def _list(self, request: Request) -> JSONResponse:
        self._count("list")
        query = parse_qs(request.url.query)
        if "created_at.gte" in query:
            since = datetime.fromisoformat(query["created_at.gte"][0])
            found = [session for session, at in self.paid.items() if at >= since]
        else:
            wanted = [*query.get("session_id", ()), *map(_paid_by, query.get("id", ()))]
            found = [session for session in wanted if session in self.paid]
        if "starting_after" in query:
            found = found[found.index(_paid_by(query["starting_after"][0])) + 1 :]
        return JSONResponse([self._payment(each) for each in found[: int(query["limit"][0])]])

    def _order(self, session: str) -> dict[str, Any]:
        return {"amount": AMOUNT, "currency": "NOK", "merchant_reference": self.references.get(session, "WEB")}

    def _payment(self, session: str) -> dict[str, Any]:
        at = self.paid[session].isoformat()
        event = {"id": "e", "event": "AUTHORIZE", "success": True, "amount": AMOUNT, "created_at": at}
        about = {"id": _paying(session), "session_id": session, "status": "AUTHORIZED", "events": [event]}
        return {**self._order(session), **about, "payment_product_type": "vipps", "created_at": at, "updated_at": at}


def _paying(session: str) -> str:
    return f"{ACCOUNT}.t{session.removeprefix(f'{ACCOUNT}.')}"


def _paid_by(transaction: str) -> str:
    return f"{ACCOUNT}.{transaction.removeprefix(f'{ACCOUNT}.t')}"
