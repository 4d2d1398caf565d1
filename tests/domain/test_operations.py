"""The life of an operation: which states hold the link, which are in doubt, when a person may ask again."""

from datetime import timedelta

import pytest

from bot.domain.operations import IN_DOUBT, OPEN, State
from tests.domain.given import MINUTE, NOW, an_operation


@pytest.mark.parametrize(
    ("state", "is_open", "in_doubt"),
    [
        (State.AWAITING, True, False),
        (State.WANTED, True, False),
        (State.SENDING, True, True),
        (State.ACCEPTED, True, True),
        (State.UNKNOWN, True, True),
        (State.DONE, False, False),
        (State.REFUSED, False, False),
        (State.ABSENT, False, False),
        (State.WITHDRAWN, False, False),
    ],
)
def test_each_state_is_open_or_over_and_in_doubt_or_not(state, is_open, in_doubt):
    assert an_operation(state=state).is_open is is_open
    assert (state in OPEN, state in IN_DOUBT) == (is_open, in_doubt)


def test_the_table_above_knows_every_state():
    assert len(State) == 9


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    ("age", "long_enough"),
    [(timedelta(0), False), (10 * MINUTE - timedelta(seconds=1), False), (10 * MINUTE, True), (60 * MINUTE, True)],
)
def test_only_an_unknown_operation_may_be_asked_for_again_and_never_before_ten_minutes(state, age, long_enough):
    operation = an_operation(state=state, sent_at=NOW - age)

    assert operation.may_ask_again(NOW) is (state is State.UNKNOWN and long_enough)


def test_what_was_never_sent_cannot_be_asked_for_again():
    assert not an_operation(state=State.UNKNOWN, sent_at=None).may_ask_again(NOW)


@pytest.mark.parametrize(
    ("reference", "name"),
    [("4711-C1", "C1"), ("4711-C1-9f3a", "C1"), ("4711-2-R12-1234", "R12"), ("A-C2-X1-00ff", "X1"), ("A-C2-C1", "C1")],
)
def test_people_are_shown_which_of_its_links_operations_it_is(reference, name):
    assert an_operation(reference=reference).name == name


@pytest.mark.parametrize(
    ("age", "stale"),
    [
        (timedelta(0), False),
        (timedelta(minutes=9, seconds=59), False),
        (timedelta(minutes=10), True),
        (timedelta(days=4), True),
        (-timedelta(minutes=9), False),
        (-timedelta(hours=6), True),
    ],
)
def test_an_intent_is_stale_after_ten_minutes_and_when_its_time_cannot_be(age, stale):
    assert an_operation(created_at=NOW - age).is_stale(NOW) is stale
