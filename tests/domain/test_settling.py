"""A look at Dintero and what follows from it: from the first visit to the end of a link."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import ImpossibleReport
from bot.domain.events import Happened, Source
from bot.domain.links import Facts, Status
from bot.domain.observations import Report
from bot.domain.operations import Kind, State
from bot.domain.settling import EXPIRY_GRACE, settle
from tests.domain.given import ALICE, DAY, HOUR, MINUTE, NOW, a_link, a_payment, a_session, an_operation, look

OVER = NOW + 7 * DAY + EXPIRY_GRACE
"""When the expiry of a link of a week can be confirmed."""
JUST_BEFORE = OVER - timedelta(seconds=1)


def kinds(settlement):
    return [one.kind for one in settlement.news]


def test_a_look_that_shows_nothing_new_changes_nothing():
    link = a_link()

    settlement = settle(link, look(session=a_session()), NOW)

    assert settlement.link == link
    assert (settlement.news, settlement.changed, settlement.verdict) == ((), False, None)


def test_the_first_visit_is_told_once():
    settlement = settle(a_link(), look(session=a_session(opened_at=NOW)), NOW)
    again = settle(settlement.link, look(session=a_session(opened_at=NOW + MINUTE)), NOW + MINUTE)

    assert kinds(settlement) == [Happened.OPENED]
    assert settlement.link.facts.opened_at == NOW
    assert (again.news, again.changed) == ((), False)


def test_a_failed_attempt_is_told_with_its_reason_and_the_link_stays_open():
    session = a_session(opened_at=NOW, attempts_failed=1, last_failure="Rejected by the bank")

    settlement = settle(a_link(facts=Facts(opened_at=NOW)), look(session=session), NOW)

    [told] = settlement.news
    assert (told.kind, told.source, told.data["reason"]) == (
        Happened.ATTEMPT_FAILED,
        Source.CUSTOMER,
        "Rejected by the bank",
    )
    assert settlement.link.status is Status.OPEN


def test_an_older_read_does_not_bring_back_an_earlier_failure():
    facts = Facts(attempts_failed=2, last_failure="Declined")

    settlement = settle(a_link(facts=facts), look(session=a_session(attempts_failed=1, last_failure="Rejected")), NOW)

    assert settlement.link.facts.last_failure == "Declined"
    assert not settlement.changed


def test_a_payment_that_was_started_is_followed_from_its_start():
    settlement = settle(a_link(), look(a_payment(Report.PAYING), a_session()), NOW)

    assert settlement.link.status is Status.OPEN
    assert settlement.link.facts.paying_since == NOW - 5 * MINUTE
    assert settlement.news == ()


def test_a_payment_known_only_by_the_session_counts_from_the_look():
    settlement = settle(a_link(), look(session=a_session(transaction_id="T12345678.payment")), NOW)
    again = settle(settlement.link, look(a_payment(Report.PAYING), a_session()), NOW + MINUTE)

    assert settlement.link.facts.paying_since == NOW
    assert again.link.facts.paying_since == NOW


def test_paying_ends_when_the_attempt_has_failed():
    link = a_link(facts=Facts(paying_since=NOW - MINUTE))

    settlement = settle(link, look(session=a_session(attempts_failed=1, last_failure="Rejected")), NOW)

    assert settlement.link.facts.paying_since is None


@pytest.mark.parametrize(
    ("report", "status", "kind"),
    [
        (Report.PENDING, Status.PENDING, Happened.PENDING),
        (Report.AUTHORIZED, Status.AUTHORIZED, Happened.AUTHORIZED),
        (Report.FAILED, Status.FAILED, Happened.FAILED),
    ],
)
def test_what_becomes_of_a_payment_is_told_once(report, status, kind):
    seen = look(a_payment(report), a_session(opened_at=NOW))

    settlement = settle(a_link(facts=Facts(opened_at=NOW)), seen, NOW)

    assert (settlement.link.status, kinds(settlement)) == (status, [kind])
    assert not settle(settlement.link, seen, NOW).changed


def test_a_word_of_dinteros_that_nobody_knows_changes_nothing_people_see():
    """Not even *Paying now*: UNKNOWN is no news that the customer stopped."""
    link = a_link(facts=Facts(paying_since=NOW - MINUTE, method="Vipps"), transaction_id="T12345678.payment")

    settlement = settle(link, look(a_payment(Report.UNKNOWN), a_session()), NOW)

    assert (settlement.changed, settlement.news) == (False, ())


def test_a_new_fingerprint_alone_is_kept_but_not_shown():
    """The batch compares `seen`; a version for it would redraw the card for nothing."""
    payment = a_payment(Report.PENDING)
    link = settle(a_link(), look(payment), NOW).link

    settlement = settle(link, look(replace(payment, seen="later")), NOW)

    assert settlement.link.facts.seen == "later"
    assert (settlement.changed, settlement.news) == (False, ())


@pytest.mark.parametrize("report", [Report.PAYING, Report.PENDING, Report.FAILED])
def test_the_fingerprint_is_kept_before_any_money_moves(report):
    """Otherwise the sweep reads the same unpaid payment again every minute."""
    assert settle(a_link(), look(a_payment(report, seen="f")), NOW).link.facts.seen == "f"


@pytest.mark.parametrize("session", [None, a_session(), a_session(opened_at=NOW)])
def test_a_link_expires_only_when_the_grace_period_is_over(session):
    link = a_link(facts=Facts(opened_at=NOW))

    assert settle(link, look(session=session), JUST_BEFORE).link.status is Status.OPEN
    settlement = settle(link, look(session=session), OVER)
    assert (settlement.link.status, kinds(settlement)) == (Status.EXPIRED, [Happened.EXPIRED])


@pytest.mark.parametrize(
    ("payment", "session"),
    [
        (a_payment(Report.PAYING), a_session()),
        (a_payment(Report.PENDING), a_session()),
        (a_payment(Report.UNKNOWN), a_session()),
        (a_payment(Report.PAYING), None),
        (None, a_session(transaction_id="T12345678.payment")),
    ],
)
def test_a_link_never_expires_while_a_payment_may_be_under_way(payment, session):
    settlement = settle(a_link(), look(payment, session), OVER + DAY)

    assert settlement.link.status is not Status.EXPIRED
    assert Happened.EXPIRED not in kinds(settlement)


@pytest.mark.parametrize("seen", [look(), look(gone=True), look(session=a_session())])
def test_a_link_whose_payment_was_begun_does_not_expire_on_a_read_without_it(seen):
    """A list that lags or a session that is gone says nothing about the payment we know of."""
    link = a_link(facts=Facts(paying_since=OVER - MINUTE), transaction_id="T12345678.payment")

    settlement = settle(link, seen, OVER)

    assert (settlement.link.status, settlement.news) == (Status.OPEN, ())


def test_the_deadline_that_counts_is_the_one_dintero_keeps():
    longer = a_session(expires_at=NOW + 8 * DAY)

    settlement = settle(a_link(), look(session=longer), OVER)

    assert settlement.link.status is Status.OPEN
    assert settlement.link.expires_at == NOW + 8 * DAY
    assert settlement.changed


def test_a_session_gone_before_its_deadline_is_a_fault_not_an_expiry():
    with pytest.raises(ImpossibleReport):
        settle(a_link(), look(gone=True), NOW)


def test_a_session_gone_after_its_deadline_expires_after_the_grace_period():
    waiting = settle(a_link(), look(gone=True), NOW + 7 * DAY)

    assert (waiting.link.status, waiting.changed) == (Status.OPEN, False)
    assert settle(a_link(), look(gone=True), OVER).link.status is Status.EXPIRED


@pytest.mark.parametrize(
    ("state", "status"),
    [(State.UNKNOWN, Status.EXPIRED), (State.SENDING, Status.EXPIRED), (State.WANTED, Status.OPEN)],
)
def test_a_session_that_is_gone_once_its_cancel_was_asked_for_is_over_without_a_grace(state, status):
    """Before it is asked for, a cancel still ends a payment that no list shows yet."""
    link = a_link(operation=an_operation(Kind.CANCEL, state, 0))

    assert settle(link, look(gone=True), NOW + 7 * DAY).link.status is status


def test_a_session_that_is_still_there_has_its_grace_whatever_was_asked_for():
    """The cancel may never have arrived, and a payment begun in time may not have ended."""
    link = a_link(operation=an_operation(Kind.CANCEL, State.UNKNOWN, 0))

    assert settle(link, look(session=a_session()), NOW + 7 * DAY + MINUTE).link.status is Status.OPEN
    assert settle(link, look(session=a_session()), OVER).link.status is Status.EXPIRED


def test_a_session_that_is_gone_hides_no_payment():
    assert settle(a_link(), look(a_payment(), gone=True), NOW).link.status is Status.AUTHORIZED


def test_a_link_cancelled_elsewhere_says_so():
    [told] = settle(a_link(), look(session=a_session(cancelled=True)), NOW).news

    assert (told.kind, told.source, told.actor) == (Happened.CANCELLED, Source.OUTSIDE, None)


def test_a_customer_who_walks_away_is_told_as_such():
    settlement = settle(a_link(), look(session=a_session(cancelled=True, walked_away=True)), NOW)

    assert [(one.kind, one.source) for one in settlement.news] == [(Happened.CANCELLED, Source.CUSTOMER)]


def test_our_own_cancel_is_told_with_who_asked():
    link = a_link(operation=an_operation(Kind.CANCEL, reference="4711-X1"))

    settlement = settle(link, look(session=a_session(cancelled=True)), NOW)

    [told] = settlement.news
    assert (told.kind, told.source, told.actor) == (Happened.CANCELLED, Source.SLACK, ALICE)
    assert settlement.verdict.state is State.DONE
    assert settlement.link.operation is None


@pytest.mark.parametrize("report", [Report.PAYING, Report.FAILED])
def test_cancelling_a_payment_that_had_only_begun_is_a_cancellation(report):
    assert settle(a_link(), look(a_payment(report), a_session(cancelled=True)), NOW).link.status is Status.CANCELLED


@pytest.mark.parametrize("session", [None, a_session(), a_session(cancelled=True)])
def test_a_void_of_what_was_never_reserved_is_a_cancellation(session):
    """Nobody may read *Reservation released* where no money was ever reserved."""
    voided = a_payment(Report.VOIDED, was_authorized=False, authorized=0, authorized_at=None)

    assert settle(a_link(), look(voided, session), NOW).link.status is Status.CANCELLED


def test_a_session_that_failed_ends_the_link():
    assert settle(a_link(), look(session=a_session(failed=True)), NOW).link.status is Status.FAILED


def test_an_uncertain_link_that_nobody_finds_stays_uncertain():
    """Seeing nothing is not seeing an open link: it must not be announced as sent."""
    settlement = settle(a_link(Status.UNCERTAIN), look(), NOW)

    assert (settlement.link.status, settlement.changed) == (Status.UNCERTAIN, False)


def test_an_uncertain_link_that_is_found_is_adopted():
    operation = an_operation(Kind.CREATE, State.UNKNOWN, reference="4711-S1")
    link = a_link(Status.UNCERTAIN, operation=operation)

    settlement = settle(link, look(session=a_session()), NOW)

    assert (settlement.link.status, settlement.link.session_id) == (Status.OPEN, "T12345678.session")
    assert settlement.link.url == "https://checkout.example/view/session"
    assert (kinds(settlement), settlement.verdict.state) == ([Happened.FOUND], State.DONE)


@pytest.mark.parametrize("report", [Report.AUTHORIZED, Report.CAPTURED])
def test_an_uncertain_link_that_turns_out_paid_is_found_and_paid(report):
    """Its payment may be the first that is seen of it, and names the session."""
    operation = an_operation(Kind.CREATE, State.UNKNOWN, reference="4711-S1")

    settlement = settle(a_link(Status.UNCERTAIN, operation=operation), look(a_payment(report)), NOW)

    assert settlement.link.status == Status(report.value)
    assert settlement.link.session_id == "T12345678.session"
    assert (kinds(settlement), settlement.verdict.state) == ([Happened.FOUND, Happened(report.value)], State.DONE)
    assert not settlement.link.facts.late


def test_a_link_somebody_vouched_for_is_found_later():
    link = a_link(session_id=None, url=None, facts=Facts(vouched_by=ALICE))

    assert kinds(settle(link, look(session=a_session()), NOW)) == [Happened.FOUND]


def test_an_uncertain_link_expires_with_its_deadline_and_ends_its_question():
    operation = an_operation(Kind.CREATE, State.UNKNOWN, reference="4711-S1")
    link = a_link(Status.UNCERTAIN, operation=operation)

    settlement = settle(link, look(), OVER)

    assert (settlement.link.status, settlement.verdict.state) == (Status.EXPIRED, State.ABSENT)
    assert kinds(settlement) == [Happened.EXPIRED]


def test_a_link_that_expires_ends_an_unanswered_cancel():
    link = a_link(operation=an_operation(Kind.CANCEL, State.UNKNOWN, reference="4711-X1", sent_at=NOW - HOUR))

    settlement = settle(link, look(session=a_session()), OVER)

    assert (settlement.link.status, settlement.verdict.state) == (Status.EXPIRED, State.REFUSED)
    assert kinds(settlement) == [Happened.EXPIRED, Happened.REFUSED]


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CANCELLED, Status.FAILED])
def test_a_payment_begun_after_the_end_is_watched_though_nothing_is_told(status):
    """The sweep sees a payment once, when it begins; nobody else would see it end if its callback is lost."""
    settlement = settle(a_link(status), look(a_payment(Report.PAYING)), NOW)

    assert (settlement.link.status, settlement.news) == (status, ())
    assert settlement.link.facts.paying_since is not None


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.CANCELLED, Status.FAILED, Status.VOIDED])
def test_an_ended_link_is_not_ended_twice(status):
    for session in (a_session(cancelled=True), a_session()):
        settlement = settle(a_link(status), look(session=session), OVER)
        assert (settlement.link.status, settlement.changed, settlement.news) == (status, False, ())


def test_nothing_is_changed_by_what_cannot_be():
    with pytest.raises(ImpossibleReport):
        settle(a_link(Status.REJECTED), look(session=a_session()), NOW)


def test_a_newer_failure_replaces_the_reason_of_an_earlier_one():
    link = a_link(facts=Facts(attempts_failed=1, last_failure="Rejected"))

    settlement = settle(link, look(session=a_session(attempts_failed=2, last_failure="Declined")), NOW)

    assert settlement.link.facts.last_failure == "Declined"


def test_a_payment_that_failed_for_good_says_why():
    [told] = settle(a_link(), look(a_payment(Report.FAILED, failure="Card expired"), a_session()), NOW).news

    assert (told.kind, told.source, told.data["reason"]) == (Happened.FAILED, Source.CUSTOMER, "Card expired")


def test_a_link_that_failed_before_our_cancel_arrived_was_not_ended_by_us():
    link = a_link(operation=an_operation(Kind.CANCEL, reference="4711-X1"))

    [failed, refused] = settle(link, look(session=a_session(failed=True)), NOW).news

    assert (failed.kind, failed.source, failed.actor) == (Happened.FAILED, Source.CUSTOMER, None)
    assert refused.kind is Happened.REFUSED
