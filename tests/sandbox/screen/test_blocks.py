"""Blocks on the page: every kind that Slack takes has its picture, and what has none is shown as it came, in red."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from sandbox.screen.drawing import TEMPLATES
from sandbox.screen.mrkdwn import Reader
from sandbox.slack.blocks import BLOCKS, CHOICES, INPUTS

READER = Reader({}, datetime(2026, 11, 20, tzinfo=UTC), ZoneInfo("Europe/Oslo"), "http://127.0.0.1:1/")
OPTION = {"text": {"type": "plain_text", "text": "Twenty-five"}, "value": "25"}
PICTURE = {"type": "image", "image_url": "http://127.0.0.1:1/a.png", "alt_text": "a"}
ONE = {
    "section": {"text": {"type": "mrkdwn", "text": "*words*"}, "fields": [{"type": "plain_text", "text": "*beside*"}]},
    "header": {"text": {"type": "plain_text", "text": "Reserved"}},
    "context": {"elements": [{"type": "mrkdwn", "text": "small"}, PICTURE]},
    "actions": {"elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}]},
    "divider": {},
    "image": {"image_url": "http://127.0.0.1:1/b.png", "alt_text": "a code to scan"},
    "rich_text": {"elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "as it is"}]}]},
}  # fmt: skip


def drawn(block, fields=None, errors=None):
    """The HTML of one block, on one line."""
    blocks = TEMPLATES.get_template("blocks.html").make_module({"reader": READER})
    html = blocks.block({"block_id": "b", **block}, fields or {}, errors or {})
    return re.sub(r"\s+", " ", html)


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_block_that_slack_takes_has_its_picture(kind):
    html = drawn({"type": kind, **ONE[kind]})

    assert "unknown" not in html
    assert re.search(r"<\w", html)


@pytest.mark.parametrize("kind", [*CHOICES, *INPUTS])
def test_every_input_that_slack_takes_has_its_control_and_its_label(kind):
    element = {"type": kind, "action_id": "v", "options": [OPTION]}
    html = drawn({"type": "input", "label": {"type": "plain_text", "text": "VAT"}, "element": element})

    assert "unknown" not in html
    assert 'name="b v"' in html
    assert 'for="input-b"' in html or 'aria-labelledby="label-b"' in html


@pytest.mark.parametrize(
    "block",
    [
        {"type": "video", "title": "<b>"},
        {"type": "actions", "elements": [{"type": "workflow_button", "action_id": "a"}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "emoji"}]}]},
        {"type": "image", "alt_text": "a", "slack_file": {"id": "F1"}},
    ],
)
def test_what_has_no_picture_is_shown_as_json_in_red(block):
    html = drawn(block)

    red = re.search(r'<pre class="unknown" role="alert">(.*?)</pre>', html)[1]
    assert json.loads(red.replace("&#34;", '"').replace("&lt;", "<"))["type"] in str(block)
    assert "<b>" not in html


def test_plain_text_is_never_live():
    plain = {"type": "plain_text", "text": "*no* <!channel> <b>\n&amp;"}

    assert "*no* &lt;!channel&gt; &lt;b&gt;<br>&amp;amp;" in drawn({"type": "section", "text": plain})


def test_a_button_carries_what_was_drawn_and_asks_first():
    """As in Slack: by the time it is pressed the message may say something else."""
    confirm = {key: {"type": "plain_text", "text": f"<{key}>"} for key in ("title", "text", "confirm", "deny")}
    element = {"type": "button", "action_id": 'a"b', "text": {"type": "plain_text", "text": "Go"}, "value": "1|l|249"}
    html = drawn({"type": "actions", "elements": [element | {"confirm": confirm}]})

    pressed, asked = re.search(r'data-press="([^"]*)" data-confirm="([^"]*)"', html).groups()
    assert json.loads(unescape(pressed)) == {"block_id": "b", "element": element, "option": None}
    told = {key: f"&lt;{key}&gt;" for key in ("title", "text", "confirm", "deny")}
    assert json.loads(unescape(asked)) == told | {"style": "primary"}


def test_what_is_wrong_stands_beside_its_field_and_belongs_to_it():
    element = {"type": "plain_text_input", "action_id": "v"}
    html = drawn(
        {"type": "input", "label": {"type": "plain_text", "text": "Price"}, "element": element}, {}, {"b": "No."}
    )

    assert re.search(r'aria-describedby="error-b" aria-invalid="true"', html)
    assert '<p class="error" id="error-b">No.</p>' in html
