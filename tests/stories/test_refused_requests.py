"""Requests that are not signed as they must be: named where whoever runs the bot looks, and no harm done by anybody."""

from datetime import timedelta

import httpx
import pytest

from bot.services.signature_checks import SIGNATURES_TASK
from tests.stories import database
from tests.stories.knocking import knock

WRONGS = [
    ("wrong_signature", True, "had a wrong signature", "reason=wrong"),
    ("unsigned", True, "came without a signature", "reason=missing"),
    ("seconds_behind", 361, "seconds behind this computer's clock", "reason=stale"),
    ("seconds_behind", -3600, "seconds ahead of this computer's clock", "reason=stale"),
]


async def asked(shop, which="status"):
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(f"{shop.url}/health/{which}")


async def types_help(shop, times=1):
    for _ in range(times):
        answer = await shop.slack.command(shop.kari, shop.sales, "/paylink", "help")
    shop.slack.complaints.clear()
    return answer


def kept(shop):
    return database.rows(shop, "SELECT cursor, fence FROM task WHERE name = ?", SIGNATURES_TASK)


@pytest.mark.parametrize(("switch", "value", "words", "logged"), WRONGS)
async def test_three_refused_requests_of_slacks_are_a_problem_until_one_is_accepted(
    shop, capsys, switch, value, words, logged
):
    setattr(shop.slack.faults.requests, switch, value)
    assert (await types_help(shop, 2)).status == 401
    assert (await asked(shop)).json()["problems"] == []

    await types_help(shop)

    told = (await asked(shop, "ready")).json()
    [problem] = told["problems"]
    assert problem.startswith("3 requests")
    assert words in problem
    assert "none was accepted ever" in problem
    assert told["counts"]["refused_slack_requests"] == 3
    assert logged in capsys.readouterr().out

    setattr(shop.slack.faults.requests, switch, type(value)())
    assert (await types_help(shop)).status == 200
    assert (await asked(shop)).json()["problems"] == []


async def test_a_request_that_check_signs_itself_proves_nothing_of_slack(shop):
    shop.slack.faults.requests.wrong_signature = True
    await types_help(shop, 3)
    shop.slack.faults.requests.wrong_signature = False

    answer = await shop.slack.send("check", b'{"type": "paylink_check"}', "application/json")

    assert (answer.status, answer.body) == (200, "paylink_check")
    assert (await asked(shop)).json()["problems"][0].startswith("3 requests")


async def test_the_log_says_by_how_much_the_clock_is_off(shop, capsys):
    shop.slack.faults.requests.seconds_behind = 400

    await types_help(shop)

    assert "skew_seconds=40" in capsys.readouterr().out  # a second may pass in between


@pytest.mark.parametrize("which", ["ready", "status"])
@pytest.mark.parametrize("switch", ["wrong_signature", "unsigned"])
async def test_what_a_stranger_may_have_sent_is_shown_and_changes_no_status_code(shop, switch, which):
    setattr(shop.slack.faults.requests, switch, True)

    await types_help(shop, 20)

    answer = await asked(shop, which)
    assert answer.status_code == 200
    assert answer.json()["problems"][0].startswith("20 requests")


async def test_only_slack_can_sign_what_is_too_old_so_monitors_hear_of_it(shop):
    shop.slack.faults.requests.seconds_behind = 400

    await types_help(shop, 3)
    shop.slack.faults.requests.wrong_signature = True
    await types_help(shop)

    ready, status = await asked(shop, "ready"), await asked(shop, "status")
    assert (ready.status_code, status.status_code) == (200, 503)
    assert "timedatectl set-ntp true" in status.json()["problems"][0]


async def test_a_refused_request_says_when_the_last_one_was_accepted(shop):
    await types_help(shop)
    shop.slack.faults.requests.wrong_signature = True

    await types_help(shop, 3)

    assert "none was accepted since 2026-11-20 12:00 UTC" in (await asked(shop)).json()["problems"][0]


async def test_refused_requests_are_known_after_a_restart(shop):
    shop.slack.faults.requests.wrong_signature = True
    await types_help(shop, 2)
    await shop.bot.signatures.save()
    await shop.restart()

    await types_help(shop)
    await shop.bot.signatures.save()
    await shop.restart()

    assert (await asked(shop)).json()["problems"][0].startswith("3 requests to /slack/events had a wrong signature")


async def test_no_request_causes_a_write(shop):
    """A stranger may send as many as they like."""
    await types_help(shop)
    await shop.bot.signatures.save()
    before = kept(shop)
    shop.slack.faults.requests.wrong_signature = True

    await types_help(shop, 30)
    assert kept(shop) == before

    await shop.bot.signatures.save()
    [(_, fence)] = kept(shop)
    assert fence == before[0][1] + 1

    await shop.bot.signatures.save()
    assert kept(shop) == [(kept(shop)[0][0], fence)]


async def test_what_cannot_be_kept_now_is_kept_later(shop):
    shop.slack.faults.requests.wrong_signature = True
    await types_help(shop, 3)
    now = shop.clock.now()
    assert await shop.bot.store.claim_task(SIGNATURES_TASK, now, now, timedelta(seconds=10))  # another replica's turn
    await shop.bot.signatures.save()
    assert kept(shop)[0][0] is None

    shop.clock.pass_(seconds=11)
    await shop.bot.signatures.save()
    await shop.restart()

    assert (await asked(shop)).json()["problems"][0].startswith("3 requests")


async def test_a_customer_who_calls_their_own_callback_address_changes_no_status_code(shop):
    await shop.issues()

    for _ in range(3):
        await knock(shop, secret="wrong")

    answer = await asked(shop)
    assert answer.status_code == 200
    assert answer.json()["problems"][0].startswith("3 callbacks had a wrong signature.")

    await knock(shop)
    assert (await asked(shop)).json()["problems"] == []


async def test_callbacks_to_addresses_that_never_were_are_only_counted(shop):
    await shop.issues()
    address = shop.session()["url"]["callback_url"].replace("/callback/", "/callback/x")

    for _ in range(5):
        await knock(shop, address=address, secret="")

    told = (await asked(shop)).json()
    assert told["problems"] == []
    assert told["counts"]["unsigned_callbacks"] == 5


@pytest.mark.parametrize(("signature", "words"), [("zz", "had a wrong signature"), ("", "came without a signature")])
async def test_refused_webhooks_are_named_and_change_no_status_code(shop, signature, words):
    headers = {"event-signature": signature} if signature else {}
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(3):
            await http.post(f"{shop.url}/dintero/webhook", content=b"{}", headers=headers)

    answer = await asked(shop)

    assert answer.status_code == 200
    assert answer.json()["problems"][0].startswith(f"3 webhooks {words}.")


async def test_a_secret_that_is_no_longer_set_leaves_no_problem_behind(shop):
    await shop.issues()
    for _ in range(3):
        await knock(shop, secret="wrong")
    await shop.bot.signatures.save()

    await shop.restart(dintero_signature_secret=None)

    assert (await asked(shop)).json()["problems"] == []
