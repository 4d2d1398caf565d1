"""What makes the bot unready, and what whoever watches it is told."""

import pytest

from bot.domain.readiness import LINKS_UNSIGNED, PATIENCE, Vitals, health_problems

LONG = PATIENCE + 120


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        ({"schema": None}, "The database does not answer."),
        ({"schema": "old"}, "The database is at an older schema. Run: paylink migrate."),
        ({"schema": "empty"}, "The database has no tables. Run: paylink migrate."),
        ({"schema": "newer"}, "The database is at a newer schema: a newer Paylink has migrated it. Run that one."),
        (
            {"unwritten": [150.0]},
            (
                "The database has taken no write for 2 minutes: its disk may be full, it may be read-only, or another "
                "program may hold it. Nothing that is clicked or paid can be kept."
            ),
        ),
        (
            {"links_unread": [660.0, LONG]},
            (
                "2 links could not be read at Dintero for 12 minutes, so a payment may be missing on the card. The log "
                "says why (dintero_call, look_failed); look at a proxy in between, and at DINTERO_CHECKOUT_URL."
            ),
        ),
        ({"oldest_due_link": LONG}, "A link has waited 12 minutes to be looked up at Dintero."),
        ({"oldest_untold_order": LONG}, "A change has waited 12 minutes to be told in Slack."),
        ({"oldest_wanted_operation": LONG}, "A click has waited 12 minutes to be carried out."),
        ({"since_paid_sweep": LONG}, "Dintero's list of payments was last read 12 minutes ago."),
        (
            {"clock_skew": {"Slack": 360, "Dintero": 2, "the database": -4}},
            (
                "This computer's clock is 6 minutes ahead of Slack's. "
                "Have it set by NTP, for example: timedatectl set-ntp true."
            ),
        ),
        *(
            (
                {wait: -1200},
                (
                    "The database holds a time 20 minutes in the future: the clock was put back, or is behind. "
                    "Paylink corrects that within a minute; if it stays, check the computer's clock."
                ),
            )
            for wait in ("oldest_untold_order", "oldest_wanted_operation", "since_paid_sweep")
        ),
        (
            {"slack_refusal": "token_revoked"},
            (
                "Slack refuses Paylink's calls (token_revoked): cards and threads wait, nothing is lost. Check "
                "SLACK_BOT_TOKEN; where it is about the workspace, ask its admins."
            ),
        ),
        (
            {"dintero_refusal": "401"},
            "Dintero refuses the API client (401). Check DINTERO_CLIENT_ID and DINTERO_CLIENT_SECRET.",
        ),
        (
            {"links_unsigned": 3},
            (
                "Callbacks of 3 links came without Dintero's signature or with a wrong one, and none with a right one "
                "since. Compare DINTERO_SIGNATURE_SECRET with the account's, and PAYLINK_PUBLIC_URL with what your "
                "proxy is given."
            ),
        ),
    ],
)
def test_each_thing_that_is_wrong_has_its_sentence(seen, sentence):
    assert [problem.words for problem in health_problems(Vitals(**seen))] == [sentence]


@pytest.mark.parametrize(
    "seen", [{"schema": None}, {"schema": "old"}, {"schema": "empty"}, {"schema": "newer"}, {"stopping": True}]
)
def test_traffic_goes_elsewhere_only_where_that_helps(seen):
    assert [problem.elsewhere for problem in health_problems(Vitals(**seen))] == [True]


@pytest.mark.parametrize(
    "seen",
    [
        {"oldest_due_link": LONG},
        {"since_paid_sweep": LONG},
        {"slack_refusal": "token_revoked"},
        {"dintero_refusal": "401"},
        {"links_unsigned": 3},
    ],
)
def test_what_every_replica_would_say_keeps_the_traffic_here(seen):
    """An orchestrator that stops sending traffic would add an outage to a wrong token."""
    assert [problem.elsewhere for problem in health_problems(Vitals(**seen))] == [False]


@pytest.mark.parametrize(
    "seen",
    [
        {},
        {"oldest_due_link": PATIENCE - 1, "oldest_untold_order": PATIENCE - 1},
        {"oldest_wanted_operation": PATIENCE - 1, "since_paid_sweep": PATIENCE - 1},
        {"links_unsigned": LINKS_UNSIGNED - 1},
    ],
)
def test_what_is_usual_makes_nobody_unready(seen):
    assert health_problems(Vitals(**seen)) == ()


def test_everything_that_is_wrong_is_told():
    seen = Vitals(schema=None, slack_refusal="invalid_auth", dintero_refusal="403", links_unsigned=2)

    assert len(health_problems(seen)) == 4
