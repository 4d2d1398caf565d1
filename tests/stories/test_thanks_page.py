"""Where the customer lands after the checkout: a page that says thank you, and nothing about money."""

import httpx
import pytest

from tests.stories.counting import counted
from tests.stories.knocking import database_away


async def visit(shop, address=None, **query):
    address = address or shop.session()["url"]["return_url"]
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(address, params=query or None)


async def test_the_page_says_the_same_whatever_became_of_the_payment(shop):
    """Arriving proves nothing, and whoever holds the address may look (Dintero reference §10)."""
    await shop.issues()
    unpaid = await visit(shop)
    failed = await visit(shop, error="authorization", merchant_reference="4711")
    await shop.customer_pays()
    paid = await visit(shop, transaction_id="T12345678.x", merchant_reference="4711")

    assert unpaid.status_code == failed.status_code == paid.status_code == 200
    assert unpaid.text == failed.text == paid.text
    assert "Thanks for stopping by" in paid.text
    assert "4711" not in paid.text


async def test_nothing_of_the_address_comes_back_on_the_page(shop):
    await shop.issues()

    page = await visit(shop, error="<script>alert(1)</script>", merchant_reference="fish-and-chips")

    assert "script" not in page.text
    assert "fish" not in page.text
    assert shop.session()["url"]["return_url"].rpartition("/")[2] not in page.text


async def test_the_page_is_kept_by_nobody_and_shown_in_no_frame(shop):
    await shop.issues()

    headers = (await visit(shop)).headers

    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["content-type"] == "text/html; charset=utf-8"


async def test_the_page_needs_nothing_from_elsewhere(shop):
    """A customer's address goes to nobody else, and no word of it needs a script."""
    await shop.issues()

    page = (await visit(shop)).text

    assert "<script" not in page
    assert "http" not in page
    assert "src=" not in page
    assert 'name="viewport"' in page


async def test_coming_back_makes_the_bot_look_at_once(shop):
    """At most that: the payment is what Dintero says, not what the address says."""
    shop.dintero.faults.callbacks.off = True
    await shop.issues()
    shop.dintero.pay(shop.session()["id"])
    shop.clock.pass_(seconds=6)

    await visit(shop)
    await shop.work()

    assert "Reserved" in shop.card.read()


async def test_coming_back_unpaid_changes_nothing(shop):
    await shop.issues()
    shop.clock.pass_(seconds=6)
    before = shop.card.read()

    await visit(shop, transaction_id="T12345678.x")
    await shop.work()

    assert shop.card.read() == before
    assert shop.lines == []


async def test_reloading_the_page_costs_one_look(shop):
    await shop.issues()
    shop.clock.pass_(seconds=6)
    await visit(shop)
    await shop.work()

    with counted(shop) as spent:
        for _ in range(5):
            await visit(shop)
            await shop.bot.work()

    assert spent() == 0


async def test_an_unknown_address_looks_the_same_but_is_not_found(shop):
    await shop.issues()
    known = await visit(shop)

    unknown = await visit(shop, f"{shop.url}/thanks/nobodys")

    assert unknown.status_code == 404
    assert unknown.text == known.text
    assert unknown.headers["referrer-policy"] == "no-referrer"


async def test_guessing_addresses_is_limited(shop):
    await shop.issues()

    statuses = [(await visit(shop, f"{shop.url}/thanks/guess-{n}")).status_code for n in range(31)]

    assert statuses == [404] * 30 + [503]


async def test_a_customer_behind_the_same_proxy_as_a_guesser_is_thanked(shop):
    await shop.issues()
    for n in range(31):
        await visit(shop, f"{shop.url}/thanks/guess-{n}")

    assert (await visit(shop)).status_code == 200


async def test_the_customer_is_thanked_although_the_database_is_away(shop):
    await shop.issues()

    with database_away(shop):
        page = await visit(shop)

    assert page.status_code == 200
    assert "Thanks for stopping by" in page.text


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_nothing_can_be_sent_to_the_page(shop, method):
    await shop.issues()

    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.request(method, shop.session()["url"]["return_url"])

    assert answer.status_code == 405
