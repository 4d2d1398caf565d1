"""What of a transaction or session was understood: doubt about money is never taken for its absence."""

import pytest

from bot.dintero import observing
from bot.dintero.models import SessionBody, TransactionBody
from bot.domain.observations import Observation, Report
from tests.dintero.builders import event, happened, seen_payment, seen_session, session, transaction

PAID = ("CAPTURED", event("CAPTURE", 29990))


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": "29990"},
        {"amount": 299.905},
        {"amount": None},
        {"amount": True},
        {"currency": None},
        {"currency": 578},
        {"session_id": 17},
        {"session_id": None},
        {"status": ["CAPTURED"]},
        {"merchant_reference": {}},
        {"events": "none"},
        {"events": [1]},
        {"events": [event("CAPTURE", 29990), {"event": 7.5}]},
        {"events": [{"success": True, "amount": 29990}]},
        {"events": [event("CAPTURE") | {"amount": "29990"}]},
        {"events": [event("CAPTURE") | {"amount": 299.9}]},
        {"events": [event("CAPTURE", 29990) | {"success": "true"}]},
        {"events": [event("CAPTURE", 29990) | {"success": 1}]},
        {"events": [{"event": "REFUND", "amount": 29990}]},
        {"events": [event("AUTHORIZE", 29990) | {"success": "yes"}]},
        {"events": [event("INITIATE_REFUND") | {"amount": "29990"}]},
        {"events": [event("CAPTURE", 29990) | {"correction": "see the provider"}]},
        {"events": [event("CAPTURE", 29990) | {"correction": {"remaining_refund_amount": "0"}}]},
        {"events": [event("CAPTURE", 29990) | {"correction": {"event_ids": "e1"}}]},
    ],
    ids=str,
)
def test_money_that_cannot_be_read_is_unknown(odd):
    payment = observing.payment(TransactionBody.model_validate(transaction(*PAID) | odd))

    assert (payment.report, payment.understood, payment.seen) == (Report.UNKNOWN, False, "")


@pytest.mark.parametrize(
    "odd",
    [
        {"amount": 29990.0},
        {"merchant_reference": 4711},
        {"events": [event("CAPTURE") | {"amount": 29990.0}]},
        {"events": [event("CAPTURE", 29990), event("SETTLEMENT") | {"amount": 293.75}]},
        {"events": [event("CAPTURE", 29990), event("SCORED") | {"amount": "high", "success": "?"}]},
        {"events": [event("CAPTURE", 29990) | {"created_at": "soon", "id": 7, "items": "all"}]},
        {"created_at": 0, "updated_at": "0001-01-01"},
        {"items": "all", "payment_product": None},
    ],
    ids=str,
)
def test_what_says_nothing_of_our_money_need_not_be_read(odd):
    payment = seen_payment(*PAID, **odd)

    assert (payment.report, payment.captured, payment.amount) == (Report.CAPTURED, 29990, 29990)
    assert payment.reference == "4711"


@pytest.mark.parametrize("at", ["soon", None, 0, "0001-01-01T00:00:00Z"])
def test_without_a_readable_time_of_change_there_is_no_fingerprint(at):
    assert seen_payment(*PAID, updated_at=at).seen == ""


@pytest.mark.parametrize(
    "odd",
    [
        {"transaction_id": 17},
        {"transaction_id": ["x"]},
        {"events": "none"},
        {"events": [3]},
        {"events": [{"name": 3.5}]},
        {"events": [happened("AUTHORIZED")]},
        {"events": [happened("COMPLETED")]},
    ],
    ids=str,
)
def test_a_session_that_may_have_a_payment_is_not_unpaid(odd):
    assert Observation(session=seen_session(**odd)).report is Report.UNKNOWN


@pytest.mark.parametrize(
    "odd",
    [
        {"transaction_id": None},
        {"transaction_id": ""},
        {"order": {"amount": "29990", "currency": None, "merchant_reference": 4711}},
        {"events": [{"name": "SOMETHING_NEW", "details": 7}]},
        {"expires_at": "soon", "created_at": 7, "updated_at": []},
    ],
    ids=str,
)
def test_a_session_without_a_payment_is_unpaid_whatever_else_is_odd(odd):
    assert Observation(session=seen_session(**odd)).report is Report.UNPAID


def test_a_session_that_leaves_its_events_out_says_nothing_for_certain():
    body = session()
    del body["events"]

    assert not observing.session(SessionBody.model_validate(body)).understood


def test_a_callback_address_that_cannot_be_read_proves_nothing_either_way():
    assert seen_session(url={"callback_url": 7.5}).callback_url is None
    assert seen_session(url="https://pay.example").callback_url is None
    assert seen_session(url={"callback_url": None}).callback_url == ""
