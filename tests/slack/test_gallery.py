"""Everything Slack may ever show, written down for people to read: gallery/*.txt.

Write the files anew with `PAYLINK_GALLERY=write pytest tests/slack`, and read the difference aloud.
"""

import os
from pathlib import Path

import pytest

from bot.domain.events import Happened
from bot.domain.links import Status

from .reading_aloud import read_message, read_view
from .scenes import CARDS, cards, forms, lines, replies, tellings
from .shelf import PHONE, URL

SHELF = Path(__file__).parent / "gallery"
MESSAGES = {**{f"card-{name}": (lambda name=name: cards(name)) for name in CARDS}, "lines": lines, "replies": replies}


def hang(name, texts):
    drawn = "\n\n".join(f"== {title}\n{text}" for title, text in texts) + "\n"
    path = SHELF / f"{name}.txt"
    if os.environ.get("PAYLINK_GALLERY") == "write":
        path.write_text(drawn, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_read_as_they_hang(name):
    hang(name, [(title, read_message(message)) for title, message in MESSAGES[name]()])


def test_forms_read_as_they_hang():
    hang("forms", [(title, read_view(view)) for title, view in forms()])


def test_every_kind_of_event_and_every_status_has_its_picture():
    shown = {status.status for make in CARDS.values() for _, drawn in make() for status in drawn.links}

    assert {event.kind for _, _, event in tellings()} == set(Happened)
    assert shown == set(Status)


@pytest.mark.parametrize("name", [name for name in MESSAGES if name != "replies"])
def test_no_link_and_no_number_is_ever_shown_to_a_channel(name):
    for title, message in MESSAGES[name]():
        # A code to scan is the link by its nature: it stands there because the seller chose to show it.
        shown = [block for block in message.blocks if block["type"] != "image"]
        everything = f"{message.text} {shown}"

        assert URL not in everything, title
        assert "http" not in everything, title
        assert PHONE[3:] not in everything.replace(" ", ""), title
