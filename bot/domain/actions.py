"""What may be done with a link now. The one table that draws the buttons and refuses the clicks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.domain.links import Delivered, Link, Status
from bot.domain.methods import RestRelease
from bot.domain.operations import ASK_ARRIVED_AFTER, GIVE_UP_AFTER, IN_DOUBT, Kind, Operation, State
from bot.domain.orders import TO_PHONE

AUTO_CAPTURE_WINDOW: Final = timedelta(hours=48)
"""For so long Dintero itself tries to capture; a capture of ours would stop that (Dintero reference §4.5)."""


class Action(StrEnum):
    """Something a person can press."""

    CAPTURE = "capture"
    CAPTURE_PART = "capture_part"
    RELEASE = "release"
    REFUND = "refund"
    CANCEL = "cancel"
    SHOW_LINK = "show_link"
    REFRESH = "refresh"
    CHECK_AGAIN = "check_again"
    TRY_AGAIN = "try_again"
    STOP_WAITING = "stop_waiting"
    """Get the buttons back while Dintero has something in progress, or may have."""
    IT_ARRIVED = "it_arrived"
    SEND_AGAIN = "send_again"
    RESEND = "resend"
    """Cancel this link and send another: to another number, another way, or for longer."""
    CHANGE = "change"
    """Cancel this link and send another for a changed order."""
    EXTEND = "extend"
    """Cancel this link and send another that lives longer."""
    HUNG_UP = "hung_up"
    """The customer is off the phone: the link gives way to one that lives a day."""
    SEND_EMAIL = "send_email"
    """The message did not arrive: the link gives way to one that goes out by e-mail."""
    REQUEST_AGAIN = "request_again"
    """Begin a new order from one that came to nothing."""
    STOP_REMINDERS = "stop_reminders"
    KEEP = "keep"
    GIVE_BACK = "give_back"


MOVES_MONEY: Final = frozenset(
    {
        Action.CAPTURE,
        Action.CAPTURE_PART,
        Action.RELEASE,
        Action.REFUND,
        Action.KEEP,
        Action.GIVE_BACK,
        Action.TRY_AGAIN,
        Action.STOP_WAITING,
    }
)
"""Actions that only the issuer and the money users may press."""

GIVES_WAY: Final = frozenset({Action.RESEND, Action.CHANGE, Action.EXTEND, Action.HUNG_UP, Action.SEND_EMAIL})
"""Actions that cancel a link and have another take its place."""

ASKS_AGAIN: Final = GIVES_WAY | {Action.SEND_AGAIN}
"""Actions after which the customer is asked for the order's money once more."""

SHOWS_CUSTOMER: Final = frozenset({Action.SHOW_LINK, Action.RESEND, Action.CHANGE, Action.REQUEST_AGAIN})
"""Actions whose form or answer holds what only those who may work with the link see: number, address, name, note."""

ENDS_OPERATION: Final = frozenset({Action.TRY_AGAIN, Action.STOP_WAITING})
"""Actions that end the open operation: they ask for the same right as what it does."""

ABOUT_OPERATION: Final = ENDS_OPERATION | {Action.CHECK_AGAIN}
"""Actions about the operation that was open when they were shown, and about no other."""

PRESSED_FOR: Final[Mapping[Kind, Action]] = {
    Kind.CREATE: Action.SEND_AGAIN,
    Kind.CAPTURE: Action.CAPTURE,
    Kind.REFUND: Action.REFUND,
    Kind.VOID: Action.RELEASE,
    Kind.CANCEL: Action.CANCEL,
}
"""What a person presses for an operation of each kind: who may press it may also end or repeat one."""

_UNDELIVERED: Final = {Delivered.SKIPPED, Delivered.FAILED}
_ENDED: Final = {Status.VOIDED, Status.CANCELLED, Status.EXPIRED, Status.FAILED}


def actions(link: Link, now: datetime) -> tuple[Action, ...]:
    """What may be done with `link` now, the most likely first."""
    return _while_followed(link, now) if link.facts.unfollowed_at is None else ()


def _while_followed(link: Link, now: datetime) -> tuple[Action, ...]:
    operation = link.operation
    if operation is not None and operation.kind is not Kind.CREATE:
        return _while_operating(link, now)
    return (Action.REFRESH,) if needs_backoffice(link) else _by_status(link, now)


def _by_status(link: Link, now: datetime) -> tuple[Action, ...]:
    if link.status is Status.UNCERTAIN:
        return _uncertain(link, now)
    if link.status is Status.REJECTED:
        return () if link.replaced else (Action.SEND_AGAIN, Action.REQUEST_AGAIN)
    if link.status is Status.OPEN:
        return _open(link, now)
    if link.status is Status.AUTHORIZED:
        return _authorized(link, now)
    if link.status is Status.CAPTURED:
        return _captured(link)
    if link.status in _ENDED and not link.replaced:
        return (Action.REQUEST_AGAIN, Action.REFRESH)
    return (Action.REFRESH,) if link.status in {Status.PENDING, *_ENDED} else ()


def open_amount(link: Link, action: Action) -> int:
    """The amount that `action` is about, in minor units: what a button carries and the service compares."""
    refunds = action is Action.REFUND or (action is Action.GIVE_BACK and link.status is Status.CAPTURED)
    if refunds:
        return link.facts.open_to_refund
    if action in {Action.CAPTURE, Action.CAPTURE_PART, Action.RELEASE, Action.KEEP, Action.GIVE_BACK}:
        return link.facts.open_to_capture
    if action is Action.TRY_AGAIN and link.operation is not None:
        return open_for(link, link.operation.kind)
    return 0


def open_for(link: Link, kind: Kind) -> int:
    """The amount still open to an operation of `kind`."""
    by_kind: Mapping[Kind, int] = {
        Kind.CAPTURE: link.facts.open_to_capture,
        Kind.VOID: link.facts.open_to_capture,
        Kind.REFUND: link.facts.open_to_refund,
    }
    return by_kind.get(kind, 0)


def may_be_closed(link: Link, now: datetime) -> bool:
    """Whether *Check again*, when it shows no trace of the open operation, ends the question."""
    operation = link.operation
    if operation is None or operation.kind is Kind.CREATE or link.facts.possible_entry:
        return False
    return operation.may_ask_again(now)


def may_stop_waiting(link: Link, now: datetime) -> bool:
    """Whether a person may end the wait for what Dintero has in progress, or may have.

    It is waited for a day, unless others have settled all that it could still be done with.
    """
    operation = link.operation
    if operation is None or operation.kind is Kind.CREATE:
        return False
    promised = operation.state is State.ACCEPTED
    if not promised and not (operation.state is State.UNKNOWN and link.facts.possible_entry):
        return False
    waited = operation.sent_at is not None and now >= operation.sent_at + GIVE_UP_AFTER
    settled = operation.kind is not Kind.CANCEL and not _left_for(link, operation.kind)
    return waited or (promised and settled)


def _left_for(link: Link, kind: Kind) -> int:
    """What an operation of `kind` could still be done with, what is in progress included."""
    return link.facts.unrefunded if kind is Kind.REFUND else link.facts.uncaptured


def needs_backoffice(link: Link) -> bool:
    """Whether its money is for a person to look up in Backoffice: nothing here asks for it again, or moves it.

    A payment of another amount than was asked for has lines that are not ours (a gift card, a discount), and how much
    of each may be captured or refunded is not known here.
    """
    return link.facts.unclear_since is not None or link.facts.other_payments > 0 or link.amount_differs


def awaits_auto_capture(link: Link, now: datetime) -> bool:
    """Whether Dintero is still expected to capture by itself."""
    since = link.facts.authorized_at
    return link.auto_capture and not link.facts.captured and since is not None and now < since + AUTO_CAPTURE_WINDOW


def _while_operating(link: Link, now: datetime) -> tuple[Action, ...]:
    operation = link.operation
    if operation is None or operation.state not in IN_DOUBT:
        return ()
    if may_stop_waiting(link, now):
        return (Action.CHECK_AGAIN, Action.STOP_WAITING)
    if may_be_closed(link, now):
        return (Action.CHECK_AGAIN, Action.TRY_AGAIN) if _is_as_then(link, operation) else (Action.CHECK_AGAIN,)
    return (Action.REFRESH,) if operation.state is State.SENDING else (Action.CHECK_AGAIN,)


def _is_as_then(link: Link, operation: Operation) -> bool:
    """Whether the person decided about what is open now; somebody may have done it elsewhere meanwhile."""
    if operation.kind is Kind.CANCEL:
        return link.status is Status.OPEN
    return open_for(link, operation.kind) == operation.seen_open


def _uncertain(link: Link, now: datetime) -> tuple[Action, ...]:
    asked = link.operation.sent_at if link.operation else None
    if link.replaced:
        return ()
    if asked is not None and now < asked + ASK_ARRIVED_AFTER:
        return (Action.CHECK_AGAIN,)
    arrived = (Action.IT_ARRIVED,) if link.delivery in TO_PHONE else ()  # of the others nothing has gone out yet
    return (*arrived, Action.SEND_AGAIN, Action.CHECK_AGAIN)


def _open(link: Link, now: datetime) -> tuple[Action, ...]:
    alive = now < link.expires_at
    show = (Action.SHOW_LINK,) if link.url and alive else ()
    if not link.session_id:
        return (*show, Action.REFRESH)
    if link.replaced:  # another one beside it can be paid already: no third
        return (*show, Action.CANCEL, Action.REFRESH)
    first = (Action.HUNG_UP,) if link.on_phone else ()
    if not alive:  # more time is what is missing
        return (*first, Action.EXTEND, Action.RESEND, Action.CHANGE, Action.CANCEL, Action.REFRESH)
    undelivered = link.facts.delivered in _UNDELIVERED and not link.on_phone
    other = (Action.RESEND, *((Action.SEND_EMAIL,) if undelivered else ()), Action.CHANGE, Action.EXTEND)
    reminds = (Action.STOP_REMINDERS,) if link.remind_at is not None and now < link.expires_at else ()
    return (*first, *show, *other, Action.CANCEL, Action.REFRESH, *reminds)


def _authorized(link: Link, now: datetime) -> tuple[Action, ...]:
    if not link.facts.open_to_capture:
        return (Action.REFRESH,)
    release = _release(link)
    if link.facts.late:
        return (Action.KEEP, *((Action.GIVE_BACK,) if release else ()), Action.REFRESH)
    if awaits_auto_capture(link, now):
        return (*release, Action.REFRESH)
    return (Action.CAPTURE, Action.CAPTURE_PART, *release, Action.REFRESH)


def _release(link: Link) -> tuple[Action, ...]:
    """A release has no amount, so none beside a capture in progress; after a capture not every method has one."""
    facts = link.facts
    withheld = facts.captured and facts.rest_release is not RestRelease.VOID
    return () if withheld or facts.in_progress.get(Kind.CAPTURE) else (Action.RELEASE,)


def _captured(link: Link) -> tuple[Action, ...]:
    if link.facts.late and link.facts.open_to_refund:
        return (Action.KEEP, Action.GIVE_BACK, Action.REFRESH)
    rest = (Action.CAPTURE, Action.CAPTURE_PART, *_release(link)) if link.facts.open_to_capture else ()
    refund = (Action.REFUND,) if link.facts.open_to_refund else ()
    again = () if link.facts.uncaptured or link.facts.unrefunded else (Action.REQUEST_AGAIN,)
    return (*rest, *refund, *again, Action.REFRESH)
