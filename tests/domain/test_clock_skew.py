"""Clocks are compared by the `Date` of answers: whole seconds, written at some moment between question and arrival."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.domain.clock_skew import DATABASE, DINTERO, SLACK, ClockSkew, differences

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def compared(ours, *, seconds=0.0, whom=SLACK, header=None):
    skew = ClockSkew()
    skew.note_date(whom, header or format_datetime(NOON, usegmt=True), NOON + ours, seconds)
    return skew


@pytest.mark.parametrize(
    ("ours", "seconds", "known"),
    [
        (timedelta(), 0, 0),
        (timedelta(seconds=0.9), 0, 0),
        (timedelta(seconds=9.5), 9, 0),
        (timedelta(minutes=6), 0, 359),
        (timedelta(minutes=6), 30, 329),
        (timedelta(minutes=-6), 0, -360),
        (timedelta(minutes=-6), 30, -360),
    ],
)
def test_only_what_no_moment_of_the_way_explains_is_a_difference(ours, seconds, known):
    assert compared(ours, seconds=seconds).known() == {SLACK: known}


@pytest.mark.parametrize("header", ["", "noon", "Tue, 01 Dec 2026", "Tue, 99 Dec 2026 12:00:00 GMT", "2026-12-01"])
def test_an_answer_that_does_not_say_what_time_it_is_says_nothing(header):
    skew = ClockSkew()

    skew.note_date(SLACK, header, NOON, 0)
    skew.note_date(SLACK, None, NOON, 0)

    assert skew.known() == {}


def test_the_latest_answer_counts():
    skew = compared(timedelta(minutes=6))

    skew.note_date(SLACK, format_datetime(NOON, usegmt=True), NOON, 0)

    assert differences(skew.known()) == ()


@pytest.mark.parametrize(
    ("whom", "seconds", "told"),
    [
        (SLACK, 30, ()),
        (SLACK, 31, ("This computer's clock is 31 seconds ahead of Slack's. {}",)),
        (DINTERO, -400, ("This computer's clock is 7 minutes behind Dintero's. {}",)),
        (DATABASE, 5, ()),
        (DATABASE, -6, ("This computer's clock is 6 seconds behind the database's. {}",)),
        (DATABASE, 21600, ("This computer's clock is 6 hours ahead of the database's. {}",)),
    ],
)
def test_what_is_more_than_tolerated_is_said_with_its_fix(whom, seconds, told):
    fix = "Have it set by NTP, for example: timedatectl set-ntp true."

    assert differences({whom: seconds}) == tuple(sentence.format(fix) for sentence in told)


def test_how_far_ahead_is_known_of_who_said_what_time_it_is_and_of_nobody_else():
    skew = compared(timedelta(minutes=6), whom=DINTERO)

    assert skew.ahead(DINTERO) == timedelta(seconds=359)
    assert skew.ahead(SLACK) == timedelta()


@pytest.mark.parametrize("ours", [timedelta(minutes=-6), timedelta(days=300)])
def test_a_clock_that_is_behind_or_impossibly_far_ahead_corrects_nothing(ours):
    assert compared(ours, whom=DINTERO).ahead(DINTERO) == timedelta()
