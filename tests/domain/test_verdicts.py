"""What became of an operation: every kind, judged by every sign that Dintero may show."""

import pytest

from bot.domain.events import Happened
from bot.domain.observations import Report
from bot.domain.operations import IN_DOUBT, Kind, State
from bot.domain.verdicts import claimed, judge
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
        ({"amount": 1}, State.DONE),
    ],
)
def test_taking_and_returning_is_answered_by_an_entry_of_ours_in_the_log(kind, mark, state):
    operation = of(kind, correlation_id="corr")
    marks = (a_mark(kind, **{"reference": operation.reference, **mark}),)

    assert state_of(operation, look(a_payment(Report.CAPTURED, marks=marks))) is state


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

    assert claimed(payment, an_operation(), 0) == payment


def test_the_last_nameless_failure_in_the_answer_is_ours():
    payment = a_payment(marks=(a_mark(amount=50_00, reference=None), a_mark(**FAILED)))

    assert [mark.reference for mark in claimed(payment, an_operation(), 1).marks] == [None, "4711-C1"]


def test_a_failure_that_stood_there_before_is_not_the_answer():
    """Else a refund that is still under way would be called refused, and its button would come back."""
    payment = a_payment(marks=(a_mark(**FAILED),))

    assert claimed(payment, an_operation(), 1) == payment
