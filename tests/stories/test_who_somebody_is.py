"""Who presses comes from `users.info` and not from the click; who is not known moves no money."""

from dataclasses import replace

import pytest

from sandbox.slack.faults import Fault
from sandbox.slack.profiles import LEFT_OUT, Outsiders
from tests.stories.till import a_reserved_link, card, done, moved, opens, operations, plain, sends, whispers

SILENT = "Slack did not say who you are just now"
STRANGERS = "Only people of the workspace that issued this link can do that."
LOOKS = ["Refresh", "Show link", "Send again…", "Change order…", "Cancel link"]


@pytest.fixture(params=["*", "by name"])
async def trusting(request, shop):
    """A shop that would trust everybody with money, or even the outsider by name."""
    users = "*" if request.param == "*" else shop.people["eve"].id
    await shop.restart(paylink_money_users=users)
    return shop


@pytest.mark.parametrize("payload_team", ["installing", "own"])
@pytest.mark.parametrize("said", Outsiders)
async def test_people_of_another_organisation_move_no_money_however_slack_describes_them(trusting, said, payload_team):
    shop, eve = trusting, trusting.people["eve"]
    shop.slack.outsiders_said, shop.slack.outsiders_payload_team = said, payload_team
    shop.slack.payload_says_user_team = False
    await a_reserved_link(shop)

    await shop.presses("Capture", person=eve)
    await shop.presses("Capture part…", person=eve)

    assert moved(shop) == []
    assert await operations(shop) == []
    assert shop.slack.modals(eve) == []
    told = SILENT if said is Outsiders.HIDDEN else STRANGERS
    assert all(told in sentence for sentence in whispers(shop, eve))


@pytest.mark.parametrize("button", LOOKS)
@pytest.mark.parametrize("said", Outsiders)
async def test_people_of_another_organisation_do_not_even_look(shop, said, button):
    eve = shop.people["eve"]
    shop.slack.outsiders_said, shop.slack.payload_says_user_team = said, False
    await shop.issues()
    looked = len(shop.dintero.log)

    await shop.presses(button, person=eve)

    assert shop.slack.modals(eve) == []
    assert len(shop.dintero.log) == looked
    assert "Ready to share" in card(shop)
    assert "4711" not in whispers(shop, eve)[-1], "who is not of the workspace learns nothing about its links"


@pytest.fixture
def grid(shop):
    """People of one organisation with two workspaces; Slack names their home workspace in every click."""
    here, elsewhere = shop.slack.team_id, "T2"
    shop.people |= {
        "home": shop.slack.person("home", teams=(here, elsewhere)),
        "lent": shop.slack.person("lent", team_id=elsewhere, teams=(elsewhere, here)),
        "away": shop.slack.person("away", team_id=elsewhere, teams=(elsewhere,)),
    }
    for name in ("home", "lent", "away"):
        shop.sales.members.add(shop.people[name].id)
    return shop


@pytest.mark.parametrize("name", ["home", "lent"])
async def test_on_grid_a_member_of_the_workspace_works_wherever_they_are_at_home(grid, name):
    shop, person = grid, grid.people[name]

    await shop.issues(person=person)
    await shop.presses("Show link", person=person)
    await shop.customer_pays()
    await shop.presses("Capture", person=person)
    form = await opens(shop, "Refund…", person=person)
    await sends(shop, form, Reason="Wrong size")

    assert done(shop, "CAPTURE") == [249_50]
    assert done(shop, "REFUND") == [249_50]


async def test_a_bot_of_a_whole_organisation_does_not_start(grid):
    """It would take all for people of elsewhere."""
    grid.slack.ways.enterprise_id = "E1"

    with pytest.raises(ValueError, match="Install the app in the workspace itself"):
        await grid.restart()

    grid.slack.ways.enterprise_id = ""
    await grid.start()


async def test_on_grid_a_colleague_who_is_not_in_the_workspace_does_nothing(grid):
    shop, away = grid, grid.people["away"]
    await shop.restart(paylink_money_users="*")
    await a_reserved_link(shop)

    await shop.presses("Capture", person=away)
    form = await shop.issues("100 91234567 Hitch #4712 7d", person=away)

    assert moved(shop) == []
    assert STRANGERS in whispers(shop, away)[0]
    assert "Only people of the workspace" in plain(form)
    assert len(shop.cards) == 1


@pytest.mark.parametrize("key", ["team_id", "is_restricted", "is_ultra_restricted", "is_bot"])
async def test_an_answer_that_leaves_out_who_somebody_is_moves_no_money(shop, key):
    await a_reserved_link(shop)
    shop.slack.said_instead[shop.kari.id] = {key: LEFT_OUT}
    await shop.restart()

    await shop.presses("Capture")

    assert moved(shop) == []
    assert SILENT in whispers(shop)[-1]


@pytest.mark.parametrize("kind", [{"guest": True}, {"single_channel": True}, {"bot": True}, {"deleted": True}])
async def test_guests_bots_and_who_has_left_move_no_money(shop, kind):
    odd = shop.slack.person("odd", **kind)
    shop.sales.members.add(odd.id)
    await shop.restart(paylink_money_users="*")
    await a_reserved_link(shop)

    await shop.presses("Capture", person=odd)

    assert moved(shop) == []


async def test_who_was_moved_to_another_workspace_before_the_bot_came_to_it_moves_no_money(shop):
    await a_reserved_link(shop)
    await shop.presses_only("Capture")
    shop.slack.people[shop.kari.id] = replace(shop.kari, team_id="T2")

    await shop.restart()
    await shop.work()

    assert moved(shop) == []
    assert "Nothing was done." in whispers(shop)[-1]


@pytest.mark.parametrize("then", [{"bot": True}, {"deleted": True}, {"team_id": "T2"}])
async def test_a_link_of_somebody_who_is_gone_before_it_is_sent_is_not_sent(shop, then):
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.submit(shop.kari, form)
    shop.slack.people[shop.kari.id] = replace(shop.kari, **then)

    await shop.restart()
    await shop.work()

    assert shop.writes("create") == []
    assert "Could not be created" in card(shop)


async def test_a_slack_that_does_not_say_who_sends_stops_no_link(shop):
    """Before the send only a *no* stops it."""
    form = await shop.opens_form("249,50 91234567 Tow bar #4711 7d")
    await shop.slack.submit(shop.kari, form)

    await shop.restart()
    shop.slack.faults.add("users.info", Fault.status(503))
    await shop.work()

    assert len(shop.writes("create")) == 1


async def test_while_slack_does_not_say_who_somebody_is_a_new_link_still_goes_out(shop):
    shop.slack.faults.add("users.info", *[Fault.status(503)] * 4)

    await shop.issues()

    assert len(shop.writes("create")) == 1


@pytest.mark.parametrize("button", ["Show link", "Send again…", "Change order…"])
async def test_while_slack_does_not_say_who_somebody_is_they_see_no_private_data_of_others(shop, button):
    await shop.issues()
    ola = shop.people["ola"]
    shop.slack.faults.add("users.info", *[Fault.status(503)] * 4)

    await shop.presses(button, person=ola)

    assert shop.slack.modals(ola) == []
    assert SILENT in whispers(shop, ola)[-1]


async def test_a_guest_stays_one_while_slack_does_not_answer(shop):
    """The hour is over, and the newer answer does not come: what was known of them still binds them."""
    await shop.issues()
    guest = shop.people["guest"]
    await shop.presses("Refresh", person=guest)
    shop.clock.pass_(hours=2)
    shop.slack.faults.add("users.info", *[Fault.status(503)] * 4)

    await shop.presses("Cancel link", person=guest)

    assert "Ready to share" in card(shop)
