"""The one-liner: what it understands, what it leaves to the person, and what it never guesses."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.drafts import Draft, DraftLine
from bot.domain.quickline import Nonsense, read_quickline

EMPTY = Draft(id="d1", channel="C1")


def read(text, currency="NOK", country="NO", draft=EMPTY):
    return read_quickline(text, draft, currency=currency, country=country, today=date(2026, 11, 18))


@pytest.mark.parametrize(
    ("typed", "price", "phone", "text"),
    [
        ("249,50 91234567 Tow bar", "249,50", "+4791234567", "Tow bar"),
        ("91234567 249,50 Tow bar", "249,50", "+4791234567", "Tow bar"),
        ("249 912 34 567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("912 34 567 249 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("1 249 91234567 Tow bar", "1249,00", "+4791234567", "Tow bar"),
        ("1 249,50 912 34 567 Tow bar", "1249,50", "+4791234567", "Tow bar"),
        ("12 345 678 912 34 567", "12345678,00", "+4791234567", ""),
        ("91 23 45 67 1 249 Tow bar", "1249,00", "+4791234567", "Tow bar"),
        ("249 +47 912 34 567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("249 +46701234567 Tow bar", "249,00", "+46701234567", "Tow bar"),
        ("249,- 91234567", "249,00", "+4791234567", ""),
        ("249,\u2013 91234567", "249,00", "+4791234567", ""),
        ("kr 249 91234567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("249 kr 91234567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("249kr 91234567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("91234567 kr249 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("1\u00a0249,50 91234567", "1249,50", "+4791234567", ""),
        ("249,50", "249,50", "", ""),
        ("91234567", "", "+4791234567", ""),
        ("91234567 Tow bar", "", "+4791234567", "Tow bar"),
        ("249 Tow bar 2 m", "249,00", "", "Tow bar 2 m"),
        ("249 til 912 34 567 Tow bar", "249,00", "+4791234567", "Tow bar"),
        ("249 91234567 til 2 dekk", "249,00", "+4791234567", "til 2 dekk"),
    ],
)
def test_leading_numbers_are_split_the_one_way_that_works(typed, price, phone, text):
    draft = read(typed)

    assert (draft.lines[0].price, draft.phone, draft.lines[0].text) == (price, phone, text)


@pytest.mark.parametrize(
    "typed",
    ["249 <tel:91234567|912 34 567> Tow bar", "<tel:91234567|91234567> 249 Tow bar", "<tel:+4791234567> 249 Tow bar"],
)
def test_slack_makes_links_of_numbers_and_they_are_understood(typed):
    draft = read(typed)

    assert (draft.lines[0].price, draft.phone, draft.lines[0].text) == ("249,00", "+4791234567", "Tow bar")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("249 Nuts &amp; bolts", "Nuts & bolts"),
        ("249 Cable &lt;2 m&gt;", "Cable <2 m>"),
        ("249 Read &amp;lt; aloud", "Read &lt; aloud"),
    ],
)
def test_slack_escapes_are_undone_once(typed, text):
    assert read(typed).lines[0].text == text


@pytest.mark.parametrize(
    ("typed", "reference", "deadline", "text"),
    [
        ("249 91234567 Tow bar #4711 7d", "4711", "7d", "Tow bar"),
        ("249 91234567 Tow bar 12h #PO-22", "PO-22", "12h", "Tow bar"),
        ("249 91234567 #4711 2w Tow bar", "4711", "2w", "Tow bar"),
        ("249 91234567 #PO\u20112231 Tow bar", "PO-2231", "7d", "Tow bar"),
        ("#4711 249 91234567 Tow bar", "4711", "7d", "Tow bar"),
        ("249 #4711 91234567", "4711", "7d", ""),
        ("249 Tow bar #4711 2026-12-01", "4711", "2026-12-01", "Tow bar"),
        ("249 Tow bar for 2h", "", "2h", "Tow bar"),
        ("249 Tow bar innen 2026-12-01", "", "2026-12-01", "Tow bar"),
        ("249 Tow bar til fredag", "", "2026-11-20", "Tow bar"),
        ("249 Dragkrok senast måndag", "", "2026-11-23", "Dragkrok"),
        ("249 Vetokoukku perjantaihin mennessä", "", "2026-11-20", "Vetokoukku"),
        ("12h", "", "12h", ""),
        ("249 #4711 or #4712", "", "7d", "#4711 or #4712"),
        ("249 Bar # 1", "", "7d", "Bar # 1"),
        ("#4711", "4711", "7d", ""),
        ("#4711 Tow bar", "4711", "7d", "Tow bar"),
    ],
)
def test_reference_and_deadline_stand_anywhere(typed, reference, deadline, text):
    draft = read(typed)

    assert (draft.reference, draft.deadline, draft.lines[0].text) == (reference, deadline, text)


@pytest.mark.parametrize(
    ("typed", "deadline", "text"),
    [
        ("249 91234567 Tow bar phone", "phone", "Tow bar"),
        ("249 91234567 Tow bar #4711 tlf", "phone", "Tow bar"),
        ("249 91234567 Tow bar tlf #4711", "phone", "Tow bar"),
        ("249 91234567 phone case", "7d", "phone case"),
        ("249 91234567 Mobile Phone", "7d", "Mobile Phone"),
    ],
)
def test_on_the_phone_is_the_last_word_in_small_letters(typed, deadline, text):
    """People sell phones, too; the form shows what was understood."""
    draft = read(typed)

    assert (draft.deadline, draft.lines[0].text) == (deadline, text)


@pytest.mark.parametrize(
    ("typed", "currency", "price", "phone"),
    [
        ("91234567", "JPY", "", ""),
        ("1.249 91234567", "NOK", "", "+4791234567"),
        ("91234567 41234567", "NOK", "", ""),
        ("91234567 8", "NOK", "8,00", "+4791234567"),
        ("249 usd 91234567", "NOK", "", "+4791234567"),
        ("249 eur 91234567", "NOK", "", "+4791234567"),
    ],
)
def test_a_doubtful_number_leaves_its_field_empty(typed, currency, price, phone):
    """Eight figures could be yen or a phone; a wrong guess would be sent to somebody."""
    draft = read(typed, currency=currency)

    assert (draft.lines[0].price, draft.phone) == (price, phone)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("1.249 91234567 Tow bar", "1.249 Tow bar"),
        ("91234567 41234567 Tow bar", "Tow bar"),
        ("249 eur 91234567 Tow bar", "249 eur Tow bar"),
    ],
)
def test_what_is_no_amount_stays_in_the_text_and_a_phone_number_does_not(typed, text):
    assert read(typed).lines[0].text == text


@pytest.mark.parametrize("typed", ["Tow bar", "help", "-"])
def test_words_without_a_figure_or_an_address_are_answered_with_how_it_is_used(typed):
    with pytest.raises(Nonsense):
        read(typed)


@pytest.mark.parametrize(
    ("typed", "doubtful"),
    [
        ("249,50 91234567 2 dekk", "the price, the customer's number and What for"),
        ("249,50 91234567 41234567 Tow bar", "the price, the customer's number and What for"),
        ("7d 91234567 249,50 Tow bar", "the price, the customer's number and What for"),
        ("249,50 91234567 12h Tow bar", "the price and What for"),
        ("Tow bar 249,50 91234567", "the price and What for"),
        ("2 x 249 91234567", "the price and What for"),
        ("2 dekk 249,50 91234567", "the price and What for"),
        ("1.249 91234567 Tow bar", "the price and What for"),
        ("249 Tow bar, he is on 41234567 or 91234567", "the customer's number and What for"),
        ("249 a@example.com b@example.com", "the customer's number"),
        ("Tow bar 249", "the price, the customer's number and What for"),
        ("2w 249 Tow bar", "the price, the customer's number and What for"),
    ],
)
def test_a_command_of_which_a_figure_or_an_address_has_found_no_certain_field_is_repeated(typed, doubtful):
    assert read(typed).notice == f"⚠️ Not all of this could be read with certainty, so check {doubtful}: {typed}"


@pytest.mark.parametrize(
    "typed",
    [
        "", "249,50", "249 91234567 Tow bar #4711 7d", "1 249,50 0047 912 34 567 Tow bar", "249 Tow bar 2 m",
        "249 Tow bar til fredag", "kr 249,- +47 912 34 567 Tow bar phone", "249 Tow bar kari@example.com",
        "249 <tel:91234567|912 34 567> Tow bar", "91234567", "249.50 91234567 Tow bar", "249 91234567 Bolt M8 1,5 mm",
        "249 91234567 Ticket for 24.12",
    ],
)  # fmt: skip
def test_a_command_that_was_read_whole_is_not_repeated(typed):
    assert read(typed).notice == ""


def test_a_card_number_is_not_repeated_but_named():
    draft = read("249 91234567 Tow bars 4111 1111 1111 1111")

    assert "1111" not in f"{draft}"
    assert draft.notice == "A card number or a personal number was left out."


def test_a_long_command_is_repeated_in_part():
    notice = read(f"249 91234567 41234567 {'bar ' * 200}").notice

    assert "249 91234567 41234567 bar" in notice
    assert notice.endswith("…")
    assert len(notice) < 500


def test_an_empty_command_opens_an_empty_form():
    assert read("") == EMPTY


def test_the_form_keeps_the_vat_it_was_opened_with():
    """The one-liner fills fields; it does not put 25 % where the shop's form had 15 %."""
    draft = Draft(id="d1", lines=(DraftLine(line_id="a", vat="15"),))

    [line] = read("249 Bread", draft=draft).lines

    assert (line.vat, line.line_id, line.price, line.text) == ("15", "a", "249,00", "Bread")


@given(
    st.sampled_from(["249", "1 249", "1 249,50", "249,-", "12,5", "kr 99"]),
    st.sampled_from(["91234567", "912 34 567", "+47 91 23 45 67", "<tel:91234567|91234567>"]),
    st.booleans(),
)
def test_amount_and_phone_are_told_apart_in_either_order(amount, phone, swapped):
    draft = read(f"{phone} {amount}" if swapped else f"{amount} {phone}")

    assert draft.phone == "+4791234567"
    assert draft.lines[0].price == read(amount).lines[0].price


@given(st.text(alphabet="0123456789 ,.#kr+-<>|&;telTow", max_size=40))
def test_any_command_becomes_a_form_or_nonsense(typed):
    with contextlib.suppress(Nonsense):
        assert len(read(typed).lines) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "249 Consulting 2h",
        "249 LED bulb 9W",
        "249 LED bulb 9W #4711",
        "249 Hotel 2026-12-01",
        "249 Tow bar 12H #4711",
        "249 Ring til fredagsmøte",
        "249 Modell i 3d format",
        "249 Free delivery by Fridays",
    ],
)
def test_hours_watts_and_dates_of_the_goods_are_no_deadline(typed):
    draft = read(typed)

    assert draft.deadline == "7d"
    assert draft.lines[0].text == typed.removeprefix("249 ").removesuffix(" #4711")


def test_a_weekday_that_is_today_could_mean_a_week_from_now_and_stays_in_the_text():
    draft = read_quickline("249 Tow bar til fredag", EMPTY, currency="NOK", country="NO", today=date(2026, 11, 27))

    assert (draft.deadline, draft.lines[0].text) == ("7d", "Tow bar til fredag")


@pytest.mark.parametrize(
    ("typed", "email", "phone", "delivery", "text"),
    [
        ("249 kari@example.com Tow bar", "kari@example.com", "", "email", "Tow bar"),
        ("249 Tow bar <mailto:kari@example.com|kari@example.com>", "kari@example.com", "", "email", "Tow bar"),
        ("kari@example.com 249 Tow bar", "kari@example.com", "", "email", "Tow bar"),
        ("249 91234567 kari@example.com Tow bar", "kari@example.com", "+4791234567", "sms", "Tow bar"),
        ("249 Tow bar for kari@example.com.", "kari@example.com", "", "email", "Tow bar for"),
        ("249 kari@example Tow bar", "kari@example", "", "email", "Tow bar"),
        ("249 kari@example.com ola@example.com Tow bar", "", "", "email", "Tow bar"),
        ("249 kari@example.com,ola@example.com Tow bar", "", "", "email", "Tow bar"),
        ("kari@example.com Tow bar", "kari@example.com", "", "email", "Tow bar"),
    ],
)
def test_an_email_address_goes_to_its_field_and_the_link_by_email(typed, email, phone, delivery, text):
    draft = read(typed)

    assert (draft.email, draft.phone, draft.delivery) == (email, phone, delivery)
    assert draft.lines[0].text == text
    assert draft.expanded, "nothing goes out that was not on the form"


@pytest.mark.parametrize(
    ("typed", "phone", "text"),
    [
        ("249 Tow bar 91234567", "+4791234567", "Tow bar"),
        ("249 Tow bar tlf 912 34 567", "+4791234567", "Tow bar"),
        ("249 Tow bar to +46 70 123 45 67 please", "+46701234567", "Tow bar please"),
        ("Tow bar 91234567", "+4791234567", "Tow bar"),
        ("249 Tow bar 91234567 or 41234567", "", "Tow bar or"),
        ("249 91234567 Tow bar for 41234567", "+4791234567", "Tow bar"),
        ("249 Call 91234567 about it", "+4791234567", "about it"),
        ("249 Socks 40 41 42 43 black", "", "Socks black"),
        ("249 Article no 91234567", "", "Article no 91234567"),
        ("249 Varenr. 91234567", "", "Varenr. 91234567"),
        ("249 Kundenr 91234567", "", "Kundenr 91234567"),
        ("249 Card 4111 1111 1111 1111", "", "Card"),
        ("249 Card 4111.1111.1111.1111", "", "Card"),
        ("249 Card 4111/1111/1111/1111", "", "Card"),
        ("249 Member 010203-123456 gold", "", "Member 010203-123456 gold"),
        ("249 Person 121212-1212", "", "Person"),
        ("249 Person 19121212-1212", "", "Person"),
        ("249 Person 010100 50053", "", "Person"),
    ],
)
def test_private_figures_never_stay_in_the_text(typed, phone, text):
    """The text stands on the card, for the whole channel. What is called an article or an order is no phone."""
    draft = read(typed)

    assert (draft.phone, draft.lines[0].text) == (phone, text)


@pytest.mark.parametrize(
    ("typed", "delivery", "text"),
    [
        ("249 Tow bar qr", "qr", "Tow bar"),
        ("249 Tow bar link", "link", "Tow bar"),
        ("249 Tow bar lenke", "link", "Tow bar"),
        ("249 Tow bar #4711 3d qr", "qr", "Tow bar"),
        ("249 91234567 kari@example.com Tow bar e-post", "email", "Tow bar"),
        ("249 kari@example.com Tow bar link", "link", "Tow bar"),
        ("249 QR code sticker", "sms", "QR code sticker"),
        ("249 USB link cable", "sms", "USB link cable"),
        ("249 Sticker QR", "sms", "Sticker QR"),
    ],
)
def test_the_last_word_may_say_how_the_customer_gets_it(typed, delivery, text):
    draft = read(typed)

    assert (draft.delivery, draft.lines[0].text) == (delivery, text)


@pytest.mark.parametrize(
    "typed",
    ["249,-", "249,--", "249:-", "249.-", "249,\u2212", "249,\u2014", "kr 249,-", "249 kr,-", "249kr.-", "€ 249"],
)  # fmt: skip
def test_an_amount_is_read_as_the_people_of_the_country_write_it(typed):
    currency = "EUR" if "€" in typed else "NOK"

    assert read(f"{typed} 91234567 Tow bar", currency=currency).lines[0].price == "249,00"


@pytest.mark.parametrize(
    "typed",
    [
        "2 x 249 91234567", "2x 249 91234567", "3 stk à 249", "3 stk 249", "249 per stk", "249 pr. stk", "249 kr/stk",
        "249 each", "249 eks mva", "249 ekskl. mva", "249 + mva", "249 + 25 % mva", "249 exkl moms", "249 u/ moms",
        "249 excl. VAT", "249 alv 0 %", "249 ilman alv", "249 -20%", "249 minus 10 %", "249 før 10 % rabatt",
        "249 with discount", "400-500", "400 eller 500", "400 og 500 91234567", "2 dekk 249,50",
        "2 dekk 249.50 91234567", "2 dekk kr 249", "2 dekk 249 kr 91234567", "249,50 hitch 100,- bar", "249/2",
        "2 m kabel 91234567", "5 kg kaffe", "400 til 500", "400 kr to kr 500 91234567", "91234567 400 till 500",
    ],
)  # fmt: skip
def test_a_price_that_is_not_the_whole_of_what_is_paid_stays_empty(typed):
    assert read(f"{typed} Tow bar").lines[0].price == ""


@pytest.mark.parametrize("typed", ["249 Ost 28 %", "249 inkl. mva", "249 Whisky 40%", "249 Net curtain 25 % mva"])
def test_a_percentage_of_the_goods_is_no_discount(typed):
    assert read(typed).lines[0].price == ("" if "Net" in typed else "249,00")


def test_what_slack_makes_of_an_address_never_reaches_the_customer():
    typed = "249 91234567 Order <https://shop.example/4711|shop.example/4711> &amp; <https://a.example/?b=1&amp;c=2>"

    assert read(typed).lines[0].text == "Order shop.example/4711 & https://a.example/?b=1&c=2"


def test_a_channel_is_no_reference():
    draft = read("249 91234567 Poster for <#C123|sales> <@U1|kari> <@U2> <!here>")

    assert (draft.reference, draft.lines[0].text) == ("", "Poster for sales @kari @here")
