"""The table of moves: the only way a link's status changes.

`MOVES` holds every move, `STALE` every pair that tells nothing new: a repeat, a read older than what we hold, or
a word about the session after money decided. What is in neither cannot happen, and raises.
"""

from collections.abc import Mapping
from typing import Final

from bot.domain.errors import ImpossibleReport
from bot.domain.links import Status
from bot.domain.observations import Report

S, R = Status, Report

_BORN: Final = {
    R.UNPAID: S.OPEN,
    R.PAYING: S.OPEN,
    R.PENDING: S.PENDING,
    R.AUTHORIZED: S.AUTHORIZED,
    R.CAPTURED: S.CAPTURED,
    R.VOIDED: S.VOIDED,
    R.CANCELLED: S.CANCELLED,
    R.EXPIRED: S.EXPIRED,
    R.FAILED: S.FAILED,
}
"""Where a link goes from the first sight of its session."""

_LATE: Final = {R.AUTHORIZED: S.AUTHORIZED, R.CAPTURED: S.CAPTURED}
"""Money after the end wins."""

_ROWS: Final[Mapping[Status, tuple[Mapping[Report, Status], set[Report]]]] = {
    S.REQUESTED: (_BORN, {R.UNKNOWN}),
    S.UNCERTAIN: (_BORN, {R.UNKNOWN}),
    S.REJECTED: (_LATE, {R.UNKNOWN}),
    S.OPEN: (
        {report: to for report, to in _BORN.items() if to is not S.OPEN},
        {R.UNPAID, R.PAYING, R.UNKNOWN},
    ),
    S.PENDING: (
        {
            R.AUTHORIZED: S.AUTHORIZED,
            R.CAPTURED: S.CAPTURED,
            R.VOIDED: S.VOIDED,
            R.CANCELLED: S.CANCELLED,
            R.FAILED: S.FAILED,
        },
        {R.UNPAID, R.PAYING, R.PENDING, R.EXPIRED, R.UNKNOWN},
    ),
    S.AUTHORIZED: (
        {R.CAPTURED: S.CAPTURED, R.VOIDED: S.VOIDED},
        {R.UNPAID, R.PAYING, R.PENDING, R.AUTHORIZED, R.EXPIRED, R.UNKNOWN},
    ),
    S.CAPTURED: ({}, {R.UNPAID, R.PAYING, R.PENDING, R.AUTHORIZED, R.CAPTURED, R.EXPIRED, R.UNKNOWN}),
    S.VOIDED: (
        {},
        {R.UNPAID, R.PAYING, R.PENDING, R.AUTHORIZED, R.VOIDED, R.CANCELLED, R.EXPIRED, R.UNKNOWN},
    ),
    S.CANCELLED: (
        {**_LATE, R.PENDING: S.PENDING, R.VOIDED: S.VOIDED},
        {R.UNPAID, R.PAYING, R.CANCELLED, R.EXPIRED, R.FAILED, R.UNKNOWN},
    ),
    S.EXPIRED: (
        {**_LATE, R.PENDING: S.PENDING, R.VOIDED: S.VOIDED},
        {R.UNPAID, R.PAYING, R.CANCELLED, R.EXPIRED, R.FAILED, R.UNKNOWN},
    ),
    S.FAILED: (
        {**_LATE, R.PENDING: S.PENDING, R.VOIDED: S.VOIDED},
        {R.UNPAID, R.PAYING, R.CANCELLED, R.EXPIRED, R.FAILED, R.UNKNOWN},
    ),
}

MOVES: Final[Mapping[tuple[Status, Report], Status]] = {
    (status, report): to for status, (moves, _) in _ROWS.items() for report, to in moves.items()
}
STALE: Final = frozenset((status, report) for status, (_, stale) in _ROWS.items() for report in stale)

CORRECTIONS: Final[Mapping[tuple[Status, Report], Status]] = {
    (S.CAPTURED, R.AUTHORIZED): S.AUTHORIZED,
    (S.CAPTURED, R.VOIDED): S.VOIDED,
    (S.VOIDED, R.AUTHORIZED): S.AUTHORIZED,
    (S.VOIDED, R.CAPTURED): S.CAPTURED,
}
"""What only Dintero's own correction of an earlier event may turn back (Dintero reference §6)."""

ENDED: Final = frozenset({S.REJECTED, S.CANCELLED, S.EXPIRED, S.FAILED})
"""Money that arrives from here is *late*."""


def move(status: Status, report: Report, *, corrected: bool = False) -> Status:
    """The status after `report`; the same one when it tells nothing new.

    `corrected` says that Dintero corrected an earlier event of the payment, in a read that is not an older one.

    Raises:
        ImpossibleReport: for a pair that no payment can show.

    """
    if corrected and (status, report) in CORRECTIONS:
        return CORRECTIONS[status, report]
    if (status, report) in STALE:
        return status
    try:
        return MOVES[status, report]
    except KeyError:
        raise ImpossibleReport(f"{status} cannot follow {report}") from None
