"""The card's first words: the truth about money, in as few words as it takes."""

from dataclasses import replace

import pytest

from bot.domain.events import Happened, Urgency, urgency
from bot.domain.headlines import headline
from bot.domain.links import Delivered, Facts, Status
from tests.domain.given import HOUR, NOW, a_link, reserved, taken


def words(link, now=NOW):
    return headline(link, now).words


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.REQUESTED, "Creating link…"),
        (Status.UNCERTAIN, "Not sure it was sent"),
        (Status.REJECTED, "Could not be created"),
        (Status.PENDING, "Waiting for approval by the provider"),
        (Status.VOIDED, "Reservation released"),
        (Status.CANCELLED, "Cancelled"),
        (Status.EXPIRED, "Expired"),
        (Status.FAILED, "Payment failed"),
    ],
)
def test_a_status_without_facts_has_its_words(status, said):
    assert words(a_link(status)) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (Facts(), "Ready to share"),
        (Facts(delivered=Delivered.SIMULATED), "Ready to share"),
        (Facts(delivered=Delivered.SENT), "Sent"),
        (Facts(delivered=Delivered.BY_PROFILE), "Sent"),
        (Facts(vouched_by="U"), "Sent"),
        (Facts(delivered=Delivered.SKIPPED), "Not delivered"),
        (Facts(delivered=Delivered.FAILED), "Not delivered"),
        (Facts(delivered=Delivered.FAILED, opened_at=NOW), "Opened"),
        (Facts(opened_at=NOW, last_failure="No"), "Payment failed, the customer can try again"),
        (Facts(opened_at=NOW, last_failure="No", paying_since=NOW), "Paying now"),
    ],
)
def test_an_open_link_says_the_newest_thing_known(facts, said):
    assert words(a_link(facts=facts)) == said


@pytest.mark.parametrize("facts", [Facts(), Facts(delivered=Delivered.SENT), Facts(opened_at=NOW)])
def test_a_link_whose_time_is_over_is_neither_ready_nor_sent(facts):
    """For five minutes it is not yet called expired."""
    assert words(a_link(facts=facts, expires_at=NOW)) == "Deadline passed"
    assert words(a_link(facts=replace(facts, paying_since=NOW), expires_at=NOW)) == "Paying now"


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (reserved(), "Reserved"),
        (reserved(late=True), "Reserved, late"),
        (reserved(auto_capture=True), "Reserved, capture follows"),
        (taken(), "Paid"),
        (taken(late=True), "Paid, late"),
        (taken(100_00), "Partly paid"),
        (taken(100_00, rest=0), "Partly paid"),
        (taken(refunded=1), "Partly refunded"),
        (taken(100_00, 50_00), "Partly refunded"),
        (taken(refunded=250_00), "Refunded"),
        (taken(100_00, 100_00), "Refunded"),
        (taken(refunded=100_00, late=True), "Partly refunded, late"),
    ],
)
def test_money_is_said_as_it_is(link, said):
    assert words(link) == said


def test_capture_no_longer_follows_when_its_time_is_over():
    assert words(reserved(auto_capture=True), NOW + 48 * HOUR) == "Reserved"


@pytest.mark.parametrize(
    ("newest", "older", "said"),
    [
        (Status.CANCELLED, taken(), "✅ Paid by the older link"),
        (Status.VOIDED, reserved(), "🔒 Reserved by the older link"),
        (Status.EXPIRED, taken(late=True), "🚨 Paid, late, by the older link"),
        (Status.OPEN, taken(), "🚨 Paid by the older link"),
        (Status.UNCERTAIN, reserved(), "🚨 Reserved by the older link"),
    ],
)
def test_an_order_that_an_older_link_is_paid_by_says_so_whatever_became_of_the_newest(newest, older, said):
    first = headline(a_link(status=newest), NOW, paid_beside=older)

    assert f"{first.emoji} {first.words}" == said


def test_a_second_payment_is_the_first_thing_that_is_said():
    assert headline(reserved(late=True), NOW, paid_twice=True).words == "Paid twice"


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (a_link(facts=Facts(reported_at=NOW)), "Reported by the customer"),
        (a_link(facts=Facts(reported_at=NOW, paying_since=NOW)), "Reported by the customer"),
        (replace(reserved(), facts=replace(reserved().facts, reported_at=NOW)), "Reserved, reported by the customer"),
        (replace(taken(), facts=replace(taken().facts, reported_at=NOW)), "Paid, reported by the customer"),
        (replace(taken(late=True), facts=replace(taken(late=True).facts, reported_at=NOW)), "Paid, late"),
    ],
)
def test_what_the_customer_reported_is_said_first(link, said):
    assert words(link) == said


def test_late_money_is_loud():
    assert headline(taken(late=True), NOW).emoji == headline(reserved(late=True), NOW).emoji == "🚨"


@pytest.mark.parametrize("status", Status)
def test_every_status_has_words(status):
    assert headline(a_link(status), NOW).words


@pytest.mark.parametrize(
    ("kind", "when_slow"),
    [
        (Happened.CAPTURED, Urgency.MONEY),
        (Happened.AUTHORIZED, Urgency.MONEY),
        (Happened.REFUNDED, Urgency.MONEY),
        (Happened.PAID_WHILE_CANCELLING, Urgency.MONEY),
        (Happened.CORRECTED, Urgency.MONEY),
        (Happened.UNCERTAIN, Urgency.MONEY),
        (Happened.UNKNOWN, Urgency.MONEY),
        (Happened.NOT_DELIVERED, Urgency.PROBLEM),
        (Happened.EXPIRED, Urgency.PROBLEM),
        (Happened.OPENED, Urgency.PROGRESS),
        (Happened.ATTEMPT_FAILED, Urgency.PROGRESS),
    ],
)
def test_when_slack_is_slow_money_and_questions_are_told_first(kind, when_slow):
    assert urgency(kind) is when_slow
