"""Typed text is escaped once, mentions call nobody from a card, and dates name their zone."""

import json
from datetime import UTC, datetime

import pytest

from bot.domain.events import Happened
from bot.domain.links import Status
from bot.slack.views.blocks import Look, escape, nameless, person, spoken
from bot.slack.views.card import card
from bot.slack.views.line import line
from bot.slack.views.link_reply import link_reply
from bot.slack.views.words import because, named

from .scenes import CARDS, cards
from .shelf import LOOK, NOW, captured, event, facts, line_of, link, order, story


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a & b", "a &amp; b"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("&lt;", "&amp;lt;"),
        ("> quoted\n> more", "&gt; quoted &gt; more"),
    ],
)
def test_typed_text_is_escaped_once_and_stays_on_one_line(typed, shown):
    assert escape(typed) == shown


def test_what_is_sold_is_shown_as_typed_because_nothing_in_plain_text_is_live():
    drawn = card(story(of=order(line_of("Rods & <reels> *cheap*"))), NOW, LOOK)

    assert {"type": "plain_text", "text": "Rods & <reels> *cheap*", "emoji": False} in [
        block.get("text") for block in drawn.blocks
    ]


def test_a_reason_of_dinteros_is_escaped_once_in_blocks_and_text():
    told = story(link(Status.CAPTURED, known=captured(back=100)))
    refused = event(Happened.REFUSED, operation="refund", amount=100, reason="1 < 2 & 3")
    drawn = line(told, refused, NOW, LOOK, with_buttons=True)

    assert "1 &lt; 2 &amp; 3." in drawn.text
    assert "1 &lt; 2 &amp; 3." in drawn.blocks[0]["text"]["text"]


MARKED = "*Paid* _late_ ~never~ `code` ```all``` :tada: <!channel> & <@U1>"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Happened.REFUNDED, story(link(Status.CAPTURED, known=captured(back=100)))),
        (Happened.NOTED, story(of=order(note=MARKED))),
    ],
)
def test_what_a_person_typed_about_an_event_stands_there_as_typed(kind, told):
    """In mrkdwn only three characters can be escaped (Slack reference §12): the rest would be bold, or a picture."""
    drawn = line(told, event(kind, amount=100, reason=MARKED), NOW, LOOK, with_buttons=False)

    sentence, typed = drawn.blocks
    assert typed == {"type": "section", "text": {"type": "plain_text", "text": MARKED, "emoji": False}}
    assert sentence["text"]["text"].endswith(":")
    assert "Paid" not in sentence["text"]["text"]
    assert drawn.text.endswith(": *Paid* _late_ ~never~ `code` ```all``` :tada: &lt;!channel&gt; &amp; &lt;@U1&gt;")


@pytest.mark.parametrize(
    ("reason", "words"), [(None, "."), ("", "."), ("No money", ": No money."), ("Why?", ": Why?"), (7, ": 7.")]
)
def test_a_reason_ends_its_sentence(reason, words):
    assert because(reason) == words


def test_an_address_to_pay_at_is_code_in_text_so_that_slack_does_not_open_it():
    """Fetched for a preview, it would count as opened by the customer (Slack reference §10)."""
    told = link_reply(story(), link(), "https://pay.example.com/p/x", NOW, LOOK)

    assert "`https://pay.example.com/p/x`" in told.text
    assert told.text.count("https://") == 1


def test_an_answer_begins_with_its_link_and_a_reference_is_typed_text():
    assert named("PO-1", "Nothing new.") == "*PO-1* · Nothing new."
    assert named("<!here>", "Nothing new.") == "*&lt;!here&gt;* · Nothing new."
    assert named(None, "Nothing new.") == "Nothing new."


def test_a_date_is_the_reader_s_own_and_its_fallback_names_the_zone():
    summer = datetime(2026, 7, 1, 10, 30, tzinfo=UTC)

    assert LOOK.date(summer) == "<!date^1782901800^{date_short_pretty} {time}|1 Jul 2026 12:30 CEST>"
    assert Look(timezone="America/New_York").plain_date(summer) == "1 Jul 2026 06:30 EDT"


def test_our_own_marks_are_not_read_aloud():
    assert spoken("*Paid.* _Keep_ it until <!date^1^{time}|noon CET> in <#C1> <@U1>") == (
        "Paid. Keep it until noon CET in the channel <@U1>"
    )


def test_names_become_colleagues():
    assert (
        nameless("<@U1> asked <@W2>. <@U3> did.\n<@U4>")
        == "A colleague asked a colleague. A colleague did.\nA colleague"
    )
    assert person(None) == "somebody"


@pytest.mark.parametrize("of", CARDS)
def test_the_text_of_a_card_mentions_nobody_and_starts_with_the_point(of):
    for name, drawn in cards(of):
        assert "<" not in drawn.text, name
        assert "249,00\u00a0kr" in drawn.text.split("\n")[0], name


def test_an_order_without_a_number_is_drawn_without_one():
    drawn = card(story(of=order(phone=None)), NOW, LOOK)

    assert drawn.text.startswith("Sent · 249,00\u00a0kr · 4711")
    assert "No number given" in json.dumps(drawn.blocks)


def test_another_currency_and_language_are_followed():
    euros = story(link(currency="EUR"), of=order(currency="EUR"))

    assert "€249.00" in card(euros, NOW, Look(locale="en_IE")).text


def test_an_amount_keeps_its_currency_at_the_beginning_of_a_sentence():
    withdrawn = event(Happened.NOT_SENT, operation="capture", amount=24900)

    told = line(story(), withdrawn, NOW, Look(locale="en_GB"), with_buttons=False).text

    assert told.startswith("⏱️ The capture of NOK249.00 that")


def test_the_sandbox_promises_no_sms_whatever_dintero_said():
    drawn = card(story(link(known=facts())), NOW, Look(sandbox=True))

    assert "Sandbox: no SMS is sent. Use Show link." in drawn.text
