"""Tokens and sessions: who may ask, what is refused, what a link's life looks like."""

import json
from datetime import timedelta

import pytest

from sandbox.dintero import RefusedError, Switches, rules
from tests.sandbox.dintero.shop import BODY, SCHEMAS, changed, valid

TOKEN = "accounts/P12345678/auth/token"
ASKED = {"grant_type": "client_credentials", "audience": "https://api.dintero.com/v1/accounts/P12345678"}


async def test_a_token_is_given_for_basic_credentials(http):
    """Dintero reference §3."""
    answer = await http.post(TOKEN, auth=("client", "secret"), json=ASKED)

    assert answer.status_code == 200
    assert valid("access-token.response", answer.json())["expires_in"] == 14400


@pytest.mark.parametrize(
    ("auth", "change", "status"),
    [
        (("client", "wrong"), {}, 401),
        (("other", "secret"), {}, 401),
        (("client", "secret"), {"audience": "https://api.dintero.com/v1/accounts/P00000000"}, 403),
        (("client", "secret"), {"grant_type": "password"}, 400),
    ],
)
async def test_a_token_is_refused(http, auth, change, status):
    """Dintero reference §3."""
    answer = await http.post(TOKEN, auth=auth, json=ASKED | change)

    assert answer.status_code == status
    valid("error.response", answer.json())


async def test_an_account_gives_no_token_for_another(http):
    """Dintero reference §3."""
    answer = await http.post("accounts/P00000000/auth/token", auth=("client", "secret"), json=ASKED)

    assert answer.status_code == 401


async def test_a_token_ends_after_four_hours(shop, clock):
    """Dintero reference §3."""
    session = await shop.create()

    clock.jump(timedelta(hours=4))

    assert (await shop.http.get(f"sessions/{session['id']}")).status_code == 401


async def test_no_call_without_a_token(shop):
    """Dintero reference §2.1."""
    session = await shop.create()
    del shop.http.headers["authorization"]

    for path in ("transactions", f"sessions/{session['id']}"):
        assert (await shop.http.get(path)).status_code == 401


async def test_a_wrong_path_is_a_plain_404(http):
    """Dintero reference §2."""
    answer = await http.get("accounts/P12345678/payments/sessions/x")

    assert (answer.status_code, answer.text) == (404, "Not Found")


@pytest.mark.parametrize(
    "change",
    [
        {"profile_id": None},
        {"profile_id": "unknown"},
        {"url__return_url": None},
        {"order__currency": None},
        {"order__merchant_reference": None},
        {"order__amount": None},
        {"order__amount": 0},
        {"order__amount": -1},
        {"order__amount": 300.0},
        {"order__amount": True},
        {"order__amount": 2**31},
        {"order__currency": "KR"},
        {"order__items": [{"line_id": "1", "amount": 1}, {"line_id": "1", "amount": 2}]},
        {"order__items": [{"line_id": "1", "price": 1}]},
        {"customer__phone_number": ""},
        {"customer__phone_number": "+47 999 99 999"},
        {"customer__fax": "1"},
        {"url__callback_url": "http://shop.example/cb"},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2099-01-01T00:00:00"},
        {"expires_at": "tomorrow"},
        {"configuration__publish": [{"type": "checkout-link", "channel": "email"}]},
        {"configuration__channel": "in_app"},
        {"configuration__vipps": {}},
        {"configuration__autocapture": True},
        {"metadata__session_x": "1"},
        {"language": "no"},
    ],
    ids=str,
)
async def test_a_session_is_refused(http, dintero, change):
    """Dintero reference §4; the body says what is wrong as §4.11."""
    answer = await http.post("sessions-profile", json=changed(**change))

    assert answer.status_code == 400
    valid("error.response", answer.json())
    assert dintero.sessions == {}


async def test_callbacks_may_come_to_this_computer(shop):
    """Dintero wants https (§9); this sandbox lives on loopback."""
    assert await shop.create(url__callback_url="http://127.0.0.1:9/cb")


@pytest.mark.parametrize("toggle", ["strict-session-amounts", "other, strict-session-amounts"])
async def test_amount_and_items_must_agree_when_the_toggle_is_sent(http, toggle):
    """Dintero reference §2.1, §4.2: only then."""
    body = changed(order__amount=29999)

    assert (await http.post("sessions-profile", json=body)).status_code == 200
    assert (
        await http.post("sessions-profile", json=body, headers={"dintero-feature-toggles": toggle})
    ).status_code == 400


def shapes(shape, schema, root, where=""):
    """Every (place, our keys, their keys) where both sides know the keys."""
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(shape, list):
        yield from shapes(shape[0], schema["items"], root, where + "[]")
    elif isinstance(shape, dict):
        required = {key[:-1] for key in shape if key.endswith("!")}
        yield where, {key.rstrip("!") for key in shape}, required, set(schema["properties"]), schema.get("required", [])
        for key, inner in shape.items():
            name = key.rstrip("!")
            if name in schema["properties"]:
                yield from shapes(inner, schema["properties"][name], root, f"{where}.{name}")


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        (rules.CREATE, "session-create.request.strict"),
        (rules.CAPTURE, "transaction-capture.request.strict"),
        (rules.REFUND, "transaction-refund.request.strict"),
    ],
)
def test_the_rules_know_no_key_that_the_schema_does_not(shape, name):
    """Dintero reference §18: what a strict schema requires is required here, what it does not know is refused."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    found = list(shapes(shape, schema, schema))

    assert len(found) > 1
    for where, ours, our_required, theirs, their_required in found:
        assert ours <= theirs, where
        assert set(their_required) <= our_required, where


async def test_a_session_reads_as_the_schema_says_and_has_no_status(shop):
    """Dintero reference §5."""
    session = await shop.create()
    shop.dintero.open(session["id"])

    got = valid("session-get.response", (await shop.http.get(f"sessions/{session['id']}")).json())

    assert "status" not in got
    assert [event["name"] for event in got["events"]] == ["INITIATED", "VISITED"]
    assert (await shop.http.get("sessions/P12345678.none")).status_code == 404


async def test_the_whole_session_comes_with_include_session(http):
    """Dintero reference §4.10."""
    answer = await http.post("sessions-profile?include_session=true", json=BODY)

    assert valid("session-create.response", answer.json())["session"]["order"] == BODY["order"]


@pytest.mark.parametrize(("answers", "status"), [(404, 404), (200, 200)])
async def test_reading_an_expired_session_follows_the_switch(shop, dintero, clock, answers, status):
    """Dintero reference §5: unconfirmed."""
    dintero.switches = Switches(get_after_expiry=answers)
    session = await shop.create(expires_at=(clock.now() + timedelta(hours=1)).isoformat())
    clock.jump(timedelta(hours=1))

    assert (await shop.http.get(f"sessions/{session['id']}")).status_code == status
    with pytest.raises(RefusedError, match="EXPIRED"):
        dintero.open(session["id"])


async def test_a_payment_begun_in_time_may_end_after_expiry(shop, dintero, clock):
    """Dintero reference §5."""
    session = await shop.create(expires_at=(clock.now() + timedelta(hours=1)).isoformat())
    dintero.start_payment(session["id"])
    clock.jump(timedelta(hours=2))

    assert dintero.pay(session["id"])["status"] == "AUTHORIZED"


async def test_the_link_is_sent_by_sms_at_once(shop, dintero):
    """Dintero reference §4.5."""
    session = await shop.create()

    [message] = dintero.inbox
    assert (message.to, message.channel, message.url) == ("+4799999999", "sms", dintero.url_of(session))
    assert session["configuration"]["publish"][0]["status"] == "sent"


async def test_one_wallet_alone_is_a_push(shop, dintero):
    """Dintero reference §4.5."""
    dintero.switches = Switches(override="replaces")

    await shop.create(configuration__vipps={"enabled": True})

    assert [message.channel for message in dintero.inbox] == ["push"]


async def test_publish_without_a_way_to_the_customer(shop, dintero):
    """Dintero reference §4.5: skipped without a phone, failed where it can not be reached."""
    dintero.unreachable.add("+4711111111")

    nobody = await shop.create(customer=None)
    far = await shop.create(customer__phone_number="+4711111111")

    assert [s["configuration"]["publish"][0]["status"] for s in (nobody, far)] == ["skipped", "failed"]
    assert dintero.inbox == []


async def test_a_sandbox_account_sends_nothing(shop, dintero):
    """Dintero reference §2."""
    dintero.account_id = "T12345678"

    assert (await shop.create())["configuration"]["publish"][0]["status"] == "skipped"
    assert dintero.inbox == []


@pytest.mark.parametrize("status", ["sent", "skipped", "failed"])
async def test_a_sandbox_account_shows_what_it_withheld_whatever_it_says_about_it(shop, dintero, status):
    """Dintero reference §2."""
    dintero.account_id = "T12345678"
    dintero.switches = Switches(sandbox_publish_status=status)

    session = await shop.create()

    [message] = dintero.messages
    assert message.withheld
    assert (message.to, message.channel, message.url) == ("+4799999999", "sms", dintero.url_of(session))
    assert session["configuration"]["publish"][0]["status"] == status
    assert dintero.inbox == []


async def test_one_wallet_alone_would_have_been_a_push(shop, dintero):
    """Dintero reference §2, §4.5."""
    dintero.account_id, dintero.switches = "T12345678", Switches(override="replaces")

    session = await shop.create(configuration__vipps={"enabled": True})

    assert [(message.channel, message.withheld) for message in dintero.messages] == [("push", True)]
    assert "PUSH_NOTIFICATION_SENT" not in [event["name"] for event in session["events"]]


async def test_nothing_is_withheld_that_would_not_have_been_sent(shop, dintero):
    """Dintero reference §4.5: nobody asked for it, nobody to send it to, nobody reached."""
    dintero.account_id = "T12345678"
    dintero.unreachable.add("+4711111111")

    await shop.create(configuration__publish=None)
    await shop.create(customer=None)
    far = await shop.create(customer__phone_number="+4711111111")

    assert dintero.messages == []
    assert far["configuration"]["publish"][0]["status"] == "skipped"


@pytest.mark.parametrize(("override", "offered"), [("merges", 6), ("replaces", 1)])
async def test_methods_follow_the_switch(shop, dintero, override, offered):
    """Dintero reference §4.5: how deep the override merges is unconfirmed."""
    dintero.switches = Switches(override=override)

    session = await shop.create(configuration__vipps={"enabled": True})

    assert len(dintero.methods(session)) == offered
    off = await shop.create(configuration__vipps={"enabled": False}, configuration__swish={"swish": {"enabled": True}})
    assert "vipps" not in dintero.methods(off)


async def test_cancel_kills_the_link(shop, dintero):
    """Dintero reference §5.3."""
    session = await shop.create()

    answer = await shop.http.post(f"sessions/{session['id']}/cancel")

    assert valid("session-cancel.response", answer.json())["cancelled_at"]
    with pytest.raises(RefusedError, match="CANCELLED"):
        dintero.pay(session["id"])
    assert (await shop.http.post(f"sessions/{session['id']}/cancel")).status_code == 400


@pytest.mark.parametrize(
    ("method", "status"), [("vipps", "AUTHORIZATION_VOIDED"), ("swish.swish", "CAPTURED")], ids=["reserved", "taken"]
)
async def test_cancel_voids_what_is_reserved_and_never_what_is_taken(shop, method, status):
    """Dintero reference §5.3."""
    tx = await shop.paid(method)

    answer = await shop.http.post(f"sessions/{tx['session_id']}/cancel")

    assert (answer.status_code, tx["status"]) == (200 if method == "vipps" else 400, status)


async def test_a_failed_attempt_may_be_repeated_and_a_declined_one_not(shop, dintero):
    """Dintero reference §5, §7."""
    session, other = await shop.create(), await shop.create()
    dintero.fail_attempt(session["id"])
    tx = dintero.pay(session["id"], "payex.creditcard")

    assert tx["status"] == "AUTHORIZED"
    assert "PAY_FAILED" in [event["name"] for event in session["events"]]
    assert dintero.decline(other["id"])["status"] == "DECLINED"
    with pytest.raises(RefusedError, match="DECLINED"):
        dintero.pay(other["id"])


async def test_a_session_leads_to_one_transaction(shop, dintero):
    """Dintero reference §1; a second visitor finds a link dead while somebody pays (§5)."""
    session = await shop.create()
    started = dintero.start_payment(session["id"], "vipps")
    with pytest.raises(RefusedError, match="PAYMENT_INITIATED"):
        dintero.open(session["id"])

    dintero.fail_attempt(session["id"])
    paid = dintero.pay(session["id"], "payex.mobilepay")

    assert paid is started
    assert session["transaction_id"] == paid["id"]
    with pytest.raises(RefusedError, match="AUTHORIZED"):
        dintero.pay(session["id"])


async def test_sessions_are_searched_only_where_the_switch_says_so(shop, dintero):
    """Dintero reference §5.1: unofficial."""
    session = await shop.create()
    assert (await shop.http.get("sessions?search=4711")).text == "Not Found"

    dintero.switches = Switches(session_search=True)

    [found] = (await shop.http.get("sessions?search=4711")).json()
    assert found["id"] == session["id"]
    assert "events" not in found
    assert (await shop.http.get("sessions?search=other")).json() == []
    assert dintero.session_by_reference("4711") is session
