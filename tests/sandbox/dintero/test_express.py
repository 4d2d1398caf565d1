"""A session that asks for an address: the customer types it, and its option becomes one more item (§4.7)."""

import pytest

from sandbox.dintero.rules import RefusedError

from .shop import changed, valid
from .test_page import looks, words

HOME = {"id": "home", "line_id": "home", "title": "Home delivery", "operator": "", "amount": 0}
DEAR = {"id": "dear", "line_id": "dear", "title": "Overnight", "operator": "Post", "amount": 9900}
ADDRESS = {"first_name": "Kari", "address_line": "Storgata 1", "postal_code": "0155", "postal_place": "Oslo"}


async def types(shop, session, **more):
    return await shop.http.post(f"view/{session['id']}/address", data=ADDRESS | more)


async def test_the_page_asks_for_the_address_before_it_shows_how_to_pay(shop):
    session = await shop.create(express={"shipping_options": [HOME, DEAR]})
    before = words(await looks(shop, session))

    await types(shop, session, option="home")

    after = words(await looks(shop, session))
    assert "Where shall it go?" in before
    assert "Overnight · 99.00 NOK" in before
    assert "Vipps" not in before
    assert "Vipps" in after


async def test_nobody_can_pay_before_the_address_is_typed(shop, dintero):
    session = await shop.create(express={"shipping_options": [HOME]})

    with pytest.raises(RefusedError, match="before the address"):
        dintero.pay(session["id"])


@pytest.mark.parametrize(("option", "amount"), [("home", 30000), ("dear", 39900)])
async def test_the_chosen_option_is_an_item_and_part_of_the_sum(shop, dintero, option, amount):
    session = await shop.create(express={"shipping_options": [HOME, DEAR]})
    await types(shop, session, option="dear")
    await types(shop, session, option=option)

    tx = dintero.pay(session["id"])

    assert tx["amount"] == amount == sum(item["amount"] for item in tx["items"])
    assert tx["items"][-1]["line_id"] == option
    assert tx["shipping_address"]["postal_place"] == "Oslo"
    read = (await shop.http.get(f"transactions/{tx['id']}")).json()
    assert valid("transaction-get.response", read)["shipping_address"]["first_name"] == "Kari"
    valid("session-get.response", (await shop.http.get(f"sessions/{session['id']}")).json())


async def test_an_address_without_a_place_or_an_option_that_is_not_there_is_refused(shop):
    session = await shop.create(express={"shipping_options": [HOME]})

    assert (await types(shop, session, postal_place="")).status_code == 400
    assert (await types(shop, session, option="dear")).status_code == 400
    assert (await types(shop, await shop.create())).status_code == 400


async def test_a_dead_link_takes_no_address(shop):
    session = await shop.create(express={"shipping_options": [HOME]})
    await shop.http.post(f"sessions/{session['id']}/cancel")

    assert (await types(shop, session)).status_code == 404


@pytest.mark.parametrize(
    ("paths", "why"),
    [
        ({"express": {}}, "shipping_options is required"),
        ({"express": {"shipping_options": []}}, "shipping_options is empty"),
        ({"express": {"shipping_options": [HOME | {"line_id": "1"}]}}, "same line_id twice"),
        ({"express": {"shipping_options": [HOME | {"amount": -1}]}}, "below 0"),
        ({"express": {"shipping_options": [HOME | {"price": 1}]}}, "price is unknown"),
    ],
)
async def test_options_that_could_not_be_an_item_are_refused(shop, paths, why):
    answer = await shop.http.post("sessions-profile", json=changed(**paths))

    assert answer.status_code == 400
    assert why in str(answer.json())
