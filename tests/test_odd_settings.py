"""No command ends in a traceback and none shows a secret, whatever the settings hold."""

import contextlib
import io
import os
import string
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.cli import app
from bot.journal import open_journal
from tests.starting import one_certificate

SECRET = "hushabye8Zq"
COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands]
NOWHERE = "http://127.0.0.1:1"
GOOD = {
    "SLACK_BOT_TOKEN": f"xoxb-{SECRET}",
    "SLACK_SIGNING_SECRET": SECRET,
    "SLACK_API_URL": f"{NOWHERE}/api/",
    "DINTERO_ACCOUNT_ID": "T12345678",
    "DINTERO_CLIENT_ID": "client",
    "DINTERO_CLIENT_SECRET": SECRET,
    "DINTERO_API_URL": f"{NOWHERE}/v1",
    "DINTERO_CHECKOUT_URL": f"{NOWHERE}/v1",
    "DINTERO_SIGNATURE_SECRET": SECRET,
    "PAYLINK_PUBLIC_URL": NOWHERE,
    "PAYLINK_SECRET_KEY": "JEMAhNZRMHuMgdpGjTEeErKgZrr_pR5tBQp8ry1_3n8=",
    "PAYLINK_DATABASE_URL": f"postgresql://anna:{SECRET}@127.0.0.1:1/paylink",
    "PAYLINK_SMTP_URL": f"smtp://anna:{SECRET}@127.0.0.1:1",
    "PAYLINK_MAIL_FROM": "Shop <pay@example.com>",
    "PAYLINK_MERCHANT_LOGO_URL": "https://shop.example.com/logo.svg",
    "PAYLINK_TERMS_URL": "https://shop.example.com/terms",
    "PAYLINK_CONTACT": "22 33 44 55",
    "PAYLINK_WEB_SDK": "/nowhere/sdk.js",
    "PAYLINK_PORT": "0",
    "PAYLINK_HOST": "127.0.0.1",
    "PAYLINK_CLOCK_URL": f"{NOWHERE}/clock",
    "PAYLINK_MONEY_USERS": "*",
    "PAYLINK_METHODS": "vipps",
    "PAYLINK_PROFILES": "default=Web shop",
    "PAYLINK_SHIPPING": "Collect in shop=0",
    "PAYLINK_CURRENCY": "NOK",
    "PAYLINK_COUNTRY": "NO",
    "PAYLINK_TIMEZONE": "Europe/Oslo",
    "PAYLINK_LOCALE": "nb_NO",
    "PAYLINK_LOG": "json",
    "PAYLINK_DUPLICATE_HOURS": "24",
    "HTTPS_PROXY": f"http://anna:{SECRET}@127.0.0.1:1",
    "HTTP_PROXY": "",
    "ALL_PROXY": "",
    "NO_PROXY": "localhost,[::1],10.0.0.0/8",
}
NEEDED = [name for name in GOOD if name not in {"PAYLINK_CLOCK_URL", "PAYLINK_WEB_SDK"}]
ADDRESSES = [
    "", "://", "http://", "https://", "http:///", "//x", "http://[", "http://[::1", "http://[::1]:x/",
    "https://:443", "http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://127.0.0.1:1:1/", "http://..",
    "https://a..b.invalid/", "http://127.0.0.1:1/ /", "https://no such.invalid/", "https://xn--.invalid",
    "https://*.invalid", "https://%.invalid", "javascript:alert(1)", "file:///etc/passwd", "ftp://127.0.0.1",
    "ws://127.0.0.1", "mailto:a@b.invalid", "HTTP://x.invalid", "socks5://127.0.0.1:1", "socks5h://127.0.0.1:1",
    "socks4://127.0.0.1:1", "127.0.0.1:1", "https://" + "a" * 300 + ".invalid", "https://" + "a." * 200 + "invalid",
    "sqlite://", "sqlite:///", "sqlite:////", "sqlite:///:memory:", "sqlite:///file:x?y",
    "sqlite:////proc/self/x/y.db", "sqlite:////" + "x" * 300 + "/y.db", "sqlite:////dev/null",
    "sqlite:////dev/null/x.db", "sqlite:////" + "d/" * 3000 + "x", "postgresql://", "postgres:///?host=/nowhere",
    "postgresql://127.0.0.1:1/x?sslmode=on", "postgresql://127.0.0.1:1/x?host=a&host=b", "postgresql+psycopg://x/y",
    "postgresql://127.0.0.1:1/x?sslkey=/etc/passwd", "smtp://", "smtps://:465", "smtp://[::1]:x",
    "smtp://%00@127.0.0.1", "smtp://127.0.0.1:1/x", f"smtp://a b:{SECRET}@x.invalid",
    f"smtp://anna:{SECRET}@@127.0.0.1:1", f"https://anna:{SECRET}@127.0.0.1:1", f"{SECRET}@127.0.0.1",
    f"http://127.0.0.1:{SECRET}/",
]  # fmt: skip
ODD = [
    SECRET, f"xoxb-{SECRET}", f"{SECRET}=1", f"x={SECRET}",
    " ", "\n", "\t\n", '"', "'", "''", '""', "\udcff", "\udc80\udcfe", "\x01", "\x1b[31m", "\x7f", "a\nb", "a\rb",
    "\u2028", "\ufeff", "\u200b", "\u202e", "æøå", "😀", "0", "-1", "1e9", "9" * 400, "x" * 30_000,
    "tcp://10.0.0.1:80", "None", "null", "{}", "[]", '["a"]', "*", ",", ",,", "=", "==", "a=b=c", "%", "%s%s%n",
    "{0}", "{{", "${HOME}", "../..", "/", "/dev/full", "/proc/self/mem", "../../etc/passwd", "Europe", "Europe/",
    "/etc/localtime", "posixrules", "NO_no", "nb-NO", "xx_XX", "C.UTF-8", "T00000000", "t12345678",
]  # fmt: skip
NAMES = [
    *GOOD,
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "PAYLINK_SERVICE_HOST",
    "PAYLINK_TYPO",
    "SLACK_PORT",
    "PGSSLMODE",
    "PGPORT",
]


@st.composite
def slips(draw, name):
    """The good value after one to three slips of the hand, outside of the secret."""
    parts = GOOD.get(name, "").partition(SECRET)
    parts = list(parts)
    for _ in range(draw(st.integers(1, 3))):
        which = draw(st.sampled_from([0, 2]))
        part = parts[which]
        at = draw(st.integers(0, len(part)))
        added = draw(st.text("@:/?#[]%& ='\"\\\n0aøÆ\u200b\udcff", max_size=2))
        parts[which] = part[:at] + added + part[at + draw(st.integers(0, 3)) :]
    return "".join(parts)


@st.composite
def environments(draw):
    changed = {"PAYLINK_DATABASE_URL": draw(st.sampled_from([GOOD["PAYLINK_DATABASE_URL"], "sqlite:///odd.db"]))}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)):
        any_text = st.text(string.printable + "æ\udcff", max_size=20)
        changed[name] = draw(
            st.one_of(st.none(), st.sampled_from(ADDRESSES), st.sampled_from(ODD), slips(name), any_text)
        )
    return changed


def said(command, changed, folder):
    """Everything that the command writes, and its exit code."""
    wanted = {name: GOOD[name] for name in NEEDED} | {"SSL_CERT_FILE": one_certificate()} | changed
    inherited = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    wanted = {name: value for name, value in wanted.items() if value is not None and "\0" not in value}
    out, code = io.StringIO(), 0
    with (
        patch.dict(os.environ, inherited | wanted, clear=True),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        try:
            app([command])
        except SystemExit as end:
            if isinstance(end.code, str):
                out.write(end.code)
            code = 1 if isinstance(end.code, str) else end.code or 0
    open_journal("text")
    return out.getvalue(), code


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("odd")


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_ends_in_a_traceback_and_none_shows_a_secret(command, folder, request):
    examples = 300 if request.config.getoption("--whole") else 40

    @given(environments())
    @example({"ALL_PROXY": "socks5://127.0.0.1:1", "HTTPS_PROXY": None})
    @example({"SSL_CERT_FILE": "/nowhere/ca.pem"})
    @example(
        {"PAYLINK_DATABASE_URL": f"postgresql://anna:{SECRET}@127.0.0.1:1/paylink?sslmode=require&connect_timeout=1"}
    )
    @settings(deadline=None, max_examples=examples)
    def holds(changed):
        written, code = said(command, changed, folder)
        assert code in {0, 1, 2}, written
        assert "Traceback" not in written
        assert "was not expected" not in written, written
        assert SECRET not in written
        assert "JEMAhNZRMHuMgdpGjTEeErKgZrr" not in written

    holds()
