"""The action row shows what may be done, all of it, once, and asks before what cannot be taken back."""

from dataclasses import replace

import pytest

from bot.domain.actions import Action, open_amount
from bot.domain.events import Happened
from bot.domain.links import Status
from bot.domain.offers import offers
from bot.slack import ids
from bot.slack.views.buttons import action_row
from bot.slack.views.line import line, takes_buttons

from .scenes import CARDS, tellings
from .shelf import LOOK, NOW, captured, event, facts, link, operation, reserved, story

STORIES = [pytest.param(drawn, id=f"{of}: {name}") for of in CARDS for name, drawn in CARDS[of]()]
MUST_ASK = {
    Action.CAPTURE,
    Action.RELEASE,
    Action.CANCEL,
    Action.GIVE_BACK,
    Action.TRY_AGAIN,
    Action.SEND_AGAIN,
    Action.HUNG_UP,
    Action.SEND_EMAIL,
}


def drawn_row(told):
    row = action_row(told, told.newest, NOW, LOOK)
    return row["elements"] if row else []


def values_of(elements):
    buttons = [ids.pressed(element) for element in elements if element["type"] == "button"]
    menus = [element["options"] for element in elements if element["type"] == "overflow"]
    return buttons, [ids.ButtonValue.decode(option["value"]) for options in menus for option in options]


@pytest.mark.parametrize("told", STORIES)
def test_the_row_is_the_table_of_actions_and_nothing_else(told):
    buttons, hidden = values_of(drawn_row(told))
    possible = offers(told, told.newest, NOW)

    assert sorted(value.action for value in buttons + hidden) == sorted(possible)
    assert len(buttons) <= 3
    assert len(hidden) != 1
    assert [v.action for v in buttons] == [a for a in possible if a in {v.action for v in buttons}]


@pytest.mark.parametrize("told", STORIES)
def test_every_button_carries_what_was_seen(told):
    newest = told.newest
    buttons, hidden = values_of(drawn_row(told))

    for value in buttons + hidden:
        assert value.link_id == newest.id
        assert value.version == newest.version
        assert value.open_minor == open_amount(newest, value.action)


@pytest.mark.parametrize("told", STORIES)
def test_what_cannot_be_taken_back_asks_first_with_its_amount(told):
    elements = drawn_row(told)
    _, hidden = values_of(elements)
    assert not MUST_ASK & {value.action for value in hidden}
    for element in elements:
        if element["type"] == "overflow":
            continue
        value = ids.pressed(element)
        assert ("confirm" in element) == (
            value.action in MUST_ASK or (value.action is Action.KEEP and value.open_minor > 0)
        )
        if value.open_minor:
            assert "kr" in element["accessibility_label"]
        if value.open_minor and "confirm" in element:
            assert "kr" in element["confirm"]["title"]["text"]


def test_four_actions_become_two_buttons_and_a_menu_of_two():
    elements = drawn_row(story(link(Status.AUTHORIZED, known=reserved())))

    assert [element["type"] for element in elements] == ["button", "button", "overflow"]
    assert [option["text"]["text"] for option in elements[-1]["options"]] == ["Capture part…", "Refresh"]


def test_five_actions_become_three_buttons_and_a_menu_of_two():
    elements = drawn_row(story(link(Status.CAPTURED, known=captured(10000, rest=14900))))

    assert [element["type"] for element in elements] == ["button", "button", "button", "overflow"]
    assert [option["text"]["text"] for option in elements[-1]["options"]] == ["Refund…", "Refresh"]


def test_nothing_to_do_draws_no_empty_row():
    assert action_row(story(), link(operation=operation()), NOW, LOOK) is None


def test_send_again_warns_of_a_second_message_only_when_a_first_may_exist():
    lost = link(Status.UNCERTAIN, known=facts(), session_id=None, url=None)
    refused = replace(lost, status=Status.REJECTED)

    [doubtful] = [e for e in drawn_row(story(lost)) if e["action_id"] == "link:send_again"]
    [sure] = [e for e in drawn_row(story(refused)) if e["action_id"] == "link:send_again"]

    assert "second message" in doubtful["confirm"]["text"]["text"]
    assert "second message" not in sure["confirm"]["text"]["text"]


@pytest.mark.parametrize(("told", "happened"), [(told, happened) for _, told, happened in tellings()])
def test_a_line_carries_buttons_only_when_there_is_something_to_decide(told, happened):
    with_buttons = line(told, happened, NOW, LOOK, with_buttons=True)
    without = line(told, happened, NOW, LOOK, with_buttons=False)

    has_row = any(block["type"] == "actions" for block in with_buttons.blocks)
    decidable = set(offers(told, told.link(happened.link_id), NOW)) - {Action.REFRESH, Action.REQUEST_AGAIN}
    assert has_row == (takes_buttons(happened.kind) and bool(decidable))
    assert all(block["type"] != "actions" for block in without.blocks)
    assert without.text == with_buttons.text


def test_only_what_the_customer_tries_leaves_the_buttons_where_they_are():
    """All else changes what can be done, so a button further up is of no use any more."""
    stays = {kind for kind in Happened if not takes_buttons(kind)}

    assert stays == {
        Happened.ISSUED,
        Happened.NOTED,
        Happened.SENT_ANYWAY,
        Happened.QR_SHOWN,
        Happened.EMAILED,
        Happened.REMINDERS_STOPPED,
        Happened.OPENED,
        Happened.ATTEMPT_FAILED,
    }


def test_the_row_under_a_line_belongs_to_the_line_s_own_link():
    older = link(Status.CAPTURED, known=captured(late=True), id="f" * 32, replaced=True)
    told = story(older, link(n=2, reference="4711-2"))
    late = replace(event(Happened.CAPTURED, amount=24900), link_id=older.id)

    row = line(told, late, NOW, LOOK, with_buttons=True).blocks[-1]

    assert {value.link_id for value in values_of(row["elements"])[0]} == {older.id}
