"""Taking reserved money, whole and in parts, as the seller sees it and as Dintero hears it."""

import pytest

from tests.stories.till import (
    Reference,
    a_reserved_link,
    an_order_of_three_lines,
    asking,
    captures_part,
    card,
    done,
    lines,
    moved,
    opens,
    plain,
    refunds,
    sends,
    strictly,
    whispers,
)

RESERVED = ["Capture", "Release", "Capture part…", "Refresh"]
PART_TAKEN = ["Capture the rest", "Capture part…", "Release the rest", "Refund…", "Refresh"]


async def test_reserved_money_asks_to_be_captured_on_the_card_and_in_the_thread(shop):
    """Three buttons and a menu: what must be confirmed stands outside the menu."""
    await a_reserved_link(shop)

    assert shop.card.buttons == RESERVED
    assert asking(shop) == [RESERVED]
    assert lines(shop)[0].startswith("🔒 249,50 kr reserved with Vipps.")


async def test_the_whole_capture_names_every_line_and_our_own_reference(shop):
    await an_order_of_three_lines(shop)

    await shop.presses("Capture")

    [call] = shop.writes("capture")
    assert strictly(call) == {
        "amount": 499_50,
        "capture_reference": Reference("4711-C1"),
        "items": [
            {"line_id": "1", "amount": 249_50},
            {"line_id": "2", "amount": 200_00},
            {"line_id": "3", "amount": 50_00},
        ],
    }
    assert card(shop).startswith("✅ Paid · 499,50 kr")
    assert "✅ @kari captured 499,50 kr." in lines(shop)[1]


async def test_the_thread_line_that_asked_loses_its_buttons_to_the_next(shop):
    """One place to decide: two rows of buttons about the same money invite two clicks."""
    await a_reserved_link(shop)

    await shop.presses("Capture", shop.thread[-1])

    assert asking(shop) == [[], ["Refund…", "Refresh"]]
    assert shop.card.buttons == ["Refund…", "Refresh"]


async def test_a_capture_may_be_backed_out_of_in_its_question(shop):
    await a_reserved_link(shop)

    await shop.presses("Capture", confirm=False)

    assert moved(shop) == []
    assert shop.card.buttons == RESERVED


async def test_part_of_the_lines_is_captured_and_then_the_rest(shop):
    await an_order_of_three_lines(shop)

    await captures_part(shop, How_much="Whole lines", Lines=["Tow bar", "Hitch"])

    assert strictly(shop.writes("capture")[0]) == {
        "amount": 299_50,
        "capture_reference": Reference("4711-C1"),
        "items": [{"line_id": "1", "amount": 249_50}, {"line_id": "3", "amount": 50_00}],
    }
    assert "Partly paid · 299,50 kr of 499,50 kr" in card(shop)
    assert "Captured 299,50 kr · 200,00 kr still reserved" in card(shop)
    assert shop.card.buttons == asking(shop)[-1] == PART_TAKEN

    await shop.presses("Capture the rest")

    assert strictly(shop.writes("capture")[1]) == {
        "amount": 200_00,
        "capture_reference": Reference("4711-C2"),
        "items": [{"line_id": "2", "amount": 200_00}],
    }
    assert card(shop).startswith("✅ Paid · 499,50 kr")
    assert done(shop, "CAPTURE") == [299_50, 200_00]


async def test_an_amount_fills_the_lines_in_their_order(shop):
    """Σ items = amount, whatever was typed: mismatched lines are trouble at the provider (Dintero reference §8)."""
    await an_order_of_three_lines(shop)

    await captures_part(shop, How_much="An amount", **{"Amount_(NOK)": "300,00"})
    await captures_part(shop, How_much="An amount", **{"Amount_(NOK)": "180"})

    first, second = (strictly(call) for call in shop.writes("capture"))
    assert first["items"] == [{"line_id": "1", "amount": 249_50}, {"line_id": "2", "amount": 50_50}]
    assert second["items"] == [{"line_id": "2", "amount": 149_50}, {"line_id": "3", "amount": 30_50}]
    assert done(shop, "CAPTURE") == [300_00, 180_00]


async def test_the_form_offers_only_what_is_left_of_each_line(shop):
    await an_order_of_three_lines(shop)
    await captures_part(shop, How_much="An amount", **{"Amount_(NOK)": "300,00"})

    form = await opens(shop, "Capture part…")

    offered = [option["description"]["text"] for option in form.field("Lines").element["options"]]
    assert [words.replace("\N{NO-BREAK SPACE}", " ") for words in offered] == [
        "149,50 kr left of 200,00 kr",
        "50,00 kr",
    ]
    assert "199,50 kr of 4711 can be captured" in plain(form)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"How_much": "An amount", "Amount_(NOK)": "249,51"}, "At most 249,50 kr can be chosen."),
        ({"How_much": "An amount", "Amount_(NOK)": "0"}, "0"),
        ({"How_much": "An amount", "Amount_(NOK)": "ten"}, "ten"),
        ({"How_much": "An amount"}, "Enter an amount"),
        ({"How_much": "Whole lines"}, "Tick at least one line."),
        ({"How_much": "Whole lines", "Lines": ["Tow bar"], "Amount_(NOK)": "10"}, "An amount is typed below."),
        ({"How_much": "An amount", "Lines": ["Tow bar"], "Amount_(NOK)": "10"}, "Lines are ticked below."),
    ],
)
async def test_a_part_that_makes_no_sense_is_told_on_its_field_and_moves_nothing(shop, typed, complaint):
    await a_reserved_link(shop)
    form = await opens(shop, "Capture part…")

    await sends(shop, form, **typed)

    assert complaint in plain(form)
    assert moved(shop) == []


async def test_part_capture_then_part_refund(shop):
    await an_order_of_three_lines(shop)
    await captures_part(shop, How_much="Whole lines", Lines=["Fitting"])

    await refunds(shop, How_much="An amount", **{"Amount_(NOK)": "60"})

    assert strictly(shop.writes("refund")[0])["items"] == [{"line_id": "2", "amount": 60_00}]
    assert "Partly refunded" in card(shop)
    told = "Captured 200,00 kr · refunded 60,00 kr · 299,50 kr still reserved · 140,00 kr left to refund"
    assert told in card(shop)
    assert shop.card.buttons == PART_TAKEN


async def test_refresh_with_nothing_new_says_so_to_the_one_who_pressed(shop):
    await a_reserved_link(shop)
    before = card(shop)

    await shop.presses("Refresh", person=shop.people["ola"])

    assert whispers(shop, shop.people["ola"]) == ["4711 · Nothing new: the card shows what Dintero says right now."]
    assert whispers(shop) == []
    assert card(shop) == before


async def test_refresh_that_finds_something_shows_it_instead_of_talking(shop):
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])

    await shop.presses("Refresh")

    assert "Reserved" in card(shop)
    assert whispers(shop) == []


async def test_swish_is_paid_at_once_and_offers_no_capture(shop):
    """CAPTURED as the first status ever seen (Dintero reference §7)."""
    await shop.issues()

    await shop.customer_pays(method="swish.swish")

    assert card(shop).startswith("✅ Paid · 249,50 kr")
    assert shop.card.buttons == asking(shop)[0] == ["Refund…", "Refresh"]
    assert lines(shop)[0].startswith("✅ 249,50 kr paid with Swish.")
