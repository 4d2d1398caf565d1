"""The small print of a card says what was done, or what came to nothing, and by whom."""

from dataclasses import replace

import pytest

from bot.domain.events import Happened, Source
from bot.domain.operations import Kind
from bot.slack.views.card import card
from bot.slack.views.deeds import deed

from .shelf import ISSUED, LOOK, NOW, event, story


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Kind.CAPTURE, "Capture"), (Kind.REFUND, "Refund"), (Kind.VOID, "Release"), (Kind.CANCEL, "Cancellation")],
)
def test_a_refusal_says_what_was_refused(kind, words):
    """Below *Paid*, "Refused by Dintero" alone would be a riddle."""
    assert deed(event(Happened.REFUSED, operation=kind.value, reason="No.")) == f"{words} refused by Dintero"
    assert deed(event(Happened.REFUSED, operation=kind.value, taken=False)) == f"{words} not done"


@pytest.mark.parametrize(
    ("source", "who"),
    [(Source.CUSTOMER, "by the customer"), (Source.OUTSIDE, "outside Slack"), (Source.SLACK, "by <@")],
)
def test_a_cancelled_link_says_who_cancelled_it(source, who):
    assert deed(event(Happened.CANCELLED, source)).startswith(f"Cancelled {who}")


def small_print(last):
    [told] = [block for block in card(story(last=last), NOW, LOOK).blocks if block["type"] == "context"]
    return told["elements"][0]["text"]


def test_who_issued_an_order_is_named_once_on_its_card():
    assert small_print(ISSUED).startswith("Issued · ")
    assert small_print(replace(ISSUED, actor="U0OLA")).startswith("Issued by <@U0OLA> · ")
