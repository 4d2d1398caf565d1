"""What an order has nothing for is not offered."""

from dataclasses import replace

import pytest

from bot.domain.actions import ASKS_AGAIN, Action
from bot.domain.links import Delivered, Facts
from bot.domain.offers import offers
from bot.domain.orders import Delivery
from bot.domain.redrafting import wished
from bot.domain.stories import Card, CardState, Story
from tests.domain.given import NOW, a_link, reserved, taken
from tests.domain.test_changes import ORDER

SKIPPED = a_link(facts=Facts(delivered=Delivered.SKIPPED))


def story(link, **order):
    card = Card(order_id="order-1", state=CardState.POSTED, channel="C1", ts="1.2", posts=1, version=1)
    return Story(order=replace(ORDER, **order), links=(link,), card=card, version=1)


@pytest.mark.parametrize(
    ("order", "offered"),
    [({}, True), ({"email": None}, False), ({"delivery": Delivery.EMAIL}, False)],
)
def test_e_mail_is_another_way_where_an_address_is_known_and_not_tried_already(order, offered):
    assert (Action.SEND_EMAIL in offers(story(SKIPPED, **order), SKIPPED, NOW)) is offered


def test_what_was_delivered_needs_no_other_way():
    sent = a_link(facts=Facts(delivered=Delivered.SENT))

    assert Action.SEND_EMAIL not in offers(story(sent), sent, NOW)


def test_one_click_changes_one_thing():
    assert wished(ORDER, Action.HUNG_UP, "d2").deadline == "1d"
    assert wished(ORDER, Action.SEND_EMAIL, "d2").delivery == Delivery.EMAIL
    assert wished(ORDER, Action.CHANGE, "d2") is None


@pytest.mark.parametrize(
    ("older", "asks_again"),
    [
        (reserved(id="link-0"), False),
        (taken(id="link-0"), False),
        (taken(100_00, rest=0, id="link-0"), False),
        (taken(refunded=100_00, id="link-0"), False),
        (taken(refunded=250_00, id="link-0"), True),
        (a_link(id="link-0", replaced=True), True),
    ],
)
def test_nobody_is_asked_again_for_what_another_link_of_the_order_holds(older, asks_again):
    """Reserved or taken; what was given back whole is owed once more."""
    chain = replace(story(a_link()), links=(older, a_link()))

    assert bool(ASKS_AGAIN & {*offers(chain, a_link(), NOW)}) is asks_again


def second_payment(link, *, decided=False):
    """The order's second link, paid beside the first."""
    first = replace(taken(), id="link-0", replaced=True)
    late = replace(link, n=2, facts=replace(link.facts, late=not decided))
    return replace(story(late), links=(first, late)), late


@pytest.mark.parametrize("link", [reserved(), taken()])
def test_money_that_came_twice_goes_back_first(link):
    twice, late = second_payment(link)

    assert twice.paid_twice
    assert offers(twice, late, NOW)[:2] == (Action.GIVE_BACK, Action.KEEP)


def test_a_second_payment_that_was_kept_is_an_ordinary_one():
    twice, kept = second_payment(taken(), decided=True)

    assert not twice.paid_twice
    assert offers(twice, kept, NOW)[0] is Action.REFUND


@pytest.mark.parametrize(("link", "first"), [(a_link(), Action.CANCEL), (reserved(), Action.RELEASE)])
def test_what_the_customer_reported_is_ended_first(link, first):
    reported = replace(link, facts=replace(link.facts, reported_at=NOW))

    assert offers(story(reported), reported, NOW)[0] is first
    assert set(offers(story(reported), reported, NOW)) == set(offers(story(link), link, NOW))
