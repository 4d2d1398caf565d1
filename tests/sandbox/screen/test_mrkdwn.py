"""Mrkdwn on the page: what Slack makes live is live, and whatever else was written stays text."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.screen.mrkdwn import Reader

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
READER = Reader({"U1": "@kari", "C1": "#sales"}, NOW, ZoneInfo("Europe/Oslo"), "http://127.0.0.1:1/dintero/v1/view/")


def link(target, words):
    return f'<a href="{target}" target="_blank" rel="noopener">{words}</a>'


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("*bold* _slanted_ ~gone~", "<strong>bold</strong> <em>slanted</em> <s>gone</s>"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("`*as it is*`", "<code>*as it is*</code>"),
        ("```a\n<b>```", "<pre>a\n&lt;b&gt;</pre>"),
        ("one\ntwo", "one<br>two"),
        ("&gt; quoted", "<blockquote>quoted</blockquote>"),
        ("&gt;a\n&gt;\n&gt;b", "<blockquote>a</blockquote><blockquote><br></blockquote><blockquote>b</blockquote>"),
        ('&lt;b&gt; &amp;amp; "quotes"', '&lt;b&gt; &amp;amp; "quotes"'),
        ("hello <@U1>", 'hello <span class="mention">@kari</span>'),
        ("in <#C1|sales>", 'in <span class="mention">#sales</span>'),
        ("<!channel>", '<span class="mention">@channel</span>'),
        ("*by <@U1>*", '<strong>by <span class="mention">@kari</span></strong>'),
        ("<https://a.example/?b=1&amp;c=2|a *page*>", link("https://a.example/?b=1&amp;c=2", "a *page*")),
        ("<javascript:alert(1)|press>", "&lt;javascript:alert(1)|press&gt;"),
        ("see https://a.example/x.", f"see {link('https://a.example/x', 'https://a.example/x')}."),
    ],
)  # fmt: skip
def test_each_way_of_writing_is_shown_as_slack_shows_it(written, shown):
    assert READER.mrkdwn(written) == shown


def test_a_link_to_the_payment_page_opens_on_the_customers_phone():
    assert 'target="phone"' in READER.mrkdwn("<http://127.0.0.1:1/dintero/v1/view/T1.x>")


def test_a_message_of_the_workspace_opens_on_this_page():
    assert 'href="/?as=&amp;in=C1&amp;thread=17.000100"' in READER.mrkdwn(
        "<https://shop.slack.com/archives/C1/p17000100|card>"
    )


def test_verbatim_text_makes_no_links_by_itself():
    assert READER.mrkdwn("https://a.example", verbatim=True) == "https://a.example"


@pytest.mark.parametrize(
    ("days", "tokens", "shown"),
    [
        (0, "{date_short_pretty} {time}", "today 13:00"),
        (1, "{date_pretty}", "tomorrow"),
        (-1, "{date_long_pretty}", "yesterday"),
        (7, "{date_short_pretty} {time}", "Nov 27, 2026 13:00"),
        (7, "{date_num}", "2026-11-27"),
        (7, "{unheard_of}", "27 Nov"),
    ],
)
def test_dates_are_in_the_readers_own_time(days, tokens, shown):
    unix = int((NOW + timedelta(days=days)).timestamp())

    assert f">{shown}</time>" in READER.mrkdwn(f"<!date^{unix}^{tokens}|27 Nov>")


@pytest.mark.parametrize("date", ["soon^{time}", "1", "99999999999999^{time}", "253402300799^{time}", "\u00b2^{time}"])
def test_a_date_that_is_none_shows_its_fallback(date):
    assert READER.mrkdwn(f"<!date^{date}|some day>") == "some day"


def test_emoji_have_their_pictures_but_not_where_plain_text_wants_none():
    assert READER.mrkdwn("paid :tada: `:tada:`") == "paid 🎉 <code>:tada:</code>"
    assert (READER.plain(":tada:"), READER.plain(":tada:", emoji=False)) == ("🎉", ":tada:")


class Tags(HTMLParser):
    """The tags and attributes of some HTML."""

    def __init__(self, html):
        super().__init__()
        self.seen = set()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.seen |= {tag, *(f"{tag} {name}" for name, _ in attrs)}


@given(st.text(alphabet="<>&\"'*_~`|!@#^{}\n \ue000\ue001abcdet1:/.", max_size=60))
def test_nothing_that_is_written_becomes_a_tag_of_its_own(written):
    ours = {"strong", "em", "s", "code", "pre", "br", "blockquote", "span", "a", "time"}
    attributes = {"span class", "a href", "a target", "a rel", "time datetime"}

    assert Tags(READER.mrkdwn(written)).seen <= ours | attributes
