"""What Slack makes of typed text is undone: people and customers read what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.markup import as_typed, field_as_typed, words_only


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("249 <tel:91234567|912 34 567> Tow bar", "249 912 34 567 Tow bar"),
        ("<tel:1|1> <tel:2>", "1 2"),
        ("<mailto:kari@example.com|kari@example.com>", "kari@example.com"),
        ("<mailto:kari@example.com>", "kari@example.com"),
        ("<https://shop.example/4711|shop.example/4711>", "shop.example/4711"),
        ("<https://shop.example/?a=1&amp;b=2>", "https://shop.example/?a=1&b=2"),
        ("<#C123|sales> <#C124|>", "sales "),
        ("<@U1|kari> <@U2> <!here> <!subteam^S1|@support>", "@kari  @here @support"),
        ("Nuts &amp; &lt;bolts&gt; &amp;lt;", "Nuts & <bolts> &lt;"),
        ("&lt;tel:1|2&gt;", "<tel:1|2>"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("no link", "no link"),
    ],
)
def test_a_command_is_read_as_it_was_typed(sent, typed):
    assert as_typed(sent) == typed


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("Order <https://shop.example/4711|shop.example/4711>", "Order shop.example/4711"),
        ("<https://evil.example|here>", "<https://evil.example|here>"),
        ("Nuts &amp; bolts", "Nuts & bolts"),
        ("Nuts & bolts &amp; more", "Nuts & bolts &amp; more"),
        ("Cable <2 m>", "Cable <2 m>"),
        ("<!channel>", "<!channel>"),
    ],
)
def test_a_field_is_read_as_it_was_typed_whether_slack_escapes_it_or_not(sent, typed):
    assert field_as_typed(sent) == typed


def test_the_figures_of_links_and_mentions_in_a_message_mean_nothing():
    said = words_only("<https://shop.example/#4711|kr 200> <#C1|4711> <@U91234567> <tel:+4799999999|kr 200>")

    assert not any(map(str.isdigit, said))


@given(st.text(max_size=60))
def test_what_was_escaped_is_read_back_the_same(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert as_typed(escaped) == text
    assert field_as_typed(escaped) == text
