"""What cannot be reached is told apart: DNS, TLS, a refused connection, a missing address, another server."""

import asyncio
import json

import pytest

from bot.diagnostics import check
from bot.settings import Settings
from sandbox.dintero.faults import Fault
from sandbox.mail import Mailbox
from sandbox.slack.faults import Fault as SlackFault
from tests.certificates import certificate, serving_with
from tests.process import opened_world
from tests.serving import serving

LOCAL = "https://127.0.0.1"


@pytest.fixture
async def world(tmp_path):
    async with opened_world(tmp_path) as made:
        yield made


@pytest.fixture
async def words(world):
    """What is said of one connection with these settings, None where it is well."""

    async def said(about, **changed):
        settings = Settings(**{name.lower(): value for name, value in (world.settings | changed).items()})
        finding = next(one for one in await check(settings) if one.about == about)
        return finding.words if not finding.well else None

    return said


async def hangs_up(_reader, writer):
    writer.close()


async def slack_and_dintero(words, base):
    """What is said of both where they stand at `base`."""
    return (
        await words("Slack", SLACK_API_URL=f"{base}/slack/api/"),
        await words("Dintero", DINTERO_API_URL=f"{base}/dintero/v1"),
        await words("Dintero", DINTERO_CHECKOUT_URL=f"{base}/dintero/v1"),
    )


@pytest.mark.parametrize("base", ["http://localhost:1", "http://127.0.0.1:1"])
async def test_a_refused_connection(words, base):
    why = "the connection is refused: nothing listens on that port"
    slack, api, checkout = await slack_and_dintero(words, base)

    assert slack == f"Slack does not answer at {base}/slack/api/: {why}. Check the network and SLACK_API_URL."
    assert api == f"Dintero does not answer at {base}/dintero/v1: {why}. Check the network and DINTERO_API_URL."
    assert checkout.endswith(f"at {base}/dintero/v1: {why}. Check the network and DINTERO_CHECKOUT_URL.")


async def test_a_name_that_nobody_knows(words):
    far = "https://no-such-host.invalid"
    dintero = {"DINTERO_API_URL": f"{far}/v1", "DINTERO_CHECKOUT_URL": f"{far}/v1"}

    assert "its host name is not known (DNS)" in await words("Slack", SLACK_API_URL=f"{far}/api/")
    public = "https://pay.test.invalid"
    assert "its host name is not known (DNS)" in await words("Dintero", PAYLINK_PUBLIC_URL=public, **dintero)
    assert "its host name is not known (DNS)" in await words("PAYLINK_PUBLIC_URL", PAYLINK_PUBLIC_URL=public, **dintero)


@pytest.mark.parametrize(
    ("names", "days", "trusted", "why"),
    [
        (("127.0.0.1",), (-1, 1), False, "its certificate is not trusted here: it is self-signed"),
        (("127.0.0.1",), (-9, -1), True, "its certificate has expired (or this computer's clock is wrong)"),
        (("127.0.0.1",), (1, 9), True, "its certificate is not valid yet (or this computer's clock is wrong)"),
        (("pay.example.com",), (-1, 1), True, "its certificate is for another host name"),
    ],
    ids=["unknown authority", "expired", "not yet", "another name"],
)
async def test_each_kind_of_certificate_is_named(words, tmp_path, monkeypatch, names, days, trusted, why):
    file = certificate(tmp_path, *names, days=days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with await asyncio.start_server(hangs_up, "127.0.0.1", 0, ssl=serving_with(file)) as server:
        port = server.sockets[0].getsockname()[1]
        told = [
            *await slack_and_dintero(words, f"{LOCAL}:{port}"),
            await words("PAYLINK_PUBLIC_URL", PAYLINK_PUBLIC_URL=f"{LOCAL}:{port}"),
            await words(
                "PAYLINK_SMTP_URL", PAYLINK_SMTP_URL=f"smtps://127.0.0.1:{port}", PAYLINK_MAIL_FROM="pay@example.com"
            ),
        ]

    assert [why in each for each in told] == [True] * 5, told


async def test_a_port_that_speaks_no_tls(words):
    async def speaks_plainly(_reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(speaks_plainly, "127.0.0.1", 0) as server:
        told = await slack_and_dintero(words, f"{LOCAL}:{server.sockets[0].getsockname()[1]}")

    assert ["what answers on that port does not speak TLS" in each for each in told] == [True] * 3, told


async def test_a_connection_that_is_closed(words):
    async with await asyncio.start_server(hangs_up, "127.0.0.1", 0) as server:
        told = await slack_and_dintero(words, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    assert ["the connection was closed before an answer came" in each for each in told] == [True] * 3, told


async def test_an_app_that_is_installed_for_a_whole_organisation(world, words):
    """`auth.test` then says the organisation in place of a workspace (Slack reference §14)."""
    world.slack.ways.enterprise_id = "E1"

    told = await words("Slack")

    assert told.startswith("the app is installed for a whole organisation")
    assert "Install the app in the workspace itself" in told


@pytest.mark.parametrize("code", [200, 401, 403, 404])
async def test_another_server_answers_with_a_page(world, words, code):
    world.slack.faults.add("auth.test", SlackFault.page(code))
    told = await words("Slack")
    assert told.startswith(f"what answers at {world.slack.base_url}/api/ is not Slack's API (HTTP {code}). ")
    assert told.endswith("Check SLACK_API_URL, and whether a proxy or a login page answers in its place.")

    for kind, setting in (("token", "DINTERO_API_URL"), ("list", "DINTERO_CHECKOUT_URL")):
        world.dintero.faults.add(kind, Fault.page_instead(code), times=3)
        told = await words("Dintero")
        assert told.startswith(f"what answers at {world.dintero.base_url}/v1 is not Dintero's API ("), told
        assert told.endswith(f"Check {setting}, and whether a proxy or a login page answers in its place.")
        world.dintero.faults.queue.clear()


async def test_another_server_answers_slack_with_a_word(world, words):
    """The SDK asks the answer for its `ok`, whatever it is."""
    world.slack.faults.add("auth.test", SlackFault.status(200))

    assert "is not Slack's API" in await words("Slack")


async def test_another_server_has_no_such_address(words):
    async def nothing(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"<html>not here"})

    async with serving(nothing) as url:
        slack, api, checkout = await slack_and_dintero(words, url)
        public = await words("PAYLINK_PUBLIC_URL", PAYLINK_PUBLIC_URL=url)

    assert "is not Slack's API (HTTP 404)" in slack
    assert "is not Dintero's API (" in api
    assert "is not Dintero's API (404)" in checkout
    assert "what answers there is not Paylink" in public


async def test_a_service_that_is_out_of_order_is_not_taken_for_another(world, words):
    world.slack.faults.add("auth.test", SlackFault.status(503))
    assert "Slack is out of order" in await words("Slack")

    world.dintero.faults.add("token", Fault.page_instead(502), times=3)
    assert "Dintero is out of order" in await words("Dintero")


async def test_a_mail_server_that_is_not_there(words):
    told = await words("PAYLINK_SMTP_URL", PAYLINK_SMTP_URL="smtp://127.0.0.1:1", PAYLINK_MAIL_FROM="pay@example.com")

    assert told.startswith("the mail server takes no mail: the connection is refused: nothing listens on that port.")


async def test_a_mail_server_that_speaks_no_tls(words):
    async with Mailbox().open() as url:
        mail = {"PAYLINK_SMTP_URL": url.replace("smtp:", "smtps:"), "PAYLINK_MAIL_FROM": "pay@example.com"}
        told = await words("PAYLINK_SMTP_URL", **mail)

    assert "what answers on that port does not speak TLS" in told


async def test_check_speaks_to_machines_too(world):
    code, told = await world.run("check --json", DINTERO_CLIENT_SECRET="wrong")

    said = json.loads(told)
    assert code == 1
    assert said["ok"] is False
    results = {one["name"]: one["result"] for one in said["checks"]}
    assert (results["database"], results["Slack"], results["Dintero"]) == ("ok", "ok", "failed")
    assert results["PAYLINK_PUBLIC_URL"] == "unknown"
    assert all(one["message"] for one in said["checks"])


async def test_settings_that_are_wrong_are_json_too(world):
    code, told = await world.run("check --json", SLACK_BOT_TOKEN=None, PAYLINK_TYPO="x")

    assert code == 2
    assert [(one["name"], one["result"]) for one in json.loads(told)["checks"]] == [
        ("PAYLINK_TYPO", "failed"),
        ("SLACK_BOT_TOKEN", "failed"),
    ]
