"""What came to nothing, or was given back, is asked for again with the form filled in: a new order, a new card."""

import pytest

from sandbox.dintero import Fault
from tests.stories.till import a_paid_link, a_reserved_link, opens, refunds, releases


async def cancelled(shop):
    await shop.issues()
    await shop.presses("Cancel link")


async def expired(shop):
    await shop.issues()
    await shop.later(days=7, minutes=31)


async def failed(shop):
    await shop.issues()
    shop.dintero.fail(shop.session()["id"])
    await shop.dintero_calls_back()


async def released(shop):
    await a_reserved_link(shop)
    await releases(shop)


async def refunded(shop):
    await a_paid_link(shop)
    await refunds(shop)


async def refused(shop):
    """By Dintero: nothing went out, and the same once more would be refused as well."""
    shop.dintero.faults.add("create", Fault.status(400))
    await shop.issues()


ENDS = pytest.mark.parametrize("ended", [cancelled, expired, failed, released, refunded, refused])


@ENDS
async def test_the_form_opens_filled_in(shop, ended):
    await ended(shop)

    form = await opens(shop, "Request again…")

    shown = [form.values[field] for field in ("phone", "text:1", "price:1", "reference")]
    assert shown == ["+4791234567", "Tow bar", "249,50", "4711-2"]
    assert form.content["title"]["text"] == "New payment link"


@ENDS
async def test_it_makes_an_order_of_its_own(shop, ended):
    await ended(shop)
    before = shop.card.read()

    form = await opens(shop, "Request again…")
    await shop.slack.submit(shop.kari, form)
    await shop.work()

    assert shop.session("4711-2")["order"]["amount"] == 249_50
    assert len(shop.cards) == 2
    assert shop.cards[0].read() == before


async def test_what_was_given_back_in_part_is_not_asked_for_again(shop):
    await a_paid_link(shop)
    await refunds(shop, How_much="An amount", **{"Amount_(NOK)": "100"})

    assert "Request again…" not in shop.card.buttons
