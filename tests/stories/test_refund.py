"""Giving taken money back: all, whole lines or an amount, always with a reason."""

import pytest

from tests.stories.till import (
    Reference,
    a_paid_link,
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
)


async def test_everything_goes_back_line_by_line_with_its_reason(shop):
    """The reason stands in the thread and at Dintero, so that both can be reconciled."""
    await an_order_of_three_lines(shop)
    await shop.presses("Capture")

    await refunds(shop, reason="  Wrong\n size ")

    [call] = shop.writes("refund")
    assert strictly(call) == {
        "amount": 499_50,
        "refund_reference": Reference("4711-R1"),
        "reason": "Wrong size",
        "items": [
            {"line_id": "1", "amount": 249_50},
            {"line_id": "2", "amount": 200_00},
            {"line_id": "3", "amount": 50_00},
        ],
    }
    assert card(shop).startswith("↩️ Refunded · 499,50 kr")
    assert lines(shop)[-1] == "↩️ @kari refunded 499,50 kr:\nWrong size"
    assert shop.card.buttons == ["Request again…", "Refresh"]


async def test_whole_lines_go_back_and_then_all_that_is_left(shop):
    await an_order_of_three_lines(shop)
    await shop.presses("Capture")

    await refunds(shop, reason="One fitting too many", How_much="Whole lines", Lines=["Fitting"])
    await refunds(shop, reason="Never delivered")

    first, second = (strictly(call) for call in shop.writes("refund"))
    assert first["items"] == [{"line_id": "2", "amount": 200_00}]
    assert second["items"] == [{"line_id": "1", "amount": 249_50}, {"line_id": "3", "amount": 50_00}]
    assert [first["refund_reference"], second["refund_reference"]] == [Reference("4711-R1"), Reference("4711-R2")]
    assert done(shop, "REFUND") == [200_00, 299_50]
    assert lines(shop)[-2:] == [
        "↩️ @kari refunded 200,00 kr:\nOne fitting too many",
        "↩️ @kari refunded 299,50 kr:\nNever delivered",
    ]


async def test_an_amount_goes_back_from_the_first_lines(shop):
    await an_order_of_three_lines(shop)
    await shop.presses("Capture")

    await refunds(shop, How_much="An amount", **{"Amount_(NOK)": "260,00"})

    assert strictly(shop.writes("refund")[0])["items"] == [
        {"line_id": "1", "amount": 249_50},
        {"line_id": "2", "amount": 10_50},
    ]
    assert "Captured" not in card(shop).splitlines()[0]
    assert "Captured 499,50 kr · refunded 260,00 kr · 239,50 kr left to refund" in card(shop)
    assert shop.card.buttons == asking(shop)[-1] == ["Refund…", "Refresh"]


async def test_only_taken_money_can_be_given_back(shop):
    """A part capture leaves a reservation beside it; a refund is about the part taken."""
    await an_order_of_three_lines(shop)
    await captures_part(shop, How_much="Whole lines", Lines=["Hitch"])

    form = await opens(shop, "Refund…")
    await sends(shop, form, How_much="An amount", Reason="Typo", **{"Amount_(NOK)": "50,01"})

    assert "At most 50,00 kr can be chosen." in plain(form)
    assert shop.writes("refund") == []


@pytest.mark.parametrize("reason", ["   ", "\N{NO-BREAK SPACE}"])
async def test_a_refund_without_a_reason_is_not_sent(shop, reason):
    await a_paid_link(shop)

    form = await refunds(shop, reason=reason)

    assert "Say why" in plain(form)
    assert moved(shop) == ["capture"]


@pytest.mark.parametrize("odd", ["\0", "\ud83d"], ids=["NUL", "half an emoji"])
async def test_a_character_that_cannot_be_kept_keeps_no_reason_from_being_sent(shop, odd):
    """Slack sends JSON, which can write what no database takes (or no encoding, where a client cut one in two)."""
    await a_paid_link(shop)

    await refunds(shop, reason=f"Wrong{odd}size")

    assert strictly(shop.writes("refund")[0])["reason"] == "Wrong\N{REPLACEMENT CHARACTER}size"
    assert "Wrong\N{REPLACEMENT CHARACTER}size" in lines(shop)[-1]


async def test_a_reason_cannot_mention_the_channel(shop):
    """Typed text is text: neither a mention nor a link of ours comes of it (Slack reference §12)."""
    await a_paid_link(shop)

    await refunds(shop, reason="<!channel> *look* <https://evil.example|here>")

    assert strictly(shop.writes("refund")[0])["reason"] == "<!channel> *look* <https://evil.example|here>"
    typed = {"type": "plain_text", "text": "<!channel> *look* <https://evil.example|here>", "emoji": False}
    assert shop.thread[-1].blocks[1]["text"] == typed
    assert "&lt;!channel&gt;" in shop.thread[-1].text


async def test_a_refund_may_be_pressed_on_the_line_that_offers_it(shop):
    await a_paid_link(shop)

    form = await opens(shop, "Refund…", target=shop.thread[-1])
    await sends(shop, form, Reason="Wrong size")

    assert done(shop, "REFUND") == [249_50]
