"""The way out is the same for Slack, Dintero and the mail server: proxies, and whose certificates are trusted."""

import asyncio
import contextlib
import os

import pytest

from bot.diagnostics import check
from bot.outbound import authorities, proxy_for
from bot.settings import Settings
from tests.certificates import certificate, serving_with
from tests.process import opened_world

SECRET = "hushabye8Zq"
SLACK, DINTERO = "slack.test.invalid", "dintero.test.invalid"
PROXY = "http://proxy.example.com:3128"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "url", "proxy"),
    [
        ({}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": PROXY}, "https://slack.com/api/", PROXY),
        ({"https_proxy": "proxy.example.com:3128"}, "https://slack.com/api/", PROXY),
        ({"HTTP_PROXY": PROXY}, "https://slack.com/api/", None),
        ({"ALL_PROXY": PROXY}, "https://slack.com/api/", PROXY),
        ({"ALL_PROXY": "socks5://127.0.0.1:1080", "HTTPS_PROXY": PROXY}, "https://slack.com/api/", PROXY),
        ({"ALL_PROXY": "socks5://127.0.0.1:1080", "NO_PROXY": "slack.com"}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "localhost,[::1],.slack.com"}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "localhost,[::1],10.0.0.0/8"}, "https://slack.com/api/", PROXY),
        ({"HTTPS_PROXY": PROXY, "no_proxy": "*"}, "https://slack.com/api/", None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "ack.com"}, "https://slack.com/api/", PROXY),
        ({"HTTP_PROXY": PROXY, "HTTPS_PROXY": PROXY}, "http://127.0.0.1:9000/v1", None),
        ({"HTTP_PROXY": PROXY}, "http://[::1]:9000/v1", None),
    ],
)
def test_the_proxy_is_the_one_that_the_environment_names(environment, variables, url, proxy):
    for name, value in variables.items():
        environment.setenv(name, value)

    assert proxy_for(url) == proxy


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1080", "ALL_PROXY: only http:// proxies can be used"),
        ("all_proxy", "socks5h://127.0.0.1:1080", "all_proxy: only http:// proxies can be used"),
        ("HTTPS_PROXY", f"https://anna:{SECRET}@proxy.example.com", "HTTPS_PROXY: only http:// proxies can be used"),
        ("HTTPS_PROXY", f"http://anna:{SECRET}@proxy.example.com:x", "HTTPS_PROXY: it cannot be read"),
        ("HTTPS_PROXY", f"http://anna:{SECRET}@[::1", "HTTPS_PROXY: it cannot be read"),
        ("HTTPS_PROXY", f"http://anna {SECRET}@proxy", "HTTPS_PROXY: it cannot be read"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_and_its_secret_is_not(environment, name, value, words):
    environment.setenv(name, value)

    with pytest.raises(ValueError, match=name) as problem:
        proxy_for("https://slack.com/api/")

    assert words in str(problem.value)
    assert SECRET not in str(problem.value)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("value", ["/no/such/place", __file__])
def test_authorities_that_cannot_be_read_are_named(environment, name, value):
    environment.setenv(name, value)

    with pytest.raises(ValueError, match=rf"^{name}: .* Correct it, or unset it\.$"):
        authorities()


# -- through a proxy, for real


class Proxy:
    """An HTTP proxy that leads every host to the sandbox: behind it stands a TLS server for all names."""

    def __init__(self, behind, context):
        self.behind, self.context, self.asked, self.refuses = behind, context, [], ""

    async def talk(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head.split()[1])
            if self.refuses:
                writer.write(f"HTTP/1.1 {self.refuses}\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
                return writer.close()
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await writer.drain()
            await writer.start_tls(self.context)
            port = int(self.behind.rpartition(":")[2])
            on, back = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(passed(reader, back), passed(on, writer))
        return None


async def passed(reader, writer):
    with contextlib.suppress(ConnectionError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    writer.close()


@pytest.fixture
async def far(tmp_path, environment):
    """Slack and Dintero under names that only the proxy knows."""
    async with opened_world(tmp_path) as world:
        behind = world.slack.base_url.removesuffix("/slack")
        trusted = certificate(tmp_path, SLACK, DINTERO)
        proxy = Proxy(behind, serving_with(trusted))
        async with await asyncio.start_server(proxy.talk, "127.0.0.1", 0) as server:
            environment.setenv("HTTPS_PROXY", f"http://anna:{SECRET}@127.0.0.1:{server.sockets[0].getsockname()[1]}")
            environment.setenv("SSL_CERT_FILE", str(trusted))
            world.settings |= {
                "SLACK_API_URL": f"https://{SLACK}/slack/api/",
                "DINTERO_API_URL": f"https://{DINTERO}/dintero/v1",
                "DINTERO_CHECKOUT_URL": f"https://{DINTERO}/dintero/v1",
                "PAYLINK_PUBLIC_URL": "https://pay.test.invalid",
            }
            world.dintero.base_url = f"https://{DINTERO}/dintero"
            world.proxy = proxy
            yield world


async def found(world):
    settings = Settings(**{name.lower(): value for name, value in world.settings.items()})
    return {one.about: one for one in await check(settings)}


async def test_slack_and_dintero_are_reached_through_the_same_proxy(far):
    said = await found(far)

    assert said["Slack"].well, said
    assert said["Dintero"].well, said
    assert {f"{SLACK}:443", f"{DINTERO}:443"} <= set(far.proxy.asked)


@pytest.mark.parametrize(("host", "alone"), [(SLACK, "Slack"), (DINTERO, "Dintero")])
async def test_no_proxy_counts_for_both(far, environment, host, alone):
    environment.setenv("NO_PROXY", f"localhost,[::1],{host}")

    said = await found(far)

    assert not said[alone].well
    assert "its host name is not known (DNS)" in said[alone].words
    assert "proxy" not in said[alone].words
    assert said["Slack" if alone == "Dintero" else "Dintero"].well
    assert f"{host}:443" not in far.proxy.asked


@pytest.mark.parametrize("name", ["Slack", "Dintero"])
async def test_a_proxy_that_refuses_is_told_apart_from_what_is_behind_it(far, name):
    far.proxy.refuses = "407 Proxy Authentication Required"

    words = (await found(far))[name].words

    assert "(through the proxy that the environment names): the proxy refuses to connect there" in words
    assert SECRET not in words


@pytest.mark.parametrize("name", ["Slack", "Dintero"])
async def test_authorities_are_the_same_for_both(far, environment, name):
    environment.delenv("SSL_CERT_FILE")

    assert "its certificate is not trusted here" in (await found(far))[name].words


@pytest.mark.parametrize("name", ["Slack", "Dintero"])
@pytest.mark.parametrize(
    ("variable", "value"), [("SSL_CERT_FILE", "/no/such/ca.pem"), ("HTTPS_PROXY", "socks5://127.0.0.1:1")]
)
async def test_what_cannot_be_used_is_a_finding_of_both(far, environment, name, variable, value):
    environment.setenv(variable, value)

    finding = (await found(far))[name]

    assert finding.well is False
    assert finding.words.startswith(f"{variable}: ")
