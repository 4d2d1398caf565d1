"""Reads that must not be believed as they are: overtaken, corrected, or of another order."""

import pytest

from bot.domain.errors import ImpossibleReport, NotOurs
from bot.domain.events import Happened
from bot.domain.links import Status
from bot.domain.observations import Report
from bot.domain.settling import settle
from tests.domain.given import (
    NOW,
    a_link,
    a_mark,
    a_payment,
    a_session,
    look,
    reserved,
    taken,
)

STALE = [
    (taken(), a_payment()),
    (taken(100_00), a_payment()),
    (taken(), a_payment(Report.CAPTURED, captured=100_00)),
    (taken(refunded=50_00), a_payment(Report.CAPTURED)),
    (taken(100_00, rest=0), a_payment(Report.CAPTURED, captured=100_00)),
    (taken(), a_payment(Report.PAYING)),
    (taken(), a_payment(Report.PENDING)),
    (reserved(), a_payment(Report.PAYING)),
    (settle(reserved(), look(a_payment(Report.VOIDED)), NOW).link, a_payment()),
]


@pytest.mark.parametrize(("link", "older"), STALE)
def test_a_read_that_was_overtaken_never_turns_money_back(link, older):
    settlement = settle(link, look(older, a_session()), NOW)

    assert (settlement.link.status, settlement.changed, settlement.news) == (link.status, False, ())


def test_an_overtaken_read_leaves_the_fingerprint_so_that_the_next_batch_looks_again():
    assert settle(taken(), look(a_payment(seen="old")), NOW).link.facts.seen == "c"


def corrected(captured, *, log, report=Report.CAPTURED, **changes):
    """A payment whose log of so many entries holds a correction."""
    return a_payment(report, captured=captured, corrected=True, marks=(a_mark(success=False),) * log, **changes)


def test_a_correction_lowers_amounts_loudly():
    settlement = settle(taken(), look(corrected(100_00, log=3)), NOW)

    [news] = settlement.news
    assert (news.kind, news.data["captured"]) == (Happened.CORRECTED, 100_00)
    assert (settlement.link.facts.captured, settlement.link.facts.open_to_capture) == (100_00, 150_00)


def test_a_capture_that_is_corrected_away_is_only_reserved_again():
    """The card must not say paid, and the reservation can still be released."""
    settlement = settle(taken(), look(corrected(0, log=3, report=Report.AUTHORIZED)), NOW)

    assert settlement.link.status is Status.AUTHORIZED
    assert [one.kind for one in settlement.news] == [Happened.CORRECTED]
    released = settle(settlement.link, look(a_payment(Report.VOIDED, corrected=True, marks=(a_mark(),) * 4)), NOW)
    assert released.link.status is Status.VOIDED


def test_a_release_that_is_corrected_away_holds_money_again():
    voided = settle(reserved(), look(a_payment(Report.VOIDED)), NOW).link

    settlement = settle(voided, look(corrected(0, log=2, report=Report.AUTHORIZED)), NOW)

    assert (settlement.link.status, settlement.link.facts.open_to_capture) == (Status.AUTHORIZED, 250_00)
    assert [one.kind for one in settlement.news] == [Happened.CORRECTED]


def test_a_correction_long_ago_gives_no_older_read_power_over_money():
    """The log keeps the correction for ever, so from then on every read carries it."""
    again = settle(taken(100_00), look(corrected(250_00, log=4)), NOW).link

    settlement = settle(again, look(corrected(100_00, log=3)), NOW)

    assert settlement.link.facts.captured == 250_00
    assert (settlement.changed, settlement.news) == (False, ())


def test_an_older_read_of_a_corrected_payment_does_not_turn_the_status_back():
    again = settle(taken(100_00), look(corrected(250_00, log=4)), NOW).link

    settlement = settle(again, look(corrected(0, log=3, report=Report.AUTHORIZED)), NOW)

    assert (settlement.link.status, settlement.changed) == (Status.CAPTURED, False)


def test_a_refund_that_is_corrected_away_is_told_loudly_too():
    [news] = settle(taken(refunded=100_00), look(corrected(250_00, log=2)), NOW).news

    assert (news.kind, news.data["refunded"]) == (Happened.CORRECTED, 0)


def test_a_cancelled_session_alone_releases_no_reservation():
    """The payment says what became of the money; without it nothing may be claimed."""
    with pytest.raises(ImpossibleReport):
        settle(reserved(), look(session=a_session(cancelled=True)), NOW)


def test_an_uncertain_link_adopts_no_payment_of_another_session_than_the_one_found():
    with pytest.raises(NotOurs):
        settle(a_link(Status.UNCERTAIN), look(a_payment(session_id="T12345678.other"), a_session()), NOW)


def test_a_read_from_before_a_correction_does_not_raise_the_amount_again():
    fixed = settle(taken(), look(corrected(100_00, log=2)), NOW).link

    settlement = settle(fixed, look(a_payment(Report.CAPTURED, marks=(a_mark(),))), NOW)

    assert settlement.link.facts.captured == 100_00
    assert (settlement.changed, settlement.news) == (False, ())


def test_captured_money_cannot_be_voided():
    with pytest.raises(ImpossibleReport):
        settle(taken(), look(a_payment(Report.VOIDED)), NOW)


@pytest.mark.parametrize(
    "seen",
    [
        look(session=a_session(reference="4712")),
        look(session=a_session(currency="SEK")),
        look(session=a_session(session_id="T12345678.other")),
        look(a_payment(reference="4712")),
        look(a_payment(currency="SEK")),
        look(a_payment(session_id="T12345678.other")),
        look(a_payment(session_id="T12345678.other"), a_session()),
        look(a_payment(), a_session(session_id="T12345678.other")),
    ],
)
def test_what_belongs_to_another_order_is_not_taken(seen):
    """The web shop shares the account, and a reference is unique only among ours."""
    with pytest.raises(NotOurs):
        settle(a_link(), seen, NOW)


def test_a_second_payment_of_one_session_does_not_replace_the_one_that_paid():
    with pytest.raises(NotOurs):
        settle(reserved(), look(a_payment(Report.CAPTURED, transaction_id="T12345678.second")), NOW)


def test_a_new_attempt_on_the_same_session_is_followed():
    link = a_link(Status.FAILED, transaction_id="T12345678.first")

    assert settle(link, look(a_payment()), NOW).link.transaction_id == "T12345678.payment"


def test_an_uncertain_link_adopts_only_what_bears_its_reference():
    with pytest.raises(NotOurs):
        settle(a_link(Status.UNCERTAIN), look(session=a_session(reference="4711-2")), NOW)
