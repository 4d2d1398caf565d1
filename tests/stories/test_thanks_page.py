"""Where the customer lands after the checkout: a page that says thank you, and nothing about money."""

import re

import httpx
import pytest

from tests.stories import database
from tests.stories.browsing import browse, read, reports, token
from tests.stories.counting import counted


async def visit(shop, address=None, speaks="en", **query):
    address = address or shop.session()["url"]["return_url"]
    return await browse(address, speaks=speaks, params=query or None)


async def test_the_page_says_the_same_whatever_became_of_the_payment(shop):
    """Arriving proves nothing, and whoever holds the address may look (Dintero reference §10)."""
    await shop.issues()
    unpaid = await visit(shop)
    await shop.customer_pays()
    paid = await visit(shop, transaction_id="T12345678.x", merchant_reference="4711")

    assert unpaid.status_code == paid.status_code == 200
    assert unpaid.text == paid.text
    assert "Thanks for stopping by" in paid.text
    assert "Whoever sent you the link is told as soon as the payment has gone through" in paid.text
    assert "4711" not in paid.text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("cancelled", "You stopped before paying"),
        ("authorization", "The payment was not approved"),
        ("failed", "The payment did not go through"),
        ("capture", "Something did not work out"),
        ("", "Something did not work out"),
    ],
)
async def test_what_went_wrong_is_said_kindly_and_can_be_tried_again(shop, error, said):
    """The words are Dintero's, and there may be others (Dintero reference §10)."""
    await shop.issues()

    page = await visit(shop, error=error, merchant_reference="4711")

    assert page.status_code == 200
    assert read(page).startswith(f"{said}\n")
    assert f'href="../p/{token(shop)}">Try again</a>' in page.text


async def test_trying_again_leads_to_the_page_that_can_be_paid(shop):
    await shop.issues()
    page = await visit(shop, error="failed")

    again = page.url.join(re.search(r'class="pay" href="([^"]+)"', page.text)[1])

    assert shop.dintero.url_of(shop.session()) in (await browse(again)).text


async def test_what_is_over_cannot_be_tried_again(shop):
    await shop.issues()
    await shop.presses("Cancel link")

    page = await visit(shop, error="cancelled")

    assert "Try again" not in page.text
    assert token(shop) not in page.text


async def test_a_report_takes_the_second_try_away_too(shop):
    await shop.issues()
    await reports(shop)

    assert "Try again" not in (await visit(shop, error="failed")).text


async def test_an_error_in_the_address_changes_no_state(shop):
    """Everybody can write it."""
    await shop.issues()
    before = shop.card.read()

    await visit(shop, error="failed")
    await shop.work()

    assert shop.card.read() == before
    assert shop.lines == []


@pytest.mark.parametrize("error", [{}, {"error": "<script>alert(1)</script>"}])
async def test_nothing_of_the_query_comes_back_on_the_page(shop, error):
    await shop.issues()

    page = await visit(shop, merchant_reference="fish-and-chips", **error)

    assert "script" not in page.text
    assert "fish" not in page.text


async def test_without_an_error_the_page_keeps_the_address_to_itself(shop):
    await shop.issues()

    assert token(shop) not in (await visit(shop)).text


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
    """A customer's address goes to nobody else, and no word of it needs a script; the style is ours."""
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

    assert statuses == [404] * 30 + [429]


async def test_a_customer_behind_the_same_proxy_as_a_guesser_is_thanked(shop):
    await shop.issues()
    for n in range(31):
        await visit(shop, f"{shop.url}/thanks/guess-{n}")

    assert (await visit(shop)).status_code == 200


async def test_the_customer_is_thanked_although_the_database_is_away(shop):
    await shop.issues()

    with database.refusing(shop):
        page = await visit(shop)

    assert page.status_code == 200
    assert "Thanks for stopping by" in page.text


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_nothing_can_be_sent_to_the_page(shop, method):
    await shop.issues()

    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.request(method, shop.session()["url"]["return_url"])

    assert answer.status_code == 405
