"""Settings are read once and refused with the mend, all problems at once, never with a secret in the sentence."""

import os

import pytest
from cryptography.fernet import Fernet

from bot.configured import choices
from bot.domain.choices import NO_CHOICES, Choices, Profile, Shipping
from bot.settings import BadSettings, Settings, read_settings

SECRET = "hush-hush-hush"
GOOD = {
    "SLACK_BOT_TOKEN": f"xoxb-{SECRET}",
    "SLACK_SIGNING_SECRET": SECRET,
    "DINTERO_ACCOUNT_ID": "P12345678",
    "DINTERO_CLIENT_ID": "client",
    "DINTERO_CLIENT_SECRET": SECRET,
    "PAYLINK_PUBLIC_URL": "https://pay.example.com",
    "PAYLINK_SECRET_KEY": Fernet.generate_key().decode(),
}
LOCAL = {
    "PAYLINK_PUBLIC_URL": "http://127.0.0.1:8080",
    "DINTERO_CHECKOUT_URL": "http://127.0.0.1:9000/v1",
    "DINTERO_API_URL": "http://127.0.0.1:9000/v1",
}


@pytest.fixture
def read(monkeypatch):
    """Read settings from an environment of these alone; None takes one away."""
    for name in os.environ:
        if name.startswith(("PAYLINK_", "SLACK_", "DINTERO_")):
            monkeypatch.delenv(name)

    def reading(**changed):
        for name, value in (GOOD | changed).items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return read_settings()

    return reading


@pytest.fixture
def refused(read):
    """The sentence with which these settings are refused."""

    def reading(**changed):
        with pytest.raises(BadSettings) as problem:
            read(**changed)
        assert SECRET not in str(problem.value)
        return str(problem.value)

    return reading


@pytest.mark.parametrize("hours", ["-1", "721", "1.5", "a day"])
def test_the_look_back_for_doubles_is_at_most_a_month(refused, hours):
    assert "PAYLINK_DUPLICATE_HOURS: write a number of hours from 0 to 720." in refused(PAYLINK_DUPLICATE_HOURS=hours)


def test_the_look_back_for_doubles_can_be_turned_off(read):
    assert (read().paylink_duplicate_hours, read(PAYLINK_DUPLICATE_HOURS="0").paylink_duplicate_hours) == (24, 0)


def test_seven_settings_are_enough(read):
    settings = read()

    assert settings.dintero_checkout_url == "https://checkout.dintero.com/v1"
    assert settings.slack_api_url == "https://slack.com/api/"
    assert not settings.sandbox


@pytest.mark.parametrize("name", GOOD)
def test_each_of_them_is_needed(refused, name):
    assert f"{name}: missing. docs/setup.md says where" in refused(**{name: None})


@pytest.mark.parametrize("name", GOOD)
def test_an_empty_one_is_a_missing_one(refused, name):
    assert f"{name}: missing" in refused(**{name: ""})


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("blanks", ["  ", "\n", "\u00a0\t", "\ufeff"])
def test_blanks_are_no_value(refused, name, blanks):
    assert f"{name}: missing" in refused(**{name: blanks})


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("blanks", ["{} ", "{}\n", "\t{}\r\n", "\ufeff{}\u00a0"])
def test_every_setting_is_stripped_of_blanks(read, name, blanks):
    """A secret file ends with a line break, and a copied one often does."""
    assert read(**{name: blanks.format(GOOD[name])}) == read()


@pytest.mark.parametrize("name", [*GOOD, "PAYLINK_MERCHANT_NAME", "PAYLINK_PORT", "PAYLINK_DATABASE_URL"])
@pytest.mark.parametrize("quotes", ['"{}"', "'{}'", "“{}”", "`{}`", ' "{}"\n'])
def test_quotes_around_a_value_are_named(refused, name, quotes):
    """docker's --env-file and systemd's files keep them."""
    value = quotes.format(GOOD.get(name, "8080"))

    assert f"{name}: the quotes around it have become a part of the value; take them away." in refused(**{name: value})


def test_a_name_may_hold_quotes(read):
    assert read(PAYLINK_MERCHANT_NAME='"Fjord" & "Fjell" AS').paylink_merchant_name == '"Fjord" & "Fjell" AS'


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("hush\udcffhush", "it holds bytes that are not text"),
        (f"{SECRET}\n{SECRET}", "it holds a line break, a tab"),
        (f"{SECRET}\x07", "it holds a line break, a tab"),
        (f'"{SECRET}', "there is a quote at one end of it"),
        (f"{SECRET}’", "there is a quote at one end of it"),
        (f"{SECRET} {SECRET}", "it holds a blank or a letter"),
        (f"{SECRET}ø", "it holds a blank or a letter"),
    ],
)
@pytest.mark.parametrize("name", ["SLACK_SIGNING_SECRET", "DINTERO_CLIENT_SECRET", "DINTERO_CLIENT_ID"])
def test_what_no_secret_can_be_is_named(refused, name, value, why):
    assert f"{name}: {why}" in refused(**{name: value})


def test_a_line_that_was_mistyped_shows_its_name_only(refused):
    assert refused(**{f"SLACK_BOT_TOKN: {SECRET}": "x"}).startswith("SLACK_BOT_TOKN: no such setting")


KUBERNETES = {
    "PAYLINK_SERVICE_HOST": "10.96.0.17",
    "PAYLINK_SERVICE_PORT": "80",
    "PAYLINK_SERVICE_PORT_HTTP": "80",
    "PAYLINK_PORT": "tcp://10.96.0.17:80",
    "PAYLINK_PORT_80_TCP": "tcp://10.96.0.17:80",
    "PAYLINK_PORT_80_TCP_PROTO": "tcp",
    "PAYLINK_PORT_80_TCP_PORT": "80",
    "PAYLINK_PORT_80_TCP_ADDR": "10.96.0.17",
}
"""What Kubernetes sets in every pod for a Service named paylink."""


@pytest.mark.parametrize("service", ["PAYLINK", "PAYLINK_DB", "SLACK_RELAY", "DINTERO_SANDBOX", "PAYLINK_PORT"])
def test_what_kubernetes_injects_for_a_service_is_passed_over(read, service):
    injected = {name.replace("PAYLINK", service, 1): value for name, value in KUBERNETES.items()}

    assert read(**injected).paylink_port == 8080


def test_a_port_of_ones_own_beside_a_service_is_the_one_that_counts(read):
    assert read(**(KUBERNETES | {"PAYLINK_PORT": "9000"})).paylink_port == 9000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PAYLINK_HTTP_PORT", "8080"),
        ("PAYLINK_SERVICE_HOST_NAME", "pay.example.com"),
        ("PAYLINK_DB_SERVICE_PORT", "5432"),
        ("SLACK_PORT_80_TCP_ADDR", "10.0.0.1"),
    ],
)
def test_what_only_looks_like_a_services_is_refused(refused, name, value):
    assert f"{name}: no such setting" in refused(**{name: value})


@pytest.mark.parametrize("name", ["PAYLINK_PUBLC_URL", "SLACK_TOKEN", "DINTERO_SECRET"])
def test_a_misspelt_setting_is_named(refused, name):
    assert f"{name}: no such setting" in refused(**{name: "x"})


def test_other_programs_settings_are_their_own_business(read):
    assert read(PATH_TO_PAYLINK="x")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (SECRET, "key 1 is not a key ("),
        ("æøå" * 20, "key 1 is not a key (not URL-safe base64)"),
        (f"{GOOD['PAYLINK_SECRET_KEY']},{SECRET}", "key 2 is not a key ("),
    ],
    ids=["one", "not ASCII", "the second"],
)
def test_what_is_no_key_is_refused_with_the_mend_and_not_shown(refused, value, why):
    told = refused(PAYLINK_SECRET_KEY=value)

    assert told.startswith(f"PAYLINK_SECRET_KEY: {why}")
    assert told.endswith("Make one with: paylink new-key.")
    assert value not in told


def test_all_problems_are_told_at_once(refused):
    told = refused(SLACK_BOT_TOKEN="xoxp-user", PAYLINK_CURRENCY="KRONER", PAYLINK_TYPO="x", PAYLINK_SECRET_KEY="abc")

    assert [line.partition(":")[0] for line in told.splitlines()] == [
        "PAYLINK_TYPO",
        "SLACK_BOT_TOKEN",
        "PAYLINK_SECRET_KEY",
        "PAYLINK_CURRENCY",
    ]


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1", "xoxb-"),
        ("SLACK_API_URL", "https://slack.com/api", "must end with /api/"),
        ("DINTERO_ACCOUNT_ID", "12345678", "T12345678"),
        ("DINTERO_ACCOUNT_ID", "P1234567", "T12345678"),
        ("DINTERO_ACCOUNT_ID", "P12345678x", "T12345678"),
        ("PAYLINK_PUBLIC_URL", "pay.example.com", "https://pay.example.com"),
        ("PAYLINK_PUBLIC_URL", "https://pay.example.com/?a=1", "without a password, ? or #"),
        ("PAYLINK_PUBLIC_URL", "https://pay.example.com:abc", "https://pay.example.com"),
        ("PAYLINK_PUBLIC_URL", "https://pay.example.com:0", "https://pay.example.com"),
        ("PAYLINK_PUBLIC_URL", "https://[::1", "https://pay.example.com"),
        ("PAYLINK_PUBLIC_URL", f"https://user:{SECRET}@pay.example.com", "without a password"),
        ("SLACK_API_URL", "https://slack.com:abc/api/", "write a whole address"),
        ("DINTERO_API_URL", "https://[::1/v1", "write a whole address"),
        ("PAYLINK_PUBLIC_URL", "ftp://pay.example.com", "https://pay.example.com"),
        ("PAYLINK_CURRENCY", "KR", "ISO 4217"),
        ("PAYLINK_CURRENCY", "XAU", "that has decimals"),
        ("PAYLINK_TIMEZONE", "Oslo", "Europe/Oslo"),
        ("PAYLINK_LOCALE", "norsk", "nb_NO"),
        ("PAYLINK_MONEY_USERS", "kari, ola", "U012ABCDE"),
        ("PAYLINK_PORT", "99999", "write a number from 0 to 65535"),
        ("PAYLINK_PORT", "-1", "write a number from 0 to 65535"),
        ("PAYLINK_PORT", "http", "write a number from 0 to 65535"),
        ("PAYLINK_COUNTRY", "Norway", "write two capital letters such as NO, SE or DK"),
        ("PAYLINK_COUNTRY", "ZZ", "write two capital letters such as NO, SE or DK"),
        ("PAYLINK_LOG", "xml", "'text' or 'json'"),
    ],
)
def test_a_wrong_value_is_refused_with_the_mend(refused, name, value, mend):
    told = refused(**{name: value})

    assert told.startswith(f"{name}: ")
    assert mend in told


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("PAYLINK_PUBLIC_URL", ""),
        ("PAYLINK_RETURN_URL", ""),
        ("SLACK_API_URL", "/api/"),
        ("DINTERO_API_URL", "/v1"),
        ("DINTERO_CHECKOUT_URL", "/v1"),
    ],
)
def test_what_leaves_this_computer_goes_over_https_only(refused, name, path):
    told = refused(**{name: f"http://pay.example.com{path}"})

    assert told.startswith(f"{name}: ")
    assert "https only" in told


@pytest.mark.parametrize("name", ["DINTERO_API_URL", "DINTERO_CHECKOUT_URL"])
def test_half_of_dintero_on_this_computer_is_a_contradiction(refused, name):
    assert "set both or neither" in refused(**{name: LOCAL[name]})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_real_dintero_cannot_reach_this_computer(refused, host, scheme):
    assert "PAYLINK_PUBLIC_URL" in refused(PAYLINK_PUBLIC_URL=f"{scheme}://{host}:8080")


def test_a_sandbox_on_this_computer_may_call_back_over_http(read):
    assert read(**LOCAL).paylink_public_url == "http://127.0.0.1:8080"


SANDBOX = LOCAL | {"DINTERO_ACCOUNT_ID": "T12345678", "PAYLINK_CLOCK_URL": "http://127.0.0.1:9000/clock"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/clock", "https://localhost/clock", "http://[::1]:9000"])
def test_a_sandbox_on_this_computer_may_tell_the_time(read, url):
    assert read(**(SANDBOX | {"PAYLINK_CLOCK_URL": url})).paylink_clock_url == url


@pytest.mark.parametrize(
    "changed",
    [
        {"DINTERO_ACCOUNT_ID": "P12345678"},
        {
            "DINTERO_API_URL": "https://api.dintero.com/v1",
            "DINTERO_CHECKOUT_URL": "https://checkout.dintero.com/v1",
            "PAYLINK_PUBLIC_URL": "https://pay.example.com",
        },
    ],
)
def test_nobody_but_a_sandbox_moves_the_deadlines_of_real_links(refused, changed):
    told = refused(**(SANDBOX | changed))

    assert told == (
        "PAYLINK_CLOCK_URL: only a sandbox on this computer may tell the time. Remove it, or set DINTERO_ACCOUNT_ID to "
        "a T account and DINTERO_API_URL and DINTERO_CHECKOUT_URL to this computer."
    )


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("https://clock.example.com/clock", "on this computer, such as http://127.0.0.1:9000/clock"),
        ("http://0.0.0.0:9000/clock", "on this computer"),
        ("127.0.0.1:9000/clock", "such as http://127.0.0.1:9000/clock"),
        ("ftp://127.0.0.1/clock", "such as http://127.0.0.1:9000/clock"),
        ("http://127.0.0.1:9000/clock?a=1", "without ? or #"),
        (f"http://user:{SECRET}@127.0.0.1:9000/clock", "without a password"),
        ("http://127.0.0.1:abc/clock", "write a whole address"),
        ("noon", "on this computer"),
    ],
)
def test_a_clock_that_is_not_on_this_computer_is_refused_with_the_mend(refused, url, mend):
    told = refused(**(SANDBOX | {"PAYLINK_CLOCK_URL": url}))

    assert told.startswith("PAYLINK_CLOCK_URL: ")
    assert mend in told


def test_addresses_lose_their_last_slash(read):
    assert (
        read(PAYLINK_PUBLIC_URL="https://pay.example.com/links/").paylink_public_url == "https://pay.example.com/links"
    )


def test_money_users_are_ids_or_everybody(read):
    assert read(PAYLINK_MONEY_USERS="U1, W2,").paylink_money_users == {"U1", "W2"}
    assert read(PAYLINK_MONEY_USERS="*").paylink_money_users == {"*"}
    assert read(PAYLINK_MONEY_USERS="").paylink_money_users == frozenset()


def test_secrets_are_never_printed(read):
    settings = read(DINTERO_SIGNATURE_SECRET=SECRET, DINTERO_WEBHOOK_SECRET=SECRET)

    shown = f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"

    assert SECRET not in shown
    assert GOOD["PAYLINK_SECRET_KEY"] not in shown


def test_settings_do_not_change(read):
    with pytest.raises(ValueError, match="frozen"):
        read().paylink_port = 1


def test_every_setting_is_documented_by_its_name():
    """A rename that forgets the prefix would be read from the wrong place."""
    assert all(name.startswith(("paylink_", "slack_", "dintero_")) for name in Settings.model_fields)


def test_customers_may_see_who_asks_and_whom_to_call(read):
    settings = read(
        PAYLINK_MERCHANT_NAME="  Fjord  &  Fjell ",
        PAYLINK_MERCHANT_LOGO_URL="https://shop.example.com/logo.svg",
        PAYLINK_MERCHANT_COLOUR="#0A7a3c",
        PAYLINK_CONTACT="22 33 44 55",
    )

    assert settings.paylink_merchant_name == "Fjord & Fjell"
    assert settings.paylink_merchant_logo_url == "https://shop.example.com/logo.svg"
    assert settings.paylink_merchant_colour == "#0A7a3c"
    assert settings.paylink_contact == "22 33 44 55"


def test_a_logo_may_come_from_this_computer(read):
    url = "http://127.0.0.1:9000/logo.png"

    assert read(PAYLINK_MERCHANT_LOGO_URL=url).paylink_merchant_logo_url == url


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("PAYLINK_MERCHANT_NAME", "x" * 61, "60 characters"),
        ("PAYLINK_MERCHANT_COLOUR", "green", "#0a7a3c"),
        ("PAYLINK_MERCHANT_COLOUR", "#0a7", "#0a7a3c"),
        ("PAYLINK_MERCHANT_COLOUR", "#0a7a3c;}", "#0a7a3c"),
        ("PAYLINK_MERCHANT_LOGO_URL", "logo.svg", "https://shop.example.com/logo.svg"),
        ("PAYLINK_MERCHANT_LOGO_URL", "https://shop.example.com; script-src */logo.svg", "whole address of a picture"),
        ("PAYLINK_MERCHANT_LOGO_URL", "http://shop.example.com/logo.svg", "https only"),
        ("PAYLINK_CONTACT", "ask Kari", "+47 22 33 44 55"),
        ("PAYLINK_CONTACT", "help@shop", "kari@example.com"),
    ],
)
def test_what_customers_would_not_understand_is_refused_with_the_mend(refused, name, value, mend):
    told = refused(**{name: value})

    assert told.startswith(f"{name}: ")
    assert mend in told


def test_the_checkout_may_stand_in_our_own_page(read, tmp_path):
    sdk = tmp_path / "dintero-checkout-web-sdk.umd.min.js"
    sdk.write_text("globalThis.dintero = {}")

    assert read(PAYLINK_WEB_SDK=str(sdk)).paylink_web_sdk == sdk


@pytest.mark.parametrize(
    ("content", "mend"),
    [
        (None, "write the path of dintero-checkout-web-sdk.umd.min.js"),
        (b"", "is empty"),
        (b"x" * 1_000_001, "megabyte"),
    ],
    ids=["missing", "empty", "another file"],
)
def test_a_file_that_cannot_be_the_sdk_is_refused_at_start(refused, tmp_path, content, mend):
    sdk = tmp_path / "sdk.js"
    if content is not None:
        sdk.write_bytes(content)

    said = refused(PAYLINK_WEB_SDK=str(sdk))

    assert "PAYLINK_WEB_SDK: " in said
    assert mend in said


def test_what_a_form_may_offer_is_read_from_the_settings(read):
    offered = choices(
        read(
            PAYLINK_METHODS="vipps, dintero_psp.creditcard",
            PAYLINK_PROFILES="P12345678.abc=Workshop, default=Web shop",
            PAYLINK_SHIPPING="Home delivery=99,50, Collect in shop=0",
            PAYLINK_TERMS_URL="https://shop.example.com/terms",
            PAYLINK_CURRENCY="EUR",
            PAYLINK_COUNTRY="FI",
        )
    )

    assert offered == Choices(
        methods=("vipps", "card"),
        profiles=(Profile("default", "Web shop"), Profile("P12345678.abc", "Workshop")),
        shipping=(Shipping("Home delivery", 9950, "EUR", 2550), Shipping("Collect in shop", 0, "EUR", 2550)),
        terms="https://shop.example.com/terms",
    )


def test_nothing_is_offered_that_nobody_has_set(read):
    assert choices(read()) == NO_CHOICES


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("PAYLINK_METHODS", "visa", "number 1 is no such method. Dintero knows bambora.creditcard"),
        ("PAYLINK_METHODS", "vipps, payex.vipps", "both Vipps"),
        ("PAYLINK_PROFILES", "default", "write default=Web shop"),
        (
            "PAYLINK_PROFILES",
            "P1.a=Workshop",
            "the profile of DINTERO_PROFILE_ID is preset and is not among them",
        ),
        ("PAYLINK_SHIPPING", "Home delivery", "write Home delivery=99"),
        ("PAYLINK_SHIPPING", "Home delivery=99 SEK", "This link is in NOK"),
        ("PAYLINK_TERMS_URL", "http://shop.example.com/terms", "https://shop.example.com/terms"),
    ],
)
def test_what_a_form_could_not_offer_is_refused_with_the_mend(refused, name, value, mend):
    told = refused(**{name: value})

    assert told.startswith(f"{name}: ")
    assert mend in told


MAIL = {"PAYLINK_SMTP_URL": f"smtp://pay:{SECRET}@mail.example.com", "PAYLINK_MAIL_FROM": "Shop <pay@example.com>"}


@pytest.mark.parametrize("missing", MAIL)
def test_a_mail_server_and_a_sender_are_set_together_or_not_at_all(refused, read, missing):
    assert read(**MAIL).paylink_mail_from == MAIL["PAYLINK_MAIL_FROM"]
    assert "PAYLINK_SMTP_URL, PAYLINK_MAIL_FROM: one is set and one is not" in refused(**(MAIL | {missing: ""}))


@pytest.mark.parametrize(
    "url",
    [
        f"https://mail.example.com/{SECRET}",
        f"mail.example.com:{SECRET}",
        f"smtp://:{SECRET}@",
        f"smtp://{SECRET}@mail.example.com:many",
        f"smtp://mail.example.com/{SECRET}",
        f"smtp://mail.example.com?{SECRET}",
    ],
)
def test_an_address_that_is_no_mail_server_s_is_refused_without_its_password(refused, url):
    said = refused(**(MAIL | {"PAYLINK_SMTP_URL": url}))

    assert "PAYLINK_SMTP_URL: write smtp://user:password@mail.example.com:587" in said


@pytest.mark.parametrize("sender", ["shop", "Shop <shop>", "ø@example.com"])
def test_a_sender_that_no_mail_can_come_from_is_refused(refused, sender):
    assert "PAYLINK_MAIL_FROM: write an address such as pay@example.com" in refused(
        **(MAIL | {"PAYLINK_MAIL_FROM": sender})
    )
