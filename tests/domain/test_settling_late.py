"""Money that nobody waits for any more: shown loudly until a person has decided, and not a moment longer."""

import pytest

from bot.domain.actions import Action, actions
from bot.domain.events import Happened
from bot.domain.links import Status
from bot.domain.observations import Report
from bot.domain.operations import Kind, State
from bot.domain.settling import settle
from tests.domain.given import (
    DAY,
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


def a_refund(amount, **changes):
    return an_operation(Kind.REFUND, amount=amount, reference="4711-R1", **changes)


LATE = [
    a_link(Status.EXPIRED),
    a_link(Status.CANCELLED),
    a_link(Status.FAILED),
    a_link(Status.REJECTED),
    a_link(replaced=True),
    a_link(Status.UNCERTAIN, replaced=True, operation=an_operation(Kind.CREATE, State.UNKNOWN, reference="4711-S1")),
]


@pytest.mark.parametrize("link", LATE, ids=lambda link: f"{link.status}{'-replaced' * link.replaced}")
@pytest.mark.parametrize("report", [Report.AUTHORIZED, Report.CAPTURED])
def test_money_nobody_waits_for_any_more_is_late_and_asks_for_a_decision(link, report):
    settlement = settle(link, look(a_payment(report)), NOW)

    assert settlement.link.facts.late
    assert settlement.news[-1].kind == Happened(report.value)
    assert settlement.news[-1].data["late"] is True
    assert actions(settlement.link, NOW)[:2] == (Action.KEEP, Action.GIVE_BACK)


def test_money_behind_a_session_that_was_cancelled_meanwhile_is_late_too():
    """Whether we see the cancel or the payment first must not matter."""
    settlement = settle(a_link(), look(a_payment(Report.CAPTURED), a_session(cancelled=True)), NOW)

    assert settlement.link.facts.late


def test_money_in_time_is_not_late():
    assert not settle(a_link(), look(a_payment(Report.CAPTURED)), NOW + 7 * DAY + MINUTE).link.facts.late


@pytest.mark.parametrize("status", [Status.OPEN, Status.PENDING])
def test_a_second_payment_of_one_order_is_late_and_called_double(status):
    settlement = settle(a_link(status), look(a_payment()), NOW, paid_elsewhere=True)

    assert settlement.link.facts.late
    assert settlement.news[-1].data["double"] is True


def test_what_happens_to_the_first_of_two_payments_is_not_called_double():
    """The one that arrived first is wanted; its capture is no second payment."""
    settlement = settle(reserved(), look(a_payment(Report.CAPTURED)), NOW, paid_elsewhere=True)

    assert not settlement.link.facts.late
    assert "double" not in settlement.news[-1].data


@pytest.mark.parametrize(
    ("link", "payment"),
    [
        (reserved(late=True), a_payment()),
        (reserved(late=True), a_payment(Report.CAPTURED)),
        (taken(late=True), a_payment(Report.CAPTURED)),
        (taken(late=True), a_payment(Report.CAPTURED, refunded=50_00)),
    ],
)
def test_late_money_asks_until_a_person_decides(link, payment):
    assert settle(link, look(payment), NOW).link.facts.late


@pytest.mark.parametrize(
    ("link", "payment"),
    [
        (reserved(late=True), a_payment(Report.VOIDED)),
        (taken(late=True), a_payment(Report.CAPTURED, refunded=250_00)),
        (
            reserved(late=True, operation=an_operation()),
            a_payment(Report.CAPTURED, marks=(a_mark(),)),
        ),
        (
            taken(late=True, operation=a_refund(100_00)),
            a_payment(Report.CAPTURED, refunded=100_00, marks=(a_mark(Kind.REFUND, 100_00, reference="4711-R1"),)),
        ),
    ],
    ids=["released", "refunded", "kept by us", "given back by us"],
)
def test_late_money_that_was_dealt_with_asks_no_more(link, payment):
    """Keep and Give back would otherwise stay on the card, with nothing left to give back."""
    settled = settle(link, look(payment), NOW).link

    assert not settled.facts.late
    assert not {Action.KEEP, Action.GIVE_BACK} & set(actions(settled, NOW))


def test_only_the_payment_is_called_double_not_what_is_told_beside_it():
    settlement = settle(a_link(Status.UNCERTAIN), look(a_payment()), NOW, paid_elsewhere=True)

    assert [(one.kind, "double" in one.data) for one in settlement.news] == [
        (Happened.FOUND, False),
        (Happened.AUTHORIZED, True),
    ]


def test_money_a_person_kept_is_not_late_again_when_it_is_captured():
    kept = reserved(replaced=True)

    assert not settle(kept, look(a_payment(Report.CAPTURED), a_session(cancelled=True)), NOW).link.facts.late


def test_late_money_is_not_dealt_with_while_a_rest_is_still_reserved():
    link = taken(100_00, late=True)

    assert settle(link, look(a_payment(Report.CAPTURED, captured=100_00, refunded=100_00)), NOW).link.facts.late


def test_a_refused_decision_leaves_the_question_open():
    link = reserved(late=True, operation=an_operation())

    assert settle(link, look(a_payment(marks=(a_mark(success=False, error="No"),))), NOW).link.facts.late
