"""The Slack app's manifest against the published rules (Slack reference §20), and against what the bot calls."""

import re
from pathlib import Path

import pytest
import yaml

from bot.diagnostics import NEEDED_SCOPES
from bot.slack import ids
from sandbox.slack.methods import METHODS
from sandbox.slack.state import SCOPES

MANIFEST = yaml.safe_load((Path(__file__).parent.parent / "manifest.yml").read_text())

KEYS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "slash_commands", "shortcuts", "unfurl_domains"},
    "oauth_config": {"redirect_urls", "scopes", "token_management_enabled", "pkce_enabled"},
    "settings": {
        "event_subscriptions", "interactivity", "org_deploy_enabled", "socket_mode_enabled",
        "token_rotation_enabled", "is_hosted", "function_runtime", "allowed_ip_address_ranges",
    },
}  # fmt: skip


@pytest.mark.parametrize("part", KEYS)
def test_it_has_no_key_that_slack_does_not_know(part):
    found = MANIFEST[part] if part else MANIFEST

    assert set(found) <= KEYS[part]


def test_its_texts_fit():
    shown = MANIFEST["display_information"]

    assert MANIFEST["_metadata"]["major_version"] == 2
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", MANIFEST["features"]["bot_user"]["display_name"])


def test_its_command_fits_and_sends_escaped_text():
    [command] = MANIFEST["features"]["slash_commands"]

    assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
    assert command["should_escape"] is True


def test_its_shortcuts_fit_and_are_those_that_the_bot_answers():
    shortcuts = MANIFEST["features"]["shortcuts"]

    assert {one["type"]: one["callback_id"] for one in shortcuts} == {
        "global": ids.SHORTCUT,
        "message": ids.MESSAGE_SHORTCUT,
    }
    for one in shortcuts:
        assert set(one) == {"name", "type", "callback_id", "description"}
        assert (len(one["name"]) <= 24, len(one["description"]) <= 150) == (True, True)


def test_commands_and_clicks_arrive_at_the_one_route():
    [command] = MANIFEST["features"]["slash_commands"]
    url = MANIFEST["settings"]["interactivity"]["request_url"]

    assert command["url"] == url
    assert MANIFEST["settings"]["interactivity"]["message_menu_options_url"] == url
    assert url.endswith("/slack/events")


def test_direct_messages_are_switched_on_because_cards_may_go_there():
    assert MANIFEST["features"]["app_home"]["messages_tab_enabled"] is True


def test_its_scopes_are_those_that_the_bots_calls_need_and_no_more():
    """`commands` stands for the command, `chat:write.public` for channels that nobody invited the bot to."""
    source = "\n".join(file.read_text() for file in (Path(__file__).parent.parent / "bot").rglob("*.py"))
    called = {f"{family}.{name}" for family, name in re.findall(r"client\.([a-z]+)_([A-Za-z]+)\(", source)}
    needed = {METHODS[name].scope for name in called} - {""}

    assert {"chat.postMessage", "users.info"} <= called
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed | {"commands", "chat:write.public"}


def test_the_stories_are_told_with_exactly_these_scopes():
    assert set(SCOPES) == set(MANIFEST["oauth_config"]["scopes"]["bot"])


def test_paylink_check_asks_for_these_scopes():
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) - {"chat:write.public"} == NEEDED_SCOPES
