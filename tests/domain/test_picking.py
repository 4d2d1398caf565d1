"""A message in somebody's own words: what is certain is picked out of it, the rest stays empty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.drafts import Draft
from bot.domain.picking import pick


def picked(text, currency="NOK", country="NO"):
    draft = pick(text, Draft(id="d1"), currency=currency, country=country)
    return draft.lines[0].price, draft.phone, draft.reference


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kunde Ola 912 34 567 skal betale kr 2 490,- for ordre 4711", ("2490,00", "+4791234567", "4711")),
        ("Kan noen sende lenke til 91234567? 249,50 kr, #PO-2231", ("249,50", "+4791234567", "PO-2231")),
        ("ordrenr. 4711: 2490 NOK til +47 912 34 567", ("2490,00", "+4791234567", "4711")),
        ("Ola 912 34 567 kr 2490", ("2490,00", "+4791234567", "")),
        ("2490 kr 912 34 567 takk", ("2490,00", "+4791234567", "")),
        ("Betaler 1.249,50 kr i dag", ("1249,50", "", "")),
        ("Betaler 249,- i dag", ("249,00", "", "")),
        ("kr 100 og kr 100 til 91234567 og 912 34 567", ("100,00", "+4791234567", "")),
        ("<tel:91234567|912 34 567> &amp; <@U1> kr\u00a02\u00a0490", ("2490,00", "+4791234567", "")),
        ("Faktura nr 20261 til 912 34 567", ("", "+4791234567", "20261")),
        ("ordre 91234567 er klar", ("", "", "91234567")),
        ("Ring +46 70 123 45 67", ("", "+46701234567", "")),
        ("kr 1\u2009249 til 91234567", ("1249,00", "+4791234567", "")),
        ("12\u2009490,-", ("12490,00", "", "")),
        ("12\u200b490,-", ("12490,00", "", "")),
        ("12\u2060490 kr", ("12490,00", "", "")),
        ("kr\u00a01\u202f249,50", ("1249,50", "", "")),
        ("1'500 kr", ("1500,00", "", "")),
        ("1\u2019500 kr", ("1500,00", "", "")),
        ("1249,\u2212", ("1249,00", "", "")),
        ("１２４９ kr", ("1249,00", "", "")),
        ("2490 NOK takk", ("2490,00", "", "")),
        ("nok 249,50", ("249,50", "", "")),
        ("249:- i dag", ("249,00", "", "")),
        ("249 kroner", ("249,00", "", "")),
        ("ordre PO\u20112231, 500 kr", ("500,00", "", "PO-2231")),
        ("ordre 4711 og kr 500 til 91234567", ("500,00", "+4791234567", "4711")),
        ("500 kr,\ntil 91234567", ("500,00", "+4791234567", "")),
    ],
)
def test_what_is_certain_is_picked(text, found):
    assert picked(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hei, kan noen sende en betalingslenke til Ola?",
        "Vi ses 20.11.2026 kl. 14:05",
        "Han vil ha 2 stk av 249,50",
        "kr 100 eller kr 200",
        "i 2026 kr 100",
        "91234567 eller 99887766",
        "ordre 4711 eller ordre 4712",
        "ring 22 33 44 55",
        "€ 20 eller $ 30",
        "https://shop.example/order/4711 <https://shop.example/#4711|kr 200>",
        "<#C123|4711> <@U91234567>",
        "bestilling 500 kr eller 600 kr",
        "order 2 tow bars",
        "#salg #nyheter",
        "20123456789012 kr",
        "Vi trenger nok 3 stk",
        "Vi har nok 300 i kassen",
        "VI HAR NOK 300 I KASSEN",
        "Nok 3 nå",
        "vent 30 sek",
        "2\t490 kr",
        "12  490 kr",
        "kr 1\n249",
        "4711 2490 kr",
        "1.249 kr eller 500 kr",
        "20 EUR eller 200 kr",
        "400 og kr 500",
        "400, eller 500 kr",
        "fra 400  til  500 kr",
        "Modell B4 300 kr",
        "ca. 500 kr",
        "fra 500 kr",
        "inntil kr 500",
        "3 stk, 500 kr",
        "500 kr pr stk",
        "500 kr/stk",
        "500 kr à 2",
        "500 kr minus 10 %",
        "500 kr -20%",
        "10 % rabatt på 500 kr",
        "500 kr netto",
        "kr 500 (eks. mva)",
        "500 € alv 0 %",
        "kr 500, tillkommer moms",
    ],
)
def test_what_is_not_certain_stays_empty(text):
    assert picked(text) == ("", "", "")


def test_a_number_that_may_be_an_amount_is_neither():
    """In Denmark 20123456 is a mobile number, and it is an amount that can be paid."""
    assert picked("20123456 kr", "DKK", "DK") == ("", "", "")
    assert picked("Ola, kr 40 000 000", "NOK", "NO") == ("", "", "")
    assert picked("20123456 skal betale kr 200", "DKK", "DK") == ("200,00", "+4520123456", "")


def test_the_message_is_never_what_the_customer_reads():
    assert pick("Kunde Ola skal betale kr 100", Draft(id="d1"), currency="NOK", country="NO").lines[0].text == ""


def test_another_currency_is_not_taken_as_ours():
    assert picked("20 EUR") == ("", "", "")
    assert picked("20 EUR", "EUR", "FI") == ("20,00", "", "")


@given(st.text(alphabet="0123456789 .,-krKR#:+ordreøÅ\n<>&;", max_size=60))
def test_whatever_is_written_is_read_without_a_fault(text):
    price, phone, reference = picked(text)

    assert phone == "" or phone.startswith("+")
    assert len(reference) <= 24
    assert price == "" or price[-3] == ","


@pytest.mark.parametrize(
    "text",
    [
        "400-500 kr", "kr 400-500", "kr 400 - 500", "400 \u2013 500 kr", "400 kr - 500 kr", "1 000 - 2 000 kr",
        "-500 kr", "credit \u2013500 kr",  # less than nothing
        "2 x 500 kr", "2*500 kr", "500 kr x 3", "1/500 kr",  # a part of it
        "450 kr eks mva", "450 kr eks. mva", "450 kr + mva", "450 kr + 25 % mva", "kr 450 exkl. moms",  # not all of it
    ],
)  # fmt: skip
def test_a_price_that_may_not_be_the_whole_of_it_stays_empty(text):
    assert picked(text)[0] == ""


@pytest.mark.parametrize(
    "text", ["Tow bar - 500 kr", "500 kr - tow bar", "#4711 - 500 kr", "500,- inkl. mva", "500 kr"]
)
def test_a_dash_between_words_and_a_price_means_nothing(text):
    assert picked(text)[0] == "500,00"
