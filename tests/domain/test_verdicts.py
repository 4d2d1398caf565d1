"""What became of an operation: every kind, judged by every sign that Dintero may show."""

from dataclasses import replace

import pytest

from bot.domain.events import Happened
from bot.domain.observations import Report
from bot.domain.operations import IN_DOUBT, Kind, State
from bot.domain.verdicts import claimed, judge, may_be_logged
from tests.domain.given import ALICE, NOW, a_mark, a_payment, a_session, an_operation, look

LETTERS = {Kind.CAPTURE: "C", Kind.REFUND: "R", Kind.VOID: "V", Kind.CANCEL: "X", Kind.CREATE: "S"}


def of(kind, state=State.UNKNOWN, **changes):
    return an_operation(kind, state, reference=f"4711-{LETTERS[kind]}1", **changes)


def state_of(operation, seen, report=None):
    verdict = judge(operation, seen, report or seen.report)
    return verdict.state if verdict else None


@pytest.mark.parametrize("kind", [Kind.CAPTURE, Kind.REFUND])
@pytest.mark.parametrize(
    ("mark", "state"),
    [
        ({}, State.DONE),
        ({"success": False}, State.REFUSED),
        ({"reference": "4711-9"}, None),
        ({"reference": None}, None),
        ({"reference": None, "correlation_id": "corr"}, State.DONE),
        ({"reference": None, "correlation_id": "corr", "success": False}, State.REFUSED),
        ({"reference": None, "correlation_id": "another"}, None),
        ({"amount": 1}, None),
        ({"amount": None, "success": False}, State.REFUSED),
        ({"position": 4}, None),
        ({"success": False, "in_progress": True}, State.ACCEPTED),
        ({"success": False, "in_progress": True, "reference": None}, None),
        ({"success": False, "in_progress": True, "reference": None, "correlation_id": "corr"}, State.ACCEPTED),
    ],
)
def test_taking_and_returning_is_answered_by_an_entry_of_ours_in_the_log(kind, mark, state):
    operation = of(kind, correlation_id="corr", log_before=5)
    mark = a_mark(kind, **{"reference": operation.reference, "position": 5, **mark})
    payment = replace(a_payment(Report.CAPTURED), marks=(mark,))

    assert state_of(operation, look(payment)) is state


def test_an_entry_without_correlation_is_not_ours_because_we_have_none_either():
    marks = (a_mark(reference=None, correlation_id=None),)

    assert state_of(of(Kind.CAPTURE), look(a_payment(marks=marks))) is None


def test_somebody_elses_capture_of_the_same_amount_is_no_proof_of_ours():
    marks = (a_mark(reference="backoffice"),)

    assert state_of(of(Kind.CAPTURE), look(a_payment(Report.CAPTURED, marks=marks))) is None


def test_a_refund_under_our_captures_reference_is_no_capture():
    marks = (a_mark(Kind.REFUND, reference="4711-C1"),)

    assert state_of(of(Kind.CAPTURE), look(a_payment(Report.CAPTURED, marks=marks))) is None


def test_a_success_after_a_failure_is_a_success():
    """Dintero may try by itself again; the entry that worked counts."""
    marks = (a_mark(success=False, error="try later"), a_mark())

    assert state_of(of(Kind.CAPTURE), look(a_payment(Report.CAPTURED, marks=marks))) is State.DONE


def test_a_refusal_keeps_the_last_reason():
    marks = (a_mark(success=False, error="first"), a_mark(success=False, error="last"))

    assert judge(of(Kind.CAPTURE), look(a_payment(marks=marks)), Report.AUTHORIZED).note == "last"


VOIDED_REST = (a_mark(Kind.VOID, 150_00, reference=None),)


@pytest.mark.parametrize(
    ("payment", "state"),
    [
        (a_payment(Report.VOIDED), State.DONE),
        (a_payment(Report.CAPTURED, captured=100_00, rest=0, marks=VOIDED_REST), State.DONE),
        (a_payment(Report.CAPTURED, captured=100_00, rest=0), State.DONE),
        (a_payment(Report.CAPTURED), State.REFUSED),
        (a_payment(Report.CAPTURED, captured=100_00), None),
        (a_payment(), None),
        (a_payment(marks=(a_mark(Kind.VOID, success=False, reference="4711-V1"),)), State.REFUSED),
        (a_payment(marks=(a_mark(Kind.VOID, success=False, reference=None),)), None),
        (a_payment(Report.UNKNOWN), None),
        (None, None),
    ],
)
def test_a_release_is_answered_by_the_state(payment, state):
    assert state_of(of(Kind.VOID), look(payment, a_session())) is state


@pytest.mark.parametrize(
    ("payment", "session", "state"),
    [
        (None, a_session(cancelled=True), State.DONE),
        (a_payment(Report.VOIDED), a_session(cancelled=True), State.DONE),
        (a_payment(Report.VOIDED), None, State.DONE),
        (a_payment(Report.PAYING), a_session(cancelled=True), State.DONE),
        (a_payment(Report.AUTHORIZED), a_session(cancelled=True), State.DONE),
        (a_payment(Report.CAPTURED), a_session(), State.REFUSED),
        (a_payment(Report.FAILED), a_session(), State.REFUSED),
        (None, a_session(failed=True), State.REFUSED),
        (None, a_session(), None),
        (a_payment(Report.PAYING), a_session(), None),
        (a_payment(Report.PENDING), a_session(), None),
        (a_payment(Report.AUTHORIZED), a_session(), None),
        (a_payment(Report.UNKNOWN), a_session(), None),
    ],
)
def test_a_cancel_is_answered_by_the_state(payment, session, state):
    assert state_of(of(Kind.CANCEL), look(payment, session)) is state


def test_a_cancel_of_what_has_expired_is_over():
    assert state_of(of(Kind.CANCEL), look(session=a_session()), Report.EXPIRED) is State.REFUSED


@pytest.mark.parametrize(
    ("seen", "report", "state"),
    [
        (look(session=a_session()), Report.UNPAID, State.DONE),
        (look(a_payment()), Report.AUTHORIZED, State.DONE),
        (look(session=a_session()), Report.EXPIRED, State.DONE),
        (look(), Report.EXPIRED, State.ABSENT),
        (look(), Report.UNKNOWN, None),
        (look(), Report.UNPAID, None),
    ],
)
def test_a_create_is_answered_by_its_session_or_its_deadline(seen, report, state):
    assert state_of(of(Kind.CREATE), seen, report) is state


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", sorted(set(State) - IN_DOUBT))
def test_only_what_dintero_may_have_heard_of_is_judged(kind, state):
    marks = (a_mark(kind, reference=of(kind).reference),)

    assert judge(of(kind, state), look(a_payment(Report.VOIDED, marks=marks), a_session()), Report.VOIDED) is None


def test_without_an_operation_there_is_nothing_to_judge():
    assert judge(None, look(a_payment()), Report.AUTHORIZED) is None


def test_only_a_refusal_is_news_of_its_own():
    """A success is told by the change it made."""
    done = judge(of(Kind.CAPTURE), look(a_payment(marks=(a_mark(),))), Report.CAPTURED)
    refused = judge(of(Kind.CAPTURE), look(a_payment(marks=(a_mark(success=False, error="No"),))), Report.AUTHORIZED)

    assert done.news(NOW) == ()
    [news] = refused.news(NOW)
    assert (news.kind, news.actor, news.data["operation"], news.data["reason"]) == (
        Happened.REFUSED,
        ALICE,
        "capture",
        "No",
    )


FAILED = {"success": False, "reference": None}


@pytest.mark.parametrize(
    "marks",
    [
        (),
        (a_mark(Kind.REFUND, **FAILED),),
        (a_mark(reference=None),),
        (a_mark(amount=99_00, **FAILED),),
        (a_mark(success=False, reference="4711-C0"),),
        (a_mark(correlation_id="r-1", **FAILED),),
        (a_mark(**FAILED), a_mark(amount=50_00, reference=None)),
        (a_mark(), a_mark(**FAILED)),
    ],
)
def test_nothing_but_the_last_nameless_failure_is_taken_for_ours(marks):
    payment = a_payment(marks=marks)

    assert claimed(payment, an_operation()) == payment


def test_the_last_nameless_failure_in_the_answer_is_ours():
    payment = a_payment(marks=(a_mark(amount=50_00, reference=None), a_mark(**FAILED)))

    assert [mark.reference for mark in claimed(payment, an_operation(log_before=1)).marks] == [None, "4711-C1"]


def test_a_failure_that_stood_there_before_is_not_the_answer():
    """Else a refund that is still under way would be called refused, and its button would come back."""
    payment = a_payment(marks=(a_mark(**FAILED),))

    assert claimed(payment, an_operation(log_before=1)) == payment


def test_the_last_nameless_beginning_in_the_answer_is_ours():
    """An INITIATE_* entry always names its own request; which operation asked for it only the reference says."""
    payment = a_payment(marks=(a_mark(**FAILED, in_progress=True, correlation_id="r-1"),))

    assert [mark.reference for mark in claimed(payment, an_operation()).marks] == ["4711-C1"]


def test_the_end_of_what_was_accepted_is_awaited_by_the_id_of_its_beginning():
    payment = a_payment(marks=(a_mark(success=False, in_progress=True, correlation_id="r-1"),))

    verdict = judge(of(Kind.CAPTURE), look(payment), Report.AUTHORIZED)

    assert (verdict.outcome.state, verdict.outcome.correlation_id) == (State.ACCEPTED, "r-1")
    assert [news.kind for news in verdict.news(NOW)] == [Happened.ASKED]
    assert judge(verdict.outcome, look(payment), Report.AUTHORIZED) is None


@pytest.mark.parametrize(
    ("mark", "may"),
    [
        ({"reference": None}, True),
        ({"reference": None, "success": False}, True),
        ({"reference": None, "success": False, "in_progress": True, "correlation_id": "r-1"}, True),
        ({"reference": None, "amount": None}, True),
        ({"amount": 1}, True),
        ({}, False),
        ({"reference": "4711-C0"}, False),
        ({"reference": None, "amount": 1}, False),
        ({"reference": None, "position": 4}, False),
        ({"reference": None, "kind": Kind.REFUND}, False),
    ],
)
def test_a_new_entry_without_a_name_may_be_ours(mark, may):
    mark = a_mark(**{"position": 5, **mark})
    payment = replace(a_payment(), marks=(mark,))

    assert may_be_logged(an_operation(state=State.UNKNOWN, log_before=5), payment) is may


def test_an_entry_that_names_another_request_than_the_accepted_one_is_not_ours():
    payment = a_payment(marks=(a_mark(reference=None, correlation_id="another"),))

    assert not may_be_logged(an_operation(state=State.ACCEPTED, correlation_id="r-1"), payment)


@pytest.mark.parametrize(("log_before", "may"), [(None, False), (0, True), (1, False)])
def test_what_repeats_an_attempt_is_stopped_by_anything_like_it_since(log_before, may):
    payment = a_payment(marks=(a_mark(reference="elsewhere"),))

    assert may_be_logged(an_operation(state=State.WANTED, log_before=log_before), payment) is may
