"""Reminders: three at most, by day, never near each other or an end, and none where nobody needs one."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.links import Delivered, Facts, Status
from bot.domain.operations import Kind
from bot.domain.orders import Delivery, Remind
from bot.domain.reminders import (
    APART,
    by_day,
    first_reminder,
    may_remind,
    reminder_times,
    still_due,
    still_reminding,
    stopped,
    turn,
    unfit,
)
from tests.slack.shelf import order

from .given import DAY, HOUR, MINUTE, NOW, a_link, an_operation, reserved

OSLO = ZoneInfo("Europe/Oslo")
ZONES = st.sampled_from(["Europe/Oslo", "Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "UTC"]).map(
    ZoneInfo
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
NUDGING = order(remind=Remind.NUDGE)
MAILING = order(remind=Remind.EMAIL, email="kari@example.com", delivery=Delivery.EMAIL)
OPENED = Facts(opened_at=NOW)


def local(*when):
    return datetime(*when, tzinfo=OSLO)


@given(MOMENTS, st.timedeltas(MINUTE, 30 * DAY), ZONES)
def test_they_are_few_by_day_and_apart(start, life, zone):
    times = reminder_times(start, start + life, zone)

    assert len(times) <= 3
    marks = [start, *times, start + life]
    assert not times or all(later - sooner >= APART for sooner, later in itertools.pairwise(marks))
    assert all(time(9) <= at.astimezone(zone).time() < time(20) for at in times)


def test_a_week_is_reminded_of_after_a_quarter_a_half_and_three_quarters():
    start = local(2026, 11, 16, 12)

    assert reminder_times(start, start + 8 * DAY, OSLO) == (start + 2 * DAY, start + 4 * DAY, start + 6 * DAY)


def test_a_day_that_begins_at_noon_has_one_in_the_evening_and_one_in_the_morning():
    start = local(2026, 11, 20, 12)

    assert reminder_times(start, start + DAY, OSLO) == (local(2026, 11, 20, 18), local(2026, 11, 21, 9))


@pytest.mark.parametrize("life", [30 * MINUTE, HOUR, 2 * HOUR - MINUTE])
def test_a_short_life_has_none(life):
    assert reminder_times(local(2026, 11, 20, 12), local(2026, 11, 20, 12) + life, OSLO) == ()


@pytest.mark.parametrize(
    ("at", "moved"),
    [
        (local(2026, 11, 20, 8, 59), local(2026, 11, 20, 9)),
        (local(2026, 11, 20, 9), local(2026, 11, 20, 9)),
        (local(2026, 11, 20, 19, 59), local(2026, 11, 20, 19, 59)),
        (local(2026, 11, 20, 20), local(2026, 11, 21, 9)),
        (local(2026, 3, 28, 23), local(2026, 3, 29, 9)),
        (local(2026, 10, 24, 23), local(2026, 10, 25, 9)),
    ],
)
def test_nobody_is_reminded_at_night_also_when_the_clocks_change(at, moved):
    assert by_day(at.astimezone(UTC), OSLO) == moved.astimezone(UTC)


STOPS = {
    "paid": reserved(),
    "cancelled": a_link(Status.CANCELLED),
    "expired": a_link(Status.EXPIRED),
    "at its deadline": a_link(expires_at=NOW),
    "replaced": a_link(replaced=True),
    "reported": a_link(facts=Facts(reported_at=NOW)),
    "opened": a_link(facts=OPENED),
}


@pytest.mark.parametrize("why", STOPS)
def test_reminders_end_when_it_is(why):
    reminding = replace(STOPS[why], remind_at=NOW + HOUR)

    assert may_remind(NUDGING, a_link(), NOW)
    assert not may_remind(NUDGING, reminding, NOW)
    assert still_reminding(NUDGING, reminding, NOW).remind_at is None
    assert turn(NUDGING, reminding, NOW, OSLO).goes is False
    assert turn(NUDGING, reminding, NOW, OSLO).link.remind_at is None


def test_they_go_on_after_it_was_opened_where_the_seller_chose_so():
    opened = a_link(facts=OPENED)

    assert may_remind(replace(NUDGING, remind_opened=True), opened, NOW)


def test_an_order_without_reminders_has_none():
    assert first_reminder(order(), a_link(), NOW, OSLO) is None
    assert first_reminder(NUDGING, a_link(), NOW, OSLO) is not None


@pytest.mark.parametrize(
    ("of", "link", "may"),
    [
        (MAILING, a_link(), True),
        (replace(MAILING, email=None), a_link(), False),
        (MAILING, a_link(url=None), False),
        (MAILING, a_link(facts=Facts(delivered=Delivered.FAILED)), False),
        (replace(MAILING, delivery=Delivery.SMS), a_link(facts=Facts(delivered=Delivered.FAILED)), True),
    ],
)
def test_the_customer_is_mailed_again_only_where_a_mail_can_arrive(of, link, may):
    assert may_remind(of, link, NOW) is may


def test_a_turn_counts_and_names_the_next_one():
    link = a_link(remind_at=NOW)

    first = turn(NUDGING, link, NOW, OSLO)

    assert first.goes
    assert first.link.reminded == 1
    assert first.link.remind_at == reminder_times(link.created_at, link.expires_at, OSLO)[0]


def test_after_three_there_is_no_other():
    last = turn(NUDGING, a_link(remind_at=NOW, reminded=2), NOW, OSLO)

    assert last.goes
    assert last.link.remind_at is None
    assert not turn(NUDGING, replace(last.link, remind_at=NOW), NOW, OSLO).goes


@pytest.mark.parametrize(
    "link",
    [
        a_link(remind_at=NOW, operation=an_operation(Kind.CANCEL, amount=0)),
        a_link(remind_at=NOW, facts=Facts(paying_since=NOW)),
    ],
)
def test_one_that_falls_into_a_payment_or_a_cancellation_waits(link):
    waiting = turn(NUDGING, link, NOW, OSLO)

    assert not waiting.goes
    assert waiting.link.reminded == 0
    assert waiting.link.remind_at == NOW + 5 * MINUTE


def test_one_that_is_found_late_at_night_goes_in_the_morning():
    night = local(2026, 11, 20, 23).astimezone(UTC)

    found = turn(NUDGING, a_link(remind_at=NOW), night, OSLO)

    assert not found.goes
    assert found.link.remind_at == local(2026, 11, 21, 9)


def test_one_that_could_only_go_after_the_deadline_does_not():
    night = local(2026, 11, 20, 23).astimezone(UTC)

    assert turn(NUDGING, a_link(remind_at=NOW, expires_at=night + 2 * HOUR), night, OSLO).link.remind_at is None


@pytest.mark.parametrize(
    ("remind", "email", "mails", "wrong"),
    [
        (Remind.NUDGE, None, False, []),
        (Remind.EMAIL, "kari@example.com", True, []),
        (Remind.EMAIL, "kari@example.com", False, ["remind"]),
        (Remind.EMAIL, None, True, ["email"]),
    ],
)
def test_reminders_by_e_mail_want_an_address_and_a_mail_server(remind, email, mails, wrong):
    assert list(unfit(order(remind=remind, email=email), mails=mails)) == wrong


def test_only_the_latest_reminder_may_still_go():
    """A mail may wait for its server until the next one is written down, or somebody has stopped them all."""
    twice = a_link(reminded=2)

    assert still_due(NUDGING, twice, 2, NOW, OSLO)
    assert not still_due(NUDGING, twice, 1, NOW, OSLO)
    assert not still_due(NUDGING, stopped(twice), 2, NOW, OSLO)
