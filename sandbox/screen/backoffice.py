"""Dintero's Backoffice and the provider: what became of every link, and what is done to it outside Slack."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData

from sandbox.dintero import Dintero
from sandbox.dintero.payments import Operation, Order, objections, open_amount, total
from sandbox.dintero.rules import Json, moment
from sandbox.screen.viewer import Viewer
from sandbox.slack import NotOfferedError
from sandbox.world import World

UNPAID = {
    None: "waiting for the customer",
    "PAYMENT_INITIATED": "the customer is paying",
    "CANCELLED": "cancelled",
    "EXPIRED": "expired",
}
"""What Dintero says about a link that has no money, in words."""
ENDED = {"CANCELLED", "EXPIRED"}
AMOUNT = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?")


@dataclass(frozen=True)
class Action:
    """Something that can be done to a payment; `amounts` says that a part of it can be named, in minor units."""

    label: str
    do: Callable[[Dintero, Json, int | None], object]
    amounts: bool = False


ACTIONS = {
    "capture": Action("Capture", lambda d, s, amount: d.backoffice_capture(s["transaction_id"], amount), amounts=True),
    "refund": Action("Refund", lambda d, s, amount: d.backoffice_refund(s["transaction_id"], amount), amounts=True),
    "release": Action("Release", lambda d, s, _: d.backoffice_void(s["transaction_id"])),
    "approve": Action("Approve", lambda d, s, _: d.approve(s["transaction_id"])),
    "reject": Action("Reject", lambda d, s, _: d.reject(s["transaction_id"])),
    "auto_capture": Action("Let auto-capture run", lambda d, s, _: d.auto_capture_now(s["transaction_id"])),
    "pay_late": Action("The customer pays after all, on a page left open", lambda d, s, _: d.pay_late(s["id"])),
}


@dataclass(frozen=True)
class Payment:
    """One link and the money of it, all amounts in minor units."""

    session: Json
    tx: Json | None
    status: str
    deadline: datetime
    actions: list[str]

    @property
    def takes_amount(self) -> bool:
        """Whether a part of it can be named."""
        return any(ACTIONS[name].amounts for name in self.actions)

    def done(self, kind: Operation) -> int:
        """How much of it was captured, refunded or voided."""
        return total(self.tx, kind) if self.tx else 0


def payments(dintero: Dintero) -> list[Payment]:
    """Every link of the account and what became of it, newest first."""
    return [_payment(dintero, session) for session in reversed(dintero.sessions.values())]


def next_deadline(dintero: Dintero) -> datetime | None:
    """When the first link ends that waits for its customer now."""
    open_until = (
        moment(one["expires_at"]) for one in dintero.sessions.values() if dintero.cause(one) in UNPAID.keys() - ENDED
    )
    return min((at for at in open_until if at > dintero.clock()), default=None)


async def backoffice(world: World, _viewer: Viewer, form: FormData) -> None:
    """Do to a payment what the pressed button says."""
    session, name = world.dintero.session(str(form["session"])), str(form["do"])
    action = ACTIONS[name]
    if name not in _possible(world.dintero, session):
        raise NotOfferedError(f"“{action.label}” is not possible any more.")
    action.do(world.dintero, session, _amount(str(form.get("amount", ""))) if action.amounts else None)


async def finish(world: World, _viewer: Viewer, form: FormData) -> None:
    """End what Dintero has accepted with 202: it is done, or the provider declines it."""
    world.dintero.complete_async(success=form["how"] == "done")


HANDS = {"backoffice": backoffice, "finish": finish}


def _payment(dintero: Dintero, session: Json) -> Payment:
    tx = _settled(dintero, session)
    status = str(tx["status"]) if tx else UNPAID[dintero.cause(session)]
    return Payment(session, tx, status, moment(session["expires_at"]), _possible(dintero, session))


def _settled(dintero: Dintero, session: Json) -> Json | None:
    """The transaction, once the customer's attempt has come to something."""
    tx = dintero.transactions.get(session.get("transaction_id", ""))
    return tx if tx and tx["status"] != "INITIATED" else None


def _possible(dintero: Dintero, session: Json) -> list[str]:
    tx = _settled(dintero, session)
    if tx is None:
        return ["pay_late"] if dintero.cause(session) in ENDED else []
    if tx["status"] == "ON_HOLD":
        return ["approve", "reject"]
    kinds: dict[str, Operation] = {"capture": "CAPTURE", "refund": "REFUND", "release": "VOID"}
    orders = {name: Order(kind, open_amount(tx, kind), "backoffice") for name, kind in kinds.items()}
    found = [name for name, order in orders.items() if not objections(tx, order)]
    waits = tx["status"] == "AUTHORIZED" and session["configuration"].get("auto_capture")
    return [*found, *(["auto_capture"] if waits else [])]


def _amount(text: str) -> int | None:
    """Minor units of what was typed in major ones; nothing typed means all that is left."""
    typed = "".join(text.split())
    if not typed:
        return None
    read = AMOUNT.fullmatch(typed)
    minor = int(read[1]) * 100 + int((read[2] or "").ljust(2, "0")) if read else 0
    if not minor:
        raise NotOfferedError(f"“{text}” is no amount. Write it like 49,50, or leave it empty for everything.")
    return minor
