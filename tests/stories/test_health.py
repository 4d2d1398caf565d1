"""Whether the bot does its work: `ready` says what waits, for how long, and what went wrong since the start."""

import httpx
import pytest

from bot.domain.errors import GatewayError
from sandbox.dintero.faults import Fault
from sandbox.slack.faults import Fault as SlackFault
from tests.stories import database
from tests.stories.knocking import knock, paid_in_silence


async def health(shop, which="ready"):
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(f"{shop.url}/health/{which}")


async def test_a_bot_with_nothing_to_do_is_ready(shop):
    await shop.issues()

    answer = await health(shop)

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "seconds": {
            "oldest_due_link": None,
            "oldest_untold_order": None,
            "oldest_wanted_operation": None,
            "since_paid_sweep": None,
        },
        "unknown_operations": 0,
        "counts": {},
    }


async def test_a_card_that_slack_does_not_take_for_ten_minutes_makes_it_unready(shop):
    await shop.issues()
    shop.slack.faults.down = True
    await shop.customer_pays()
    assert (await health(shop)).json()["ready"]

    await shop.later(minutes=10)

    answer = await health(shop)
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["seconds"]["oldest_untold_order"] >= 600
    assert answer.json()["counts"]["slack_failures"] >= 1

    shop.slack.faults.down = False
    await shop.later(seconds=30)
    assert (await health(shop)).status_code == 200


async def test_links_that_nobody_looks_at_make_it_unready(shop):
    """Its loops may have died although the process lives."""
    await paid_in_silence(shop)
    await knock(shop)
    assert (await health(shop)).status_code == 200

    shop.clock.pass_(minutes=11)

    answer = await health(shop)
    assert answer.status_code == 503
    assert answer.json()["seconds"]["oldest_due_link"] >= 600


async def test_an_operation_that_nobody_runs_makes_it_unready(shop):
    await shop.issues()
    await shop.customer_pays()
    await shop.presses_only("Capture")

    shop.clock.pass_(minutes=11)

    answer = await health(shop)
    assert answer.status_code == 503
    assert answer.json()["seconds"]["oldest_wanted_operation"] >= 600


async def test_ten_minutes_without_a_sweep_make_it_unready(shop):
    """What no callback told is found by nobody, whoever is to blame."""
    await shop.sweep()
    assert (await health(shop)).json()["seconds"]["since_paid_sweep"] == 0

    for _ in range(10):
        shop.dintero.faults.add("list", Fault.status(400))
        with pytest.raises(GatewayError):
            await shop.sweep()

    answer = await health(shop)
    assert answer.status_code == 503
    assert answer.json()["seconds"]["since_paid_sweep"] == 600
    assert answer.json()["counts"]["failed_sweeps"] == 10

    await shop.sweep()
    assert (await health(shop)).status_code == 200


async def test_an_operation_nobody_knows_the_end_of_is_shown(shop):
    await shop.issues()
    await shop.customer_pays()
    shop.dintero.faults.add("capture", Fault.drop_before())
    await shop.presses("Capture")

    answer = (await health(shop)).json()

    assert answer["unknown_operations"] == 1
    assert answer["ready"]


async def test_without_its_database_it_lives_but_is_not_ready(shop):
    """A restart would not help; no more callers might."""
    with database.refusing(shop):
        ready, live = await health(shop), await health(shop, "live")

    assert (ready.status_code, live.status_code) == (503, 200)
    assert ready.json()["ready"] is False
    assert (await health(shop)).status_code == 200


async def test_what_was_posted_twice_and_throttled_is_counted(shop):
    shop.slack.faults.add("chat.postMessage", SlackFault.ratelimited(5), SlackFault.drop_after())
    await shop.issues()
    await shop.later(seconds=20)

    counts = (await health(shop)).json()["counts"]
    assert counts["slack_throttled"] == 1
    assert counts["cards_posted_twice"] == 1


async def test_health_names_nobody(shop):
    await shop.issues()
    await shop.customer_pays()

    told = (await health(shop)).text + (await health(shop, "live")).text

    assert "4711" not in told
    assert "T12345678" not in told
