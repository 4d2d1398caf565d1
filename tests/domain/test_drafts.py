"""A form as typed, read into an offer or one sentence for every wrong field at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.choices import Choices, Shipping
from bot.domain.drafts import EXCL, MAX_LINES, Draft, DraftLine, made_up_reference, read_draft
from bot.domain.errors import FieldErrors
from bot.domain.field_parsers import parse_deadline
from bot.domain.money import MAX_MINOR
from bot.domain.orders import Capture, Delivery
from tests.domain.given import DAY, NOW

OSLO = ZoneInfo("Europe/Oslo")
LINE = DraftLine(line_id="1", text="Tow bar", price="249,50")
ENGLAND = "Flag 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
DRAFT = Draft(id="0a1b2c3d-4e5f", phone="912 34 567", reference="4711", lines=(LINE,))


def read(draft):
    return read_draft(draft, currency="NOK", country="NO", now=NOW, zone=OSLO)


def wrong(draft):
    with pytest.raises(FieldErrors) as caught:
        read(draft)
    return caught.value.fields


def wrong_line(**changes):
    return wrong(replace(DRAFT, lines=(replace(LINE, **changes),)))


def test_a_filled_form_becomes_an_offer():
    offer = read(DRAFT)

    [line] = offer.lines
    assert (line.text, line.quantity, line.unit_price, line.vat) == ("Tow bar", Decimal(1), 249_50, 2500)
    assert (offer.phone, offer.reference, offer.expires_at) == ("+4791234567", "4711", NOW + 7 * DAY)
    assert (offer.delivery, offer.capture) == (Delivery.SMS, Capture.RESERVE)


def test_all_wrong_fields_are_named_at_once():
    lines = (
        DraftLine(line_id="a", text="", price="x", quantity="0", vat="-1"),
        DraftLine(line_id="b", text="Bolt", price="1.249"),
    )
    draft = replace(DRAFT, phone="123", reference="Ø!", deadline="soon", lines=lines)

    assert wrong(draft).keys() == {
        "phone",
        "reference",
        "deadline",
        "text:a",
        "price:a",
        "quantity:a",
        "vat:a",
        "price:b",
    }


def test_an_email_address_and_a_note_may_be_left_out_and_are_read_when_they_are_not():
    assert (read(DRAFT).email, read(DRAFT).note) == (None, None)
    offer = read(replace(DRAFT, email=" kari@example.com ", note="Called twice,\n wants it"))

    assert (offer.email, offer.note) == ("kari@example.com", "Called twice, wants it")


@pytest.mark.parametrize(
    "email", ["kari", "kari@", "@example.com", "a b@example.com", "kari@example", "<k@example.com>"]
)
def test_what_no_mail_server_takes_is_no_address(email):
    assert wrong(replace(DRAFT, email=email)) == {
        "email": "This is not an e-mail address. Write it like kari@example.com."
    }


def test_a_note_is_at_most_a_thousand_characters():
    assert wrong(replace(DRAFT, note="x" * 1001)) == {"note": "At most 1000 characters; this has 1001."}


@pytest.mark.parametrize(
    ("price", "vat", "quantity", "total"),
    [
        ("100", "25", "1", 125_00),
        ("0,10", "25", "1000", 125_00),
        ("99,99", "25", "3", 374_96),
        ("0,02", "12,5", "1", 2),
        ("33,33", "15", "1,5", 57_49),
    ],
)
def test_a_price_without_vat_is_multiplied_first_then_gets_vat_and_is_rounded_once(price, vat, quantity, total):
    line = replace(LINE, price=price, vat=vat, quantity=quantity)
    [read_line] = read(replace(DRAFT, prices=EXCL, lines=(line,))).lines

    assert read_line.total == total


def test_the_currency_is_the_forms_own_where_it_has_one():
    assert (read(DRAFT).currency, read(replace(DRAFT, currency="SEK")).currency) == ("NOK", "SEK")


def test_nothing_typed_is_lost_when_a_field_is_wrong():
    """Reading changes no draft: the form comes back as it was typed, right fields included."""
    draft = replace(DRAFT, phone="12 3", reference=" #47 11 ", lines=(replace(LINE, price=" 1.249 "),))
    before = repr(draft)

    wrong(draft)

    assert repr(draft) == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "  "}, "text:1"),
        ({"text": "x" * 201}, "text:1"),
        ({"text": "Tow\u202ebar"}, "text:1"),
        ({"text": "Tow\u2066bar"}, "text:1"),
        ({"quantity": "0"}, "quantity:1"),
        ({"quantity": "-1"}, "quantity:1"),
        ({"quantity": "two"}, "quantity:1"),
        ({"quantity": "1,2345"}, "quantity:1"),
        ({"quantity": "100001"}, "quantity:1"),
        ({"quantity": "1e3"}, "quantity:1"),
        ({"vat": "-1"}, "vat:1"),
        ({"vat": "101"}, "vat:1"),
        ({"vat": "12,345"}, "vat:1"),
        ({"vat": "NaN"}, "vat:1"),
        ({"price": ""}, "price:1"),
        ({"price": "0"}, "price:1"),
        ({"price": "-5"}, "price:1"),
        ({"price": "1.249"}, "price:1"),
        ({"price": "EUR 249"}, "price:1"),
        ({"price": "21474836,47", "quantity": "2"}, "price:1"),
        ({"price": "0,01", "quantity": "0,1"}, "price:1"),
    ],
)
def test_each_rule_of_a_line_names_its_field(changes, field):
    assert wrong_line(**changes).keys() == {field}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phone": ""}, "phone"),
        ({"phone": "22123456"}, "phone"),
        ({"reference": "x" * 25}, "reference"),
        ({"reference": "47 11"}, "reference"),
        ({"reference": "-4711"}, "reference"),
        ({"reference": "4711\n"}, None),
        ({"deadline": ""}, "deadline"),
    ],
)
def test_each_rule_of_the_form_names_its_field(changes, field):
    draft = replace(DRAFT, **changes)
    if field is None:
        assert read(draft).reference == "4711"
    else:
        assert wrong(draft).keys() == {field}


@pytest.mark.parametrize(("typed", "vat"), [("25", 2500), ("12,5", 1250), ("12.5 %", 1250), ("0", 0), ("100%", 10_000)])
def test_vat_is_kept_in_hundredths_of_a_percent(typed, vat):
    assert read(replace(DRAFT, lines=(replace(LINE, vat=typed),))).lines[0].vat == vat


@pytest.mark.parametrize(
    ("typed", "quantity"), [("2", "2"), ("1,5", "1.5"), ("0.25", "0.25"), ("1000", "1000"), ("", "1")]
)
def test_quantities_may_have_two_decimals(typed, quantity):
    assert read(replace(DRAFT, lines=(replace(LINE, quantity=typed),))).lines[0].quantity == Decimal(quantity)


@pytest.mark.parametrize("typed", ["1.000", "1,000", "0,125"])
def test_a_quantity_that_can_be_read_two_ways_is_refused(typed):
    """A thousand to some, one to others."""
    [sentence] = wrong(replace(DRAFT, lines=(replace(LINE, quantity=typed),))).values()

    assert "two ways" in sentence


def test_a_line_left_empty_is_left_out():
    offer = read(replace(DRAFT, lines=(LINE, DraftLine(line_id="2"))))

    assert [line.line_id for line in offer.lines] == ["1"]


def test_a_form_with_only_an_empty_line_asks_for_it():
    assert wrong(replace(DRAFT, lines=(DraftLine(line_id="1"),))).keys() == {"text:1", "price:1"}


def test_a_form_without_any_line_is_no_offer_of_nothing():
    assert wrong(replace(DRAFT, lines=())).keys() == {"text:1"}


def test_too_many_lines_are_refused():
    lines = tuple(replace(LINE, line_id=str(n)) for n in range(MAX_LINES + 1))

    assert wrong(replace(DRAFT, lines=lines)).keys() == {f"text:{MAX_LINES}"}


def test_the_lines_together_may_not_exceed_what_the_api_can_carry():
    lines = (replace(LINE, price="21474836,47"), replace(LINE, line_id="2", price="0,01"))

    assert wrong(replace(DRAFT, lines=lines)).keys() == {"price:2"}


def test_a_sum_too_large_is_told_together_with_the_other_wrong_fields():
    lines = (replace(LINE, price="21474836,47"), replace(LINE, line_id="2", price="0,01"))

    assert wrong(replace(DRAFT, phone="1", lines=lines)).keys() == {"phone", "price:2"}


def test_the_largest_amount_is_still_an_offer():
    assert read(replace(DRAFT, lines=(replace(LINE, price="21474836,47"),))).lines[0].total == MAX_MINOR


def test_a_link_handed_over_by_the_seller_needs_no_phone():
    offer = read(replace(DRAFT, phone="", delivery=Delivery.LINK))

    assert (offer.phone, offer.delivery) == (None, Delivery.LINK)


def test_a_phone_that_is_typed_is_checked_even_when_no_sms_goes_out():
    assert wrong(replace(DRAFT, phone="123", delivery=Delivery.LINK)).keys() == {"phone"}


def test_an_order_without_a_reference_gets_one_and_keeps_it():
    draft = replace(DRAFT, reference=" ")

    assert read(draft).reference == read(draft).reference == made_up_reference(draft.id) == "PL-0A1B2C3D"


@pytest.mark.parametrize(
    ("typed", "until"),
    [
        ("7d", NOW + 7 * DAY),
        ("12h", NOW + timedelta(hours=12)),
        ("2w", NOW + 14 * DAY),
        ("30d", NOW + 30 * DAY),
        ("1 D", NOW + DAY),
        ("2026-11-21", datetime(2026, 11, 21, 22, 59, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, 22, 59, tzinfo=UTC)),
        ("phone", NOW + timedelta(minutes=30)),
    ],
)
def test_a_deadline_is_a_time_span_or_a_day(typed, until):
    assert parse_deadline(typed, NOW, OSLO) == until


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("0d", "past"),
        ("-1d", "past"),
        ("2026-11-19", "past"),
        ("31d", "30 days"),
        ("9999w", "30 days"),
        ("9999-12-31", "30 days"),
        ("2026-13-01", "not a deadline"),
        ("soon", "not a deadline"),
        ("7", "not a deadline"),
        ("", "not a deadline"),
    ],
)
def test_a_deadline_lies_ahead_and_within_thirty_days(typed, why):
    with pytest.raises(ValueError, match=why):
        parse_deadline(typed, NOW, OSLO)


def test_a_deadline_leaves_the_customer_five_minutes():
    late = datetime(2026, 11, 20, 22, 56, tzinfo=UTC)

    with pytest.raises(ValueError, match="five minutes"):
        parse_deadline("2026-11-20", late, OSLO)


@pytest.mark.parametrize(
    ("day", "zone", "until"),
    [
        ("2026-10-24", "Europe/Oslo", datetime(2026, 10, 24, 21, 59, tzinfo=UTC)),
        ("2026-10-25", "Europe/Oslo", datetime(2026, 10, 25, 22, 59, tzinfo=UTC)),
        ("2027-03-27", "Europe/Oslo", datetime(2027, 3, 27, 22, 59, tzinfo=UTC)),
        ("2027-03-28", "Europe/Oslo", datetime(2027, 3, 28, 21, 59, tzinfo=UTC)),
        ("2018-02-17", "America/Sao_Paulo", datetime(2018, 2, 18, 2, 59, tzinfo=UTC)),
    ],
)
def test_a_day_ends_with_its_last_minute_where_the_shop_is(day, zone, until):
    """Also when the clock is set that night; the last of them has 23:59 twice."""
    assert parse_deadline(day, until - timedelta(days=2), ZoneInfo(zone)) == until


@given(*[st.text(max_size=12)] * 6)
def test_whatever_is_typed_becomes_an_offer_or_sentences(phone, reference, deadline, quantity, price, vat):
    line = DraftLine(line_id="1", text="Bolt", quantity=quantity, price=price, vat=vat)
    draft = replace(DRAFT, phone=phone, reference=reference, deadline=deadline, lines=(line,))
    try:
        offer = read(draft)
    except FieldErrors as error:
        told = list(error.fields.values())
    else:
        told = ["Taken."] if 0 < offer.lines[0].total <= MAX_MINOR else []
    assert told
    assert all(sentence.endswith(".") for sentence in told)


CHOICES = Choices(
    methods=("card", "vipps", "swish"),
    shipping=(Shipping("Home delivery", 9900, "NOK", 2500), Shipping("Collect in shop", 0, "NOK", 2500)),
    terms="https://shop.example.com/terms",
)


def chosen(**changes):
    draft = replace(DRAFT, **changes)
    return read_draft(draft, currency="NOK", country="NO", now=NOW, zone=OSLO, choices=CHOICES)


def refused(**changes):
    with pytest.raises(FieldErrors) as error:
        chosen(**changes)
    return error.value.fields


@pytest.mark.parametrize("delivery", list(Delivery))
def test_a_number_is_needed_where_a_message_goes_to_it(delivery):
    more = {"email": "kari@example.com", "methods": ("vipps",)}
    needed = {Delivery.SMS, Delivery.PROFILE}

    if delivery in needed:
        assert refused(delivery=delivery, phone="", **more).keys() == {"phone"}
    else:
        assert chosen(delivery=delivery, phone="", **more).phone is None


def test_a_mail_needs_an_address_to_go_to():
    assert refused(delivery=Delivery.EMAIL, email=" ") == {
        "email": "Enter the e-mail address that the link is sent to."
    }
    assert refused(delivery=Delivery.EMAIL, email="kari@").keys() == {"email"}
    assert chosen(delivery=Delivery.EMAIL, email="kari@example.com").email == "kari@example.com"


def test_an_app_link_asks_for_one_wallet_and_for_no_address():
    assert refused(delivery=Delivery.APP).keys() == {"methods"}
    assert refused(delivery=Delivery.APP, methods=("swish",)).keys() == {"methods"}
    assert refused(delivery=Delivery.APP, methods=("vipps",), address="Collect in shop").keys() == {"address"}
    assert chosen(delivery=Delivery.APP, methods=("vipps",)).methods == ("vipps",)


def test_what_an_address_costs_is_the_last_line():
    offer = chosen(address="Home delivery")

    assert offer.lines[-1].text == "Home delivery"
    assert offer.amount == chosen().amount + 9900
    assert chosen(address="Collect in shop").lines == chosen().lines


def test_an_address_that_costs_something_wants_the_shops_currency():
    assert refused(currency="SEK", address="Home delivery").keys() == {"address"}
    assert chosen(currency="SEK", address="Collect in shop").address == "Collect in shop"


def test_an_address_may_not_lift_the_sum_above_what_the_api_can_carry():
    assert refused(address="Home delivery", lines=(replace(LINE, price="21474836,47"),)).keys() == {"address"}


def test_the_shops_terms_hold_where_no_others_are_typed():
    assert chosen().terms == "https://shop.example.com/terms"
    assert chosen(terms=" https://other.example/t?a=1 ").terms == "https://other.example/t?a=1"


@pytest.mark.parametrize(
    "terms",
    [
        "shop.example.com/terms",
        "http://shop.example.com",
        "https://kari@shop.example.com",
        "https://localhost",
        "https://",
    ],
)
def test_terms_stand_at_a_whole_https_address(terms):
    assert refused(terms=terms).keys() == {"terms"}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Family 👨\u200d👩\u200d👧 ticket", "Family 👨\u200d👩\u200d👧 ticket"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        (ENGLAND, ENGLAND),
        ("Heart ❤\ufe0f", "Heart ❤\ufe0f"),
        ("Tow\u200bbar", "Towbar"),
        ("Tow\u00adbar\ufeff", "Towbar"),
        ("\u200eTow\u00a0 bar\u200f", "Tow bar"),
        ("Tow\u2060bar \u200d fitted", "Towbar fitted"),
    ],
)  # fmt: skip
def test_joiners_inside_a_word_or_an_emoji_are_text_and_what_is_invisible_goes(typed, text):
    offer = read(replace(DRAFT, name=typed, note=typed, lines=(replace(LINE, text=typed),)))

    assert (offer.lines[0].text, offer.name, offer.note) == (text, text, text)


@pytest.mark.parametrize("typed", ["#PO\u20112231", "PO\u20132231", "PO\u22122231", "PO-\u200b2231", "ＰＯ-2231"])
def test_a_reference_is_what_it_looks_like(typed):
    assert read(replace(DRAFT, reference=typed)).reference == "PO-2231"


@pytest.mark.parametrize(
    "typed",
    [
        "<mailto:kari@example.com|kari@example.com>",
        "kari@example.com\u200b",
        "\ufeffkari@example.com",
        "mailto:kari@example.com",
    ],
)
def test_an_email_address_is_what_it_looks_like(typed):
    assert read(replace(DRAFT, email=typed)).email == "kari@example.com"


def test_of_two_email_addresses_none_is_taken():
    assert wrong(replace(DRAFT, email="a@example.com, b@example.com")) == {"email": "Write one e-mail address only."}


@pytest.mark.parametrize(
    ("field", "typed"), [("quantity", "2\u200b"), ("quantity", "２"), ("vat", "25\u00a0%"), ("vat", "２５")]
)
def test_a_quantity_and_a_rate_are_what_they_look_like(field, typed):
    [line] = read(replace(DRAFT, lines=(replace(LINE, **{field: typed}),))).lines

    assert (line.quantity if field == "quantity" else line.vat) in {2, 2500}
