"""What Dintero accepted and nobody waits for any more keeps its amount until the log shows what became of it."""

from dataclasses import replace

import pytest

from bot.domain.abandoned import abandon, without_abandoned
from bot.domain.observations import Report
from bot.domain.operations import Kind, State
from bot.domain.settling import settle
from tests.domain.given import NOW, a_mark, a_payment, an_operation, look, reserved, taken


def accepted(kind, amount=100_00, **changes):
    return an_operation(kind, state=State.ACCEPTED, amount=amount, items={"1": amount}, log_before=0, **changes)


def open_of(facts):
    return facts.open_to_capture, facts.open_to_refund


def test_a_refund_that_nobody_waits_for_is_not_open():
    facts = abandon(taken().facts, accepted(Kind.REFUND))

    assert open_of(facts) == (0, 150_00)
    assert (facts.in_progress, facts.refunding) == ({Kind.REFUND: 100_00}, {"1": 100_00})
    assert facts.unrefunded == 250_00


def test_a_capture_that_nobody_waits_for_is_not_open():
    facts = abandon(reserved().facts, accepted(Kind.CAPTURE))

    assert open_of(facts) == (150_00, 0)
    assert (facts.in_progress, facts.capturing) == ({Kind.CAPTURE: 100_00}, {"1": 100_00})


def test_a_release_that_nobody_waits_for_leaves_nothing_open():
    facts = abandon(reserved().facts, accepted(Kind.VOID, 0))

    assert (open_of(facts), facts.uncaptured) == ((0, 0), 250_00)


def test_what_the_log_shows_in_progress_is_deducted_once():
    begun = abandon(taken().facts, accepted(Kind.REFUND))

    assert open_of(abandon(begun, accepted(Kind.REFUND))) == (0, 150_00)


@pytest.mark.parametrize("operation", [an_operation(Kind.REFUND, state=State.UNKNOWN), accepted(Kind.CANCEL)])
def test_what_was_not_accepted_or_has_no_amount_lowers_nothing(operation):
    assert replace(abandon(taken().facts, operation), abandoned=()) == taken().facts


def test_no_address_to_answer_at_is_kept_with_it():
    [kept] = abandon(taken().facts, accepted(Kind.REFUND, response_url="https://hooks.example/x")).abandoned

    assert kept.response_url is None


def refund(**changes):
    return a_mark(Kind.REFUND, **{"amount": 100_00, "reference": None, **changes})


@pytest.mark.parametrize(
    ("marks", "left"),
    [
        ((), 150_00),
        ((refund(success=False, in_progress=True, correlation_id="r-1"),), 250_00),
        ((refund(success=False, in_progress=True),), 250_00),
        ((refund(success=False, reference="4711-R1"),), 250_00),
        ((refund(success=False, correlation_id="r-1"),), 250_00),
        ((refund(success=False, correlation_id="r-2"),), 150_00),
        ((refund(success=False, reference="4711-R2"),), 150_00),
        ((refund(success=False, in_progress=True, reference="4711-R2"),), 150_00),
    ],
)
def test_it_is_deducted_until_the_log_shows_it(marks, left):
    """From then on the log says what is in progress, done or failed: `a_payment` holds all of it open."""
    waiting = accepted(Kind.REFUND, reference="4711-R1", correlation_id="r-1")
    facts = abandon(taken().facts, waiting)
    as_read = replace(taken().facts, abandoned=facts.abandoned)

    after = without_abandoned(as_read, a_payment(Report.CAPTURED, marks=marks))

    assert after.open_to_refund == left


def test_a_read_that_shows_nothing_of_it_keeps_it():
    link = replace(taken(), facts=abandon(taken().facts, accepted(Kind.REFUND)))

    after = settle(link, look(a_payment(Report.CAPTURED)), NOW).link

    assert (after.facts.open_to_refund, after.facts.in_progress) == (150_00, {Kind.REFUND: 100_00})
