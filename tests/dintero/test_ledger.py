import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.observations import Report
from bot.domain.operations import Kind
from tests.dintero.builders import event, seen_payment

CAPTURE, REFUND, VOID = "CAPTURE", "REFUND", "VOID"


def money(payment):
    return (payment.captured, payment.refunded, payment.open_to_capture, payment.open_to_refund)


def test_captured_and_refunded_are_sums_of_what_succeeded():
    """`transaction.amount` never changes (Dintero reference §6)."""
    payment = seen_payment(
        "PARTIALLY_CAPTURED_REFUNDED",
        event(CAPTURE, 5000),
        event(CAPTURE, 9000, success=False),
        event(CAPTURE, 7000),
        event(REFUND, 1000),
        event(REFUND, 2000, success=False),
    )

    assert money(payment) == (12000, 1000, 17990, 11000)


def test_requests_in_progress_are_no_money_and_no_longer_open():
    payment = seen_payment("AUTHORIZED", event("INITIATE_CAPTURE", 9990), event("SETTLEMENT", 5), event("INITIATE", 5))

    assert money(payment) == (0, 0, 20000, 0)
    assert payment.in_progress == {Kind.CAPTURE: 9990}
    [mark] = payment.marks
    assert (mark.in_progress, mark.success, mark.amount, mark.position) == (True, False, 9990, 1)
    assert payment.log_length == 4


@pytest.mark.parametrize(
    ("begun", "end", "ends"),
    [
        ({"request_id": "r-1"}, {"correlation_request_id": "r-1"}, True),
        ({"request_id": "r-1"}, {"initiate_request_id": "r-1"}, True),
        ({"correlation_request_id": "r-1"}, {"correlation_request_id": "r-1"}, True),
        ({"request_id": "r-1"}, {"request_id": "r-1"}, True),
        ({"event_reference": "4711-R1"}, {"event_reference": "4711-R1"}, True),
        ({"request_id": "r-1"}, {"request_id": "r-2"}, False),
        ({"request_id": "r-1"}, {"event_reference": "4711-R1", "amount": 9999}, False),
        ({"request_id": "r-1"}, {"event_reference": "4711-R1"}, False),
        ({"request_id": "r-1"}, {"correlation_request_id": "r-2"}, False),
        ({"event_reference": "4711-R1"}, {"event_reference": "4711-R2"}, False),
        ({"event_reference": "4711-R1"}, {}, False),
        ({"request_id": "r-1"}, {"amount": 9999}, False),
    ],
)
@pytest.mark.parametrize("success", [True, False])
def test_a_request_is_in_progress_until_its_own_end(begun, end, ends, success):
    request = event("INITIATE_REFUND", 10000, **begun)
    end = {"amount": 10000, "success": success, **end}
    payment = seen_payment("CAPTURED", event(CAPTURE, 29990), request, event(REFUND, **end))

    returned = end["amount"] if success else 0
    assert payment.in_progress == ({} if ends else {Kind.REFUND: 10000})
    assert payment.open_to_refund == 29990 - returned - (0 if ends else 10000)


def test_two_requests_of_the_same_amount_end_one_by_one():
    begun = [event("INITIATE_REFUND", 5000, id=f"b{n}", request_id=f"r-{n}") for n in (1, 2)]
    ends = [event(REFUND, 5000, correlation_request_id=f"r-{n}") for n in (1, 2)]

    one = seen_payment("PARTIALLY_REFUNDED", event(CAPTURE, 29990), *begun, ends[0])
    both = seen_payment("PARTIALLY_REFUNDED", event(CAPTURE, 29990), *begun, *ends)

    assert (one.in_progress, both.in_progress) == ({Kind.REFUND: 5000}, {})
    assert (one.open_to_refund, both.open_to_refund) == (19990, 19990)


def test_an_end_is_as_old_as_what_it_ends_and_bears_its_names():
    """Else what a colleague had begun before our refund would look like ours when it ends."""
    begun = event("INITIATE_REFUND", 5000, request_id="r-1", event_reference="4711-R1")
    payment = seen_payment("CAPTURED", event(CAPTURE, 29990), begun, event(REFUND, success=False, request_id="r-1"))

    mark = payment.marks[-1]
    assert (mark.position, mark.reference, mark.correlation_id, mark.amount) == (2, "4711-R1", "r-1", 5000)


@pytest.mark.parametrize("amount", [None, 40000, -1])
def test_a_request_whose_amount_cannot_be_is_about_all_that_is_left_at_most(amount):
    payment = seen_payment("AUTHORIZED", event("INITIATE_CAPTURE", amount))

    assert payment.open_to_capture + payment.in_progress.get(Kind.CAPTURE, 0) == 29990
    assert payment.open_to_capture == (29990 if amount == -1 else 0)


def test_a_release_in_progress_leaves_nothing_to_capture_and_lets_what_was_taken_be_refunded():
    payment = seen_payment("PARTIALLY_CAPTURED", event(CAPTURE, 9990), event("INITIATE_VOID", 20000))

    assert money(payment) == (9990, 0, 0, 9990)
    assert payment.in_progress == {Kind.VOID: 20000}


@pytest.mark.parametrize("success", [False, None, "yes"])
def test_only_a_request_that_says_it_failed_has_failed(success):
    payment = seen_payment("AUTHORIZED", event("INITIATE_CAPTURE", 9990, success=success))

    assert bool(payment.in_progress) is (success is not False)
    assert payment.marks[0].in_progress is (success is not False)


def test_a_correction_that_names_a_request_ends_it():
    begun = event("INITIATE_CAPTURE", 9990, id="begun")
    fixed = event("CAPTURE", correction={"event_ids": ["begun"], "remaining_capture_amount": 29990})

    assert seen_payment("AUTHORIZED", begun, fixed).in_progress == {}


@pytest.mark.parametrize("status", ["AUTHORIZATION_VOIDED", "REFUNDED", "FAILED"])
def test_where_nothing_is_left_nothing_is_in_progress(status):
    payment = seen_payment(status, event("INITIATE_CAPTURE", 9990), event("INITIATE_REFUND", 9990))

    assert payment.in_progress == {}


def test_lines_that_are_being_captured_are_not_open():
    begun = event("INITIATE_CAPTURE", 9990, items=[{"line_id": "2", "amount": 9990}])

    assert seen_payment("AUTHORIZED", begun).capturing == {"2": 9990}
    assert seen_payment("AUTHORIZED", event("INITIATE_CAPTURE", 25000)).capturing == {"1": 20000, "2": 5000}


def test_voiding_the_rest_leaves_nothing_to_capture_whatever_the_status():
    """Its status afterwards is not known (Dintero reference §7)."""
    for status in ("PARTIALLY_CAPTURED", "CAPTURED"):
        payment = seen_payment(status, event(CAPTURE, 9990), event(VOID))

        assert money(payment) == (9990, 0, 0, 9990)
        assert payment.report is Report.CAPTURED


def test_a_status_stands_in_for_a_silent_log():
    assert money(seen_payment("CAPTURED")) == (29990, 0, 0, 29990)
    assert money(seen_payment("REFUNDED")) == (29990, 29990, 0, 0)
    assert seen_payment("REFUNDED").returned == {"1": 20000, "2": 9990}


def test_a_part_capture_that_ended_is_not_blown_up_by_its_status():
    """A final capture releases the rest: CAPTURED is then less than the amount (Dintero reference §8)."""
    assert seen_payment("CAPTURED", event(CAPTURE, 9990)).captured == 9990


def test_lines_follow_the_events_own_items():
    payment = seen_payment(
        "PARTIALLY_CAPTURED_REFUNDED",
        event(CAPTURE, 9990, items=[{"line_id": "2", "amount": 9990}]),
        event(REFUND, 990, items=[{"line_id": "2", "amount": 990}]),
    )

    assert (payment.taken, payment.returned) == ({"2": 9990}, {"2": 990})


@pytest.mark.parametrize(
    "items",
    [None, [], [{"line_id": "2", "amount": 1}], [{"amount": 25000}], "junk", [{"line_id": "1", "amount": "25000"}]],
)
def test_an_amount_without_usable_items_fills_the_lines_in_order(items):
    payment = seen_payment("PARTIALLY_CAPTURED_REFUNDED", event(CAPTURE, 25000, items=items), event(REFUND, 21000))

    assert payment.taken == {"1": 20000, "2": 5000}
    assert payment.returned == {"1": 20000, "2": 1000}


def test_a_second_capture_fills_what_the_first_left():
    payment = seen_payment("CAPTURED", event(CAPTURE, 15000), event(CAPTURE, 14990))

    assert payment.taken == {"1": 20000, "2": 9990}


def test_an_event_without_an_amount_takes_what_its_items_say_or_all_that_is_left():
    by_items = seen_payment("PARTIALLY_CAPTURED", event(CAPTURE, items=[{"line_id": "2", "amount": 9990}]))
    by_rest = seen_payment("CAPTURED", event(CAPTURE, 10000), event(CAPTURE))

    assert (by_items.captured, by_rest.captured) == (9990, 29990)


def test_marks_carry_what_names_an_operation():
    failed = {"success": False, "error": {"type": ["EXPIRED_CARD"]}, "correlation_request_id": "r-9"}
    payment = seen_payment(
        "PARTIALLY_CAPTURED", event(CAPTURE, 100, event_reference="4711-C1"), event(REFUND, 50, **failed), event(VOID)
    )

    capture, refund, void = payment.marks
    assert (capture.kind, capture.success, capture.reference, capture.error) == (Kind.CAPTURE, True, "4711-C1", None)
    assert (refund.kind, refund.success, refund.correlation_id) == (Kind.REFUND, False, "r-9")
    assert refund.error == "the card has expired"
    assert (void.kind, void.success, void.amount, void.reference) == (Kind.VOID, True, 29890, None)


def correction(status, capture=None, refund=None, *of):
    told = {"status": status, "remaining_capture_amount": capture, "remaining_refund_amount": refund}
    return {"correction": told | {"event_ids": list(of)}}


def test_a_correction_takes_back_a_capture():
    """Trust its status and what remains over `success` (Dintero reference §6)."""
    taken = event(CAPTURE, 29990, id="c1", event_reference="4711-C1")
    payment = seen_payment("CAPTURED", taken, event(CAPTURE, 29990, **correction("AUTHORIZED", 29990, 0, "c1")))

    assert payment.report is Report.AUTHORIZED
    assert money(payment) == (0, 0, 29990, 0)
    assert (payment.taken, payment.corrected) == ({}, True)
    assert [mark.success for mark in payment.marks] == [False, False]


def test_a_correction_turns_a_failed_capture_into_money():
    failed = event(CAPTURE, 29990, success=False, **correction("CAPTURED", 0, 29990), event_reference="4711-C1")
    payment = seen_payment("AUTHORIZED", failed)

    assert payment.report is Report.CAPTURED
    assert money(payment) == (29990, 0, 0, 29990)
    assert payment.taken == {"1": 20000, "2": 9990}
    [mark] = payment.marks
    assert mark.success


def test_a_correction_takes_back_a_refund():
    payment = seen_payment(
        "REFUNDED",
        event(CAPTURE, 29990),
        event(REFUND, 29990, id="r1"),
        event(REFUND, 29990, success=False, **correction("CAPTURED", 0, 29990, "r1")),
    )

    assert money(payment) == (29990, 0, 0, 29990)
    assert payment.returned == {}
    assert [mark.success for mark in payment.marks] == [True, False, False]


def test_a_correction_takes_back_a_void():
    payment = seen_payment(
        "AUTHORIZATION_VOIDED",
        event(VOID, 29990, id="v1"),
        event(VOID, 29990, success=False, **correction("AUTHORIZED", 29990, 0, "v1")),
    )

    assert payment.report is Report.AUTHORIZED
    assert money(payment) == (0, 0, 29990, 0)
    assert [mark.success for mark in payment.marks] == [False, False]


def test_what_happens_after_a_correction_counts_again():
    corrected = event(CAPTURE, 29990, success=False, **correction("AUTHORIZED", 29990, 0))
    payment = seen_payment("PARTIALLY_CAPTURED", corrected, event(CAPTURE, 20000))

    assert payment.report is Report.CAPTURED
    assert money(payment) == (20000, 0, 9990, 20000)


def test_a_correction_that_only_names_a_status_is_believed():
    payment = seen_payment("CAPTURED", event(CAPTURE, 29990), event(CAPTURE, success=False, **correction("AUTHORIZED")))

    assert (payment.report, payment.captured) == (Report.AUTHORIZED, 0)


AMOUNTS = st.integers(1, 10_000)


@given(st.lists(st.tuples(st.sampled_from([CAPTURE, REFUND]), AMOUNTS, st.booleans()), max_size=12))
def test_lines_add_up_to_what_was_taken_and_returned(steps):
    """As long as nobody takes more than there is, which Dintero refuses."""
    captured, refunded, events = 0, 0, []
    for kind, wanted, success in steps:
        room = 29990 - captured if kind == CAPTURE else captured - refunded
        amount = min(wanted, room)
        if success and amount:
            captured, refunded = (captured + amount, refunded) if kind == CAPTURE else (captured, refunded + amount)
        if amount:
            events.append(event(kind, amount, success=success, id=f"e{len(events)}"))
    payment = seen_payment("PARTIALLY_CAPTURED_REFUNDED", *events)

    assert money(payment) == (captured, refunded, 29990 - captured, captured - refunded)
    assert sum(payment.taken.values()) == captured
    assert sum(payment.returned.values()) == refunded
    assert all(payment.returned[line] <= payment.taken[line] for line in payment.returned)


def test_the_same_entry_once_more_is_no_second_one():
    capture = event(CAPTURE, 10000, id="c1")

    assert seen_payment("PARTIALLY_CAPTURED", capture, capture).captured == 10000
    assert seen_payment("PARTIALLY_CAPTURED", capture, {**capture, "id": "c2"}).captured == 20000
    assert seen_payment("PARTIALLY_CAPTURED", {**capture, "id": ""}, {**capture, "id": ""}).captured == 20000
