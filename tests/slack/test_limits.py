"""Everything drawn stays inside Slack's limits (Slack reference §8, §9), however much was typed."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.actions import Action
from bot.domain.choices import MAX_OPTIONS, MAX_PAIRS, MAX_WORDS, Choices, Profile, Shipping
from bot.domain.drafts import MAX_LINES, Draft, DraftLine
from bot.domain.events import Happened, Source
from bot.domain.field_parsers import MAX_REFERENCE, MAX_TEXT
from bot.domain.links import Delivered, Status
from bot.domain.methods import Method
from bot.domain.money import MAX_MINOR
from bot.domain.operations import Kind, State
from bot.domain.orders import Delivery
from bot.slack.views.blocks import Look, fit, length
from bot.slack.views.card import card
from bot.slack.views.issue_form import LINES_CHANGED, issue_form
from bot.slack.views.item_list import item_list, item_option
from bot.slack.views.line import line
from bot.slack.views.line_form import line_form
from bot.slack.views.lines_form import NO_LAST_ORDER, lines_form
from bot.slack.views.link_reply import link_reply
from bot.slack.views.part_form import part_form
from bot.slack.views.result_form import created_form, rejected_form
from sandbox.slack.blocks import OPTION, text_sum, wrong_in_message, wrong_in_view

from .scenes import CARDS, ITEM, cards, forms, lines, replies
from .shelf import LOOK, NOW, URL, captured, event, facts, line_of, link, operation, order, reserved, story

NASTY = "<!channel> <@U1> &<>*_~` :boom: https://evil.example "
LONG = (NASTY * 9)[:MAX_TEXT]
WIDE = "😀" * MAX_TEXT
REFERENCE = "A" * MAX_REFERENCE + "-99"
LIVE = ("<!channel", "<!here", "<@U1>", "<http")
MESSAGES = [
    pytest.param(message, id=f"{of}: {name}")
    for of, made in [*((of, list(cards(of))) for of in CARDS), ("lines", list(lines())), ("replies", list(replies()))]
    for name, message in made
]


def check_message(message):
    assert wrong_in_message(message.blocks) == []
    assert 0 < len(message.blocks) <= 50
    assert text_sum(message.blocks) <= 12000
    assert 0 < length(message.text) <= 4000


def check_view(view):
    assert wrong_in_view(view) == []
    assert len(view["blocks"]) <= 100
    assert len(view["private_metadata"]) <= 3000
    assert len(json.dumps(view)) <= 250_000


@pytest.mark.parametrize("message", MESSAGES)
def test_every_message_of_the_gallery_fits(message):
    check_message(message)


@pytest.mark.parametrize("view", [pytest.param(view, id=name) for name, view in forms()])
def test_every_form_of_the_gallery_fits(view):
    check_view(view)


def huge(text, status=Status.AUTHORIZED):
    sold = [line_of(text, MAX_MINOR, "99999.999", str(n), vat=10000) for n in range(1, MAX_LINES + 1)]
    of = order(*sold, reference=REFERENCE)
    more = {"amount": MAX_MINOR, "reference": REFERENCE, "version": 10**9 - 1}
    method = text[:50]
    older = link(Status.CAPTURED, known=captured(MAX_MINOR, 1, method=method), id="f" * 32, **more)
    doubt = operation(state=State.UNKNOWN, amount=MAX_MINOR, reason=text)
    newest = {
        Status.AUTHORIZED: link(status, known=reserved(MAX_MINOR, method=method, late=True), **more),
        Status.CAPTURED: link(status, known=captured(MAX_MINOR - 2, 1, 1, method=method), operation=doubt, **more),
        Status.REJECTED: link(status, known=facts(rejection=text * 20), **more),
        Status.FAILED: link(status, known=facts(last_failure=text * 20), **more),
        Status.OPEN: link(status, known=facts(last_failure=text * 20, delivered=Delivered.FAILED), **more),
    }[status]
    return story(*[replace(older, n=n) for n in range(1, 9)], newest, of=of, diverted=True)


@pytest.mark.parametrize("text", [LONG, WIDE])
@pytest.mark.parametrize("status", [Status.AUTHORIZED, Status.CAPTURED, Status.REJECTED, Status.FAILED, Status.OPEN])
def test_the_fullest_card_fits_and_is_harmless(text, status):
    drawn = card(huge(text, status), NOW, Look(sandbox=True))

    check_message(drawn)
    check_harmless(drawn)


@pytest.mark.parametrize("text", [LONG, WIDE])
@pytest.mark.parametrize("kind", Happened)
@pytest.mark.parametrize("source", Source)
def test_the_fullest_line_fits_and_is_harmless(text, kind, source):
    told = huge(text)
    data = {"amount": MAX_MINOR, "reason": text * 20, "method": text, "late": True, "operation": "capture"}
    drawn = line(told, event(kind, source, **data), NOW, LOOK, with_buttons=True)

    check_message(drawn)
    check_harmless(drawn)


def check_harmless(message):
    """What was typed is live nowhere: not in the text, not in any mrkdwn."""
    for text in [message.text, *mrkdwn_in(message.blocks)]:
        assert not [sequence for sequence in LIVE if sequence in text]


def mrkdwn_in(thing):
    if isinstance(thing, list):
        return [text for one in thing for text in mrkdwn_in(one)]
    if not isinstance(thing, dict):
        return []
    if thing.get("type") == "mrkdwn":
        assert thing["verbatim"] is True
        return [thing["text"]]
    if thing.get("type") == "plain_text" and any(mark in thing["text"] for mark in NASTY.split()):
        assert thing["emoji"] is False
    return [text for one in thing.values() for text in mrkdwn_in(one)]


@pytest.mark.parametrize("text", [LONG, WIDE, "x" * 5000, ""])
@pytest.mark.parametrize("expanded", [False, True])
@pytest.mark.parametrize("many", [1, MAX_LINES])
def test_the_fullest_form_fits(text, expanded, many):
    draft = replace(
        Draft(id="f" * 32, channel="C" * 20, phone=text, reference=text, deadline="2w", revision=99),
        lines=many_lines(text)[:many],
        expanded=expanded,
    )

    check_view(issue_form(draft, currency="NOK", look=LOOK, now=NOW, notice=LINES_CHANGED))


@pytest.mark.parametrize("text", ["W" * MAX_WORDS, "æ" * MAX_WORDS])
@pytest.mark.parametrize("delivery", Delivery)
def test_a_form_with_all_that_can_ever_be_chosen_fits(text, delivery):
    named = [f"{n}{text}"[:MAX_WORDS] for n in range(MAX_PAIRS)]
    choices = Choices(
        methods=tuple(Method)[:MAX_OPTIONS],
        profiles=tuple(Profile(name, name) for name in named),
        shipping=tuple(Shipping(name, MAX_MINOR, "NOK", 2500) for name in named),
        terms=f"https://shop.example.com/{'x' * 475}",
    )
    full = Draft(
        id="f" * 32, channel="C" * 20, expanded=True, delivery=delivery, name=LONG, email=LONG, note=LONG,
        methods=(*choices.methods, "gone"), profile=named[-1], address=named[-1], lines=many_lines(LONG),
    )  # fmt: skip

    check_view(issue_form(full, currency="NOK", look=Look(choices=choices), now=NOW, notice=LINES_CHANGED))
    check_view(issue_form(replace(full, methods=("vipps",)), currency="NOK", look=Look(choices=choices), now=NOW))


def many_lines(text, price="1073741,82"):
    """As many as there is room for; at that price they come to the most that can be paid."""
    typed = DraftLine(line_id="1", text=text, price=price, quantity="100", vat="12,75")
    return tuple(replace(typed, line_id=str(n)) for n in range(1, MAX_LINES + 1))


@pytest.mark.parametrize("text", [LONG, WIDE, "x" * 5000, "&" * MAX_TEXT, ""])
@pytest.mark.parametrize("price", ["10737,41", "nonsense", ""])
def test_twenty_lines_fit_into_their_view_and_into_the_forms_text(text, price):
    draft = Draft(id="f" * 32, channel="C" * 20, lines=many_lines(text, price), revision=99)
    view = lines_form(draft, currency="NOK", look=LOOK, notice=NO_LAST_ORDER)

    check_view(view)
    check_view(issue_form(draft, currency="NOK", look=LOOK, now=NOW))
    rows = [block for block in view["blocks"] if "accessory" in block]
    assert len(rows) == (MAX_LINES if text or price else 0)
    assert len({row["block_id"] for row in rows}) == len(rows)


@pytest.mark.parametrize("text", [LONG, WIDE])
def test_the_fullest_saved_items_fit_into_their_list_and_menu(text):
    items = [replace(ITEM, id=f"{n:032}", name=text, unit_price=MAX_MINOR, vat=10000) for n in range(20)]

    check_message(item_list(items, 10**6, LOOK, removable=True))
    for item in items:
        assert not list(OPTION(item_option(item, LOOK), "/option"))


@pytest.mark.parametrize("text", [LONG, WIDE, "x" * 5000, ""])
def test_the_fullest_line_fits_into_its_view(text):
    line = DraftLine(line_id="20", text=text, price=text, quantity=text, vat=text[:10])

    check_view(line_form(Draft(id="f" * 32), line, currency="NOK", look=LOOK, generation=99))


@pytest.mark.parametrize(
    "draft", [Draft(id="d", lines=()), Draft(id="d", lines=(), expanded=True), Draft(id="d", deadline="")]
)
def test_an_odd_draft_still_makes_a_form(draft):
    check_view(issue_form(draft, currency="NOK", look=LOOK, now=NOW))


def test_the_form_says_when_there_is_no_room_for_more_lines():
    typed = tuple(DraftLine(line_id=str(n), text="Bolt") for n in range(MAX_LINES))
    full = json.dumps(lines_form(Draft(id="d", lines=typed), currency="NOK", look=LOOK))

    assert "Add line" not in full
    assert f"room for {MAX_LINES} lines" in full


def test_the_first_view_has_six_inputs():
    inputs = [
        b for b in issue_form(Draft(id="d"), currency="NOK", look=LOOK, now=NOW)["blocks"] if b["type"] == "input"
    ]

    assert len(inputs) == 6


@pytest.mark.parametrize("text", [LONG, WIDE])
@pytest.mark.parametrize("action", [Action.REFUND, Action.CAPTURE_PART])
def test_the_fullest_form_of_parts_fits(text, action):
    told = huge(text)
    taken = {line.line_id: 10 for line in told.order.lines}
    newest = link(Status.CAPTURED, known=captured(MAX_MINOR - 500, rest=500, taken=taken), version=10**9 - 1)

    check_view(part_form(told, newest, action, LOOK))


def test_the_other_forms_and_replies_fit():
    told = huge(LONG, Status.OPEN)

    check_view(created_form(told, URL + "x" * 2000, LOOK))
    check_view(rejected_form(LONG * 20))
    check_message(link_reply(told, told.newest, URL + "x" * 2000, NOW, LOOK))


@pytest.mark.parametrize("kind", Kind)
def test_no_operation_of_any_state_breaks_a_card(kind):
    for state in State:
        check_message(card(story(link(operation=operation(kind, state, amount=MAX_MINOR))), NOW, LOOK))


def test_a_quantity_is_written_as_people_write_it():
    told = story(of=order(line_of(quantity="2.50"), line_of(quantity="100", line_id="2")))
    shown = json.dumps(card(told, NOW, LOOK).blocks, ensure_ascii=False)

    assert "2,5 × Tow bar" in shown
    assert "100 × Tow bar" in shown
    assert told.order.lines[0].quantity == Decimal("2.5")


@pytest.mark.parametrize(("text", "most"), [("abc", 3), ("abcd", 3), ("😀😀", 3), ("a" * 10, 1)])
def test_a_text_is_cut_to_fit_and_says_so(text, most):
    cut = fit(text, most)

    assert length(cut) <= most
    assert cut == text or cut.endswith("…")
