"""Which look a due link needs: by a list, by itself, or only whether it was opened. Pure."""

from datetime import datetime

from bot.domain.links import Status
from bot.domain.operations import IN_DOUBT
from bot.domain.settling import EXPIRY_GRACE
from bot.domain.stories import Due


def may_be_over(due: Due, now: datetime) -> bool:
    """Whether one list call can confirm that it has expired."""
    return is_unpaid(due) and now >= due.link.expires_at + EXPIRY_GRACE


def has_just_passed(due: Due, now: datetime) -> bool:
    """Whether its card can say that the deadline has passed without a question to Dintero."""
    link = due.link
    nothing_known = link.transaction_id is None and link.operation is None
    return is_unpaid(due) and nothing_known and link.expires_at <= now < link.expires_at + EXPIRY_GRACE


def is_curious(due: Due) -> bool:
    """Whether a read could only show that it was opened: no callback has come, no payment or operation has begun."""
    link = due.link
    idle = link.facts.paying_since is None and link.transaction_id is None and link.operation is None
    return idle and link.status is Status.OPEN and not due.hinted


def is_unpaid(due: Due) -> bool:
    """Whether it is open without any payment, clear or unclear, and no callback has come."""
    link = due.link
    if link.facts.unclear_since is not None or link.facts.other_payments:
        return False
    waiting = link.status is Status.OPEN and link.session_id is not None and link.facts.paying_since is None
    return waiting and not due.hinted


def can_be_listed(due: Due) -> bool:
    """Whether its payment is known and nothing but time asks for a look.

    A list only says whether that payment changed since it was last understood. Where nothing changing is itself worth a
    question, what was read since then was not understood, or another payment counts too, the link is looked at whole.
    """
    link = due.link
    capture_missing = link.status is Status.AUTHORIZED and link.auto_capture
    unchanging = capture_missing or link.facts.paying_since is not None
    puzzling = link.facts.unclear_since is not None or link.facts.other_payments > 0
    return link.transaction_id is not None and not (due.hinted or is_in_doubt(due) or unchanging or puzzling)


def is_in_doubt(due: Due) -> bool:
    """Whether a read may show how an operation ended."""
    return due.link.operation is not None and due.link.operation.state in IN_DOUBT
