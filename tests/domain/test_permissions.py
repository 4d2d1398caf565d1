"""Who may press what: every standing, every action, every policy."""

from dataclasses import replace

import pytest

from bot.domain.actions import MOVES_MONEY, SHOWS_CUSTOMER, Action
from bot.domain.errors import NotYet
from bot.domain.permissions import ISSUE, Actor, Allowed, Forbidden, Policy, Standing, decide, decide_items
from tests.domain.given import ALICE, BOB, TEAM

ISSUER, TRUSTED, OTHER = ALICE, BOB, "U0CHARLIE"
NOBODY_ELSE = Policy()
NAMED = Policy(money_users=frozenset({TRUSTED}))
EVERYBODY = Policy(money_users=None)

MONEY = ["capture", "capture_part", "release", "refund", "keep", "give_back", "try_again", "stop_waiting"]
HARMLESS = [
    "resend",
    "request_again",
    "cancel",
    "show_link",
    "refresh",
    "check_again",
    "it_arrived",
    "send_again",
    "change",
    "extend",
    "hung_up",
    "send_email",
    "stop_reminders",
    "issue",
]

MAY_MOVE_MONEY = {
    # (who, policy): only full members, and of them the issuer and the people trusted with money
    (ISSUER, "nobody else"): True,
    (ISSUER, "named"): True,
    (ISSUER, "everybody"): True,
    (TRUSTED, "nobody else"): False,
    (TRUSTED, "named"): True,
    (TRUSTED, "everybody"): True,
    (OTHER, "nobody else"): False,
    (OTHER, "named"): False,
    (OTHER, "everybody"): True,
}
POLICIES = {"nobody else": NOBODY_ELSE, "named": NAMED, "everybody": EVERYBODY}


def may(action, who=OTHER, standing=Standing.MEMBER, policy=NAMED, team=TEAM):
    actor = Actor(user_id=who, team_id=team, standing=standing)
    decision = decide(actor, action, team_id=TEAM, issuer=ISSUER, policy=policy)
    if isinstance(decision, Forbidden):
        assert decision.sentence.endswith(".")
    return isinstance(decision, Allowed)


def test_every_action_is_either_about_money_or_not():
    assert {*MONEY, *HARMLESS} == {*map(str, Action), ISSUE}
    assert set(MONEY) == set(map(str, MOVES_MONEY))


@pytest.mark.parametrize(("who", "policy"), MAY_MOVE_MONEY)
@pytest.mark.parametrize("action", MONEY)
def test_a_member_moves_money_only_as_issuer_or_when_trusted(action, who, policy):
    assert may(Action(action), who, policy=POLICIES[policy]) is MAY_MOVE_MONEY[who, policy]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("who", [ISSUER, TRUSTED, OTHER])
@pytest.mark.parametrize("action", HARMLESS)
def test_every_member_may_issue_look_and_cancel(action, who, policy):
    assert may(action, who, policy=POLICIES[policy])


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("who", [ISSUER, TRUSTED, OTHER])
@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.MEMBER])
@pytest.mark.parametrize("action", MONEY)
def test_nobody_but_a_member_moves_money_whoever_they_are(action, standing, who, policy):
    """Not even the issuer who has become a guest, and not while Slack does not say who it is."""
    assert not may(Action(action), who, standing, POLICIES[policy])


@pytest.mark.parametrize("action", HARMLESS)
@pytest.mark.parametrize("standing", [Standing.STRANGER, Standing.BOT, Standing.UNKNOWN])
@pytest.mark.parametrize("who", [ISSUER, OTHER])
def test_outsiders_bots_and_who_is_not_known_do_nothing(action, who, standing):
    assert not may(action, who, standing)


@pytest.mark.parametrize("action", HARMLESS)
def test_guests_do_what_moves_no_money_with_what_they_issued_themselves(action):
    assert may(action, ISSUER, Standing.GUEST)


@pytest.mark.parametrize("action", HARMLESS)
def test_guests_touch_nothing_that_others_issued(action):
    assert may(action, OTHER, Standing.GUEST) is (action == ISSUE)


@pytest.mark.parametrize("action", HARMLESS)
def test_while_slack_does_not_answer_nobody_is_shown_anothers_customer(action):
    assert may(action, ISSUER, Standing.ASSUMED)
    assert may(action, OTHER, Standing.ASSUMED) is (action not in map(str, SHOWS_CUSTOMER))


@pytest.mark.parametrize("standing", [Standing.UNKNOWN, Standing.ASSUMED])
def test_a_refusal_for_want_of_an_answer_is_one_for_the_moment(standing):
    """The form keeps what was typed."""
    actor = Actor(user_id=OTHER, team_id=TEAM, standing=standing)

    decision = decide(actor, Action.REFUND, team_id=TEAM, issuer=ISSUER, policy=NAMED)

    assert isinstance(decision.as_refusal("forbidden"), NotYet)


@pytest.mark.parametrize("action", [*MONEY, *HARMLESS])
@pytest.mark.parametrize("standing", Standing)
def test_another_workspace_may_nothing(action, standing):
    """A shared channel shows the card to people whose ids may even equal ours."""
    assert not may(action, ISSUER, standing, EVERYBODY, team="T0OTHER")


def test_the_refusal_names_who_can_be_asked():
    actor = Actor(user_id=OTHER, team_id=TEAM, standing=Standing.MEMBER)

    decision = decide(actor, Action.REFUND, team_id=TEAM, issuer=ISSUER, policy=NAMED)

    assert f"<@{ISSUER}>" in decision.sentence


KEEPER = Actor(user_id="U1", team_id="T1", standing=Standing.MEMBER)


@pytest.mark.parametrize("money_users", [None, frozenset(), frozenset({"U1"})])
def test_saved_items_are_kept_by_everybody_or_by_those_trusted_with_money(money_users):
    assert decide_items(KEEPER, team_id="T1", policy=Policy(money_users=money_users)) == Allowed()


@pytest.mark.parametrize(
    "actor",
    [
        replace(KEEPER, user_id="U2"),
        replace(KEEPER, team_id="T9"),
        *(replace(KEEPER, standing=one) for one in (Standing.STRANGER, Standing.BOT, Standing.GUEST)),
    ],
)
def test_nobody_else_keeps_saved_items(actor):
    refused = decide_items(actor, team_id="T1", policy=Policy(money_users=frozenset({"U1"})))

    assert isinstance(refused, Forbidden)
    assert "saved items" in refused.sentence
