"""`paylink` as a process of its own, against the sandbox: how it starts, what it refuses, and how it stops."""

import asyncio
import contextlib
import json
import logging
import re
import socket
from datetime import datetime, timedelta

import pytest
from starlette.responses import PlainTextResponse

from bot.journal import open_journal
from bot.serving import configured
from sandbox.dintero.faults import Fault
from sandbox.mail import Mailbox
from sandbox.servers import from_a_shell
from tests.databases import KINDS, empty_database, ready_database
from tests.process import NEWER, opened_world, until


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        yield made


@pytest.fixture(params=KINDS)
async def unused(request, tmp_path):
    """The same with a database that is there and has no tables, of each kind."""
    async with empty_database(request.param, tmp_path) as url, opened_world(tmp_path, url) as made:
        yield made


@pytest.fixture(params=KINDS)
async def ready(request, tmp_path):
    """The same with a database of each kind after `paylink migrate`."""
    async with ready_database(request.param, tmp_path) as url, opened_world(tmp_path, url) as made:
        yield made


async def test_a_write_under_way_comes_to_its_answer_before_the_process_stops(ready):
    """A refund whose answer nobody heard would have to be asked about (design: a deploy is no accident)."""
    world = ready
    async with world.serving() as process:
        kari, sales = await world.issued()
        await world.pays("4711")
        await until(lambda: any("Capture" in card.buttons for card in sales.messages))
        world.dintero.faults.add("capture", Fault.delay(2, after=True))
        await world.slack.click(kari, sales.messages[-1], "Capture")
        await until(lambda: world.dintero.log[-1].kind == "capture")

        _, told = await process.stopped()

    states = dict(await world.rows("SELECT kind, state FROM operation"))
    assert states == {"create": "done", "capture": "done"}, told[-2000:]
    assert await world.rows("SELECT status FROM link") == [("captured",)]
    assert "Traceback" not in told


async def test_a_payment_does_not_wait_for_dinteros_answer_about_another(world):
    """The customer on the line has paid; that another one's session takes a minute to read is not their trouble."""
    async with world.serving():
        await world.issued()
        _, sales = await world.issued("99 92345678 Mat #4712 7d")
        sessions = [exchange.kind for exchange in world.dintero.log].count("session")
        world.dintero.faults.add("session", Fault.delay(60))
        await world.pays("4711")
        await until(lambda: [exchange.kind for exchange in world.dintero.log].count("session") > sessions)

        await world.pays("4712")
        await until(lambda: any("Capture" in card.buttons for card in sales.messages))

        known = await world.rows("SELECT merchant_reference, status FROM link ORDER BY merchant_reference")
        assert known == [("4711", "open"), ("4712", "authorized")]


async def test_an_idle_process_stops_at_once(ready):
    ready.start = from_a_shell
    async with ready.serving() as process:
        code, told = await process.stopped(seconds=10)

    assert code == 0
    assert "Traceback" not in told


async def test_every_line_of_a_json_log_is_json(world):
    """Whoever collects it stumbles over a single line of uvicorn's own."""
    world.start, world.settings["PAYLINK_LOG"] = from_a_shell, "json"
    async with world.serving() as process:
        _, told = await process.stopped()

    lines = [json.loads(line) for line in told.splitlines()]
    assert {"serving", "Shutting down"} <= {line["event"] for line in lines}
    assert all({"level", "timestamp"} <= set(line) for line in lines)


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_librarys_traceback_shows_no_values(capsys, style):
    open_journal(style)

    def fails(_phone):
        raise LookupError

    try:
        fails(str(91_000_000 + 234_567))
    except LookupError:
        logging.getLogger("asyncio").exception("it failed")

    told = capsys.readouterr().out
    assert "it failed" in told
    assert "LookupError" in told
    assert "91234567" not in told


async def test_an_empty_file_gets_its_tables_and_is_nobody_elses_to_read(world):
    async with world.serving():
        assert world.database.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("command", ["serve", "rotate-key"])
async def test_another_programs_schema_is_refused_with_the_mend(unused, command):
    await unused.writes(*NEWER)

    code, told = await unused.run(command)

    assert code == 1
    assert told.strip().splitlines()[-1].startswith("The database is at a newer schema:")
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack: invalid_auth. Check SLACK_BOT_TOKEN"),
        ({"SLACK_API_URL": "http://127.0.0.1:1/api/"}, "Slack does not answer at http://127.0.0.1:1/api/: the c"),
        ({"PAYLINK_DATABASE_URL": "mysql://x/y"}, "PAYLINK_DATABASE_URL must begin with"),
        ({"PAYLINK_DATABASE_URL": "sqlite:////nowhere/at/all/paylink.db"}, "/nowhere/at/all does not exist"),
        ({"PAYLINK_DATABASE_URL": "nonsense"}, "PAYLINK_DATABASE_URL"),
        (
            {"PAYLINK_DATABASE_URL": "sqlite:////sys/paylink.db"},
            "PAYLINK_DATABASE_URL: /sys/paylink.db cannot be writt",
        ),
        ({"PAYLINK_DATABASE_URL": "sqlite:////etc"}, "PAYLINK_DATABASE_URL: /etc is not an SQLite database. Name ano"),
        ({"PAYLINK_DATABASE_URL": f"sqlite:///{__file__}"}, "is not an SQLite database. Name another file."),
        (
            {"PAYLINK_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"},
            "no PostgreSQL answers at 127.0.0.1:1 (the connection is r",
        ),
        ({"PAYLINK_DATABASE_URL": "postgresql://u:p@127.0.0.1:x/x"}, "PAYLINK_DATABASE_URL: the port is not a number"),
        ({"PAYLINK_DATABASE_URL": "postgresql://u:p@127.0.0.1:99999/x"}, "PAYLINK_DATABASE_URL: the port is not"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "check"])
async def test_what_cannot_start_says_so_in_a_sentence(world, command, changed, sentence):
    code, told = await world.run(command, **changed)

    assert code == 1
    assert sentence in told
    assert "Traceback" not in told


async def test_settings_that_are_missing_are_named(world):
    world.start = from_a_shell

    code, told = await world.run("serve", SLACK_SIGNING_SECRET=None, PAYLINK_TYPO="x")

    assert code == 2
    assert "SLACK_SIGNING_SECRET: missing" in told
    assert "PAYLINK_TYPO: no such setting" in told


async def test_migrate_makes_an_empty_database_current_and_leaves_a_current_one_alone(unused):
    for _ in range(2):
        assert await unused.run("migrate") == (0, "The database is up to date.\n")

    code, told = await unused.run("check")
    assert code == 0
    assert "ok   database: ready" in told


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://x/y", "PAYLINK_DATABASE_URL must begin with"),
        ("sqlite:////etc", "PAYLINK_DATABASE_URL: /etc is not an SQLite database. Name another file."),
        ("postgresql://u:p@127.0.0.1:1/x", "PAYLINK_DATABASE_URL: no PostgreSQL answers at 127.0.0.1:1 ("),
    ],
)
async def test_migrate_says_in_a_sentence_why_it_cannot(world, url, sentence):
    code, told = await world.run("migrate", PAYLINK_DATABASE_URL=url)

    assert code == 1
    assert sentence in told
    assert "Traceback" not in told


@pytest.mark.parametrize(("host", "reason"), [("127.0.0.1", "address already in use"), ("192.0.2.1", "cannot assign")])
async def test_a_bot_that_nobody_can_reach_starts_no_work(world, host, reason):
    """Its loops would move money while every answer to Slack and Dintero is lost."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, told = await world.run("serve", PAYLINK_HOST=host, PAYLINK_PORT=str(port))

    assert code == 1
    last = told.strip().splitlines()[-1]
    assert last.startswith(f"The bot cannot start: {host}:{port} is taken or not this computer's ({reason}")
    assert last.endswith("Stop the other program, or set PAYLINK_PORT or PAYLINK_HOST.")
    assert "Traceback" not in told
    assert "serving" not in told
    assert world.dintero.log == []


async def test_a_new_key_is_one_that_can_be_used(world):
    world.start = from_a_shell

    code, key = await world.run("new-key")

    assert code == 0
    assert "ok   PAYLINK_SECRET_KEY" in (await world.run("check", PAYLINK_SECRET_KEY=key.strip()))[1]


# -- check


async def test_check_is_content_with_a_world_that_is_well(world):
    world.start = from_a_shell

    code, told = await world.run("check")

    assert code == 0
    assert not world.database.exists()
    assert [line[:4] for line in told.splitlines()] == ["ok  "] * 5 + ["?   "] * 2
    assert "If paylink serve is running, look at the proxy; otherwise start it.\n" in told
    assert told.endswith("requests from Slack: not proven yet: type /paylink help in Slack\n")
    assert {line[5:].partition(":")[0] for line in told.splitlines()} == {
        "PAYLINK_SECRET_KEY",
        "database",
        "Slack",
        "Dintero",
        "clock",
        "PAYLINK_PUBLIC_URL",
        "requests from Slack",
    }


@pytest.mark.parametrize(
    ("changed", "told_about"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "FAIL Slack: invalid_auth. Check SLACK_BOT_TOKEN"),
        ({"DINTERO_CLIENT_SECRET": "wrong"}, "FAIL Dintero: the API client's id or secret is refused (401)"),
        ({"DINTERO_ACCOUNT_ID": "T87654321"}, "FAIL Dintero: "),
        (
            {"SLACK_API_URL": "http://127.0.0.1:1/api/"},
            "FAIL Slack: Slack does not answer at http://127.0.0.1:1/api/: the connection is refused",
        ),
        (
            {"DINTERO_API_URL": "http://127.0.0.1:1/v1"},
            "FAIL Dintero: Dintero does not answer at http://127.0.0.1:1/v1: the connection is refused",
        ),
        (
            {"DINTERO_CHECKOUT_URL": "http://127.0.0.1:1/v1"},
            "Check the network and DINTERO_CHECKOUT_URL.",
        ),
    ],
)
async def test_check_names_what_is_wrong_and_tries_the_rest(world, changed, told_about):
    code, told = await world.run("check", **changed)

    assert code == 1
    assert told_about in told
    assert told.count("FAIL") == 1


@pytest.mark.parametrize(
    ("url", "told_about"),
    [
        ("smtp://pay:right@127.0.0.1:{}", "ok   PAYLINK_SMTP_URL: the mail server lets Paylink in; no mail was sent"),
        (
            "smtp://pay:wrong@127.0.0.1:{}",
            "FAIL PAYLINK_SMTP_URL: The mail server refuses Paylink's own name or password.",
        ),
        ("smtp://127.0.0.1:1", "FAIL PAYLINK_SMTP_URL: the mail server takes no mail: the connection is refused: "),
    ],
)
async def test_check_tries_the_mail_server_and_sends_nothing(world, url, told_about):
    mailbox = Mailbox(password="right")
    async with mailbox.open():
        mail = {"PAYLINK_SMTP_URL": url.format(mailbox.port), "PAYLINK_MAIL_FROM": "pay@example.com"}
        code, told = await world.run("check", **mail)

    assert told_about in told
    assert code == told.count("FAIL")
    assert mailbox.mails == []


async def test_check_says_that_the_bot_does_without_a_search_that_the_account_lacks(world):
    world.dintero.faults.add("search", Fault.status(403))

    code, told = await world.run("check")

    assert code == 0
    assert "payments can be read; this account cannot search sessions, and the bot does without" in told


async def test_check_says_what_time_the_sandbox_has_where_the_bot_follows_it(world):
    world.clock.jump(timedelta(days=7))

    code, told = await world.run("check", PAYLINK_CLOCK_URL=world.clock_url)

    assert code == 0
    found = re.search(r"^ok   PAYLINK_CLOCK_URL: the sandbox's time is (.+) UTC$", told, re.MULTILINE)
    assert world.clock.now() - datetime.fromisoformat(f"{found[1]}Z") < timedelta(minutes=2)


@pytest.mark.parametrize(
    ("of", "off", "sentence"),
    [
        ("slack", timedelta(minutes=-6), "This computer's clock is 6 minutes ahead of Slack's. Have it set by NTP"),
        ("dintero", timedelta(minutes=6), "This computer's clock is 6 minutes behind Dintero's. Have it set by NTP"),
    ],
)
async def test_check_compares_the_clock_with_slacks_and_dinteros(world, of, off, sentence):
    """Five minutes off, and every request of Slack's is refused."""
    assert "ok   clock: agrees with Slack's and Dintero's" in (await world.run("check"))[1]
    getattr(world, of).faults.date = off

    code, told = await world.run("check")

    assert code == 1
    assert f"FAIL clock: {sentence}" in told


async def test_check_does_not_call_a_clock_right_that_nothing_was_compared_with(world):
    world.slack.faults.date = world.dintero.faults.date = None

    code, told = await world.run("check")

    assert code == 0
    assert "?    clock: nothing answered that says what time it is." in told


async def test_check_says_at_once_that_the_sandboxs_clock_cannot_be_read(world):
    code, told = await world.run("check", PAYLINK_CLOCK_URL="http://127.0.0.1:1/clock")

    assert code == 1
    assert "FAIL PAYLINK_CLOCK_URL: the time cannot be read at http://127.0.0.1:1/clock (ConnectError). Start" in told


async def test_a_bot_waits_for_a_sandbox_whose_clock_answers_later(tmp_path):
    """On a busy machine the first answers take longer than a second."""
    started = asyncio.Event()

    def around(apps):
        async def busy(scope, receive, send):
            late = scope["type"] == "http" and scope["path"] == "/clock" and not started.is_set()
            await (PlainTextResponse("busy", 503) if late else apps)(scope, receive, send)

        return busy

    async with opened_world(tmp_path, around=around) as world, contextlib.AsyncExitStack() as stack:
        process = await stack.enter_async_context(world.paylink("serve", PAYLINK_CLOCK_URL=world.clock_url))
        await until(lambda: process.log.exists() and "clock_awaited" in process.log.read_text())

        started.set()

        await until(lambda: "serving" in process.log.read_text())


async def test_check_names_missing_scopes(world):
    world.slack.scopes -= {"im:write", "users:read"}

    code, told = await world.run("check")

    assert code == 1
    assert "FAIL Slack: scopes missing: im:write, users:read." in told


async def test_check_names_another_programs_schema(unused):
    await unused.writes(*NEWER)

    code, told = await unused.run("check")

    assert code == 1
    assert "FAIL database: The database is at a newer schema: a newer Paylink has migrated it. Run that one." in told


# -- what the machine may lack


@pytest.mark.parametrize("lacking", [{"PYTHONTZPATH": ""}, {"TZ": "Nowhere/Land"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
async def test_the_bot_needs_neither_zones_nor_a_locale_of_the_machine(world, lacking):
    """A small container has none of them, and the default zone is Europe/Oslo."""
    world.start = from_a_shell

    code, told = await world.run("check", PAYLINK_TIMEZONE="Europe/Oslo", **lacking)

    assert code == 0, told


def test_a_connection_that_a_proxy_keeps_for_a_minute_is_not_closed_before_it():
    """Else a click that travels on it just then is answered 502 by the proxy, and lost."""
    kept_by_nginx = 60
    assert configured(None).timeout_keep_alive > kept_by_nginx
