"""Whether all that decides about money was understood (Dintero reference §5, §6, §7).

What cannot be read is not absent. Entries that are not money for us (SETTLEMENT, new words) need no readable amount.
"""

from typing import Final

from bot.dintero.config import looks_like_an_id
from bot.dintero.ledger import Ledger
from bot.dintero.models import SessionBody, TransactionBody, TransactionEvent

_MOVES: Final = frozenset({"CAPTURE", "REFUND", "VOID"})
_DECIDES: Final = _MOVES | {"AUTHORIZE"} | {f"INITIATE_{kind}" for kind in _MOVES}
_PART_TAKEN: Final = frozenset({"PARTIALLY_CAPTURED", "PARTIALLY_CAPTURED_REFUNDED"})
_PART_RETURNED: Final = frozenset({"PARTIALLY_REFUNDED", "PARTIALLY_CAPTURED_REFUNDED"})
_PAID: Final = frozenset({"AUTHORIZED", "COMPLETED"})


def is_understood(body: TransactionBody, ledger: Ledger) -> bool:
    """Whether the transaction's money can be told by what was read of it."""
    named = body.amount is not None and body.currency is not None and looks_like_an_id(body.session_id)
    unread = body.unread & {"status", "merchant_reference", "events"}
    if not named or unread or "events" not in body.model_fields_set:
        return False
    return all(map(_is_entry_understood, body.events)) and not _is_contradicted(body.status, ledger)


def is_session_understood(body: SessionBody) -> bool:
    """Whether the session says for certain if it is paid, cancelled, failed or none of these."""
    log = "events" in body.model_fields_set and not body.unread & {"events", "transaction_id"}
    return log and not any(event.unread & {"name"} for event in body.events) and not names_unread_payment(body)


def names_unread_payment(body: SessionBody) -> bool:
    """Whether the session has a payment whose id is not to be read."""
    named = body.transaction_id or any(event.name in _PAID for event in body.events)
    return "transaction_id" in body.unread or bool(named and not looks_like_an_id(body.transaction_id))


def _is_entry_understood(event: TransactionEvent) -> bool:
    if event.unread & {"event", "correction"} or not event.event:
        return False
    if event.event not in _DECIDES:
        return True
    if event.event in _MOVES and "success" not in event.model_fields_set:
        return False
    return not event.unread & {"success", "amount"}


def _is_contradicted(status: str, ledger: Ledger) -> bool:
    """Whether the status speaks of money that the log does not hold."""
    if ledger.corrected:
        return False
    return (status in _PART_TAKEN and not ledger.captured) or (status in _PART_RETURNED and not ledger.refunded)
