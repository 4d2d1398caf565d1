"""Money seen at Dintero: who took it, how much, whether anybody still waited for it, and what may turn it back."""

from dataclasses import replace

import pytest

from bot.domain.events import Happened, Source
from bot.domain.links import Facts, Status
from bot.domain.observations import Report
from bot.domain.operations import Kind, State
from bot.domain.settling import settle
from tests.domain.given import (
    ALICE,
    MINUTE,
    NOW,
    a_link,
    a_mark,
    a_payment,
    a_session,
    an_operation,
    look,
    reserved,
    taken,
)


def told(settlement):
    """(what, where, how much) of each piece of news."""
    return [(one.kind, one.source, one.data.get("amount")) for one in settlement.news]


def a_refund(amount, **changes):
    return an_operation(Kind.REFUND, amount=amount, reference="4711-R1", **changes)


def test_reserved_money_is_told_with_amount_and_method():
    settlement = settle(a_link(), look(a_payment(), a_session()), NOW)

    [news] = settlement.news
    assert (news.kind, news.data["amount"], news.data["method"], news.data["late"]) == (
        Happened.AUTHORIZED,
        250_00,
        "Vipps",
        False,
    )
    facts = settlement.link.facts
    assert (facts.authorized, facts.open_to_capture, facts.authorized_at) == (250_00, 250_00, NOW - MINUTE)


def test_money_taken_at_once_comes_from_the_customer():
    """Swish knows no reservation: captured is the first status ever seen."""
    settlement = settle(a_link(), look(a_payment(Report.CAPTURED)), NOW)

    assert settlement.link.status is Status.CAPTURED
    assert told(settlement) == [(Happened.CAPTURED, Source.CUSTOMER, 250_00)]


@pytest.mark.parametrize("link", [a_link(auto_capture=True), reserved(auto_capture=True)])
def test_automatic_capture_is_nobodys_doing(link):
    settlement = settle(link, look(a_payment(Report.CAPTURED)), NOW)

    assert told(settlement) == [(Happened.CAPTURED, Source.AUTOMATIC, 250_00)]


def test_the_rest_of_an_automatic_order_is_taken_by_somebody():
    """Automatic capture takes all at once; what follows a part was done by hand."""
    settlement = settle(taken(100_00, auto_capture=True), look(a_payment(Report.CAPTURED)), NOW)

    assert told(settlement) == [(Happened.CAPTURED, Source.OUTSIDE, 150_00)]


def test_a_capture_in_the_backoffice_appears_as_done_elsewhere():
    settlement = settle(reserved(), look(a_payment(Report.CAPTURED)), NOW)

    assert told(settlement) == [(Happened.CAPTURED, Source.OUTSIDE, 250_00)]


def test_a_refund_in_the_backoffice_appears_as_done_elsewhere():
    settlement = settle(taken(), look(a_payment(Report.CAPTURED, refunded=50_00)), NOW)

    assert told(settlement) == [(Happened.REFUNDED, Source.OUTSIDE, 50_00)]
    assert settlement.link.facts.open_to_refund == 200_00


def test_our_own_capture_is_told_with_who_asked():
    link = reserved(operation=an_operation())

    settlement = settle(link, look(a_payment(Report.CAPTURED, marks=(a_mark(),))), NOW)

    [news] = settlement.news
    assert (news.kind, news.source, news.actor, news.data["amount"]) == (
        Happened.CAPTURED,
        Source.SLACK,
        ALICE,
        250_00,
    )
    assert settlement.verdict.done
    assert settlement.link.operation is None


@pytest.mark.parametrize(
    ("ours", "now_returned", "expected"),
    [
        (100_00, 100_00, [(Source.SLACK, 100_00)]),
        (100_00, 150_00, [(Source.SLACK, 100_00), (Source.OUTSIDE, 50_00)]),
        (100_00, 60_00, [(Source.SLACK, 60_00)]),
    ],
)
def test_an_amount_is_split_into_ours_and_elsewhere(ours, now_returned, expected):
    link = taken(operation=a_refund(ours))
    marks = (a_mark(Kind.REFUND, ours, reference="4711-R1"),)

    settlement = settle(link, look(a_payment(Report.CAPTURED, refunded=now_returned, marks=marks)), NOW)

    assert told(settlement) == [(Happened.REFUNDED, source, amount) for source, amount in expected]


def test_a_capture_and_a_refund_between_two_looks_are_both_told():
    settlement = settle(reserved(), look(a_payment(Report.CAPTURED, captured=250_00, refunded=250_00)), NOW)

    assert told(settlement) == [
        (Happened.CAPTURED, Source.OUTSIDE, 250_00),
        (Happened.REFUNDED, Source.OUTSIDE, 250_00),
    ]


def test_of_a_part_taken_the_taken_part_can_be_refunded_and_the_rest_still_captured():
    part = settle(reserved(), look(a_payment(Report.CAPTURED, captured=100_00)), NOW).link
    back = settle(part, look(a_payment(Report.CAPTURED, captured=100_00, refunded=100_00)), NOW).link

    assert (part.facts.open_to_capture, part.facts.open_to_refund) == (150_00, 100_00)
    assert (back.facts.open_to_capture, back.facts.open_to_refund) == (150_00, 0)
    assert back.status is Status.CAPTURED


@pytest.mark.parametrize("report", [Report.CAPTURED, Report.VOIDED])
def test_letting_the_rest_go_keeps_the_part_and_is_told(report):
    """Whatever Dintero calls it then; which word it uses is not confirmed (Dintero reference §7)."""
    link = taken(100_00, operation=an_operation(Kind.VOID, amount=150_00, reference="4711-V1"))
    marks = (a_mark(Kind.VOID, 150_00, reference=None),)

    settlement = settle(link, look(a_payment(report, captured=100_00, rest=0, marks=marks)), NOW)

    [news] = settlement.news
    assert settlement.link.status is Status.CAPTURED
    assert (news.kind, news.actor, news.data["amount"], news.data["rest"]) == (Happened.VOIDED, ALICE, 150_00, True)
    assert settlement.link.facts.open_to_refund == 100_00


def test_the_rest_let_go_elsewhere_is_told_as_such():
    marks = (a_mark(Kind.VOID, 150_00, reference=None),)

    settlement = settle(taken(100_00), look(a_payment(Report.CAPTURED, captured=100_00, rest=0, marks=marks)), NOW)

    assert told(settlement) == [(Happened.VOIDED, Source.OUTSIDE, 150_00)]


def test_a_release_that_failed_lets_nothing_go():
    marks = (a_mark(Kind.VOID, 150_00, reference=None, success=False),)
    payment = a_payment(Report.CAPTURED, captured=100_00, refunded=100_00, rest=0, marks=marks)

    assert told(settle(taken(100_00), look(payment), NOW)) == [(Happened.REFUNDED, Source.OUTSIDE, 100_00)]


def test_a_rest_that_can_no_longer_be_taken_is_not_called_released():
    """Refunded after a part capture, Dintero takes no more captures; that the customer's bank let go is not known."""
    settlement = settle(taken(100_00), look(a_payment(Report.CAPTURED, captured=100_00, refunded=100_00, rest=0)), NOW)

    assert told(settlement) == [(Happened.REFUNDED, Source.OUTSIDE, 100_00)]


@pytest.mark.parametrize(
    ("operation", "source"), [(None, Source.OUTSIDE), (an_operation(Kind.VOID, reference="4711-V1"), Source.SLACK)]
)
def test_a_reservation_let_go_is_told_with_where(operation, source):
    marks = (a_mark(Kind.VOID, reference=None),)

    settlement = settle(reserved(operation=operation), look(a_payment(Report.VOIDED, marks=marks)), NOW)

    assert settlement.link.status is Status.VOIDED
    assert told(settlement) == [(Happened.VOIDED, source, 250_00)]


def test_a_reservation_we_saw_is_released_even_when_its_log_forgot_it():
    voided = a_payment(Report.VOIDED, was_authorized=False)

    assert settle(reserved(), look(voided, a_session(cancelled=True)), NOW).link.status is Status.VOIDED


def test_a_cancel_that_voided_money_we_had_not_seen_says_so_loudly():
    link = a_link(operation=an_operation(Kind.CANCEL, reference="4711-X1"))

    settlement = settle(link, look(a_payment(Report.VOIDED), a_session(cancelled=True)), NOW)

    [news] = settlement.news
    assert (news.kind, news.actor) == (Happened.PAID_WHILE_CANCELLING, ALICE)


def test_a_voided_payment_found_behind_a_cancelled_link_is_the_same_loud_news():
    """The cancel was answered by the session alone; its payment was read a moment later."""
    settlement = settle(a_link(Status.CANCELLED), look(a_payment(Report.VOIDED)), NOW)

    assert [one.kind for one in settlement.news] == [Happened.PAID_WHILE_CANCELLING]


def test_a_cancel_that_came_too_late_is_refused_and_the_payment_told():
    link = a_link(operation=an_operation(Kind.CANCEL, reference="4711-X1"))

    settlement = settle(link, look(a_payment(Report.CAPTURED), a_session()), NOW)

    assert [one.kind for one in settlement.news] == [Happened.CAPTURED, Happened.REFUSED]
    assert settlement.verdict.note == "The customer had paid."


def test_a_refused_operation_is_told_and_moves_no_money():
    link = reserved(operation=an_operation())
    marks = (a_mark(success=False, error="Insufficient funds"),)

    settlement = settle(link, look(a_payment(marks=marks)), NOW)

    [news] = settlement.news
    assert (news.kind, news.data["reason"]) == (Happened.REFUSED, "Insufficient funds")
    assert settlement.verdict.state is State.REFUSED
    assert (settlement.link.status, settlement.link.facts.captured) == (Status.AUTHORIZED, 0)


def test_an_operation_without_a_trace_stays_in_doubt():
    link = reserved(operation=an_operation(state=State.UNKNOWN))

    settlement = settle(link, look(a_payment()), NOW)

    assert settlement.verdict is None
    assert settlement.link.operation == link.operation
    assert not settlement.changed


def test_facts_the_payment_does_not_know_survive_it():
    link = a_link(facts=Facts(opened_at=NOW, vouched_by=ALICE, attempts_failed=1))

    facts = settle(link, look(a_payment()), NOW).link.facts

    assert (facts.opened_at, facts.vouched_by, facts.attempts_failed) == (NOW, ALICE, 1)
    assert replace(facts, log=0).late is False


def test_a_capture_refused_to_us_and_done_elsewhere_is_not_told_as_ours():
    link = reserved(operation=an_operation())
    marks = (a_mark(success=False, error="Busy"), a_mark(reference="backoffice"))

    settlement = settle(link, look(a_payment(Report.CAPTURED, marks=marks)), NOW)

    assert told(settlement)[0] == (Happened.CAPTURED, Source.OUTSIDE, 250_00)
    assert settlement.verdict.state is State.REFUSED


def test_of_a_rest_only_what_was_not_taken_is_told_as_released():
    marks = (a_mark(Kind.CAPTURE, 50_00, reference=None), a_mark(Kind.VOID, 100_00, reference=None))

    settlement = settle(taken(100_00), look(a_payment(Report.CAPTURED, captured=150_00, rest=0, marks=marks)), NOW)

    assert told(settlement) == [
        (Happened.CAPTURED, Source.OUTSIDE, 50_00),
        (Happened.VOIDED, Source.OUTSIDE, 100_00),
    ]


def test_our_cancel_of_a_reservation_we_knew_of_is_a_release():
    link = reserved(operation=an_operation(Kind.CANCEL, reference="4711-X1"))

    [news] = settle(link, look(a_payment(Report.VOIDED), a_session(cancelled=True)), NOW).news

    assert (news.kind, news.source, news.actor) == (Happened.VOIDED, Source.SLACK, ALICE)


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.FAILED])
def test_money_reserved_and_let_go_behind_our_back_was_released_elsewhere(status):
    assert told(settle(a_link(status), look(a_payment(Report.VOIDED)), NOW)) == [
        (Happened.VOIDED, Source.OUTSIDE, 250_00)
    ]


def test_when_money_was_reserved_is_known_once_and_for_all():
    """The age of a reservation decides when automatic capture is given up; it may not start anew with every look."""
    unknown = settle(a_link(), look(a_payment(authorized_at=None)), NOW).link
    later = settle(unknown, look(a_payment()), NOW + MINUTE).link

    assert (unknown.facts.authorized_at, later.facts.authorized_at) == (NOW, NOW)
