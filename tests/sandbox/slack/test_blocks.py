"""Block Kit's limits: for each thing the largest that is right, and the first that is wrong."""

import pytest

from sandbox.slack.blocks import text_sum, wrong_in_message, wrong_in_view

from .conftest import actions, button, modal, mrkdwn, plain, typing


def options(count, **more):
    return [{"text": plain(f"o{n}"), "value": str(n), **more} for n in range(count)]


def section(**accessory):
    return {"type": "section", "text": plain("x"), "accessory": {"action_id": "a", **accessory}}


def confirm(**more):
    return {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n"), **more}


RIGHT = {
    "50 blocks": [mrkdwn("x")] * 50,
    "section of 3000": [mrkdwn("x" * 3000)],
    "fields": [{"type": "section", "fields": [plain("x" * 2000)] * 10}],
    "header of 150": [{"type": "header", "text": plain("x" * 150)}],
    "context of 10": [{"type": "context", "elements": [plain("x")] * 10}],
    "actions of 25": [actions(*(button("x", f"a{n}") for n in range(25)))],
    "button": [actions(button("x" * 75, "a" * 255, value="v" * 2000, style="danger", confirm=confirm()))],
    "overflow of 5": [section(type="overflow", options=options(5, url="https://x.no"))],
    "select of 100": [section(type="static_select", options=options(100), placeholder=plain("x"))],
    "checkboxes of 10": [section(type="checkboxes", options=options(10), initial_options=options(1))],
    "image": [{"type": "image", "alt_text": "x", "image_url": "https://x.no/q.png"}],
    "divider": [{"type": "divider"}],
    "rich text": [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "<x>"}]}],
        },
    ],
}
WRONG = {
    "51 blocks": ([mrkdwn("x")] * 51, "/blocks"),
    "section of 3001": ([mrkdwn("x" * 3001)], "/blocks/0/text/text"),
    "section of nothing": ([{"type": "section"}], "/blocks/0"),
    "empty text": ([mrkdwn("")], "/blocks/0/text/text"),
    "emoji count twice": ([{"type": "header", "text": plain("💸" * 76)}], "/blocks/0/text/text"),
    "11 fields": ([{"type": "section", "fields": [plain("x")] * 11}], "/blocks/0/fields"),
    "mrkdwn in a header": ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "/blocks/0/text/type"),
    "emoji flag on mrkdwn": (
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}],
        "/blocks/0/text/emoji",
    ),
    "header of 151": ([{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text"),
    "empty context": ([{"type": "context", "elements": []}], "/blocks/0/elements"),
    "26 actions": ([actions(*(button("x", f"a{n}") for n in range(26)))], "/blocks/0/elements"),
    "action_id twice": ([actions(button("x", "a"), button("y", "a"))], "/blocks/0/elements"),
    "button of 76": ([actions(button("x" * 76, "a"))], "/blocks/0/elements/0/text/text"),
    "value of 2001": ([actions(button("x", "a", value="v" * 2001))], "/blocks/0/elements/0/value"),
    "unknown style": ([actions(button("x", "a", style="default"))], "/blocks/0/elements/0/style"),
    "disabled button": ([actions(button("x", "a", disabled=True))], "/blocks/0/elements/0/disabled"),
    "confirm without deny": (
        [actions(button("x", "a", confirm={"title": plain("t"), "text": plain("x"), "confirm": plain("y")}))],
        "/blocks/0/elements/0/confirm",
    ),
    "confirm of 301": (
        [actions(button("x", "a", confirm=confirm(text=plain("x" * 301))))],
        "/blocks/0/elements/0/confirm/text/text",
    ),
    "overflow of 6": ([section(type="overflow", options=options(6))], "/blocks/0/accessory/options"),
    "overflow of 1": ([section(type="overflow", options=options(1))], "/blocks/0/accessory/options"),
    "option value of 76": (
        [section(type="radio_buttons", options=[{"text": plain("x"), "value": "v" * 76}])],
        "/blocks/0/accessory/options/0/value",
    ),
    "foreign initial option": (
        [section(type="static_select", options=options(2), initial_option=options(3)[2])],
        "/blocks/0/accessory",
    ),
    "options and groups": (
        [section(type="static_select", options=options(1), option_groups=[])],
        "/blocks/0/accessory/option_groups",
    ),
    "image without alt": ([{"type": "image", "image_url": "https://x.no/q.png"}], "/blocks/0"),
    "input in a message": ([typing("b", "Phone")], "/blocks/0/type"),
    "block_id twice": ([{**mrkdwn("x"), "block_id": "b"}] * 2, "/blocks/1/block_id"),
    "unknown key": ([{**mrkdwn("x"), "color": "red"}], "/blocks/0/color"),
    "no block": (["x"], "/blocks/0/type"),
}
WRONG_VIEWS = {
    "101 blocks": (modal(*[mrkdwn("x")] * 101), "/view/blocks"),
    "title of 25": (modal(title=plain("x" * 25)), "/view/title/text"),
    "submit of 25": (modal(submit=plain("x" * 25)), "/view/submit/text"),
    "close of 25": (modal(close=plain("x" * 25)), "/view/close/text"),
    "private_metadata of 3001": (modal(private_metadata="x" * 3001), "/view/private_metadata"),
    "callback_id of 256": (modal(callback_id="x" * 256), "/view/callback_id"),
    "unknown key": (modal(external="x"), "/view/external"),
    "initial too long": (modal(typing("b", "x", initial_value="12345", max_length=4)), "/initial_value"),
    "number as a number": (
        modal(typing("b", "x", type="number_input", is_decimal_allowed=True, initial_value=1)),
        "/initial_value",
    ),
    "number without decimals said": (modal(typing("b", "x", type="number_input")), "/element"),
    "focus twice": (modal(typing("a", "x", focus_on_load=True), typing("b", "x", focus_on_load=True)), "/view/blocks"),
    "label of 2001": (modal(typing("b", "x" * 2001)), "/view/blocks/0/label/text"),
    "no submit": ({key: value for key, value in modal(typing("b", "x")).items() if key != "submit"}, "/view/submit"),
    "home": (modal(type="home"), "/view/type"),
}


@pytest.mark.parametrize("blocks", RIGHT.values(), ids=RIGHT)
def test_what_slack_takes(blocks):
    """Slack reference §9: the largest of each."""
    assert wrong_in_message(blocks) == []


@pytest.mark.parametrize(("blocks", "pointer"), WRONG.values(), ids=WRONG)
def test_what_slack_refuses(blocks, pointer):
    """Slack reference §9: one too many of each; the pointer says where."""
    [problem] = wrong_in_message(blocks)

    assert problem.endswith(f"[json-pointer:{pointer}]")


@pytest.mark.parametrize(("view", "pointer"), WRONG_VIEWS.values(), ids=WRONG_VIEWS)
def test_views_slack_refuses(view, pointer):
    """Slack reference §8."""
    [problem] = wrong_in_view(view)

    assert problem.endswith(f"{pointer}]")


def test_a_view_of_100_blocks_without_inputs_needs_no_submit():
    """Slack reference §8: submit is mandatory when any input block exists."""
    view = modal(*[mrkdwn("x")] * 100, private_metadata="x" * 3000, callback_id="x" * 255, notify_on_close=True)
    del view["submit"]

    assert wrong_in_view(view) == []


def test_all_text_of_a_message_counts_together():
    """Slack reference §9: about 13200 characters."""
    assert text_sum([mrkdwn("abc"), actions(button("de", "a"))]) == 5
