"""Which of two reads is the newer one; amounts come back only by a correction, or by a read that certainly is newer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.events import Happened
from bot.domain.links import Status
from bot.domain.observations import Report
from bot.domain.settling import settle
from tests.domain.given import NOW, a_mark, a_payment, look, reserved, taken

SECOND = timedelta(seconds=1)


def held(link, log, updated_at=NOW):
    return replace(link, facts=replace(link.facts, log=log, updated_at=updated_at))


def read(report, log, updated_at=NOW, **changes):
    return a_payment(report, marks=(a_mark(success=False),) * log, updated_at=updated_at, **changes)


@pytest.mark.parametrize(("log", "later"), [(4, None), (4, -SECOND), (3, SECOND)])
def test_a_newer_read_may_say_less(log, later):
    """A longer log, or as long a one with a later time: a capture that came to nothing after all."""
    updated_at = None if later is None else NOW + later

    settlement = settle(held(taken(), 3), look(read(Report.AUTHORIZED, log, updated_at)), NOW)

    assert settlement.link.status is Status.AUTHORIZED
    assert settlement.link.facts.open_to_capture == 250_00
    assert [one.kind for one in settlement.news] == [Happened.CORRECTED]


@pytest.mark.parametrize(
    ("log", "before", "after"),
    [(2, NOW, NOW + SECOND), (3, NOW, NOW), (3, NOW, NOW - SECOND), (3, None, NOW), (3, NOW, None), (3, None, None)],
)
def test_a_read_that_may_be_older_turns_nothing_back(log, before, after):
    link = held(taken(), 3, before)

    settlement = settle(link, look(read(Report.AUTHORIZED, log, after)), NOW)

    assert (settlement.link.status, settlement.changed, settlement.news) == (Status.CAPTURED, False, ())


def test_a_link_from_before_logs_were_counted_believes_no_read_to_be_newer():
    settlement = settle(held(taken(), 0, None), look(read(Report.AUTHORIZED, 4)), NOW)

    assert settlement.link.status is Status.CAPTURED


def test_the_time_of_the_last_change_is_no_difference_that_a_person_sees():
    settlement = settle(held(reserved(), 2), look(read(Report.AUTHORIZED, 2, NOW + SECOND)), NOW)

    assert settlement.link.facts.updated_at == NOW + SECOND
    assert not settlement.changed
