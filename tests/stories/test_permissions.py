"""Who may move money: the view hides nothing from anybody, and the service decides on every click."""

from dataclasses import replace

import pytest

from bot.domain.actions import MOVES_MONEY, Action
from sandbox.dintero.faults import Fault
from sandbox.slack.faults import Fault as SlackFault
from tests.stories.shop import opened_shop
from tests.stories.till import (
    a_paid_link,
    a_reserved_link,
    captures_part,
    card,
    done,
    forges,
    moved,
    opens,
    operations,
    plain,
    sends,
    the_operation,
    value_of,
    whispers,
)

NOT_TRUSTED = "4711 · Only @kari, who issued this link, and the people trusted with money can do that.\nCode: forbidden"
GUESTS = "4711 · Guests cannot move money. Ask a member of the workspace.\nCode: forbidden"
STRANGERS = "Only people of the workspace that issued this link can do that.\nCode: forbidden"
BOTS = "4711 · Bots cannot do that.\nCode: forbidden"
SILENT = "4711 · Slack did not say who you are just now, so nothing was done. Press again in a moment.\nCode: forbidden"


def without_code(told):
    """A refusal behind a form or a look comes without the code."""
    return [sentence.split("\nCode")[0] for sentence in told]


@pytest.fixture
async def part_taken(shop):
    """A link on which every button about money but those of late money stands."""
    await a_reserved_link(shop)
    await captures_part(shop, How_much="An amount", **{"Amount_(NOK)": "100"})
    return shop


def the_crowd(shop):
    robot = shop.slack.people.get("robot") or shop.slack.person("robot", bot=True)
    return {
        shop.people["ola"]: NOT_TRUSTED,
        shop.people["guest"]: GUESTS,
        shop.people["eve"]: STRANGERS,
        robot: BOTS,
    }


BUTTONS = ["Capture the rest", "Capture part…", "Release the rest", "Refund…"]


@pytest.mark.parametrize("button", BUTTONS)
async def test_nobody_but_the_issuer_moves_money(part_taken, button):
    shop = part_taken
    before = moved(shop)

    for person, sentence in the_crowd(shop).items():
        await shop.presses(button, person=person)

        assert without_code(whispers(shop, person)) == without_code([sentence]), person.name
        assert shop.slack.modals(person) == []
    assert moved(shop) == before
    assert len(await operations(shop)) == 1


@pytest.mark.parametrize("action", sorted(MOVES_MONEY))
async def test_what_is_not_even_offered_is_refused_for_who_asks_and_not_for_what(part_taken, action):
    """A forged click learns nothing about the link."""
    shop = part_taken
    value = value_of(shop.card, "Capture the rest")
    before = moved(shop)

    for person, sentence in the_crowd(shop).items():
        await forges(shop, person, action, value)

        assert without_code(whispers(shop, person)) == without_code([sentence]), person.name
    assert moved(shop) == before
    assert len(await operations(shop)) == 1


async def test_trying_again_needs_the_same_trust(shop):
    await a_reserved_link(shop)
    value = value_of(shop.card, "Capture")
    shop.dintero.faults.add("capture", Fault.drop_before())
    await shop.presses("Capture")
    await shop.later(minutes=10)
    await shop.later(minutes=1)

    for person, sentence in the_crowd(shop).items():
        await forges(shop, person, "try_again", f"{value}|C1")
        assert whispers(shop, person) == [sentence]

    assert len(shop.writes("capture")) == 1


async def in_doubt(shop, kind, button):
    """Asked for by Kari, without an answer, and looked for in vain for ten minutes."""
    shop.dintero.faults.add(kind, Fault.drop_before())
    await shop.presses(button)
    await shop.later(minutes=10)
    await shop.later(minutes=1)


@pytest.mark.parametrize("name", ["ola"])
async def test_who_may_not_move_money_may_look_for_it_and_not_close_its_question(shop, name):
    """Closing it frees the same money to be moved once more."""
    await a_reserved_link(shop)
    await in_doubt(shop, "capture", "Capture")
    [(person, sentence)] = [one for one in the_crowd(shop).items() if one[0].name == name]
    looked = len(shop.dintero.log)

    await shop.presses("Check again", person=person)

    assert len(shop.dintero.log) > looked
    assert (await the_operation(shop)).state == "unknown"
    said = (
        "4711 · Dintero shows no sign of the capture of 249,50 kr. The card stays as it is, because its usual buttons "
        f"would let it be asked for again. {sentence.removeprefix('4711 · ')}"
    )
    assert whispers(shop, person) == without_code([said])


@pytest.mark.parametrize("name", ["guest", "robot"])
async def test_guests_and_bots_do_not_look_for_what_others_asked_for(shop, name):
    await a_reserved_link(shop)
    await in_doubt(shop, "capture", "Capture")
    [person] = [one for one in the_crowd(shop) if one.name == name]
    looked = len(shop.dintero.log)

    await shop.presses("Check again", person=person)

    assert len(shop.dintero.log) == looked
    assert (await the_operation(shop)).state == "unknown"


@pytest.mark.parametrize(("button", "states"), [("Check again", ["absent"]), ("Try again", ["absent", "done"])])
async def test_any_member_may_answer_the_question_of_a_cancellation(shop, button, states):
    """Who may cancel a link may ask for it once more."""
    await shop.issues()
    await in_doubt(shop, "cancel", "Cancel link")

    await shop.presses(button, person=shop.people["ola"])

    assert [one.state for one in await operations(shop)] == states


async def test_while_slack_does_not_say_who_somebody_is_no_question_is_closed(shop):
    await a_reserved_link(shop)
    await in_doubt(shop, "capture", "Capture")
    shop.clock.pass_(hours=1)
    shop.slack.faults.add("users.info", *[SlackFault.status(503)] * 2)

    await shop.presses("Check again")

    assert (await the_operation(shop)).state == "unknown"
    assert "Slack did not say who you are just now" in whispers(shop)[-1]


async def test_any_member_may_cancel_show_and_refresh(shop):
    await shop.issues()
    ola = shop.people["ola"]

    await shop.presses("Refresh", person=ola)
    await shop.presses("Show link", person=ola)
    await shop.presses("Cancel link", person=ola)

    assert "Cancelled by @ola" in card(shop)


@pytest.mark.parametrize("button", ["Refresh", "Show link", "Cancel link"])
async def test_a_stranger_may_not_even_look(shop, button):
    """Slack Connect lets other companies into the channel; the link inside is not for them."""
    await shop.issues()
    looked = len(shop.dintero.log)

    await shop.presses(button, person=shop.people["eve"])

    assert without_code(whispers(shop, shop.people["eve"])) == without_code([STRANGERS])
    assert len(shop.dintero.log) == looked
    assert "Ready to share" in card(shop)


@pytest.mark.parametrize("trusted", ["ola", "*"])
async def test_the_people_trusted_with_money_may_do_what_the_issuer_may(shop, trusted):
    ola = shop.people["ola"]
    await shop.restart(paylink_money_users=trusted.replace("ola", ola.id))
    await a_reserved_link(shop)

    await shop.presses("Capture", person=ola)
    form = await opens(shop, "Refund…", person=ola)
    await sends(shop, form, Reason="Wrong size")

    assert done(shop, "REFUND") == [249_50]
    assert "Refunded by @ola" in card(shop)


@pytest.mark.parametrize("trusted", ["guest", "*"])
async def test_trust_never_reaches_guests_and_strangers(shop, trusted):
    guest, eve = shop.people["guest"], shop.people["eve"]
    await shop.restart(paylink_money_users=trusted.replace("guest", f"{guest.id},{eve.id}"))
    await a_reserved_link(shop)

    await shop.presses("Capture", person=guest)
    await shop.presses("Capture", person=eve)

    assert whispers(shop, guest) == [GUESTS]
    assert whispers(shop, eve) == [STRANGERS]
    assert moved(shop) == []


async def test_a_guest_who_issued_a_link_may_not_take_its_money(shop):
    guest = shop.people["guest"]
    await shop.issues(person=guest)
    await shop.customer_pays()

    await shop.presses("Capture", person=guest)

    assert whispers(shop, guest) == [GUESTS]
    assert moved(shop) == []


async def test_while_slack_does_not_say_who_somebody_is_nothing_is_done(shop):
    await a_reserved_link(shop)
    shop.clock.pass_(hours=1)
    shop.slack.faults.add("users.info", SlackFault.status(503), SlackFault.ratelimited(30))

    await shop.presses("Capture")
    await shop.presses("Capture part…")
    assert without_code(whispers(shop)) == without_code([SILENT, SILENT])
    assert moved(shop) == []

    await shop.presses("Capture")
    assert done(shop, "CAPTURE") == [249_50]


async def test_an_answer_about_somebody_is_good_for_an_hour(shop):
    await a_reserved_link(shop)
    ola = shop.people["ola"]

    def asked():
        return [call for call in shop.slack.log if call.method == "users.info" and call.args["user"] == ola.id]

    for _ in range(3):
        await shop.presses("Capture", person=ola)
    assert len(asked()) == 1

    shop.clock.pass_(minutes=61)
    await shop.presses("Capture", person=ola)
    assert len(asked()) == 2


async def test_trust_that_ended_before_the_bot_came_to_it_has_ended(shop):
    """The click was recorded, the bot stopped, and was started again with other people trusted."""
    ola = shop.people["ola"]
    await shop.restart(paylink_money_users=ola.id)
    await a_reserved_link(shop)
    await shop.presses_only("Capture", person=ola)

    await shop.restart()
    await shop.work()

    assert moved(shop) == []
    assert (await the_operation(shop)).state == "withdrawn"
    assert whispers(shop, ola) == ["4711 · Nothing was done. " + without_code([NOT_TRUSTED])[0].removeprefix("4711 · ")]
    assert "Capture" in shop.card.buttons


async def test_a_slack_that_is_silent_after_the_click_does_not_undo_it(shop):
    await a_reserved_link(shop)
    await shop.presses_only("Capture")
    await shop.restart()
    shop.slack.faults.add("users.info", SlackFault.status(503))

    await shop.work()

    assert done(shop, "CAPTURE") == [249_50]


async def test_a_member_who_became_a_guest_before_the_bot_came_to_it_moves_no_money(shop):
    await a_reserved_link(shop)
    await shop.presses_only("Capture")
    shop.slack.people[shop.kari.id] = replace(shop.kari, guest=True)

    await shop.restart()
    await shop.work()

    assert moved(shop) == []
    assert whispers(shop) == ["4711 · Nothing was done. " + without_code([GUESTS])[0].removeprefix("4711 · ")]


async def test_trust_that_ended_while_a_form_was_open_has_ended(shop):
    ola = shop.people["ola"]
    await shop.restart(paylink_money_users=ola.id)
    await a_paid_link(shop)
    form = await opens(shop, "Refund…", person=ola)

    await shop.restart()
    await sends(shop, form, Reason="Wrong size")

    assert "Only @kari, who issued this link" in plain(form)
    assert done(shop, "REFUND") == []


@pytest.mark.parametrize("action", sorted(Action))
async def test_another_workspace_cannot_reach_a_link_with_any_button(shop, action):
    """One database, two workspaces: the value of a button names a link, and proves nothing about who sends it."""
    await a_reserved_link(shop)
    value = value_of(shop.card, "Capture")

    async with opened_shop(shop.settings["paylink_database_url"], team_id="T2", paylink_money_users="*") as theirs:
        message = theirs.slack.say(theirs.kari, theirs.sales, "a channel of their own")
        before = len(theirs.dintero.log)

        await forges(theirs, theirs.kari, action, value, target=message)

        assert without_code(whispers(theirs)) == without_code([STRANGERS])
        assert theirs.slack.modals(theirs.kari) == []
        assert len(theirs.dintero.log) == before
    assert await operations(shop) == []
    assert card(shop).startswith("🔒 Reserved")
