"""`paylink check` says when requests of Slack's and Dintero's last came, and why they were refused."""

import httpx
import pytest

from bot.services.signature_checks import SIGNATURES_TASK
from tests.process import opened_world, until

FAILS, UNSURE, WELL = "FAIL", "?   ", "ok  "


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        yield made


async def types_help(world, times=1):
    kari = world.slack.person("kari")
    sales = world.slack.add_channel("sales", members=[kari], bot=True)
    for _ in range(times):
        await world.slack.command(kari, sales, "/paylink", "help")


async def kept(world, text):
    """Wait until the database holds it, which takes ten seconds at most."""

    async def there():
        rows = await world.rows(f"SELECT cursor FROM task WHERE name = '{SIGNATURES_TASK}'")  # noqa: S608
        return bool(rows) and text in (rows[0][0] or "")

    await until(there)


async def findings(world, about, **changed):
    """The exit code, and the marks and words of the findings about it."""
    code, told = await world.run("check", **changed)
    lines = [line for line in told.splitlines() if line[5:].startswith(f"{about}: ")]
    return code, [(line[:4], line[5:].partition(": ")[2]) for line in lines]


async def test_what_never_came_is_not_proven_whatever_check_sends_itself(world):
    async with world.serving():
        code, [(mark, words)] = await findings(world, "requests from Slack")

    assert (code, mark) == (0, UNSURE)
    assert words.startswith("not proven yet: type /paylink help in Slack.")
    assert words.endswith(
        f"A request that check signed itself was accepted: that proves only the way to {world.bot_url}/slack/events"
    )


async def test_a_command_that_was_accepted_proves_it_also_after_the_bot_has_stopped(world):
    async with world.serving():
        await types_help(world)
        await kept(world, '"accepted_at":"20')

    code, [(mark, words)] = await findings(world, "requests from Slack")

    assert (code, mark) == (0, WELL)
    assert words.startswith("the last accepted one came at 20")


@pytest.mark.parametrize(
    ("switch", "value", "reason", "words"),
    [
        ("wrong_signature", True, "wrong", "had a wrong signature"),
        ("unsigned", True, "missing", "came without a signature"),
        ("seconds_behind", 400, "stale", "seconds behind this computer's clock"),
    ],
)
async def test_a_bot_that_refused_every_command_fails_with_the_reason(world, switch, value, reason, words):
    setattr(world.slack.faults.requests, switch, value)
    async with world.serving():
        await types_help(world, 3)
        await kept(world, f'"{reason}":3')

        code, [(mark, told)] = await findings(world, "requests from Slack")

    assert (code, mark) == (1, FAILS)
    assert told.startswith("3 requests")
    assert words in told


async def test_what_a_stranger_sends_to_a_bot_that_works_fails_no_check(world):
    async with world.serving():
        await types_help(world)
        world.slack.faults.requests.wrong_signature = True
        await types_help(world, 3)
        await kept(world, '"wrong":3')

        code, [(mark, told)] = await findings(world, "requests from Slack")

    assert (code, mark) == (0, UNSURE)
    assert told.startswith("3 requests to /slack/events had a wrong signature.")


async def test_a_bot_that_was_started_with_another_secret_refuses_what_check_signs(world):
    async with world.serving():
        code, [(mark, words)] = await findings(world, "requests from Slack", SLACK_SIGNING_SECRET="t" * 32)

    assert (code, mark) == (1, FAILS)
    assert "it runs with another SLACK_SIGNING_SECRET, a proxy drops the headers, or the clocks differ" in words


async def test_refused_callbacks_of_paylinks_links_are_named(world):
    """The secret in the settings is not the account's, or a proxy changes the address."""
    world.settings["DINTERO_SIGNATURE_SECRET"] = "callback-secret"
    async with world.serving():
        await world.issued()
        address = world.dintero.session_by_reference("4711")["url"]["callback_url"]
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(3):
                await http.post(address)
        await kept(world, '"missing":3')

        code, [(mark, words)] = await findings(world, "callbacks from Dintero")

    assert (code, mark) == (1, FAILS)
    assert words.startswith("3 callbacks came without Dintero's signature.")
    assert "Compare DINTERO_SIGNATURE_SECRET with the account's" in words


async def test_check_shows_what_the_running_bot_says_is_wrong(world):
    """The bot alone is refused, and stays so: check's own call is answered, and the bot tries again meanwhile."""
    async with world.serving():
        await world.issued()
        world.slack.faults.refused = dict.fromkeys(["chat.postMessage", "chat.update"], "token_revoked")
        await world.pays("4711")
        await until(lambda: shown(world, "token_revoked"))

        code, [(mark, words), *_] = await findings(world, "paylink serve")

    assert (code, mark) == (1, FAILS)
    assert words.startswith("Slack refuses Paylink's calls (token_revoked): cards and threads wait, nothing is lost.")


async def shown(world, words):
    async with httpx.AsyncClient(trust_env=False) as http:
        problems = (await http.get(f"{world.bot_url}/health/ready")).json()["problems"]
    return any(words in problem for problem in problems)
