"""The knobs of the page's third pane: time, callbacks, trouble, and the log."""

from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest

from sandbox.dintero.post import sign
from sandbox.slack import create_app as slack_app
from tests.sandbox.dintero.shop import changed

MINUTE = timedelta(minutes=1)


def near(moment, other):
    return abs(moment - other) < timedelta(seconds=5)


@pytest.fixture
def slept(monkeypatch):
    """The seconds that Dintero and Slack let somebody wait; nobody does."""
    seconds = []

    async def sleep(how_long):
        seconds.append(how_long)

    for module in ("sandbox.dintero.wire", "sandbox.slack.api"):
        monkeypatch.setattr(f"{module}.asyncio", SimpleNamespace(sleep=sleep))
    return seconds


# -- who may


async def test_another_sites_form_reaches_no_hand(world, page):
    del page.http.headers["X-Sandbox"]

    answer = await page.http.post("/do/dintero_down", data={"down": "on"})

    assert answer.status_code == 403
    assert not world.dintero.faults.down


# -- the clock


@pytest.mark.parametrize(
    ("button", "step"),
    [
        ("+1 min", MINUTE), ("+15 min", 15 * MINUTE), ("+1 hour", 60 * MINUTE),
        ("+1 day", timedelta(days=1)), ("+1 week", timedelta(days=7)),
    ],
)  # fmt: skip
async def test_a_button_lets_time_pass(world, page, button, step):
    before = world.clock.now()

    assert f'value="{button}"' in (await page.http.get("/")).text
    assert await page.do("jump", by=button) == ""
    assert near(world.clock.now(), before + step)


async def test_time_never_goes_back(world, page):
    before = world.clock.now()

    assert "not among the choices" in await page.do("jump", by="-1 day")
    assert near(world.clock.now(), before)


async def test_the_clock_goes_a_minute_past_the_next_deadline_of_a_link_nobody_has_paid(world, page, issued):
    issued("first", hours=1)
    world.dintero.pay(issued("paid", hours=2)["id"])
    world.dintero.cancel(issued("cancelled", hours=3)["id"])
    issued("last", hours=4)
    start = world.clock.now()

    await page.do("to_deadline")
    assert near(world.clock.now(), start + timedelta(hours=1) + MINUTE)
    await page.do("to_deadline")
    assert near(world.clock.now(), start + timedelta(hours=4) + MINUTE)
    assert "disabled" in page.drawn("deadline")
    assert "4 hours 1 minute ahead" in page.drawn("deadline")
    assert await page.do("to_deadline") == "No link is waiting for its customer."


# -- callbacks


@pytest.fixture
async def called(world):
    """The callbacks that the bot gets."""
    requests = []

    def answer(request):
        requests.append(request)
        return httpx.Response(200)

    await world.dintero.aclose()
    world.dintero.post.http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return requests


def genuine(world, request):
    account = world.dintero
    right = sign(account.signature_secret, account.account_id, request.method, str(request.url), world.clock.now())
    return request.headers["dintero-signature"] == right


async def test_callbacks_can_be_off_twice_or_forged_and_honest_again(world, page, issued, called):
    async def arrive():
        called.clear()
        world.dintero.pay(issued()["id"])
        await world.dintero.deliver_due()
        return [genuine(world, request) for request in called]

    assert await arrive() == [True]
    await page.do("callbacks", off="on")
    assert await arrive() == []
    await page.do("callbacks", doubled="on")
    assert await arrive() == [True, True]
    await page.do("callbacks", doubled="on", wrong_signature="on")
    assert await arrive() == [False, False]
    assert page.drawn("trouble").count(" checked") == 2
    await page.do("callbacks")
    assert await arrive() == [True]


async def test_a_late_callback_comes_half_a_minute_later_and_is_counted_until_then(world, page, issued, called):
    await page.do("callbacks", late="on")
    world.dintero.pay(issued()["id"])
    await world.dintero.deliver_due()

    assert called == []
    assert "1 on their way." in page.drawn("trouble")

    world.clock.jump(timedelta(seconds=31))
    await world.dintero.deliver_due()

    assert len(called) == 1
    assert "on their way" not in page.drawn("trouble")


# -- trouble at Dintero


DROPPED = 103  # what Dintero's server sends instead of an answer, and closes


@pytest.mark.parametrize(
    ("trouble", "status", "done", "waited"),
    [
        ("answers slowly: 3 s", 200, True, 3),
        ("answers 503, nothing done", 503, False, 0),
        ("answers 500 although it was done", 500, True, 0),
        ("breaks off before the work", DROPPED, False, 0),
        ("breaks off after the work", DROPPED, True, 0),
        ("times out before the work (35 s)", DROPPED, False, 35),
        ("times out after the work (35 s)", DROPPED, True, 35),
        ("answers 429 (Retry-After 5 s)", 429, False, 0),
    ],
)
async def test_the_next_request_meets_the_trouble_that_was_chosen(
    world, page, dintero_api, slept, trouble, status, done, waited
):
    assert f"<option>{trouble}</option>" in page.drawn("trouble")
    await page.do("dintero_fault", call="create", trouble=trouble)
    assert f"create: {trouble}" in page.drawn("trouble")

    answer = await dintero_api.post("sessions-profile", json=changed())

    assert (answer.status_code, len(world.dintero.sessions), sum(slept)) == (status, done, waited)
    assert (await dintero_api.post("sessions-profile", json=changed())).status_code == 200
    assert "Clear" not in page.drawn("trouble")


async def test_trouble_for_one_kind_of_request_leaves_the_others_alone(page, dintero_api, issued):
    session = issued()
    await page.do("dintero_fault", call="list transactions", trouble="answers 503, nothing done")

    assert (await dintero_api.get(f"sessions/{session['id']}")).status_code == 200
    assert (await dintero_api.get("transactions")).status_code == 503


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        ("any", "GET", "sessions/x"),
        ("create", "POST", "sessions-profile"),
        ("capture", "POST", "transactions/x/capture"),
        ("refund", "POST", "transactions/x/refund"),
        ("void", "POST", "transactions/x/void"),
        ("cancel", "POST", "sessions/x/cancel"),
        ("read a transaction", "GET", "transactions/x"),
        ("read a session", "GET", "sessions/x"),
        ("list transactions", "GET", "transactions"),
        ("token", "POST", "accounts/x/auth/token"),
    ],
)
async def test_trouble_can_wait_for_any_kind_of_request(page, dintero_api, call, method, path):
    assert f"<option>{call}</option>" in page.drawn("trouble")
    await page.do("dintero_fault", call=call, trouble="answers 503, nothing done")

    assert (await dintero_api.request(method, path)).status_code == 503


async def test_trouble_that_still_waits_can_be_cleared(page, dintero_api):
    await page.do("dintero_fault", call="any", trouble="answers 503, nothing done")
    await page.do("dintero_clear")

    assert (await dintero_api.get("transactions")).status_code == 200


async def test_dintero_is_down_until_it_is_up(page, dintero_api):
    await page.do("dintero_down", down="on")
    assert [(await dintero_api.get("transactions")).status_code for _ in range(3)] == [503] * 3
    assert "checked" in page.drawn("trouble")

    await page.do("dintero_down")
    assert (await dintero_api.get("transactions")).status_code == 200


@pytest.mark.parametrize(("how", "status"), [("done", "CAPTURED"), ("declined", "AUTHORIZED")])
async def test_what_dintero_accepted_for_later_ends_as_the_button_says(world, page, dintero_api, issued, how, status):
    tx = world.dintero.pay(issued()["id"])
    await page.do("dintero_fault", call="capture", trouble="is accepted and done later (202)")
    answer = await dintero_api.post(f"transactions/{tx['id']}/capture", json={"amount": 30000})

    assert (answer.status_code, tx["status"]) == (202, "AUTHORIZED")
    assert f'value="{how}"' in page.drawn("payments")
    await page.do("finish", how=how)
    assert (tx["status"], tx["events"][-1]["success"]) == (status, how == "done")
    assert "202" not in page.drawn("payments")


async def test_the_provider_declines_the_next_capture(world, page, dintero_api, issued):
    tx = world.dintero.pay(issued()["id"])
    await page.do("dintero_fault", call="capture", trouble="is declined by the provider")
    await dintero_api.post(f"transactions/{tx['id']}/capture", json={"amount": 30000})

    assert (tx["status"], tx["events"][-1]["success"]) == ("AUTHORIZED", False)


@pytest.mark.parametrize("trouble", ["is accepted and done later (202)", "is declined by the provider"])
async def test_only_money_is_moved_later_or_declined(world, page, trouble):
    assert "Only a capture" in await page.do("dintero_fault", call="create", trouble=trouble)
    assert world.dintero.faults.queue == []


# -- trouble at Slack


@pytest.fixture
async def says(world):
    """Lets the bot write to a person; Slack's answer."""
    world.slack.limits.enforce = False
    channel = world.slack.channel("sales").id
    headers = {"authorization": f"Bearer {world.slack.bot_token}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(slack_app(world.slack)), base_url="http://127.0.0.1", headers=headers
    ) as http:

        async def say(where=channel):
            return await http.post("/api/chat.postMessage", json={"channel": where, "text": "Hello"})

        yield say


@pytest.mark.parametrize(("times", "count"), [("1 call", 1), ("5 calls", 5)])
async def test_slack_answers_429_as_often_as_was_chosen(page, says, times, count):
    await page.do("slack_fault", times=times, trouble="answers 429 (Retry-After 5 s)")
    assert f"{count} × any: answers 429" in page.drawn("trouble")

    answers = [await says() for _ in range(count)]

    assert [(one.status_code, one.headers["Retry-After"]) for one in answers] == [(429, "5")] * count
    assert (await says()).json()["ok"]


@pytest.mark.parametrize(
    ("trouble", "status", "done", "waited"),
    [
        ("answers slowly: 2 s", 200, True, 2),
        ("answers 503, nothing done", 503, False, 0),
        ("answers 500 although it was done", 500, True, 0),
    ],
)
async def test_slack_meets_other_trouble(world, page, says, slept, trouble, status, done, waited):
    assert f"<option>{trouble}</option>" in page.drawn("trouble")
    await page.do("slack_fault", times="1 call", trouble=trouble)

    assert (await says()).status_code == status
    assert (len(world.slack.channel("sales").messages), sum(slept)) == (done, waited)


async def test_slack_is_down_until_it_is_up_and_its_trouble_can_be_cleared(page, says):
    await page.do("slack_down", down="on")
    assert (await says()).status_code == 503
    await page.do("slack_down")
    await page.do("slack_fault", times="5 calls", trouble="answers 503, nothing done")
    await page.do("slack_clear")

    assert (await says()).json()["ok"]


# -- the log


async def test_the_log_names_an_exchange_and_its_own_page_shows_the_bodies(world, page):
    with world.traffic.exchange("bot", "Dintero", "POST", "/v1/sessions-profile") as exchange:
        exchange.asked, exchange.status, exchange.answered = b'{"amount":24950}', 200, b"<b>"
    line = page.drawn("traffic")

    assert "bot → Dintero" in line
    assert "<b>POST</b> /v1/sessions-profile" in line
    assert "24950" not in line

    body = await page.http.get(f"/exchange/{exchange.number}")

    assert "&#34;amount&#34;: 24950" in body.text
    assert "&lt;b&gt;" in body.text
    assert "frame-ancestors 'self'" in body.headers["content-security-policy"]


@pytest.mark.parametrize(("number", "words"), [(0, "Choose a line"), (99, "too old")])
async def test_the_logs_frame_says_what_to_do_and_what_is_gone(page, number, words):
    assert words in (await page.http.get(f"/exchange/{number}")).text


async def test_what_slack_refuses_stands_in_the_log_as_slacks_error(page, says):
    await says(where="C404")

    assert "chat.postMessage: channel_not_found" in page.drawn("complaints")
