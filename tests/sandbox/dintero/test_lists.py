"""GET /transactions: filters, pages, order."""

from datetime import timedelta

import pytest

from sandbox.dintero import Switches
from tests.sandbox.dintero.shop import valid


async def listed(http, **query):
    answer = await http.get("transactions", params=query)

    assert answer.status_code == 200, answer.text
    return [tx["id"] for tx in valid("transactions-list.response", answer.json())]


@pytest.mark.parametrize("order", ["newest", "oldest", "shuffled"])
async def test_pages_hold_every_transaction_once_in_any_order(shop, dintero, order):
    """Dintero reference §6: the order is unconfirmed; page until one is short."""
    dintero.switches = Switches(list_order=order)
    made = [dintero.stranger_pays()["id"] for _ in range(7)]

    found = await listed(shop.http, limit=3)
    while page := await listed(shop.http, limit=3, starting_after=found[-1]):
        found += page
        assert len(found) <= len(made)

    assert sorted(found) == sorted(made)
    assert (found == made, found == made[::-1]) == (order == "oldest", order == "newest")


async def test_ten_are_shown_unless_told(shop, dintero):
    """Dintero reference §6."""
    for _ in range(11):
        dintero.stranger_pays()

    assert len(await listed(shop.http)) == 10


async def test_filters(shop, dintero, clock):
    """Dintero reference §6."""
    old = await shop.paid()
    clock.jump(timedelta(hours=1))
    between = clock.now().isoformat()
    clock.jump(timedelta(seconds=1))
    new = dintero.stranger_pays(reference="WEB-9")
    dintero.backoffice_capture(old["id"], 100)

    assert await listed(shop.http, **{"created_at.gte": between}) == [new["id"]]
    assert await listed(shop.http, **{"created_at.lte": between}) == [old["id"]]
    assert await listed(shop.http, **{"captured_at.gte": between}) == [old["id"]]
    assert await listed(shop.http, **{"refunded_at.gte": between}) == []
    assert await listed(shop.http, status=["PARTIALLY_CAPTURED", "CAPTURED"]) == [old["id"]]
    assert await listed(shop.http, merchant_reference="WEB-9") == [new["id"]]
    assert await listed(shop.http, session_id=[new["session_id"], "P12345678.none"]) == [new["id"]]
    assert sorted(await listed(shop.http, id=[old["id"], new["id"]])) == sorted([old["id"], new["id"]])


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=101", "limit=x", "starting_after=none", "status=CANCELLED"),
        *("updated_at.gte=2026-01-01", "created_at.gte=2026-01-01T00:00:00+01:00"),
    ],
)
async def test_a_list_nobody_can_make_is_refused(http, query):
    """Dintero reference §6; an unescaped + is a space."""
    assert (await http.get(f"transactions?{query}")).status_code == 400


async def test_only_successful_events_on_wish(shop, dintero):
    """Dintero reference §6: includes=events.success.true."""
    tx = dintero.decline((await shop.create())["id"])

    for path in ("transactions", f"transactions/{tx['id']}"):
        answer = (await shop.http.get(path, params={"includes": "events.success.true"})).json()
        [event] = (answer[0] if isinstance(answer, list) else answer)["events"]
        assert event["event"] == "INITIALIZE"


async def test_a_transaction_shows_in_lists_after_the_lag(shop, dintero, clock):
    """Dintero reference §6: the delay is unconfirmed; a single read has none."""
    dintero.switches = Switches(list_lag=5)
    tx = await shop.paid()

    assert await listed(shop.http) == []
    assert (await shop.http.get(f"transactions/{tx['id']}")).status_code == 200
    clock.jump(timedelta(seconds=5))
    assert await listed(shop.http) == [tx["id"]]
    assert (await shop.http.get("transactions/P12345678.none")).status_code == 404
