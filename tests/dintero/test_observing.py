from datetime import UTC, datetime

import pytest

from bot.dintero.observing import REPORTS
from bot.domain.observations import Observation, Report
from tests.dintero.builders import SESSION_ID, event, happened, seen_payment, seen_session

VISITED_AT = datetime(2026, 11, 20, 12, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "report"),
    [
        ("INITIATED", Report.PAYING),
        ("ON_HOLD", Report.PENDING),
        ("AUTHORIZED", Report.AUTHORIZED),
        ("AUTHORIZATION_VOIDED", Report.VOIDED),
        ("DECLINED", Report.FAILED),
        ("FAILED", Report.FAILED),
        ("CAPTURED", Report.CAPTURED),
        ("REFUNDED", Report.CAPTURED),
        ("UNKNOWN", Report.UNKNOWN),
        ("SOMETHING_NEW", Report.UNKNOWN),
        ("", Report.UNKNOWN),
        (None, Report.UNKNOWN),
    ],
)
def test_every_status_has_its_report(status, report):
    """Dintero reference §7; a word that we do not know tells nothing."""
    assert seen_payment(status).report is report


@pytest.mark.parametrize("status", ["PARTIALLY_CAPTURED", "PARTIALLY_CAPTURED_REFUNDED", "PARTIALLY_REFUNDED"])
def test_a_part_that_was_moved_needs_a_log_that_says_how_much(status):
    """Else all of it would count as open, and could be taken or returned once more."""
    moved = [event("CAPTURE", 10000), event("REFUND", 5000)]

    assert seen_payment(status, *moved).report is Report.CAPTURED
    assert seen_payment(status).report is Report.UNKNOWN
    assert not seen_payment(status).understood


def test_the_table_knows_the_whole_enum_but_unknown():
    assert len(REPORTS) == 11


def test_an_unknown_status_tells_nothing_even_beside_money():
    assert seen_payment("UNKNOWN", event("CAPTURE", 29990)).report is Report.UNKNOWN


@pytest.mark.parametrize("status", ["AUTHORIZED", "AUTHORIZATION_VOIDED", "FAILED", "REFUNDED"])
def test_taken_money_outranks_what_came_after(status):
    assert seen_payment(status, event("CAPTURE", 1000)).report is Report.CAPTURED


@pytest.mark.parametrize(
    ("status", "left"),
    [("AUTHORIZED", 19990), ("INITIATED", 0), ("ON_HOLD", 0), ("AUTHORIZATION_VOIDED", 0), ("FAILED", 0)],
)
def test_taken_money_can_be_returned_whatever_the_status_says_of_it(status, left):
    """A status may follow its log late, and the one after the release of a rest is not known (Dintero reference §7)."""
    payment = seen_payment(status, event("CAPTURE", 10000))

    assert (payment.open_to_capture, payment.open_to_refund) == (left, 10000)


def test_what_the_log_released_is_not_reserved_whatever_the_status_says():
    payment = seen_payment("AUTHORIZED", event("VOID", 29990))

    assert (payment.report, payment.open_to_capture) == (Report.VOIDED, 0)


@pytest.mark.parametrize("status", ["PARTIALLY_REFUNDED", "REFUNDED", "PARTIALLY_CAPTURED_REFUNDED"])
def test_a_refund_of_a_part_capture_leaves_the_rest_reserved(status):
    """Not every method has a word for both (Dintero reference §7)."""
    part = event("CAPTURE", 10000, transaction_status="PARTIALLY_CAPTURED")
    payment = seen_payment(status, part, event("REFUND", 10000 if status == "REFUNDED" else 4000))

    assert payment.open_to_capture == 19990
    assert payment.open_to_refund == (0 if status == "REFUNDED" else 6000)


@pytest.mark.parametrize("told", ["CAPTURED", ""])
def test_a_refund_of_a_last_capture_brings_no_rest_back(told):
    last = event("CAPTURE", 10000, transaction_status=told)

    assert seen_payment("PARTIALLY_REFUNDED", last, event("REFUND", 4000)).open_to_capture == 0


def test_a_reservation_is_open_to_capture_and_not_to_refund():
    payment = seen_payment("AUTHORIZED")

    assert (payment.authorized, payment.captured, payment.open_to_capture, payment.open_to_refund) == (
        29990,
        0,
        29990,
        0,
    )
    assert payment.authorized_at == datetime(2026, 11, 20, 12, 0, 5, tzinfo=UTC)


def test_swish_is_captured_at_first_sight():
    """No authorization exists (Dintero reference §7)."""
    payment = seen_payment(
        "CAPTURED", events=[event("INITIALIZE"), event("CAPTURE", 29990)], payment_product_type="swish.swish"
    )

    assert (payment.report, payment.captured, payment.method) == (Report.CAPTURED, 29990, "Swish")
    assert payment.authorized_at is not None


def test_nothing_is_authorized_while_the_customer_is_paying():
    payment = seen_payment("INITIATED")

    assert (payment.authorized, payment.open_to_capture, payment.was_authorized) == (0, 0, False)
    assert payment.authorized_at is None


@pytest.mark.parametrize(
    ("events", "was"),
    [
        ([event("INITIALIZE"), event("AUTHORIZE", 29990), event("VOID", 29990)], True),
        ([event("INITIALIZE"), event("AUTHORIZE", 29990, success=False), event("VOID", 29990)], False),
        ([event("INITIALIZE"), event("VOID", 29990)], False),
        ([], True),
        (None, True),
    ],
)
def test_a_void_tells_whether_money_had_been_reserved(events, was):
    """Without a log we assume the louder of the two."""
    payment = seen_payment("AUTHORIZATION_VOIDED", events=events)

    assert payment.was_authorized is was
    assert payment.open_to_capture == 0


def test_a_cancel_that_let_go_of_a_started_payment_is_a_cancel():
    payment = seen_payment("AUTHORIZATION_VOIDED", events=[event("INITIALIZE"), event("VOID", 29990)])
    session = seen_session(happened("CANCELLED"))

    assert Observation(session=session, payment=payment).report is Report.CANCELLED


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"type": ["INSUFFICIENT_FUNDS"], "message": "51"}, "not enough money on the card"),
        ({"type": ["ERROR_OF_TOMORROW", "EXPIRED_CARD"]}, "the card has expired"),
        ({"code": "insufficient-funds"}, "not enough money on the card"),
        ({"type": ["TOMORROW"], "message": "Call your bank"}, "Call your bank"),
        ({"type": "EXPIRED_CARD", "message": "Call +47 912 34 567"}, "the payment provider refused it"),
        ({"type": None, "message": None}, "the payment provider refused it"),
        ("junk", "it was rejected or hit a technical problem"),
        (None, "it was rejected or hit a technical problem"),
    ],
)
def test_a_failed_payment_says_why_in_plain_words(error, words):
    payment = seen_payment("FAILED", events=[event("AUTHORIZE", 29990, success=False, error=error)])

    assert payment.failure == words


def test_a_declined_payment_says_so_even_without_a_log():
    assert seen_payment("DECLINED", events=[]).failure == "the customer or the bank declined it"


def test_a_failed_capture_is_no_failure_of_the_payment():
    failed = event("CAPTURE", 29990, success=False, error={"type": ["ERROR"]})

    assert seen_payment("AUTHORIZED", failed).failure is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"payment_product_type": "vipps"}, "Vipps"),
        ({"payment_product_type": "dintero_psp.vipps"}, "Vipps"),
        ({"payment_product_type": "payex.creditcard"}, "card"),
        ({"payment_product_type": "netaxept.creditcard"}, "card"),
        ({"payment_product_type": "swish.swish"}, "Swish"),
        ({"payment_product_type": "payex.mobilepay"}, "MobilePay"),
        ({"payment_product_type": "klarna.klarna"}, "Klarna"),
        ({"payment_product_type": "klarna.billie"}, "Billie"),
        ({"payment_product_type": "collector.invoice"}, "Walley"),
        ({"payment_product_type": "kravia.invoice_b2c"}, "Kravia"),
        ({"payment_product_type": "", "payment_product": "swish"}, "Swish"),
        ({"payment_product_type": "novel.thing", "payment_product": "novel"}, "novel"),
        ({"payment_product_type": None, "payment_product": None}, None),
    ],
)
def test_methods_have_names_that_people_know(changes, words):
    assert seen_payment(**changes).method == words


def test_the_fingerprint_follows_status_and_update():
    first, same = seen_payment(), seen_payment()
    moved = seen_payment("CAPTURED")
    touched = seen_payment(updated_at="2026-11-20T12:00:10Z")

    assert first.seen == same.seen
    assert len({first.seen, moved.seen, touched.seen, seen_payment(updated_at=None).seen}) == 4


def test_times_without_a_zone_are_utc_and_unreadable_ones_are_missing():
    assert seen_payment(created_at="2026-11-20T12:00:00").started_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert seen_payment(created_at="2026-11-20T13:00:00+01:00").started_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert seen_payment(created_at="0001-01-01T00:00:00+10:00").started_at is None
    assert seen_payment(created_at="soon").started_at is None


@pytest.mark.parametrize("year", ["9999", "3000", "1999", "0001"])
def test_a_deadline_that_leaves_no_room_to_reckon_with_is_missing(year):
    """Ours stands then; a grace period after the last day of the year 9999 is an overflow."""
    assert seen_session(expires_at=f"{year}-12-31T23:59:59Z").expires_at is None
    assert seen_session(expires_at="2999-12-31T23:59:59Z").expires_at is not None


def test_a_new_session_is_neither_opened_nor_ended():
    session = seen_session()

    assert (session.session_id, session.reference, session.amount, session.currency) == (
        SESSION_ID,
        "4711",
        29990,
        "NOK",
    )
    assert session.opened_at is None
    assert not session.cancelled
    assert not session.failed
    assert session.url is None


def test_opened_is_the_first_visit_in_whatever_order_they_come():
    session = seen_session(happened("VISITED", 9), happened("VISITED", 3), happened("VISITED", 5))

    assert session.opened_at == VISITED_AT


def test_a_visit_without_a_time_is_still_a_visit():
    assert seen_session({"name": "VISITED"}).opened_at is not None


def test_failed_attempts_are_counted_and_the_last_one_explained():
    session = seen_session(
        happened("PAY_FAILED", 1, error="INSUFFICIENT_FUNDS"), happened("PAY_FAILED", 2, error="Rejected")
    )

    assert (session.attempts_failed, session.last_failure) == (2, "the card or wallet declined it")
    assert not session.failed


@pytest.mark.parametrize("details", [None, "junk", {}, {"error": {"code": 1}}, {"error": "+47 912 34 567"}])
def test_an_attempt_that_failed_without_words_gets_ours(details):
    session = seen_session({"name": "PAY_FAILED", "details": details})

    assert session.last_failure == "the payment provider refused it"


@pytest.mark.parametrize(
    "changes",
    [{"cancelled_at": "2026-11-20T12:00:00Z"}, {"cancelled_at": "someday"}, {"events": [{"name": "CANCELLED"}]}],
)
def test_a_cancelled_session_is_cancelled_however_it_says_so(changes):
    assert seen_session(**changes).cancelled


@pytest.mark.parametrize(
    ("names", "failed"),
    [
        (["VISITED", "PAY_FAILED", "FAILED"], True),
        (["VISITED", "DECLINED", "PAY_LOCK_END", "AUTH_CALLBACK_SENT"], True),
        (["PAY_FAILED"], False),
        (["FAILED", "PAY_LOCK_START"], False),
        (["FAILED", "PAY_LOCK_START", "FAILED"], True),
        (["DECLINED", "AUTHORIZED"], False),
        (["EVENT_OF_TOMORROW"], False),
    ],
)
def test_failed_and_declined_end_a_session_unless_another_attempt_begins(names, failed):
    """Whether they are terminal is not known: the last word counts (Dintero reference §5)."""
    assert seen_session(*({"name": name} for name in names)).failed is failed


def test_events_may_be_missing_as_in_a_list():
    assert seen_session(events=None).opened_at is None
