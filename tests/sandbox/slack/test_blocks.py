"""Block Kit: what Slack takes and what it refuses, with the pointer that says where."""

import pytest

from sandbox.slack.blocks import text_sum, wrong_in_message, wrong_in_view

from .conftest import actions, button, modal, mrkdwn, plain, typing


def options(count, **more):
    return [{"text": plain(f"o{n}"), "value": str(n)} | more for n in range(count)]


def section(**accessory):
    return {"type": "section", "text": plain("x"), "accessory": {"action_id": "a", **accessory}}


def confirm(**more):
    return {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n"), **more}


def field(**element):
    return modal(typing("b", "x", **element))


def pressing(**more):
    return [actions(button("x", "a", **more))]


LENGTHS = {
    "section": (3000, lambda x: [mrkdwn(x)]),
    "field": (2000, lambda x: [{"type": "section", "fields": [plain(x)]}]),
    "header": (150, lambda x: [{"type": "header", "text": plain(x)}]),
    "context": (3000, lambda x: [{"type": "context", "elements": [plain(x)]}]),
    "block_id": (255, lambda x: [{**mrkdwn("x"), "block_id": x}]),
    "alt text": (2000, lambda x: [{"type": "image", "alt_text": x, "image_url": "https://x.no/q.png"}]),
    "image url": (2985, lambda x: [{"type": "image", "alt_text": "x", "image_url": f"https://x.no/q/{x}"}]),
    "button": (75, lambda x: [actions(button(x, "a"))]),
    "action_id": (255, lambda x: [actions(button("x", x))]),
    "value": (2000, lambda x: pressing(value=x)),
    "url": (3000, lambda x: pressing(url=x)),
    "accessibility_label": (75, lambda x: pressing(accessibility_label=x)),
    "confirm title": (100, lambda x: pressing(confirm=confirm(title=plain(x)))),
    "confirm text": (300, lambda x: pressing(confirm=confirm(text=plain(x)))),
    "confirm": (30, lambda x: pressing(confirm=confirm(confirm=plain(x)))),
    "deny": (30, lambda x: pressing(confirm=confirm(deny=plain(x)))),
    "option": (75, lambda x: [section(type="radio_buttons", options=options(1, text=plain(x)))]),
    "group": (
        75,
        lambda x: [section(type="static_select", option_groups=[{"label": plain(x), "options": options(1)}])],
    ),
    "context mrkdwn": (3000, lambda x: [{"type": "context", "elements": [mrkdwn(x)["text"]]}]),
    "select option": (75, lambda x: [section(type="static_select", options=options(1, text=plain(x)))]),
    "menu option": (75, lambda x: [section(type="overflow", options=options(2)[1:] + options(1, text=plain(x)))]),
    "option value": (75, lambda x: [section(type="static_select", options=options(1, value=x))]),
    "option description": (75, lambda x: [section(type="checkboxes", options=options(1, description=plain(x)))]),
    "select placeholder": (150, lambda x: [section(type="static_select", options=options(1), placeholder=plain(x))]),
    "title": (24, lambda x: modal(title=plain(x))),
    "submit": (24, lambda x: modal(submit=plain(x))),
    "close": (24, lambda x: modal(close=plain(x))),
    "private_metadata": (3000, lambda x: modal(private_metadata=x)),
    "callback_id": (255, lambda x: modal(callback_id=x)),
    "external_id": (255, lambda x: modal(external_id=x)),
    "label": (2000, lambda x: modal(typing("b", x))),
    "hint": (2000, lambda x: modal({**typing("b", "x"), "hint": plain(x)})),
    "placeholder": (150, lambda x: field(placeholder=plain(x))),
    "initial value": (3000, lambda x: field(initial_value=x)),
    "initial value with max_length": (4, lambda x: field(initial_value=x, max_length=4)),
}
COUNTS = {
    "blocks": (50, lambda n: [mrkdwn("x")] * n),
    "fields": (10, lambda n: [{"type": "section", "fields": [plain("x")] * n}]),
    "context": (10, lambda n: [{"type": "context", "elements": [plain("x")] * n}]),
    "actions": (25, lambda n: [actions(*(button("x", f"a{m}") for m in range(n)))]),
    "overflow": (5, lambda n: [section(type="overflow", options=options(n))]),
    "static_select": (100, lambda n: [section(type="static_select", options=options(n))]),
    "radio_buttons": (10, lambda n: [section(type="radio_buttons", options=options(n))]),
    "checkboxes": (10, lambda n: [section(type="checkboxes", options=options(n))]),
    "view": (100, lambda n: modal(*[mrkdwn("x")] * n)),
    "max_length": (3000, lambda n: field(max_length=n)),
    "min_length": (3000, lambda n: field(min_length=n)),
}
RIGHT = {
    "button": pressing(style="danger", confirm=confirm(style="primary")),
    "overflow of 2": [section(type="overflow", options=options(2, url="https://x.no"))],
    "initial options": [section(type="checkboxes", options=options(3), initial_options=options(1))],
    "groups": [
        section(
            type="static_select",
            option_groups=[{"label": plain("x"), "options": options(2)}],
            initial_option=options(1)[0],
        ),
    ],
    "one focus": field(focus_on_load=True),
    "divider": [{"type": "divider"}],
    "rich text": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}],
}
WRONG = {
    "section of nothing": ([{"type": "section"}], "/blocks/0"),
    "empty text": ([mrkdwn("")], "/blocks/0/text/text"),
    "emoji count twice": ([{"type": "header", "text": plain("💸" * 76)}], "/blocks/0/text/text"),
    "mrkdwn in a header": ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "/blocks/0/text/type"),
    "emoji flag on mrkdwn": (
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}}],
        "/blocks/0/text/emoji",
    ),
    "flag as a word": ([{"type": "header", "text": {**plain("x"), "emoji": "true"}}], "/blocks/0/text/emoji"),
    "empty context": ([{"type": "context", "elements": []}], "/blocks/0/elements"),
    "empty actions": ([actions()], "/blocks/0/elements"),
    "fields that are none": ([{"type": "section", "fields": "x"}], "/blocks/0/fields"),
    "action_id twice": ([actions(button("x", "a"), button("y", "a"))], "/blocks/0/elements"),
    "unknown style": (pressing(style="default"), "/blocks/0/elements/0/style"),
    "disabled button": (pressing(disabled=True), "/blocks/0/elements/0/disabled"),
    "value as a number": (pressing(value=1), "/blocks/0/elements/0/value"),
    "confirm without deny": (
        pressing(confirm={"title": plain("t"), "text": plain("x"), "confirm": plain("y")}),
        "/blocks/0/elements/0/confirm",
    ),
    "confirm as a text": (pressing(confirm="sure?"), "/blocks/0/elements/0/confirm"),
    "overflow of 1": ([section(type="overflow", options=options(1))], "/blocks/0/accessory/options"),
    "foreign initial option": (
        [section(type="static_select", options=options(2), initial_option=options(3)[2])],
        "/blocks/0/accessory",
    ),
    "option values twice": (
        [section(type="static_select", options=options(2, value="v"))],
        "/blocks/0/accessory/options",
    ),
    "neither options nor groups": ([section(type="static_select")], "/blocks/0/accessory"),
    "image without alt": ([{"type": "image", "image_url": "https://x.no/q.png"}], "/blocks/0"),
    "image over http": ([{"type": "image", "alt_text": "x", "image_url": "http://x.no/q.png"}], "/blocks/0/image_url"),
    "image nowhere": ([{"type": "image", "alt_text": "x", "image_url": "q.png"}], "/blocks/0/image_url"),
    "image without source": ([{"type": "image", "alt_text": "x"}], "/blocks/0"),
    "input in a message": ([typing("b", "Phone")], "/blocks/0/type"),
    "block_id twice": ([{**mrkdwn("x"), "block_id": "b"}] * 2, "/blocks/1/block_id"),
    "unknown key": ([{**mrkdwn("x"), "color": "red"}], "/blocks/0/color"),
    "no block": (["x"], "/blocks/0/type"),
}
WRONG_VIEWS = {
    "unknown key": (modal(external="x"), "/view/external"),
    "max_length of 0": (field(max_length=0), "/max_length"),
    "bounds crossed": (field(min_length=5, max_length=4), "/element"),
    "length as a word": (field(max_length="9"), "/max_length"),
    "initial too short": (field(initial_value="1", min_length=2), "/initial_value"),
    "number as a number": (
        field(type="number_input", is_decimal_allowed=True, initial_value=1),
        "/initial_value",
    ),
    "number without decimals said": (field(type="number_input"), "/element"),
    "focus twice": (modal(typing("a", "x", focus_on_load=True), typing("b", "x", focus_on_load=True)), "/view/blocks"),
    "block_id twice": (modal(typing("a", "x"), typing("a", "x")), "/blocks/1/block_id"),
    "no submit": ({key: value for key, value in field().items() if key != "submit"}, "/view/submit"),
    "home": (modal(type="home"), "/view/type"),
}


def wrong(thing):
    return wrong_in_view(thing) if isinstance(thing, dict) else wrong_in_message(thing)


@pytest.mark.parametrize(("most", "make"), LENGTHS.values(), ids=LENGTHS)
def test_so_many_characters_and_no_more(most, make):
    """Slack reference §8, §9: the longest is taken, one more is refused."""
    assert wrong(make("x" * most)) == []
    assert len(wrong(make("x" * (most + 1)))) == 1


@pytest.mark.parametrize(("most", "make"), COUNTS.values(), ids=COUNTS)
def test_so_many_and_no_more(most, make):
    """Slack reference §8, §9: as above, for counts."""
    assert wrong(make(most)) == []
    assert len(wrong(make(most + 1))) == 1


@pytest.mark.parametrize("blocks", RIGHT.values(), ids=RIGHT)
def test_what_slack_takes(blocks):
    """Slack reference §9: what else is right."""
    assert wrong(blocks) == []


@pytest.mark.parametrize(("blocks", "pointer"), WRONG.values(), ids=WRONG)
def test_what_slack_refuses(blocks, pointer):
    """Slack reference §9: the pointer says where."""
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
