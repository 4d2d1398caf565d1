"""What may be done with a link: the one table that draws the buttons and refuses the clicks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.actions import (
    Action,
    actions,
    awaits_auto_capture,
    may_be_closed,
    may_stop_waiting,
    open_amount,
    open_for,
)
from bot.domain.links import Delivered, Facts, Status
from bot.domain.methods import RestRelease
from bot.domain.operations import Kind, State
from tests.domain.given import DAY, HOUR, MINUTE, NOW, a_link, an_operation, reserved, taken

A = Action
OTHER = (A.RESEND, A.CHANGE, A.EXTEND)
UNDELIVERED = a_link(facts=Facts(delivered=Delivered.SKIPPED))
LATE_ASKS = (A.KEEP, A.GIVE_BACK, A.REFRESH)


@pytest.mark.parametrize(
    ("link", "offered"),
    [
        (a_link(Status.REQUESTED), ()),
        (a_link(Status.REJECTED), (A.SEND_AGAIN, A.REQUEST_AGAIN)),
        (a_link(Status.REJECTED, replaced=True), ()),
        (a_link(), (A.SHOW_LINK, *OTHER, A.CANCEL, A.REFRESH)),
        (a_link(url=None), (*OTHER, A.CANCEL, A.REFRESH)),
        (a_link(on_phone=True), (A.HUNG_UP, A.SHOW_LINK, *OTHER, A.CANCEL, A.REFRESH)),
        (UNDELIVERED, (A.SHOW_LINK, A.RESEND, A.SEND_EMAIL, A.CHANGE, A.EXTEND, A.CANCEL, A.REFRESH)),
        (a_link(url=None, session_id=None), (A.REFRESH,)),
        (a_link(Status.PENDING), (A.REFRESH,)),
        (reserved(), (A.CAPTURE, A.CAPTURE_PART, A.RELEASE, A.REFRESH)),
        (reserved(late=True), LATE_ASKS),
        (taken(), (A.REFUND, A.REFRESH)),
        (taken(100_00), (A.CAPTURE, A.CAPTURE_PART, A.RELEASE, A.REFUND, A.REFRESH)),
        (taken(100_00, rest=0), (A.REFUND, A.REFRESH)),
        (taken(100_00, 100_00), (A.CAPTURE, A.CAPTURE_PART, A.RELEASE, A.REFRESH)),
        (taken(refunded=100_00), (A.REFUND, A.REFRESH)),
        (taken(refunded=250_00), (A.REQUEST_AGAIN, A.REFRESH)),
        (taken(late=True), LATE_ASKS),
        (a_link(Status.VOIDED), (A.REQUEST_AGAIN, A.REFRESH)),
        (a_link(Status.CANCELLED), (A.REQUEST_AGAIN, A.REFRESH)),
        (a_link(Status.EXPIRED), (A.REQUEST_AGAIN, A.REFRESH)),
        (a_link(Status.FAILED), (A.REQUEST_AGAIN, A.REFRESH)),
    ],
)
def test_each_state_offers_its_buttons(link, offered):
    assert actions(link, NOW) == offered


def test_nothing_is_given_back_that_has_been_given_back():
    """A refund of nothing, or of somebody else's money."""
    assert A.GIVE_BACK not in actions(taken(refunded=250_00, late=True), NOW)


def test_reserved_money_is_never_refunded_and_taken_money_never_released():
    assert A.REFUND not in actions(reserved(), NOW)
    assert A.RELEASE not in actions(taken(), NOW)


@pytest.mark.parametrize("state", [State.AWAITING, State.WANTED])
@pytest.mark.parametrize("link", [a_link(), reserved(), reserved(late=True), taken(100_00)])
def test_while_something_is_wanted_nothing_else_can_be_pressed(link, state):
    assert actions(replace(link, operation=an_operation(state=state)), NOW) == ()


@pytest.mark.parametrize("link", [a_link(), reserved(), reserved(late=True), taken(), a_link(Status.EXPIRED)])
@pytest.mark.parametrize(
    ("state", "offered"),
    [(State.SENDING, (A.REFRESH,)), (State.ACCEPTED, (A.CHECK_AGAIN,)), (State.UNKNOWN, (A.CHECK_AGAIN,))],
)
def test_while_an_operation_is_in_doubt_one_can_only_look(link, state, offered):
    operation = an_operation(Kind.CANCEL, state)

    assert actions(replace(link, operation=operation), NOW) == offered


@pytest.mark.parametrize(
    ("age", "offered"),
    [
        (10 * MINUTE - timedelta(seconds=1), (A.CHECK_AGAIN,)),
        (10 * MINUTE, (A.CHECK_AGAIN, A.TRY_AGAIN)),
        (DAY, (A.CHECK_AGAIN, A.TRY_AGAIN)),
    ],
)
def test_trying_again_is_offered_after_ten_minutes_and_never_earlier(age, offered):
    link = reserved(operation=an_operation(state=State.UNKNOWN, sent_at=NOW - age))

    assert actions(link, NOW) == offered


@pytest.mark.parametrize("state", [State.SENDING, State.ACCEPTED])
def test_what_may_still_be_under_way_is_never_tried_again(state):
    link = reserved(operation=an_operation(state=state, sent_at=NOW - DAY))

    assert A.TRY_AGAIN not in actions(link, NOW)


SECOND = timedelta(seconds=1)


def begun(link, kind, amount):
    """The link with that much in progress at Dintero."""
    facts = link.facts
    field = "open_to_refund" if kind is Kind.REFUND else "open_to_capture"
    left = {field: getattr(facts, field) - amount}
    return replace(link, facts=replace(facts, in_progress={kind: amount}, **left))


POSSIBLE = replace(reserved(), facts=replace(reserved().facts, possible_entry=True))


@pytest.mark.parametrize(
    ("link", "operation", "age", "closed"),
    [
        (reserved(), an_operation(state=State.UNKNOWN), 10 * MINUTE - SECOND, False),
        (reserved(), an_operation(state=State.UNKNOWN), 10 * MINUTE, True),
        (taken(), an_operation(state=State.UNKNOWN), MINUTE, False),
        (POSSIBLE, an_operation(state=State.UNKNOWN), 2 * DAY, False),
        (reserved(), an_operation(state=State.SENDING), 2 * DAY, False),
        (reserved(), an_operation(state=State.ACCEPTED), 2 * DAY, False),
        (a_link(), an_operation(Kind.CANCEL, State.ACCEPTED, 0), 2 * DAY, False),
        (a_link(Status.UNCERTAIN), an_operation(Kind.CREATE, State.UNKNOWN, 0), DAY, False),
    ],
)
def test_looking_again_closes_only_what_shows_no_trace_for_ten_minutes(link, operation, age, closed):
    asked = replace(link, operation=replace(operation, sent_at=NOW - age))

    assert may_be_closed(asked, NOW) is closed


@pytest.mark.parametrize(
    ("link", "operation", "age", "may"),
    [
        (reserved(), an_operation(state=State.UNKNOWN), 2 * DAY, False),
        (POSSIBLE, an_operation(state=State.UNKNOWN), DAY - SECOND, False),
        (POSSIBLE, an_operation(state=State.UNKNOWN), DAY, True),
        (reserved(), an_operation(state=State.SENDING), 2 * DAY, False),
        (reserved(), an_operation(state=State.ACCEPTED), DAY - SECOND, False),
        (reserved(), an_operation(state=State.ACCEPTED), DAY, True),
        (taken(), an_operation(state=State.ACCEPTED), MINUTE, True),
        (begun(reserved(), Kind.CAPTURE, 250_00), an_operation(state=State.ACCEPTED), MINUTE, False),
        (taken(), an_operation(Kind.REFUND, State.ACCEPTED), MINUTE, False),
        (begun(taken(), Kind.REFUND, 250_00), an_operation(Kind.REFUND, State.ACCEPTED), MINUTE, False),
        (a_link(), an_operation(Kind.CANCEL, State.ACCEPTED, 0), DAY - SECOND, False),
        (a_link(), an_operation(Kind.CANCEL, State.ACCEPTED, 0), DAY, True),
        (a_link(Status.UNCERTAIN), an_operation(Kind.CREATE, State.UNKNOWN, 0), DAY, False),
    ],
)
def test_waiting_for_what_is_in_progress_ends_after_a_day_or_when_nothing_is_left(link, operation, age, may):
    waiting = replace(link, operation=replace(operation, sent_at=NOW - age))

    assert may_stop_waiting(waiting, NOW) is may
    assert (A.STOP_WAITING in actions(waiting, NOW)) is may
    assert A.TRY_AGAIN not in actions(waiting, NOW) or operation.state is State.UNKNOWN


@pytest.mark.parametrize(
    ("link", "offered"),
    [
        (begun(reserved(), Kind.CAPTURE, 250_00), (A.REFRESH,)),
        (begun(reserved(), Kind.CAPTURE, 100_00), (A.CAPTURE, A.CAPTURE_PART, A.REFRESH)),
        (begun(reserved(late=True), Kind.CAPTURE, 100_00), (A.KEEP, A.REFRESH)),
        (begun(taken(100_00), Kind.CAPTURE, 50_00), (A.CAPTURE, A.CAPTURE_PART, A.REFUND, A.REFRESH)),
        (begun(taken(), Kind.REFUND, 100_00), (A.REFUND, A.REFRESH)),
        (begun(taken(), Kind.REFUND, 250_00), (A.REFRESH,)),
    ],
)
def test_what_is_in_progress_is_not_offered_again_nor_released(link, offered):
    assert actions(link, NOW) == offered


@pytest.mark.parametrize(
    ("link", "operation"),
    [
        (taken(refunded=100_00), an_operation(Kind.REFUND, State.UNKNOWN, 100_00, seen_open=250_00)),
        (taken(100_00), an_operation(Kind.CAPTURE, State.UNKNOWN, 100_00, seen_open=250_00)),
        (a_link(Status.CANCELLED), an_operation(Kind.CANCEL, State.UNKNOWN, 0)),
        (reserved(), an_operation(Kind.CANCEL, State.UNKNOWN, 0)),
    ],
)
def test_trying_again_is_not_offered_once_the_open_amount_has_changed(link, operation):
    """A colleague may have refunded in the Backoffice meanwhile: the same once more would return it twice."""
    old = replace(operation, sent_at=NOW - HOUR)

    assert actions(replace(link, operation=old), NOW) == (A.CHECK_AGAIN,)


def test_an_unanswered_cancel_of_an_open_link_can_be_tried_again():
    link = a_link(operation=an_operation(Kind.CANCEL, State.UNKNOWN, 0, sent_at=NOW - HOUR))

    assert actions(link, NOW) == (A.CHECK_AGAIN, A.TRY_AGAIN)


def uncertain(age, **changes):
    operation = an_operation(Kind.CREATE, State.UNKNOWN, sent_at=NOW - age)
    return a_link(Status.UNCERTAIN, operation=operation, **changes)


@pytest.mark.parametrize(
    ("link", "offered"),
    [
        (uncertain(timedelta(seconds=59)), (A.CHECK_AGAIN,)),
        (uncertain(timedelta(seconds=60)), (A.IT_ARRIVED, A.SEND_AGAIN, A.CHECK_AGAIN)),
        (a_link(Status.UNCERTAIN), (A.IT_ARRIVED, A.SEND_AGAIN, A.CHECK_AGAIN)),
        (uncertain(DAY, replaced=True), ()),
    ],
)
def test_an_uncertain_link_asks_after_a_minute_whether_it_arrived(link, offered):
    assert actions(link, NOW) == offered


def test_a_link_is_shared_until_its_deadline_and_can_be_cancelled_after_it():
    """A link that nobody can pay is not to be shared; a payment may still be under way."""
    link = a_link(expires_at=NOW)

    assert actions(link, NOW - SECOND) == (A.SHOW_LINK, *OTHER, A.CANCEL, A.REFRESH)
    assert actions(link, NOW) == (A.EXTEND, A.RESEND, A.CHANGE, A.CANCEL, A.REFRESH)


def test_an_uncertain_link_has_no_link_to_show_and_nothing_to_cancel():
    assert not {A.SHOW_LINK, A.CANCEL} & set(actions(uncertain(HOUR), NOW))


@pytest.mark.parametrize(
    ("age", "waits"), [(MINUTE, True), (48 * HOUR - MINUTE, True), (48 * HOUR, False), (60 * HOUR, False)]
)
def test_dintero_gets_forty_eight_hours_for_its_automatic_capture(age, waits):
    """A capture of ours would end Dintero's own attempts."""
    link = reserved(auto_capture=True)
    link = replace(link, facts=replace(link.facts, authorized_at=NOW - age))

    assert awaits_auto_capture(link, NOW) is waits
    assert (A.CAPTURE in actions(link, NOW)) is not waits
    assert A.RELEASE in actions(link, NOW)


def test_late_money_asks_for_a_decision_even_when_capture_is_automatic():
    assert actions(reserved(late=True, auto_capture=True), NOW) == LATE_ASKS


PART = taken(100_00, 30_00)


@pytest.mark.parametrize(
    ("link", "action", "minor"),
    [
        (reserved(), A.CAPTURE, 250_00),
        (reserved(), A.CAPTURE_PART, 250_00),
        (reserved(), A.RELEASE, 250_00),
        (reserved(late=True), A.KEEP, 250_00),
        (reserved(late=True), A.GIVE_BACK, 250_00),
        (taken(late=True), A.GIVE_BACK, 250_00),
        (taken(late=True), A.KEEP, 0),
        (PART, A.CAPTURE, 150_00),
        (PART, A.RELEASE, 150_00),
        (PART, A.REFUND, 70_00),
        (PART, A.GIVE_BACK, 70_00),
        (a_link(), A.CANCEL, 0),
        (PART, A.REFRESH, 0),
        (replace(PART, operation=an_operation(Kind.REFUND)), A.TRY_AGAIN, 70_00),
        (replace(PART, operation=an_operation(Kind.VOID)), A.TRY_AGAIN, 150_00),
        (replace(PART, operation=an_operation(Kind.CANCEL)), A.TRY_AGAIN, 0),
        (PART, A.TRY_AGAIN, 0),
    ],
)
def test_a_button_carries_the_amount_it_is_about(link, action, minor):
    assert open_amount(link, action) == minor


@pytest.mark.parametrize(
    ("kind", "minor"),
    [(Kind.CAPTURE, 150_00), (Kind.VOID, 150_00), (Kind.REFUND, 70_00), (Kind.CANCEL, 0), (Kind.CREATE, 0)],
)
def test_each_kind_of_operation_has_its_own_open_amount(kind, minor):
    assert open_for(PART, kind) == minor


@pytest.mark.parametrize("status", Status)
def test_every_state_has_an_answer_without_repeating_a_button(status):
    offered = actions(a_link(status), NOW)

    assert len(offered) == len(set(offered))


@pytest.mark.parametrize("way", [RestRelease.LAST_CAPTURE, RestRelease.NEVER, None])
def test_the_rest_is_released_only_where_the_method_has_a_release_of_its_own(way):
    part = replace(PART, facts=replace(PART.facts, rest_release=way))
    whole = replace(reserved(), facts=replace(reserved().facts, rest_release=way))

    assert A.RELEASE in actions(PART, NOW)
    assert A.RELEASE not in actions(part, NOW)
    assert A.RELEASE in actions(whole, NOW)
