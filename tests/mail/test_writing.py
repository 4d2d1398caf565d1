"""The mail as the customer reads it: who, what, how much, until when, the code word, and nothing that is fetched."""

import re
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import SMTP
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest

from bot.domain.codeword import code_word
from bot.domain.contacts import Contact
from bot.domain.mails import Letter
from bot.domain.orders import Delivery, Line
from bot.domain.wording import LANGUAGES
from bot.mail.config import Sender, read_sender
from bot.mail.writing import MOST_MAILTO, WORDS, mailto, write_mail
from sandbox.mail import text_of
from tests.slack.shelf import NOW, link, order

PAGE = "https://pay.example.com/p/" + "t" * 43
TO = "kari@example.com"
SENDER = Sender(
    address=read_sender("pay@shop.example.com"),
    name="Fjord Shop",
    contact=Contact("help@shop.example.com", "mailto:help@shop.example.com"),
    language="en",
    zone=ZoneInfo("Europe/Oslo"),
    colour="#0a7a3c",
    ink="#ffffff",
)
SOLD = (
    Line(line_id="1", text="Tow bar <with> & wiring", quantity=Decimal("1.5"), unit_price=16600, vat=2500),
    Line(line_id="2", text="Fitting", quantity=Decimal(1), unit_price=10000, vat=2500),
)


def a_letter(*, reminder=False, **changed):
    of = replace(order(*SOLD, delivery=Delivery.EMAIL, phone=None, email=TO), **changed)
    about = link(amount=of.amount, expires_at=datetime(2026, 11, 27, 11, tzinfo=UTC))
    return Letter(id="a" * 32, order=of, link=about, page=PAGE, reminder=reminder)


def written(sender=SENDER, to=TO, **changed):
    """The mail after its journey over the wire."""
    mail = write_mail(sender, a_letter(**changed), to=to, now=NOW)
    return message_from_bytes(mail.as_bytes(), policy=SMTP)


def read(mail, kind="plain"):
    return text_of(mail, kind).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_it_says_who_asks_for_what_how_much_until_when_and_the_code_word(kind):
    told = read(written(), kind)

    for fact in (
        "Fjord Shop asks you to pay",
        "1.5 × Tow bar",
        "1 × Fitting",
        "of which VAT",
        "Friday, 27 November 2026 at 12:00 (Oslo time)",
        code_word("draft-1"),
        "4711",
        PAGE,
        "help@shop.example.com",
    ):
        assert fact in told, fact


def test_typed_text_is_text_in_the_html_too():
    assert "Tow bar <with> & wiring" in read(written())
    assert "Tow bar &lt;with&gt; &amp; wiring" in read(written(), "html")


def test_nothing_in_it_is_fetched_or_followed():
    html = read(written(), "html")

    assert not re.search(r"<(img|script|link|iframe|style)\b|url\(|@import", html)
    assert set(re.findall(r'(?:href|src)="([^"]*)"', html)) == {PAGE}


def test_the_same_mail_has_the_same_id_at_every_try():
    assert written()["Message-ID"] == f"<{'a' * 32}@shop.example.com>"


def test_it_says_that_a_machine_wrote_it_and_where_answers_go():
    mail = written()

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] == "help@shop.example.com"
    assert mail["From"] == "Fjord Shop <pay@shop.example.com>"
    assert "Reply-To" not in written(replace(SENDER, contact=None))


def test_a_reminder_says_so_in_subject_and_text():
    assert written(reminder=True)["Subject"].startswith("Reminder · Fjord Shop: ")
    assert "it has not been paid yet" in read(written(reminder=True))
    assert "it has not been paid yet" not in read(written())


def test_the_customer_is_greeted_by_name_where_it_is_known():
    assert read(written(name="Kari <b>")).startswith("Hello Kari <b>,")
    assert "Hello Kari &lt;b&gt;," in read(written(name="Kari <b>"), "html")


@pytest.mark.parametrize("field", ["name", "to", "shop"])
def test_no_line_of_a_header_can_be_smuggled_in(field):
    evil = "x\r\nBcc: everybody@example.com"
    sender = replace(SENDER, name=evil) if field == "shop" else SENDER
    try:
        mail = written(
            sender, to=f"kari@example.com{evil}" if field == "to" else TO, **({"name": evil} if field == "name" else {})
        )
    except ValueError:
        return
    assert mail["Bcc"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_values(language):
    def values(sentence):
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    english, words = WORDS["en"].sentences, WORDS[language].sentences

    assert list(words) == list(english)
    assert {name: values(one) for name, one in words.items()} == {name: values(one) for name, one in english.items()}
    assert language == "en" or {name for name in words if words[name] == english[name]} <= {"reference"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_makes_a_mail_with_and_without_a_shop_s_name(language):
    sender = replace(SENDER, language=language)

    assert "Fjord Shop" in written(sender)["Subject"]
    nameless = written(replace(sender, name="", contact=None))
    assert "{" not in read(nameless) + nameless["Subject"]
    assert PAGE in read(nameless)


def test_the_terms_are_linked_only_where_they_are_a_web_address():
    assert "https://shop.example.com/terms" in read(written(terms="https://shop.example.com/terms"), "html")
    assert "javascript" not in read(written(terms="javascript:alert(1)"), "html")


def test_the_seller_s_own_mail_is_filled_in():
    address = mailto(SENDER, a_letter(email="kari+a&b=c?d%@example.com"))

    parts = urlsplit(address)
    filled = parse_qs(parts.query, strict_parsing=True)
    assert parts.scheme == "mailto"
    assert unquote(parts.path) == "kari+a&b=c?d%@example.com"
    assert PAGE in filled["body"][0]
    assert code_word("draft-1") in filled["body"][0]
    assert filled["subject"][0].startswith("Fjord Shop: ")
    assert not set(address) & set(' <>|"+')


def test_a_mail_that_would_be_too_long_to_fill_in_keeps_the_address_of_the_page():
    long = replace(SENDER, name="ø" * 60)
    letter = replace(a_letter(), page="https://pay.example.com/" + "ø" * 250)

    address = mailto(long, letter)

    assert len(address) <= MOST_MAILTO
    assert unquote(address).endswith(letter.page)


def test_a_link_is_dated_by_its_own_deadline():
    letter = a_letter()
    later = replace(letter, link=replace(letter.link, expires_at=letter.link.expires_at + timedelta(days=1)))

    assert "28 November" in text_of(write_mail(SENDER, later, to=TO, now=NOW))
