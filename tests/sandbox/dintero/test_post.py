"""Callbacks and webhooks: when, signed how, repeated how often."""

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from sandbox.dintero import Switches
from sandbox.dintero.post import form_encoded, sign
from tests.sandbox.dintero.shop import CALLBACK, valid


def query(request):
    return {key: values[0] for key, values in parse_qs(request.url.query.decode()).items()}


async def deliver_all(dintero, clock):
    """Deliver until nobody wants to try again; the attempts."""
    attempts = 0
    while dintero.deliveries:
        attempts += await dintero.deliver_due()
        clock.jump(timedelta(hours=1))
    return attempts


def test_the_signature_is_the_documented_one():
    """The test vector of Dintero reference §9.1."""
    at = datetime.fromtimestamp(1582236537, UTC)

    signature = sign("123", "P00000000", "GET", "https://example.com/callback?B=123&A=992", at)

    assert signature == ("t=1582236537,v0-hmac-sha256=6bed2ab1b919d460ef7465a20dc6c97260dca73fab6647106ca525f0908df64a")


def test_the_port_is_not_signed_and_the_query_is_encoded_as_browsers_do():
    """Dintero reference §9.1, encoding traps."""
    at = datetime.fromtimestamp(1, UTC)

    assert sign("s", "P1", "GET", "http://h:81/p", at) == sign("s", "P1", "GET", "http://h/p", at)
    assert form_encoded([("a", "~ *é")]) == "a=%7E+*%C3%A9"


async def test_a_payment_calls_back_once_by_get(shop, dintero, inn):
    """Dintero reference §9: unsigned without a secret."""
    tx = await shop.paid()

    assert await dintero.deliver_due() == 1

    [request] = inn.requests
    assert (request.method, request.content) == ("GET", b"")
    got = valid("callback.query", query(request))
    assert (got["transaction_id"], got["session_id"], got["merchant_reference"]) == (tx["id"], tx["session_id"], "4711")
    assert "event-delivery" in request.headers
    assert "dintero-signature" not in request.headers
    assert await dintero.deliver_due() == 0


async def test_options_ride_on_the_callback_url(shop, dintero, inn, clock):
    """Dintero reference §9."""
    options = "?method=POST&sid_parameter_name=sid&includes=session&delay_callback=5&own=1"
    tx = await shop.paid(url__callback_url=CALLBACK + options)
    assert await dintero.deliver_due() == 0
    clock.jump(timedelta(seconds=5))

    await dintero.deliver_due()

    [request] = inn.requests
    assert request.method == "POST"
    assert valid("callback.query", query(request)).items() >= {"sid": tx["session_id"], "own": "1"}.items()
    body = json.loads(request.content)
    assert (body["id"], body["session"]["id"]) == (tx["id"], tx["session_id"])


@pytest.mark.parametrize(
    ("verb", "error"),
    [("decline", "authorization"), ("fail", "failed"), ("walk_away", "cancelled")],
)
async def test_errors_are_reported_only_on_wish(shop, dintero, inn, verb, error):
    """Dintero reference §9, §10."""
    getattr(dintero, verb)((await shop.create())["id"])
    assert await dintero.deliver_due() == 0

    session = await shop.create(url__callback_url=f"{CALLBACK}?report_error=true")
    dintero.start_payment(session["id"])
    getattr(dintero, verb)(session["id"])
    await dintero.deliver_due()

    [request] = inn.requests
    assert query(request)["error"] == error
    assert ("transaction_id" in query(request)) is (verb != "walk_away")


@pytest.mark.parametrize(("switch", "calls"), [(True, 1), (False, 0)])
async def test_a_cancel_by_api_calls_back_by_switch(shop, dintero, inn, switch, calls):
    """Dintero reference §5.3: unconfirmed."""
    dintero.switches = Switches(cancel_calls_back=switch)
    session = await shop.create(url__callback_url=f"{CALLBACK}?report_error=true")

    await shop.http.post(f"sessions/{session['id']}/cancel")

    assert await dintero.deliver_due() == calls
    assert [query(request)["error"] for request in inn.requests] == ["cancelled"] * calls


async def test_later_events_are_reported_only_on_wish(shop, dintero, inn):
    """Dintero reference §9: report_event, repeated."""
    tx = await shop.paid(url__callback_url=f"{CALLBACK}?report_event=CAPTURE&report_event=REFUND")
    await dintero.deliver_due()
    await shop.capture(tx, 30000)
    await shop.refund(tx, 100)
    quiet = await shop.paid()
    await shop.capture(quiet, 30000)

    await dintero.deliver_due()

    assert sorted(query(r).get("event", "") for r in inn.requests) == ["", "", "CAPTURE", "REFUND"]
    assert tx["events"][-1]["id"] in [query(r).get("event_id") for r in inn.requests]


async def test_a_hold_calls_back_twice(shop, dintero, inn):
    """Dintero reference §9: once on hold, once when that changes."""
    tx = dintero.hold((await shop.create())["id"])
    await dintero.deliver_due()
    dintero.approve(tx["id"])
    await dintero.deliver_due()

    assert len(inn.requests) == 2
    names = [event["name"] for event in dintero.sessions[tx["session_id"]]["events"]]
    assert {"ON_HOLD_CALLBACK_SENT", "AUTH_CALLBACK_SENT"} <= set(names)


@pytest.mark.parametrize("when", ["authorized", "captured"])
async def test_auto_capture_calls_back_when_the_switch_says(shop, dintero, inn, when):
    """Dintero reference §4.5: both orders are documented."""
    dintero.switches = Switches(auto_capture_ignored=False, auto_capture_calls_back=when)
    await shop.paid(configuration__auto_capture=True)

    before = await dintero.deliver_due()
    dintero.auto_capture_now()
    after = await dintero.deliver_due()

    assert (before, after) == ((1, 0) if when == "authorized" else (0, 1))
    assert len(inn.requests) == 1


async def test_an_ignored_auto_capture_calls_back_like_any_payment(shop, dintero, inn):
    """Dintero reference §4.5: once, when reserved."""
    tx = await shop.paid(configuration__auto_capture=True)
    dintero.auto_capture_now(tx["id"])

    assert await dintero.deliver_due() == 1
    assert len(inn.requests) == 1


@pytest.mark.parametrize("answer", [103, 500, 599, httpx.ReadTimeout("slow"), httpx.ConnectError("away")], ids=str)
async def test_a_callback_is_repeated_twenty_times(shop, dintero, inn, clock, answer):
    """Dintero reference §9."""
    inn.answers = [answer] * 100
    await shop.paid()

    assert await deliver_all(dintero, clock) == 21


@pytest.mark.parametrize("answer", [200, 302, 400, 401, 404, 499])
async def test_a_4xx_is_final(shop, dintero, inn, clock, answer):
    """Dintero reference §9; a redirect is not followed."""
    inn.answers = [answer]
    await shop.paid()

    assert await deliver_all(dintero, clock) == 1


async def test_the_pause_between_retries_grows(shop, dintero, inn, clock):
    """Dintero reference §9: the intervals are not published, these are ours."""
    inn.answers = [500, 500]
    await shop.paid()
    await dintero.deliver_due()

    assert await dintero.deliver_due() == 0
    clock.jump(timedelta(seconds=2))
    assert await dintero.deliver_due() == 1
    clock.jump(timedelta(seconds=2))
    assert await dintero.deliver_due() == 0
    clock.jump(timedelta(seconds=2))
    assert await dintero.deliver_due() == 1


@pytest.mark.parametrize("resigned", [False, True])
async def test_a_signed_callback_is_repeated_with_the_time_the_switch_says(shop, dintero, inn, clock, resigned):
    """Dintero reference §9.1: unconfirmed; the delivery id stays."""
    dintero.signature_secret = "123"
    dintero.switches = Switches(retries_resigned=resigned)
    inn.answers = [500]
    await shop.paid()

    await deliver_all(dintero, clock)

    first, second = inn.requests
    assert (first.headers["dintero-signature"] != second.headers["dintero-signature"]) is resigned
    assert first.headers["event-delivery"] == second.headers["event-delivery"]
    t = int(first.headers["dintero-signature"].partition(",")[0].removeprefix("t="))
    expected = sign("123", "P12345678", "GET", str(first.url), datetime.fromtimestamp(t, UTC))
    assert first.headers["dintero-signature"] == expected


async def test_callbacks_misbehave_on_demand(shop, dintero, inn, clock):
    """Dintero reference §9: at least once, at any time, by anybody."""
    dintero.signature_secret = "123"
    wrong = dintero.faults.callbacks
    wrong.off = True
    await shop.paid()
    assert dintero.deliveries == []

    wrong.off, wrong.doubled, wrong.late, wrong.wrong_signature = False, True, 30, True
    await shop.paid()
    assert await dintero.deliver_due() == 0
    clock.jump(timedelta(seconds=30))

    assert await dintero.deliver_due() == 2
    t, digest = inn.requests[0].headers["dintero-signature"].split(",")
    at = datetime.fromtimestamp(int(t[2:]), UTC)
    assert digest not in sign("123", "P12345678", "GET", str(inn.requests[0].url), at)


async def test_the_webhook_tells_of_every_transaction(dintero, inn):
    """Dintero reference §11: strangers' too, signed by HMAC-SHA1 over the raw body; a ping comes first."""
    dintero.subscribe("https://shop.example/hook", "s")
    tx = dintero.stranger_pays()
    await dintero.deliver_due()

    assert inn.requests[0].headers["event"] == "ping"
    for request in inn.requests:
        assert request.headers["event-signature"] == hmac.new(b"s", request.content, hashlib.sha1).hexdigest()
    told = json.loads(inn.requests[-1].content)
    assert (told["event"], told["account_id"]) == ("checkout_transaction", "P12345678")
    assert (told["transaction"]["id"], told["transaction"]["status"]) == (tx["id"], "AUTHORIZED")
    assert told["event_delivery"] == inn.requests[-1].headers["event-delivery"]


async def test_a_webhook_that_never_answers_2xx_is_deleted(dintero, inn, clock):
    """Dintero reference §11: five attempts in all, redirects are failures."""
    inn.answers = [500, 400, 302, httpx.ConnectError("away"), 404, 200]
    dintero.subscribe("https://shop.example/hook")

    assert await deliver_all(dintero, clock) == 5
    assert dintero.subscription is None


async def test_the_pump_delivers_and_lets_auto_capture_run(shop, dintero, inn):
    """Dintero reference §4.5, §9: what the demo runs."""
    dintero.switches = Switches(auto_capture_ignored=False)
    tx = await shop.paid(configuration__auto_capture=True)

    pump = asyncio.create_task(dintero.run())
    await asyncio.sleep(0.2)
    pump.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pump

    assert tx["status"] == "CAPTURED"
    assert len(inn.requests) == 1
