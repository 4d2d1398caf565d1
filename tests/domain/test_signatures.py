"""What is remembered of signed requests, and when refusals are a problem."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.signatures import REFUSALS, Refusal, Sender, SignatureHistory, last_requests, signature_problem

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


def refused(times, reason=Refusal.WRONG, at=LATER, after=None):
    history = after or SignatureHistory()
    for _ in range(times):
        history = history.refuse(at, reason, 400 if reason is Refusal.STALE else None)
    return history


@pytest.mark.parametrize("sender", Sender)
@pytest.mark.parametrize("reason", [Refusal.MISSING, Refusal.WRONG])
def test_three_refusals_are_a_problem_of_every_sender_that_anybody_may_have_caused(sender, reason):
    assert signature_problem(sender, refused(REFUSALS - 1, reason)) is None

    problem = signature_problem(sender, refused(REFUSALS, reason))

    assert problem.unproven
    assert not problem.elsewhere


def test_one_accepted_request_ends_the_problem():
    assert signature_problem(Sender.SLACK, refused(9).accept(LATER)) is None


def test_a_strangers_requests_do_not_hide_that_the_clock_is_off():
    """Only who holds the secret can sign what is too old."""
    problem = signature_problem(Sender.SLACK, refused(5, after=refused(REFUSALS, Refusal.STALE)))

    assert not problem.unproven
    assert "400 seconds behind this computer's clock" in problem.words


def test_fewer_than_three_old_requests_prove_nothing():
    assert signature_problem(Sender.SLACK, refused(5, after=refused(REFUSALS - 1, Refusal.STALE))).unproven


def test_what_replicas_saw_one_after_the_other_is_added_up():
    both = refused(2).then(refused(1, Refusal.MISSING, at=LATER + timedelta(hours=1)))

    assert (both.refused_at, both.reason) == (LATER + timedelta(hours=1), Refusal.MISSING)
    assert both.refusals == {Refusal.WRONG: 2, Refusal.MISSING: 1}


def test_what_was_accepted_later_ends_the_count_of_what_was_refused_before():
    both = refused(5).then(refused(1, after=SignatureHistory().accept(NOON)))

    assert both.refusals == {Refusal.WRONG: 1}
    assert both.accepted_at == NOON


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (SignatureHistory(), ""),
        (SignatureHistory().accept(NOON), "the last accepted one came at 2026-12-01 12:00 UTC"),
        (refused(1), "the last refused one came at 2026-12-01 12:05 UTC (wrong signature)"),
        (refused(1, Refusal.MISSING), "the last refused one came at 2026-12-01 12:05 UTC (no signature)"),
        (
            refused(1, Refusal.STALE, after=SignatureHistory().accept(NOON)),
            (
                "the last accepted one came at 2026-12-01 12:00 UTC, the last refused one came at 2026-12-01 12:05 UTC "
                "(400 seconds behind this computer's clock)"
            ),
        ),
    ],
)
def test_when_the_last_ones_came_is_said_in_words(history, words):
    assert last_requests(history) == words
