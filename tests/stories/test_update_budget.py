"""Slack takes 50 updates a minute from a whole workspace: a payment's life costs what is new about it."""

from tests.stories.counting import calls
from tests.stories.till import a_reserved_link, card, lines, refunds


def updates(shop):
    """How often the card was drawn anew, and how often a line below it."""
    drawn = calls(shop, "chat.update")
    of_card = sum(call.args["ts"] == shop.card.ts for call in drawn)
    return of_card, len(drawn) - of_card


async def test_a_whole_life_costs_one_update_of_the_card_per_fact(shop):
    await shop.issues()
    await shop.later(seconds=30)
    shop.dintero.open(shop.session()["id"])
    await shop.later(minutes=1)
    await shop.customer_pays()
    await shop.later(minutes=1)
    assert updates(shop) == (2, 0)
    assert len(calls(shop, "chat.postMessage")) == 3

    await shop.presses("Capture")
    await shop.later(minutes=1)
    await refunds(shop)
    await shop.later(minutes=1)

    assert updates(shop) == (4, 2)  # the buttons of a line go when the next one has some
    assert card(shop).startswith("↩️ Refunded")
    assert [line.split(" ")[0] for line in lines(shop)] == ["👀", "🔒", "✅", "↩️"]


async def test_an_operation_that_lasts_is_on_the_card(shop):
    """Its person waits for it."""
    await a_reserved_link(shop)
    before = updates(shop)
    await shop.presses_only("Capture")
    await shop.bot.telling.tell_once()
    assert updates(shop) == before

    shop.clock.pass_(seconds=2)
    await shop.bot.telling.tell_once()

    assert "Capturing 249,50 kr … asked by @kari" in card(shop)
