"""Whether the bot does its work: what waits, for how long, and what went wrong since the start.

`ready` is for whoever sends the traffic, `status` for monitors; both show the same.
"""

import errno

import httpx
import pytest

from bot.domain.errors import GatewayError
from sandbox.dintero.faults import Fault
from sandbox.slack.faults import Fault as SlackFault
from tests.stories import database
from tests.stories.knocking import knock, paid_in_silence


async def health(shop, which="status"):
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(f"{shop.url}/health/{which}")


@pytest.mark.parametrize("which", ["ready", "status"])
async def test_a_bot_with_nothing_to_do_is_well(shop, which):
    await shop.issues()

    answer = await health(shop, which)

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "problems": [],
        "unproven": [],
        "seconds": {
            "oldest_due_link": None,
            "oldest_untold_order": None,
            "oldest_wanted_operation": None,
            "since_paid_sweep": None,
        },
        "unknown_operations": 0,
        "counts": {},
    }


async def test_a_card_that_slack_does_not_take_for_ten_minutes_is_a_problem(shop):
    await shop.issues()
    shop.slack.faults.down = True
    await shop.customer_pays()
    assert (await health(shop)).json()["problems"] == []

    await shop.later(minutes=10)

    answer = await health(shop)
    assert answer.status_code == 503
    assert (await health(shop, "ready")).status_code == 200
    assert answer.json()["seconds"]["oldest_untold_order"] >= 600
    assert "A change has waited 10 minutes to be told in Slack." in answer.json()["problems"]
    assert answer.json()["counts"]["slack_failures"] >= 1

    shop.slack.faults.down = False
    await shop.later(seconds=30)
    assert (await health(shop)).status_code == 200


async def test_links_that_nobody_looks_at_are_a_problem(shop):
    """Its loops may have died although the process lives."""
    await paid_in_silence(shop)
    await knock(shop)
    assert (await health(shop)).status_code == 200

    shop.clock.pass_(minutes=11)

    answer = await health(shop)
    assert answer.status_code == 503
    assert answer.json()["seconds"]["oldest_due_link"] >= 600


async def test_an_operation_that_nobody_runs_is_a_problem(shop):
    await shop.issues()
    await shop.customer_pays()
    await shop.presses_only("Capture")

    shop.clock.pass_(minutes=11)

    answer = await health(shop)
    assert answer.status_code == 503
    assert answer.json()["seconds"]["oldest_wanted_operation"] >= 600


async def test_ten_minutes_without_a_sweep_are_a_problem(shop):
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
    assert answer["problems"] == []


async def test_without_its_database_it_lives_but_is_not_ready(shop):
    """A restart would not help; no more callers might."""
    with database.refusing(shop):
        ready, live = await health(shop, "ready"), await health(shop, "live")

    assert (ready.status_code, live.status_code) == (503, 200)
    assert ready.json()["ready"] is False
    assert ready.json()["problems"] == ["The database does not answer."]
    assert (await health(shop)).status_code == 200


async def test_another_programs_schema_makes_it_unready(shop):
    """Somebody migrated the database under a program that was not replaced."""
    database.write(shop, "CREATE TABLE kept AS SELECT * FROM alembic_version")

    database.write(shop, "UPDATE alembic_version SET version_num = '9999'")
    newer = (await health(shop, "ready")).json()
    database.write(shop, "UPDATE alembic_version SET version_num = '0001'")
    older = (await health(shop, "ready")).json()
    database.write(shop, "UPDATE alembic_version SET version_num = (SELECT version_num FROM kept)")

    assert (newer["ready"], older["ready"]) == (False, False)
    assert newer["problems"][0].startswith("The database is at a newer schema")
    assert older["problems"] == ["The database is at an older schema. Run: paylink migrate."]
    assert (await health(shop)).status_code == 200


async def test_a_token_that_slack_refuses_is_a_problem_until_one_call_is_taken(shop):
    await shop.issues()
    shop.slack.faults.add("chat.update", *[SlackFault.error("token_revoked")] * 2)
    await shop.customer_pays()
    calls = len(shop.slack.log)

    answer = await health(shop)

    assert answer.status_code == 503
    [problem] = answer.json()["problems"]
    assert problem.startswith("Slack refuses Paylink's calls (token_revoked): cards and threads wait, nothing is lost.")
    assert (await health(shop, "ready")).status_code == 200
    assert len(shop.slack.log) == calls

    await shop.later(minutes=2)
    assert (await health(shop)).status_code == 200


async def test_a_refusal_for_another_reason_is_no_refused_token(shop):
    shop.slack.faults.add("chat.postMessage", SlackFault.error("not_in_channel"))
    await shop.issues()

    assert (await health(shop)).status_code == 200


async def test_an_api_client_that_dintero_refuses_is_a_problem_until_one_call_is_taken(shop):
    await shop.issues()
    secret, shop.dintero.client_secret = shop.dintero.client_secret, "changed"
    shop.dintero.tokens.clear()
    await shop.customer_pays()
    asked = len(shop.dintero.log)

    answer = await health(shop)

    assert answer.status_code == 503
    assert answer.json()["problems"][0].startswith("Dintero refuses the API client (401). Check DINTERO_CLIENT_ID")
    assert len(shop.dintero.log) == asked

    shop.dintero.client_secret = secret
    await shop.later(minutes=2)
    assert (await health(shop)).status_code == 200


async def two_paid_links(shop):
    for reference in ("4711", "4712"):
        await shop.issues(f"249,50 91234567 Tow bar #{reference} 7d")
        shop.dintero.pay(shop.session(reference)["id"])


async def test_callbacks_of_two_links_without_the_right_signature_are_a_problem(shop):
    """The secret in the settings is not the account's, or a proxy changes the address."""
    shop.dintero.faults.callbacks.wrong_signature = True
    await two_paid_links(shop)
    await shop.dintero_calls_back()

    answer = await health(shop)

    assert answer.status_code == 503
    assert answer.json()["problems"][0].startswith(
        "Callbacks of 2 links came without Dintero's signature or with a wrong"
    )

    await knock(shop)
    assert (await health(shop)).status_code == 200


async def test_what_came_without_a_signature_an_hour_ago_is_forgotten(shop):
    shop.dintero.faults.callbacks.wrong_signature = True
    await two_paid_links(shop)
    await shop.dintero_calls_back()
    assert (await health(shop)).status_code == 503

    for _ in range(7):
        await shop.sweep()
        shop.clock.pass_(minutes=9)
    await shop.sweep()

    assert (await health(shop)).status_code == 200


async def test_nobody_changes_a_status_code_by_knocking(shop):
    """A customer knows one address, and a stranger none."""
    await shop.issues()
    address = shop.session()["url"]["callback_url"]

    for _ in range(5):
        await knock(shop, secret="")
        await knock(shop, secret="wrong")
        await knock(shop, address=address.replace("/callback/", "/callback/x"), secret="")

    answer = await health(shop)
    assert answer.json()["counts"]["unsigned_callbacks"] == 15
    assert answer.status_code == 200


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


async def test_a_payment_that_cannot_be_read_for_ten_minutes_is_a_problem(shop):
    """The list can be read, and says that somebody paid; the payment itself cannot, time and again."""
    await shop.sweep()
    await paid_in_silence(shop)
    shop.dintero.faults.add("session", Fault.page_instead(502), times=100)
    for _ in range(12):
        assert "Ready to share" in shop.card.read()
        await shop.sweep()

    [problem] = (await health(shop)).json()["problems"]
    assert problem.startswith("A link could not be read at Dintero for 11 minutes, so a payment may be missing on the")
    assert (await health(shop, "ready")).status_code == 200

    shop.dintero.faults.queue.clear()
    await shop.sweep()
    assert (await health(shop)).json()["problems"] == []
    assert "Reserved" in shop.card.read()


async def test_a_link_that_somebody_else_has_read_meanwhile_is_no_problem(shop):
    await paid_in_silence(shop)
    shop.dintero.faults.add("session", Fault.status(500), times=100)
    for _ in range(12):
        await shop.sweep()
    shop.dintero.faults.queue.clear()
    await shop.presses("Refresh")

    await shop.later(minutes=4)

    assert (await health(shop)).json()["problems"] == []


async def test_a_database_that_takes_no_writes_is_named_for_what_it_is(shop):
    """A full disk, a standby: it still answers whoever only looks."""

    def full(_connection, _cursor, statement, *_):
        if statement.lstrip().startswith(("INSERT", "UPDATE")):
            raise OSError(errno.ENOSPC, "No space left on device")

    note_time = shop.bot.shift.clock_changes.note_time
    await note_time()
    with database.heard(shop, before_cursor_execute=full):
        for _ in range(2):
            with pytest.raises(OSError, match="No space left"):
                await note_time()
            shop.clock.pass_(minutes=1)
        [problem] = (await health(shop)).json()["problems"]

    assert problem.startswith("The database has taken no write for 60 seconds: its disk may be full, it may be")
    await note_time()
    assert (await health(shop)).json()["problems"] == []
