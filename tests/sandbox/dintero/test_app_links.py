"""A hosted session: its address is the wallet's own and opens the app (Dintero reference §4.5)."""

import pytest

from .shop import changed
from .test_page import words

ALONE = {
    "configuration__publish": None,
    "configuration__channel": "hosted",
    "configuration__swish": {"swish": {"enabled": False}},
    "configuration__dintero_psp": {"creditcard": {"enabled": False}},
    "configuration__payex": {"mobilepay": {"enabled": False}, "creditcard": {"enabled": False}},
    "configuration__klarna": {"klarna": {"enabled": False}},
}


async def create(shop, **paths):
    return await shop.http.post("sessions-profile", json=changed(**(ALONE | paths)))


async def test_the_address_of_a_hosted_session_opens_the_wallet(shop, dintero):
    made = (await create(shop)).json()

    assert made["url"].startswith("vipps://")
    assert made["id"] not in made["url"]
    assert dintero.behind(made["url"]) == made["id"]
    page = await shop.http.get(f"view/{made['id']}/app")
    assert "Waiting for Vipps" in words(page)


async def test_in_the_app_the_payment_is_confirmed(shop, dintero):
    made = (await create(shop)).json()
    await shop.http.get(f"view/{made['id']}/app")

    assert dintero.pay(made["id"])["status"] == "AUTHORIZED"


@pytest.mark.parametrize(
    ("paths", "why"),
    [
        ({"configuration__klarna": {"klarna": {"enabled": True}}}, "one wallet alone"),
        (
            {"configuration__vipps": {"enabled": False}, "configuration__swish": {"swish": {"enabled": True}}},
            "one wallet alone",
        ),
        ({"configuration__publish": [{"type": "checkout-link", "channel": "sms"}]}, "publish does not go with"),
        (
            {"express": {"shipping_options": [{"id": "a", "line_id": "a", "title": "A", "operator": "", "amount": 0}]}},
            "express does not go with",
        ),
    ],
)
async def test_a_wallet_that_is_not_alone_opens_no_app(shop, paths, why):
    answer = await create(shop, **paths)

    assert answer.status_code == 400
    assert why in str(answer.json())


async def test_no_app_is_opened_by_a_page(shop):
    assert (await shop.http.get(f"view/{(await shop.create())['id']}/app")).status_code == 404
