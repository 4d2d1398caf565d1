"""Questions that become askable because time passed: each is asked once."""

from datetime import timedelta

import pytest

from bot.domain.events import Happened
from bot.domain.links import Status
from bot.domain.nudges import nudges, ran_out
from bot.domain.operations import Kind, State
from tests.domain.given import HOUR, MINUTE, NOW, a_link, an_operation, reserved

SECOND = timedelta(seconds=1)
UNKNOWN = an_operation(state=State.UNKNOWN, sent_at=NOW)
CREATE = an_operation(Kind.CREATE, State.UNKNOWN, sent_at=NOW)


def asked(link, before, now):
    return [one.kind for one in nudges(link, before, now)]


@pytest.mark.parametrize(
    ("link", "moment", "kind"),
    [
        (reserved(operation=UNKNOWN), NOW + 10 * MINUTE, Happened.UNKNOWN),
        (a_link(Status.UNCERTAIN, operation=CREATE), NOW + MINUTE, Happened.UNCERTAIN),
        (reserved(auto_capture=True), NOW + 14 * MINUTE, Happened.AUTO_CAPTURE_MISSING),
        (reserved(auto_capture=True), NOW - MINUTE + 48 * HOUR, Happened.AUTO_CAPTURE_MISSING),
    ],
)
def test_a_question_is_asked_once_when_its_time_has_come(link, moment, kind):
    assert asked(link, moment - 2 * SECOND, moment - SECOND) == []
    assert asked(link, moment - SECOND, moment) == [kind]
    assert asked(link, moment, moment + SECOND) == []


@pytest.mark.parametrize(
    "link",
    [
        a_link(),
        reserved(),
        reserved(operation=an_operation(state=State.SENDING, sent_at=NOW)),
        a_link(Status.UNCERTAIN, operation=CREATE, replaced=True),
        a_link(Status.UNCERTAIN),
    ],
)
def test_where_nothing_is_in_doubt_nothing_is_asked(link):
    assert asked(link, NOW, NOW + 100 * HOUR) == []


def test_a_first_look_that_comes_late_still_asks():
    assert asked(reserved(operation=UNKNOWN), None, NOW + HOUR) == [Happened.UNKNOWN]


def test_the_deadline_of_an_open_link_passes_once():
    link = a_link(expires_at=NOW)

    assert not ran_out(link, NOW - 2 * SECOND, NOW - SECOND)
    assert ran_out(link, NOW - SECOND, NOW)
    assert not ran_out(link, NOW, NOW + SECOND)
    assert not ran_out(a_link(Status.EXPIRED, expires_at=NOW), NOW - SECOND, NOW)


def test_after_forty_eight_hours_the_question_says_that_it_is_over():
    [first, second] = nudges(reserved(auto_capture=True), NOW, NOW + 48 * HOUR)

    assert (first.data["over"], second.data["over"]) == (False, True)
    assert first.data["amount"] == 250_00
