import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from bot.dintero import requests
from bot.domain.operations import Kind
from bot.domain.orders import SHIPPING_LINE, Delivery, Line
from tests.dintero.builders import config, line, link, operation, order

SCHEMAS = Path(__file__).parents[1] / "schemas" / "dintero"


def strictly(name, body):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(json.loads(json.dumps(body)))
    return body


def create(**changes):
    body = requests.create_body(order(**changes), link(), config(), token="tok")
    return strictly("session-create.request.strict", body)


def test_a_link_by_sms_is_asked_for_as_the_reference_shows_it():
    """Dintero reference §4.1."""
    callback = "https://pay.example/shop/dintero/callback/tok?method=POST&report_error=true"

    assert create() == {
        "profile_id": "default",
        "url": {
            "return_url": "https://pay.example/shop/thanks/tok",
            "callback_url": f"{callback}&report_event=CAPTURE&report_event=REFUND&report_event=VOID",
        },
        "customer": {"phone_number": "+4791234567"},
        "order": {
            "amount": 29990,
            "currency": "NOK",
            "merchant_reference": "4711",
            "vat_amount": 5303,
            "items": [
                {
                    "id": "1",
                    "line_id": "1",
                    "description": "Shoes",
                    "quantity": 1,
                    "amount": 20000,
                    "vat_amount": 4000,
                    "vat": 25,
                },
                {
                    "id": "2",
                    "line_id": "2",
                    "description": "Shoes",
                    "quantity": 1,
                    "amount": 9990,
                    "vat_amount": 1303,
                    "vat": 15,
                },
            ],
        },
        "expires_at": "2026-11-21T12:00:00Z",
        "configuration": {"auto_capture": False, "publish": [{"type": "checkout-link", "channel": "sms"}]},
    }


def test_a_link_to_hand_over_is_not_published_and_needs_no_customer():
    """An empty phone is an API error: the key is left out (Dintero reference §4.4)."""
    body = create(delivery=Delivery.LINK, phone=None)

    assert "customer" not in body
    assert "publish" not in body["configuration"]


LISTED = {"card": ("dintero_psp.creditcard",), "vipps": ("vipps",), "swish": ("swish.swish",)}


def test_a_choice_of_methods_says_of_every_listed_one_whether_it_is_on():
    """How deep an override merges is not known (Dintero reference §4.5)."""
    body = requests.create_body(order(methods=("vipps",)), link(), config(methods=LISTED), token="tok")

    assert strictly("session-create.request.strict", body)["configuration"] == {
        "auto_capture": False,
        "dintero_psp": {"creditcard": {"enabled": False}},
        "vipps": {"enabled": True},
        "swish": {"swish": {"enabled": False}},
        "publish": [{"type": "checkout-link", "channel": "sms"}],
    }


def test_without_a_choice_no_method_is_named_and_the_profile_decides():
    body = requests.create_body(order(), link(), config(methods=LISTED), token="tok")

    assert body["configuration"].keys() == {"auto_capture", "publish"}


@pytest.mark.parametrize("delivery", [each for each in Delivery if each is not Delivery.SMS])
def test_dintero_is_asked_for_a_message_only_where_it_is_to_send_one(delivery):
    """What a profile sends by itself is not asked for a second time (Dintero reference §4.5)."""
    body = requests.create_body(order(delivery=delivery), link(), config(), token="tok")

    assert "publish" not in body["configuration"]


def test_an_app_link_is_hosted_and_nothing_is_published():
    """The schema is older than the word (Dintero reference §4.5)."""
    told = order(delivery=Delivery.APP, methods=("vipps",), phone=None)
    body = requests.create_body(told, link(), config(methods=LISTED), token="tok")

    assert body["configuration"].pop("channel") == "hosted"
    strictly("session-create.request.strict", body)


def test_an_order_names_its_own_profile_and_terms():
    body = create(profile="P1.workshop", terms="https://shop.example.com/terms")

    assert body["profile_id"] == "P1.workshop"
    assert body["url"]["merchant_terms_url"] == "https://shop.example.com/terms"


def test_an_address_costs_an_order_line_and_its_only_option_nothing():
    """Then the lines add up to the amount whatever happens on the page (Dintero reference §4.7)."""
    body = create(lines=(line(), line(SHIPPING_LINE, 9900, text="Home delivery")), address="Home delivery")

    *_, paid = body["order"]["items"]
    [option] = body["express"]["shipping_options"]
    assert (paid["type"], paid["amount"], paid["description"]) == ("shipping", 9900, "Home delivery")
    assert (option["title"], option["amount"]) == ("Home delivery", 0)
    assert option["line_id"] not in {item["line_id"] for item in body["order"]["items"]}
    assert body["order"]["amount"] == 29900


def test_the_customers_name_stays_here():
    assert "Nordmann" not in json.dumps(create(name="Kari Nordmann"))


def test_automatic_capture_is_the_links_own_choice():
    body = requests.create_body(order(), link(auto_capture=True), config(), token="tok")

    assert body["configuration"]["auto_capture"] is True


def test_the_deadline_is_utc_whatever_zone_it_came_in():
    oslo = timezone(timedelta(hours=1))

    assert requests.stamp(datetime(2026, 12, 1, 13, 0, 0, 999, tzinfo=oslo)) == "2026-12-01T12:00:00Z"


def test_the_shops_own_return_page_wins():
    ours = config(return_url="https://shop.example/done")

    assert requests.return_url(ours, "tok") == "https://shop.example/done"


def test_create_asks_for_strict_amounts_and_for_the_whole_session():
    call = requests.create(order(), link(), config(), token="tok")

    assert call.headers == {"Dintero-Feature-Toggles": "strict-session-amounts"}
    assert call.params == (("include_session", "true"),)


def test_a_secret_is_not_in_what_a_config_prints():
    assert "secret" not in repr(config(client_secret="s3cr3t")).replace("client_secret", "")


@given(
    lines=st.lists(
        st.builds(
            Line,
            line_id=st.uuids().map(str),
            text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
            quantity=st.decimals("0.001", "999", places=3),
            unit_price=st.integers(1, 10**6),
            vat=st.integers(0, 10_000),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda line: line.line_id,
    )
)
def test_lines_always_add_up_and_fit_the_schema(lines):
    body = create(lines=tuple(lines))

    assert sum(item["amount"] for item in body["order"]["items"]) == body["order"]["amount"]
    assert sum(item["vat_amount"] for item in body["order"]["items"]) == body["order"]["vat_amount"]
    assert all(len(item["description"]) <= 200 for item in body["order"]["items"])


def test_quantities_and_rates_are_plain_numbers():
    body = create(lines=(line(quantity=Decimal("1.500"), vat=1250),))

    [item] = body["order"]["items"]
    assert (item["quantity"], item["vat"]) == (1.5, 12.5)


@pytest.mark.parametrize("items", [{"1": 20000, "2": 9990}, {}, {"1": 29990, "2": 0}])
def test_a_capture_names_our_reference_and_its_lines(items):
    call = requests.capture("P12345678.t", operation(items=items))

    body = strictly("transaction-capture.request.strict", call.body)
    assert (body["amount"], body["capture_reference"]) == (29990, "4711-C1")
    assert {item["line_id"]: item["amount"] for item in body.get("items", [])} == {k: v for k, v in items.items() if v}


def test_only_a_last_capture_releases_the_rest():
    last = strictly("transaction-capture.request.strict", requests.capture("t", operation(releases_rest=True)).body)

    assert last["final_capture"] is True
    assert "final_capture" not in requests.capture("t", operation()).body


def test_a_refund_names_our_reference():
    """By which its entry in the payment's log is known as ours."""
    call = requests.refund("P12345678.t", operation(Kind.REFUND, reference="4711-R1"))

    body = strictly("transaction-refund.request.strict", call.body)
    assert (body["amount"], body["refund_reference"]) == (29990, "4711-R1")


def test_a_refund_tells_its_reason_when_there_is_one():
    silent = requests.refund("P12345678.t", operation(Kind.REFUND))
    told = requests.refund("P12345678.t", operation(Kind.REFUND, reason="Returned"))

    assert "reason" not in strictly("transaction-refund.request.strict", silent.body)
    assert strictly("transaction-refund.request.strict", told.body)["reason"] == "Returned"


@pytest.mark.parametrize("call", [requests.void("P12345678.t"), requests.cancel("P12345678.s")])
def test_void_and_cancel_send_no_body(call):
    """An explicit null was refused in production (Dintero reference §16)."""
    assert call.body is None


@pytest.mark.parametrize("odd", ["../accounts", "a?b=c", "a#b", "a/b", "a%2Fb", "å"])
def test_an_id_never_leaves_its_place_in_the_address(odd):
    path = requests.session(odd).path

    assert path.startswith("/sessions/")
    assert set(path.removeprefix("/sessions/")) <= set("abcd=efghijklmnopqrstuvwxyzABCDEF0123456789%.")
    assert "/" not in path.removeprefix("/sessions/")


def test_the_token_is_asked_for_as_the_schema_says():
    call = requests.token(config())

    body = strictly("access-token.request", call.body)
    assert body["audience"] == "https://api.dintero.com/v1/accounts/P12345678"
    assert call.path == "/accounts/P12345678/auth/token"


def test_a_list_asks_for_full_pages_within_the_schema():
    filters = [("session_id", "P12345678.a"), ("session_id", "P12345678.b"), ("created_at.gte", "2026-11-20T12:00:00Z")]
    call = requests.transactions(filters, "P12345678.z")

    known = json.loads((SCHEMAS / "transactions-list.query.json").read_text())["properties"]
    assert {name for name, _ in call.params} <= known.keys()
    assert ("limit", "100") in call.params
    assert ("starting_after", "P12345678.z") in call.params


def test_times_sent_name_their_zone():
    assert requests.stamp(datetime(2026, 11, 20, 12, 0, tzinfo=UTC)).endswith("Z")
