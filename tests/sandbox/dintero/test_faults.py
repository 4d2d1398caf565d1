"""Misbehaviour on demand, over a real socket where it matters, and the customer's page."""

import asyncio
import logging
import socket

import httpx
import pytest
import uvicorn

from sandbox.dintero import Fault, create_app
from tests.sandbox.dintero.shop import BODY


@pytest.fixture
async def wire(dintero):
    """A client that speaks to the sandbox over loopback, as the product does."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        dintero.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(create_app(dintero), http="httptools", log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        headers = {"authorization": f"Bearer {dintero.issue_token('client', 'secret')}"}
        async with httpx.AsyncClient(base_url=f"{dintero.base_url}/v1/", headers=headers, trust_env=False) as client:
            yield client
        server.should_exit = True
        await serving


@pytest.mark.parametrize(
    ("fault", "made"), [(Fault.drop_before(), 0), (Fault.drop_after(), 1)], ids=["before", "after"]
)
async def test_a_connection_drops_before_or_after_the_work(wire, dintero, caplog, fault, made):
    """Dintero reference §8.2: the caller can not tell; the server's log says nothing."""
    dintero.faults.add("create", fault)

    with caplog.at_level(logging.WARNING), pytest.raises(httpx.RemoteProtocolError):
        await wire.post("sessions-profile", json=BODY)

    assert len(dintero.sessions) == made
    assert caplog.records == []
    assert (dintero.log[-1].kind, dintero.log[-1].status) == ("create", None)
    assert (await wire.post("sessions-profile", json=BODY)).status_code == 200


async def test_a_connection_breaks_in_the_middle_of_the_answer(wire, dintero):
    """Dintero reference §8.2: head and half of a body have arrived, and what they say is lost with the rest."""
    dintero.faults.add("create", Fault.cut())

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        await wire.post("sessions-profile", json=BODY)

    assert len(dintero.sessions) == 1
    assert (dintero.log[-1].kind, dintero.log[-1].status) == ("create", None)
    assert (await wire.post("sessions-profile", json=BODY)).status_code == 200


async def test_work_is_done_although_the_client_stopped_waiting(wire, dintero):
    """Dintero reference §8.2: a read timeout proves nothing."""
    dintero.faults.add("create", Fault.delay(0.3))

    with pytest.raises(httpx.ReadTimeout):
        await wire.post("sessions-profile", json=BODY, timeout=0.05)

    await asyncio.sleep(0.5)
    assert len(dintero.sessions) == 1


async def test_an_answer_of_200_may_mean_nothing(wire, dintero):
    """Dintero reference §8: a 200 is not enough."""
    session = dintero.create(BODY)
    tx = dintero.pay(session["id"])
    dintero.faults.add("void", Fault.idle())

    answer = await wire.post(f"transactions/{tx['id']}/void")

    assert (answer.status_code, answer.json()["status"]) == (200, "AUTHORIZED")
    assert all(event["event"] != "VOID" for event in tx["events"])


async def test_down_until_lifted(wire, dintero):
    """Every request, even the page: 503, or no answer at all."""
    dintero.faults.down = True
    assert [(await wire.get(path)).status_code for path in ("transactions", "view/x")] == [503, 503]
    dintero.faults.down = Fault.drop_before()
    with pytest.raises(httpx.RemoteProtocolError):
        await wire.get("transactions")

    dintero.faults.down = False

    assert (await wire.get("transactions")).status_code == 200


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 429, 500, 503])
async def test_a_status_comes_once_and_before_the_work(http, dintero, code):
    """Dintero reference §8: the errors of an operation."""
    dintero.faults.add("create", Fault.status(code))

    assert [(await http.post("sessions-profile", json=BODY)).status_code for _ in range(2)] == [code, 200]
    assert len(dintero.sessions) == 1


async def test_a_500_may_come_after_the_work(http, dintero):
    """Dintero reference §8.2: a 5xx on a write proves nothing either."""
    dintero.faults.add("create", Fault.status(500, after=True))

    assert (await http.post("sessions-profile", json=BODY)).status_code == 500
    assert len(dintero.sessions) == 1


async def test_the_token_endpoint_limits(http, dintero):
    """Dintero reference §3: 429 with Retry-After."""
    dintero.faults.add("token", Fault.rate_limited(7))

    answer = await http.post("accounts/P12345678/auth/token", json={})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


async def test_unreadable_and_incomplete_answers(http, dintero):
    """Dintero reference §4.10: 200 proves little."""
    dintero.faults.add("any", Fault.garbage())
    dintero.faults.add("create", Fault.missing())

    with pytest.raises(ValueError, match="Expecting value"):
        (await http.post("sessions-profile", json=BODY)).json()
    assert {"id", "url"}.isdisjoint((await http.post("sessions-profile", json=BODY)).json())


async def test_a_fault_waits_for_its_kind(http, dintero):
    """One fault, one matching request."""
    dintero.faults.add("capture", Fault.status(500))

    assert (await http.get("transactions")).status_code == 200
    assert (await http.post("transactions/x/capture", json={"amount": 1})).status_code == 500
    assert (await http.post("transactions/x/capture", json={"amount": 1})).status_code == 404


async def test_the_log_tells_what_was_sent(http, dintero):
    """Stories assert on it."""
    await http.post("sessions-profile", json=BODY)

    exchange = dintero.log[-1]
    assert (exchange.method, exchange.path, exchange.status) == ("POST", "/v1/sessions-profile", 200)
    assert (exchange.body, exchange.answer["id"]) == (BODY, *dintero.sessions)


async def test_a_person_pays_on_the_page(shop, dintero):
    """Dintero reference §2, §10: each look is a VISITED, paying leads to return_url."""
    session = await shop.create(order__merchant_reference="<b>4711</b>")
    page = await shop.http.get(f"view/{session['id']}")
    assert "300.00 NOK" in page.text
    assert "&lt;b&gt;4711" in page.text
    assert session["events"][-1]["name"] == "VISITED"

    answer = await shop.http.post(f"view/{session['id']}/pay", data={"outcome": "pay", "method": "vipps"})

    tx = dintero.transactions[session["transaction_id"]]
    assert tx["status"] == "AUTHORIZED"
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("https://shop.example/thanks?merchant_reference=")
    assert f"transaction_id={tx['id']}" in answer.headers["location"]
    assert (await shop.http.get(f"view/{session['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("outcome", "error"), [("walk_away", "cancelled"), ("decline", "authorization"), ("fail", "failed")]
)
async def test_trouble_comes_back_in_the_return_url(shop, outcome, error):
    """Dintero reference §10."""
    session = await shop.create()

    answer = await shop.http.post(f"view/{session['id']}/pay", data={"outcome": outcome})

    assert answer.headers["location"].endswith(f"error={error}")
    assert ("transaction_id" in answer.headers["location"]) is (outcome != "walk_away")
