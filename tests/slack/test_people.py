"""Who somebody is decides whether they may touch money; what is not known is not allowed."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.permissions import Standing
from bot.slack import people as module
from bot.slack.people import SlackPeople
from sandbox.slack import Workspace, create_app
from sandbox.slack.faults import Fault
from sandbox.slack.profiles import Outsiders
from tests.serving import serving


class Watch:
    seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
async def office():
    """A workspace, the bot's view of its people, and the watch that its cache looks at."""
    slack = Workspace(signing_secret="s" * 32, bot_token="xoxb-1")
    watch = Watch()
    async with serving(create_app(slack)) as url, aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-1", base_url=f"{url}/api/", session=session, retry_handlers=[])
        yield slack, SlackPeople(client, slack.team_id, watch), watch


@pytest.mark.parametrize(
    ("kind", "standing"),
    [
        ({}, Standing.MEMBER),
        ({"guest": True}, Standing.GUEST),
        ({"stranger": True}, Standing.STRANGER),
        ({"bot": True}, Standing.BOT),
        ({"stranger": True, "guest": True}, Standing.STRANGER),
        ({"single_channel": True}, Standing.GUEST),
        ({"deleted": True}, Standing.BOT),
        ({"team_id": "T2"}, Standing.STRANGER),
        ({"team_id": "T2", "guest": True}, Standing.STRANGER),
        ({"teams": ("T1", "T2")}, Standing.MEMBER),
        ({"team_id": "T2", "teams": ("T2", "T1")}, Standing.MEMBER),
        ({"team_id": "T2", "teams": ("T2", "T1"), "guest": True}, Standing.GUEST),
        ({"team_id": "T2", "teams": ("T2", "T3")}, Standing.STRANGER),
    ],
)
async def test_everybody_is_what_slack_says(office, kind, standing):
    slack, people, _ = office

    assert await people.standing(slack.person("somebody", **kind).id) is standing


class Answering:
    """A Slack client whose answer about a person is not what anybody expects."""

    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    async def users_info(self, **_):
        self.asked += 1
        return self.answer


SAID = {"id": "U1", "team_id": "T1", "is_bot": False, "is_restricted": False, "is_ultra_restricted": False}


@pytest.mark.parametrize("kind", ["is_restricted", "is_ultra_restricted"])
async def test_a_guest_of_one_channel_is_a_guest_like_one_of_many(kind):
    """Either word says so (Slack reference §13)."""
    people = SlackPeople(Answering({"user": SAID | {kind: True}}), "T1")

    assert await people.standing("U1") is Standing.GUEST


@pytest.mark.parametrize(
    "user",
    [
        None,
        [],
        {},
        SAID | {"id": None},
        SAID | {"id": "U2"},
        *({name: value for name, value in SAID.items() if name != left_out} for left_out in SAID),
        SAID | {"is_restricted": None},
        SAID | {"team_id": ""},
        SAID | {"team_id": ["T1"]},
        SAID | {"enterprise_user": {"id": "W1"}},
        SAID | {"enterprise_user": {"teams": "T1"}},
        SAID | {"enterprise_user": {"teams": [None]}},
        SAID | {"is_restricted": "false"},
    ],
)
async def test_an_odd_answer_is_unknown_and_asked_again(user):
    """An answer that does not say that somebody is no guest does not make them a member."""
    slack = Answering({"ok": True, "user": user} if user is not None else {"ok": True})
    people = SlackPeople(slack, "T1")

    assert await people.standing("U1") is Standing.UNKNOWN

    slack.answer = {"ok": True, "user": SAID}
    assert await people.standing("U1") is Standing.MEMBER
    assert slack.asked == 2


async def test_who_has_left_is_no_member_although_slack_says_little_of_them():
    people = SlackPeople(Answering({"ok": True, "user": {"id": "U1", "deleted": True}}), "T1")

    assert await people.standing("U1") is Standing.BOT


async def test_a_stranger_is_one_whatever_workspace_is_named():
    people = SlackPeople(Answering({"user": SAID | {"is_stranger": True}}), "T1")

    assert await people.standing("U1") is Standing.STRANGER


async def test_slackbot_is_a_bot_although_slack_denies_it():
    """Slack reference §13."""
    people = SlackPeople(Answering({"user": SAID | {"id": "USLACKBOT"}}), "T1")

    assert await people.standing("USLACKBOT") is Standing.BOT


@pytest.mark.parametrize("outsiders", Outsiders)
async def test_people_of_another_organisation_are_never_taken_for_members(office, outsiders):
    slack, people, _ = office
    slack.outsiders_said = outsiders

    standing = await people.standing(slack.person("eve", stranger=True).id)

    assert standing is (Standing.UNKNOWN if outsiders is Outsiders.HIDDEN else Standing.STRANGER)


@pytest.mark.parametrize(
    ("said", "standing"), [("T1", Standing.ASSUMED), ("T2", Standing.UNKNOWN), ("", Standing.UNKNOWN)]
)
async def test_without_an_answer_the_click_counts_as_far_as_it_names_this_workspace(office, said, standing):
    slack, people, _ = office
    slack.faults.add("users.info", Fault.status(503))

    assert (await people.actor(slack.person("kari").id, said)).standing is standing


@pytest.mark.parametrize("kind", [{"guest": True}, {"bot": True}, {"stranger": True}])
async def test_what_was_known_of_somebody_binds_them_while_slack_does_not_answer(office, kind):
    slack, people, watch = office
    somebody = slack.person("somebody", **kind)
    known = await people.standing(somebody.id)
    watch.seconds = 4000.0
    slack.faults.add("users.info", Fault.status(503))

    assert (await people.actor(somebody.id, "T1")).standing is known


async def test_slack_is_asked_once_an_hour(office):
    slack, people, watch = office
    kari = slack.person("kari")

    for seconds in (0.0, 1.0, 3599.0):
        watch.seconds = seconds
        await people.standing(kari.id)
    assert len(slack.log) == 1

    watch.seconds = 3600.0
    await people.standing(kari.id)
    assert len(slack.log) == 2


async def test_a_failure_is_unknown_and_asked_again(office):
    """An unknown person may not touch money, but not for an hour."""
    slack, people, _ = office
    kari = slack.person("kari")
    slack.faults.add("users.info", Fault.status(503))

    assert await people.standing(kari.id) is Standing.UNKNOWN
    assert await people.standing(kari.id) is Standing.MEMBER


async def test_the_click_does_not_wait_for_a_slow_answer(office, monkeypatch):
    slack, people, _ = office
    kari = slack.person("kari")
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    slack.faults.add("users.info", Fault.delay(0.5))

    assert await people.standing(kari.id) is Standing.UNKNOWN


async def test_the_memory_is_bounded(office, monkeypatch):
    slack, people, _ = office
    monkeypatch.setattr(module, "_MOST", 2)
    everybody = [slack.person(f"p{n}") for n in range(3)]
    for one in everybody:
        await people.standing(one.id)

    await people.standing(everybody[2].id)
    assert len(slack.log) == 3
    await people.standing(everybody[0].id)
    assert len(slack.log) == 4
