"""When a link is looked at again by itself: soon while things happen, ever more rarely, and not at all in the end."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.links import Facts, Status
from bot.domain.operations import Kind, State
from bot.domain.schedule import next_look
from bot.domain.settling import EXPIRY_GRACE, settle
from tests.domain.given import DAY, HOUR, MINUTE, NOW, a_link, an_operation, look, reserved, taken

SECOND = timedelta(seconds=1)
DEADLINE = NOW + 7 * DAY
CONFIRM = DEADLINE + EXPIRY_GRACE


def wait(link, now=NOW):
    at = next_look(link, now)
    return None if at is None else at - now


@pytest.mark.parametrize(
    ("age", "interval"),
    [
        (0 * MINUTE, 10 * SECOND),
        (3 * MINUTE - SECOND, 10 * SECOND),
        (3 * MINUTE, 30 * SECOND),
        (10 * MINUTE - SECOND, 30 * SECOND),
        (10 * MINUTE, 5 * MINUTE),
        (HOUR - SECOND, 5 * MINUTE),
        (HOUR, HOUR),
        (DAY - SECOND, HOUR),
    ],
)
def test_an_unopened_link_is_looked_at_ever_more_rarely(age, interval):
    assert wait(a_link(created_at=NOW - age)) == interval


@pytest.mark.parametrize(
    ("age", "interval"),
    [(0 * MINUTE, 10 * SECOND), (10 * MINUTE - SECOND, 10 * SECOND), (10 * MINUTE, 5 * MINUTE), (HOUR, HOUR)],
)
def test_a_link_for_somebody_on_the_phone_is_watched_for_ten_minutes(age, interval):
    link = a_link(created_at=NOW - age, on_phone=True, expires_at=NOW + HOUR)

    assert wait(link) == interval


@pytest.mark.parametrize(
    ("age", "interval"),
    [(0 * MINUTE, 30 * SECOND), (10 * MINUTE, 5 * MINUTE), (HOUR - SECOND, 5 * MINUTE)],
)
def test_an_opened_link_is_looked_at_for_attempts_that_fail(age, interval):
    """Dintero calls nobody back about them, and this is when the customer needs help."""
    assert wait(a_link(created_at=NOW - 2 * DAY, facts=Facts(opened_at=NOW - age))) == interval


@pytest.mark.parametrize(
    "link",
    [
        a_link(created_at=NOW - 2 * DAY),
        a_link(facts=Facts(opened_at=NOW - HOUR)),
        a_link(session_id=None, facts=Facts(vouched_by="U")),
    ],
)
def test_an_open_link_is_left_alone_until_its_deadline_and_then_until_its_expiry_can_be_confirmed(link):
    assert next_look(link, NOW) == DEADLINE
    assert next_look(link, DEADLINE) == CONFIRM


@pytest.mark.parametrize("seconds", [1, 59])
def test_deadlines_within_a_minute_are_confirmed_together(seconds):
    """One list answers for fifty of them."""
    link = a_link(expires_at=DEADLINE - timedelta(seconds=seconds, microseconds=1))

    assert next_look(link, link.expires_at) == CONFIRM


@pytest.mark.parametrize("link", [reserved(), taken()])
def test_payments_of_the_same_minute_are_compared_together(link):
    """Not to the second: a day later one list answers for fifty of them."""
    assert {next_look(link, NOW + seconds * SECOND) for seconds in (1, 30, 60)} == {NOW + DAY + MINUTE}


def test_a_link_opened_just_before_its_deadline_is_asked_nothing_after_it():
    """Nobody can open it or try again: what is left to know is whether a payment is under way."""
    link = a_link(facts=Facts(opened_at=DEADLINE - SECOND))

    assert next_look(link, DEADLINE - SECOND) == DEADLINE
    assert next_look(link, DEADLINE) == CONFIRM


def test_the_look_that_confirms_an_expiry_finds_it():
    """Not a moment too early, or it would be looked at for another hour."""
    assert settle(a_link(), look(), next_look(a_link(), DEADLINE)).link.status is Status.EXPIRED


def test_an_expiry_that_could_not_be_confirmed_is_tried_hourly():
    assert wait(a_link(created_at=NOW - 2 * DAY), CONFIRM + DAY) == HOUR


@pytest.mark.parametrize(
    ("age", "interval"), [(MINUTE, MINUTE), (6 * MINUTE, 2 * MINUTE), (30 * MINUTE, 5 * MINUTE), (DAY, HOUR)]
)
def test_a_payment_under_way_is_followed_closely_at_first(age, interval):
    assert wait(a_link(facts=Facts(paying_since=NOW - age))) == interval


@pytest.mark.parametrize("age", [MINUTE, 8 * DAY])
def test_a_payment_whose_status_nobody_knows_is_looked_at_until_the_word_is_known(age):
    """No sweep for new payments shows it any more, and nothing of its facts says that it was begun."""
    assert wait(a_link(created_at=NOW - age, transaction_id="T12345678.x"), NOW + age) == 15 * MINUTE


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CANCELLED, Status.FAILED])
@pytest.mark.parametrize(("age", "interval"), [(MINUTE, MINUTE), (6 * MINUTE, 2 * MINUTE), (2 * HOUR, DAY)])
def test_a_payment_begun_after_the_end_is_followed_until_it_ends(status, age, interval):
    """Its callback may be lost, and the sweep saw it only when it was new."""
    assert wait(a_link(status, Facts(paying_since=NOW - age))) == interval


@pytest.mark.parametrize(
    "link",
    [
        a_link(Status.REQUESTED),
        a_link(Status.REJECTED),
        a_link(Status.VOIDED),
        a_link(Status.CANCELLED),
        a_link(Status.EXPIRED),
        a_link(Status.FAILED),
        taken(refunded=250_00),
    ],
)
def test_what_has_ended_is_not_looked_at_again(link):
    assert next_look(link, NOW) is None


@pytest.mark.parametrize(
    ("link", "interval"),
    [
        (a_link(Status.PENDING), 15 * MINUTE),
        (reserved(), DAY),
        (reserved(auto_capture=True), 15 * MINUTE),
        (taken(), DAY),
        (taken(100_00, 100_00), DAY),
    ],
)
def test_money_that_may_still_move_is_looked_at(link, interval):
    assert wait(link) == interval


@pytest.mark.parametrize(("age", "interval"), [(6 * DAY, DAY), (8 * DAY, 7 * DAY), (91 * DAY, None)])
def test_settled_money_is_looked_at_ever_more_rarely(age, interval):
    assert wait(taken(), NOW + age) == interval


@pytest.mark.parametrize(
    ("age", "interval"),
    [
        (SECOND, 5 * SECOND),
        (MINUTE, 15 * SECOND),
        (10 * MINUTE, MINUTE),
        (30 * MINUTE, 5 * MINUTE),
        (DAY, HOUR),
    ],
)
@pytest.mark.parametrize("state", [State.SENDING, State.ACCEPTED, State.UNKNOWN])
def test_an_operation_in_doubt_is_followed_until_it_is_answered(state, age, interval):
    assert wait(reserved(operation=an_operation(state=state, sent_at=NOW - age))) == interval


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CANCELLED, Status.VOIDED, Status.FAILED])
def test_an_operation_in_doubt_is_followed_even_when_the_link_has_ended(status):
    link = a_link(status, operation=an_operation(Kind.CANCEL, State.UNKNOWN, sent_at=NOW - DAY))

    assert wait(link) == HOUR


def test_an_uncertain_link_is_searched_for_to_its_deadline():
    link = a_link(Status.UNCERTAIN, created_at=NOW)

    assert wait(link) == 5 * SECOND
    assert next_look(link, CONFIRM - MINUTE) == CONFIRM


def test_it_is_searched_for_as_often_when_its_create_had_waited_for_hours():
    sent = an_operation(Kind.CREATE, State.UNKNOWN, sent_at=NOW)

    assert wait(a_link(Status.UNCERTAIN, created_at=NOW - 3 * HOUR, operation=sent)) == 5 * SECOND


FACTS = st.builds(
    Facts,
    opened_at=st.none() | st.just(NOW),
    paying_since=st.none() | st.just(NOW - MINUTE),
    authorized_at=st.none() | st.just(NOW - DAY),
    open_to_capture=st.sampled_from([0, 1]),
    open_to_refund=st.sampled_from([0, 1]),
)
OPERATIONS = st.none() | st.builds(an_operation, st.sampled_from(Kind), st.sampled_from(State))


@given(st.sampled_from(Status), FACTS, OPERATIONS, st.timedeltas(timedelta(0), timedelta(days=400)), st.booleans())
def test_the_next_look_is_never_in_the_past(status, facts, operation, later, auto):
    link = a_link(status, facts, operation=operation, auto_capture=auto)
    now = NOW + later

    at = next_look(link, now)

    assert at is None or at > now
