"""What was typed becomes the draft, and every error finds a place where it is seen."""

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.choices import Choices, Profile, Shipping
from bot.domain.draft_lines import fits_first_view, with_line
from bot.domain.drafts import DEADLINES, EXCL, INCL, MAX_LINES, Draft, DraftLine, read_draft, vat_rates
from bot.domain.errors import FieldErrors, Refused
from bot.domain.orders import Capture, Delivery, Remind
from bot.slack.form_errors import errors_for
from bot.slack.forms import after_click, draft_from_state, line_errors, line_in_view, read_form
from bot.slack.views.blocks import Look
from bot.slack.views.fields import deadline_words
from bot.slack.views.issue_form import issue_form
from bot.slack.views.line_form import line_form

from .screen import lost, state_of
from .shelf import NOW

TYPED = st.text(max_size=40).filter(lambda text: text == "" or text.strip())
LINES = st.lists(
    st.builds(
        DraftLine,
        line_id=st.just("1"),
        text=TYPED,
        quantity=st.sampled_from(["1", "2,5", "nonsense"]),
        price=TYPED,
        vat=st.sampled_from([*vat_rates("NO"), "12,5", "99"]),
    ),
    min_size=1,
    max_size=MAX_LINES,
).map(lambda lines: tuple(replace(line, line_id=str(n)) for n, line in enumerate(lines, start=1)))
DRAFTS = st.builds(
    Draft,
    id=st.just("d1"),
    channel=st.just("C1"),
    phone=TYPED,
    reference=TYPED,
    deadline=st.sampled_from([*DEADLINES, "3d", "1w", "24h", "2026-12-01", "nonsense"]),
    delivery=st.sampled_from([each.value for each in Delivery]),
    email=TYPED,
    name=TYPED,
    methods=st.sampled_from([(), ("vipps",), ("card", "vipps")]),
    profile=st.sampled_from(["default", "P1.workshop"]),
    address=st.sampled_from(["", "Home delivery", "Collect in shop"]),
    terms=TYPED.map(str.strip).filter(bool),
    note=TYPED,
    prices=st.sampled_from([INCL, EXCL]),
    currency=st.sampled_from(["NOK", "SEK", "EUR"]),
    capture=st.sampled_from([each.value for each in Capture]),
    lines=LINES,
    expanded=st.booleans(),
    revision=st.integers(0, 3),
)


CHOICES = Choices(
    methods=("card", "vipps", "swish"),
    profiles=(Profile("default", "Web shop"), Profile("P1.workshop", "Workshop")),
    shipping=(Shipping("Home delivery", 9900, "NOK", 2500), Shipping("Collect in shop", 0, "NOK", 2500)),
    terms="https://shop.example.com/terms",
)
LOOK = Look(choices=CHOICES)


def drawn(draft):
    return issue_form(draft, currency="NOK", look=LOOK, now=NOW)


HIDDEN = {
    "delivery": Delivery.SMS,
    "email": "",
    "note": "",
    "name": "",
    "methods": (),
    "profile": "",
    "address": "",
    "terms": "",
    "prices": INCL,
    "currency": "",
    "capture": Capture.RESERVE,
}
"""What the first view has no fields for."""


def on_screen(draft, **typed):
    """The form as Slack sends it."""
    view = drawn(draft)
    return view | {"state": {"values": state_of(view, **typed)}}


def line_on_screen(line, generation=0, **typed):
    view = line_form(Draft(id="d1"), line, currency="NOK", look=LOOK, generation=generation)
    return view | {"state": {"values": state_of(view, **typed)}}


def wrong_fields(draft):
    try:
        read_draft(draft, currency="NOK", country="NO", now=NOW, zone=UTC, choices=CHOICES)
    except FieldErrors as wrong:
        return wrong.fields
    return {}


@given(DRAFTS)
def test_a_form_that_nobody_touched_reads_back_as_it_was(draft):
    assert draft_from_state(draft, state_of(drawn(draft))) == draft


@given(DRAFTS)
def test_a_redrawn_form_that_lost_everything_reads_back_as_it_was(draft):
    draft = replace(draft, redrawn=True)

    assert draft_from_state(draft, lost(state_of(drawn(draft)))) == draft
    assert draft_from_state(draft, {}) == draft


@given(DRAFTS)
def test_a_form_that_nobody_touched_is_read_whole_with_and_without_its_draft(draft):
    """Once the draft is dropped, the form's presets say what is meant, or that they cannot."""
    view = on_screen(draft)

    assert read_form(view, draft) == draft
    if fits_first_view(draft):
        kept = draft if draft.expanded else replace(draft, **HIDDEN)
        assert read_form(view, None) == kept
    else:
        with pytest.raises(Refused, match="old-form"):
            read_form(view, None)


@given(DRAFTS, DRAFTS)
def test_a_form_that_shows_lines_of_the_past_reads_the_lines_of_today(draft, other):
    today = replace(draft, lines=other.lines, currency=other.currency, prices=other.prices, revision=9)

    assert read_form(on_screen(draft), today) == replace(today, expanded=draft.expanded)


def test_what_is_typed_into_a_form_that_shows_lines_of_the_past_is_not_lost():
    draft = Draft(id="d1", lines=(DraftLine(line_id="1", text="Tow bar", price="100"),))
    view = on_screen(draft, price_1="300")
    today = with_line(draft, DraftLine(line_id="2", text="Wiring", price="50"))

    read = read_form(view, today)

    assert [(line.text, line.price) for line in read.lines] == [("Tow bar", "300"), ("Wiring", "50")]


def test_lines_that_changed_elsewhere_get_fields_of_their_own():
    draft = replace(Draft(id="d1", expanded=True), revision=2)
    inputs = {block["block_id"] for block in drawn(draft)["blocks"] if block["type"] == "input"}

    assert {name for name in inputs if "@2" in name} == {"text:1@2", "price:1@2", "vat:1@2", "prices@2", "currency@2"}


LINE = st.builds(
    DraftLine,
    line_id=st.just("2"),
    text=TYPED,
    quantity=st.sampled_from(["1", "2,5", "nonsense"]),
    price=TYPED,
    vat=st.sampled_from([*vat_rates("NO"), "12,5", "99"]),
)


@given(LINE, st.integers(0, 3))
def test_a_line_that_nobody_touched_reads_back_as_it_was(line, generation):
    view = line_on_screen(line, generation)

    assert line_in_view(view, line) == line
    assert line_in_view(view, None) == line


@given(LINE, st.integers(0, 3))
def test_a_line_whose_view_lost_everything_reads_back_as_it_was(line, generation):
    view = line_on_screen(line, generation)
    view["state"]["values"] = lost(view["state"]["values"])

    assert line_in_view(view, line) == line


def test_a_line_is_remembered_where_slack_neither_repeats_presets_nor_sends_them():
    """Nobody promises that a payload's blocks carry the presets; what was stored fills the gaps."""
    line = DraftLine(line_id="2", text="Tow bar", price="249,50", quantity="2", vat="12,5")
    view = line_on_screen(line, 1)
    view["state"]["values"] = lost(view["state"]["values"])
    for block in view["blocks"]:
        for name in ("initial_value", "initial_option"):
            block["element"].pop(name, None)

    assert line_in_view(view, line) == line


def test_a_typed_vat_rate_wins_and_is_where_its_error_stands():
    line = DraftLine(line_id="2", text="A", price="1")
    view = line_on_screen(line, other_vat_2=" 12,5 ")

    assert line_in_view(view, line).vat == "12,5"
    assert line_errors({"vat:2": "No."}, view) == {"other_vat:2": "No."}
    assert line_errors({"vat:2": "No."}, line_on_screen(line)) == {"vat:2": "No."}


def test_what_is_typed_is_taken_word_for_word():
    draft = Draft(id="d1")
    typed = state_of(
        drawn(draft),
        phone="912 34 567",
        text_1=" Tow & <bar> ",
        price_1="249",
        reference="4711",
        vat_1="15",
        deadline="1d",
    )

    read = draft_from_state(draft, typed)

    assert (read.phone, read.reference, read.deadline) == ("912 34 567", "4711", "1d")
    assert read.lines == (DraftLine(line_id="1", text=" Tow & <bar> ", price="249", vat="15"),)


def test_a_draft_that_was_never_stored_is_read_from_the_form_alone():
    """/paylink 249 912… opens a form without touching the database; the first click finds no draft."""
    prefilled = Draft(id="d1", phone="+4791234567", deadline="3d", lines=(DraftLine(line_id="1", price="249,00"),))

    assert draft_from_state(Draft(id="d1"), state_of(drawn(prefilled))) == prefilled


def test_an_emptied_reference_is_empty_on_the_first_view():
    draft = Draft(id="d1", reference="4711", phone="91234567")

    read = draft_from_state(draft, state_of(drawn(draft), reference=None, phone=None))

    assert read.reference == ""
    assert read.phone == "91234567", "required: nobody can have emptied it"


def test_an_emptied_phone_is_empty_when_only_a_link_is_wanted():
    draft = Draft(id="d1", phone="91234567", delivery=Delivery.LINK)

    assert draft_from_state(draft, state_of(drawn(draft), phone=None)).phone == ""


def test_a_phone_is_required_wherever_a_message_goes_to_it_and_an_address_wherever_a_mail_does():
    """In a redrawn form an emptied field and a lost one look alike, so Slack must refuse to send them empty."""

    def required(field, delivery):
        view = drawn(Draft(id="d1", expanded=True, delivery=delivery))
        [block] = [one for one in view["blocks"] if one.get("block_id") == field]
        return not block.get("optional", False)

    assert {each for each in Delivery if required("phone", each)} == {Delivery.SMS, Delivery.PROFILE}
    assert {each for each in Delivery if required("email", each)} == {Delivery.EMAIL}


def test_methods_that_got_lost_stay_and_methods_that_were_unticked_go():
    """Only the click itself tells the two apart; every one of them is told at once."""
    draft = Draft(id="d1", expanded=True, redrawn=True, methods=("card", "vipps"))
    view = drawn(draft)
    nothing = state_of(view, methods=[])
    unticked = {"block_id": "methods", "selected_options": []}

    assert draft_from_state(draft, nothing).methods == ("card", "vipps")
    assert draft_from_state(draft, state_of(view, methods=["swish"])).methods == ("swish",)
    assert after_click(draft, unticked).methods == ()
    assert after_click(draft, unticked | {"block_id": "currency"}) == draft
    [block] = [one for one in view["blocks"] if one.get("block_id") == "methods"]
    assert block["dispatch_action"]


def test_an_app_link_is_only_offered_where_its_wallet_is_listed():
    def offered(**choices):
        view = issue_form(Draft(id="d1", expanded=True), currency="NOK", look=Look(choices=Choices(**choices)), now=NOW)
        [block] = [one for one in view["blocks"] if one.get("block_id") == "delivery"]
        return "app" in [one["value"] for one in block["element"]["options"]]

    assert offered(methods=("card", "vipps"))
    assert not offered(methods=("card", "swish"))
    assert not offered()


@pytest.mark.parametrize("chosen", [{"methods": ("bitcoin",)}, {"address": "By dragon"}])
def test_what_can_no_longer_be_chosen_is_refused_where_it_can_be_mended(chosen):
    draft = Draft(id="d1", phone="91234567", expanded=True, lines=(DraftLine(line_id="1", text="A", price="1"),))
    [field] = chosen

    for look in (LOOK, Look()):
        view = issue_form(replace(draft, **chosen), currency="NOK", look=look, now=NOW)
        assert list(errors_for(wrong_fields(replace(draft, **chosen)), view)) == [field]


def test_what_there_is_no_choice_of_is_on_no_form():
    view = issue_form(
        Draft(id="d1", expanded=True), currency="NOK", look=Look(choices=Choices(methods=("vipps",))), now=NOW
    )

    assert {"methods", "profile", "address"}.isdisjoint(block.get("block_id") for block in view["blocks"])


def test_a_forged_choice_is_ignored():
    draft = Draft(id="d1", expanded=True)

    read = draft_from_state(draft, state_of(drawn(draft), delivery="pigeon", capture="rob"))

    assert (read.delivery, read.capture) == (Delivery.SMS, Capture.RESERVE)


@pytest.mark.parametrize(
    "junk", [{"phone": None}, {"phone": {}}, {"phone": {"v": None}}, {"phone": {"v": {"value": 7}}}]
)
def test_a_state_of_another_shape_changes_nothing(junk):
    draft = Draft(id="d1", phone="91234567")

    assert draft_from_state(draft, junk) == draft


def test_the_phone_is_required_while_an_sms_is_to_go_out():
    def required(**more):
        [phone] = [b for b in drawn(Draft(id="d1", **more))["blocks"] if b.get("block_id") == "phone"]
        return not phone.get("optional", False)

    assert required()
    assert required(expanded=True)
    assert not required(expanded=True, delivery=Delivery.LINK)
    assert not required(delivery=Delivery.LINK)


def test_the_email_is_required_while_mails_go_to_it():
    """Else one that was emptied in a redrawn form would come back, and reminders go to somebody else's address."""

    def required(**more):
        draft = Draft(id="d1", expanded=True, **more)
        [email] = [b for b in drawn(draft)["blocks"] if b.get("block_id") == "email"]
        [remind] = [b for b in drawn(draft)["blocks"] if b.get("block_id") == "remind"]
        assert remind["dispatch_action"]
        return not email.get("optional", False)

    assert not required()
    assert required(delivery=Delivery.EMAIL)
    assert required(remind=Remind.EMAIL)
    assert not required(remind=Remind.NUDGE)


@given(DRAFTS)
def test_every_error_is_shown_beside_an_input_of_the_view(draft):
    view = drawn(draft)
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    fields = wrong_fields(draft)
    errors = errors_for(fields, view)

    assert bool(errors) == bool(fields)
    assert set(errors) <= inputs
    assert all(any(sentence in shown for shown in errors.values()) for sentence in fields.values())


def test_an_error_of_a_hidden_field_is_told_by_name_beside_its_neighbour():
    view = drawn(Draft(id="d1"))

    errors = errors_for(
        {"quantity:1": "At most three decimals.", "price:1": "Enter a price.", "price:9": "Too much."}, view
    )

    assert errors == {
        "price:1": "Quantity of line 1: At most three decimals. Enter a price.",
        "phone": "Price of line 9: Too much.",
    }


def test_an_error_of_no_field_at_all_is_not_lost():
    assert errors_for({"customs": "Not today."}, drawn(Draft(id="d1"))) == {"phone": "Customs: Not today."}
    assert errors_for({"phone": "Not today."}, {"blocks": []}) == {}


def test_an_error_of_a_line_names_it_by_the_number_that_people_see():
    lines = (DraftLine(line_id="1"), DraftLine(line_id="7"))

    errors = errors_for({"price:7": "Too much."}, drawn(Draft(id="d1", lines=lines)), lines)

    assert errors == {"phone": "Price of line 2: Too much."}


def test_an_error_follows_its_field_into_the_next_revision():
    view = drawn(Draft(id="d1", revision=2))

    assert errors_for({"price:1": "Enter a price."}, view) == {"price:1@2": "Enter a price."}


def total(*lines, **more):
    """What the form says that it comes to so far; nothing while a line cannot be read."""
    view = drawn(Draft(id="d1", channel="C1", lines=lines, **more))
    said = [block["elements"][0]["text"] for block in view["blocks"] if block["type"] == "context"]
    return said[0].replace("\xa0", " ") if said else None


def test_the_total_and_the_vat_of_each_rate_are_shown_once_every_line_can_be_read():
    lines = (
        DraftLine(line_id="1", text="Hours", price="100", quantity="1,5"),
        DraftLine(line_id="2", text="Food", price="99", vat="15"),
    )
    said = "Total so far: 249,00 kr, of which VAT: 15 % 12,91 kr, 25 % 30,00 kr."

    assert total(*lines) == said
    assert total(*lines, DraftLine(line_id="3")) == said
    assert total(*lines, DraftLine(line_id="3", price="?")) is None
    assert total(DraftLine(line_id="1")) is None
    assert total(DraftLine(line_id="1", text="A", price="21474836,47", quantity="2")) is None


def test_prices_without_vat_are_added_up_with_it_line_by_line():
    lines = DraftLine(line_id="1", text="A", price="99,99"), DraftLine(line_id="2", text="B", price="10", vat="0")

    assert total(*lines, prices=EXCL) == "Total so far: 134,99 kr, of which VAT: 0 % 0,00 kr, 25 % 25,00 kr."
    blocks = drawn(Draft(id="d1", lines=lines[:1], prices=EXCL))["blocks"]
    labels = [block["label"]["text"] for block in blocks if "label" in block]
    assert "Price excl. VAT (NOK)" in labels


def test_the_labels_name_the_currency_that_was_chosen():
    view = drawn(Draft(id="d1", currency="SEK", expanded=True))

    assert "Price incl. VAT (SEK)" in [block.get("label", {}).get("text") for block in view["blocks"]]


@pytest.mark.parametrize(("country", "usual"), [("NO", "25 %"), ("FI", "25,5 %"), ("IS", "24 %"), ("DE", "25 %")])
def test_the_vat_rates_are_the_countrys(country, usual):
    view = issue_form(Draft(id="d1"), currency="EUR", look=Look(country=country), now=NOW)
    vat = next(block["element"] for block in view["blocks"] if block["block_id"] == "vat:1")

    assert vat["options"][0]["text"]["text"] == usual


@pytest.mark.parametrize(
    ("deadline", "words"),
    [("1d", "1 day"), ("3d", "3 days"), ("12h", "12 hours"), ("2w", "2 weeks"), ("2026-12-01", "2026-12-01"), ("", "")],
)
def test_a_deadline_in_words(deadline, words):
    assert deadline_words(deadline) == words


def test_one_week_is_offered_once():
    [menu] = [b for b in drawn(Draft(id="d1", deadline="1w"))["blocks"] if b.get("block_id") == "deadline"]

    assert [option["text"]["text"] for option in menu["element"]["options"]] == [
        "On the phone (30 minutes)",
        "30 minutes",
        "1 hour",
        "1 day",
        "1 month",
        "1 week",
        "A date…",
    ]
