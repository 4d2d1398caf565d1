"""What the customer's page says follows from the order's links and the time alone."""

from dataclasses import replace

import pytest

from bot.domain.links import Status
from bot.domain.operations import Kind
from bot.domain.page_state import PageState, page_state
from tests.slack.shelf import NOW, captured, facts, link, operation, reserved, story

STATES = {
    Status.REQUESTED: PageState.NOT_READY,
    Status.UNCERTAIN: PageState.NOT_READY,
    Status.REJECTED: PageState.FAILED,
    Status.OPEN: PageState.PAYABLE,
    Status.PENDING: PageState.PENDING,
    Status.AUTHORIZED: PageState.RESERVED,
    Status.CAPTURED: PageState.PAID,
    Status.VOIDED: PageState.RELEASED,
    Status.CANCELLED: PageState.CANCELLED,
    Status.EXPIRED: PageState.EXPIRED,
    Status.FAILED: PageState.FAILED,
}
BEFORE_MONEY = [Status.REQUESTED, Status.UNCERTAIN, Status.REJECTED, Status.OPEN, Status.CANCELLED, Status.EXPIRED]


def state(*links, at=NOW):
    return page_state(story(*links), links[0], at)


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_page(status):
    assert state(link(status)) is STATES[status]


def test_all_money_back_is_refunded_and_part_of_it_is_still_paid():
    assert state(link(Status.CAPTURED, known=captured(back=24900))) is PageState.REFUNDED
    assert state(link(Status.CAPTURED, known=captured(back=100))) is PageState.PAID


@pytest.mark.parametrize(
    "changed",
    [
        {"url": None},
        {"operation": operation(Kind.CANCEL)},
        {"known": facts(reported_at=NOW)},
        {"replaced": True},
        {"expires_at": NOW},
    ],
)
def test_one_thing_amiss_and_it_is_not_offered(changed):
    assert state(link(**changed)) is not PageState.PAYABLE


@pytest.mark.parametrize("status", BEFORE_MONEY)
def test_a_replaced_link_points_to_the_newer_one(status):
    old = link(status, replaced=True)

    assert state(old, link(id="newer", n=2)) is PageState.REPLACED


@pytest.mark.parametrize("status", BEFORE_MONEY)
@pytest.mark.parametrize("paid", [(Status.AUTHORIZED, reserved()), (Status.CAPTURED, captured())])
def test_money_on_another_link_of_the_order_stops_every_second_payment(status, paid):
    other = replace(link(paid[0], known=paid[1]), id="other")

    assert state(link(status), other) is PageState.PAID_OTHERWISE


def test_money_that_went_back_stops_nobody():
    other = replace(link(Status.CAPTURED, known=captured(back=24900)), id="other", replaced=True)

    assert state(link(), other) is PageState.PAYABLE


def test_what_became_of_the_money_is_said_on_a_replaced_link_too():
    assert state(link(Status.AUTHORIZED, known=reserved(), replaced=True)) is PageState.RESERVED
