"""What `users.info` says of people, in every way that nobody could confirm (Slack reference §13)."""

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack.profiles import LEFT_OUT, Outsiders


async def said(client, person):
    return (await client.users_info(user=person.id))["user"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ({}, {"is_restricted": False, "is_ultra_restricted": False, "is_bot": False, "deleted": False}),
        ({"guest": True}, {"is_restricted": True, "is_ultra_restricted": False}),
        ({"single_channel": True}, {"is_restricted": True, "is_ultra_restricted": True}),
        ({"bot": True}, {"is_bot": True}),
        ({"deleted": True}, {"deleted": True}),
    ],
)
async def test_people_of_the_workspace(ws, client, kind, words):
    answer = await said(client, ws.person("somebody", **kind))

    assert answer["team_id"] == ws.team_id
    assert {key: answer[key] for key in words} == words
    assert "enterprise_user" not in answer


async def test_little_is_said_of_who_has_left(ws, client):
    answer = await said(client, ws.person("gone", deleted=True))

    assert "is_restricted" not in answer


async def test_on_grid_all_workspaces_of_a_person_are_named(ws, client):
    answer = await said(client, ws.person("lent", team_id="T2", teams=("T2", ws.team_id)))

    assert answer["team_id"] == "T2"
    assert answer["enterprise_user"]["teams"] == ["T2", ws.team_id]


@pytest.mark.parametrize(
    ("outsiders", "keys"), [(Outsiders.STRANGER, True), (Outsiders.PLAIN, False), (Outsiders.BARE, None)]
)
async def test_an_outsider_is_described_in_one_of_three_ways(ws, client, outsiders, keys):
    ws.outsiders_said = outsiders

    answer = await said(client, ws.person("eve", stranger=True))

    assert answer["team_id"] != ws.team_id
    assert answer.get("is_stranger") is keys


async def test_or_not_at_all(ws, client):
    ws.outsiders_said = Outsiders.HIDDEN

    with pytest.raises(SlackApiError, match="user_not_visible"):
        await said(client, ws.person("eve", stranger=True))
    assert ws.complaints == [], "nobody could know before"


async def test_any_word_may_be_another_or_missing(ws, client):
    kari = ws.person("kari")
    ws.said_instead[kari.id] = {"team_id": LEFT_OUT, "is_bot": None}

    answer = await said(client, kari)

    assert "team_id" not in answer
    assert answer["is_bot"] is None
